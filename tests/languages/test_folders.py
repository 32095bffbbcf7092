"""A language is a folder: what it may say, what it inherits, and that adding one touches nothing else."""

from __future__ import annotations

import re
import shutil
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from codechoir import languages
from codechoir.errors import CodechoirError, InputError
from codechoir.languages import (
    LanguageFolders,
    detect_language,
    grammar_names,
    grammars,
    language_folders,
    load_grammar,
    load_symbol_query,
)
from codechoir.languages import language as language_module
from codechoir.languages.language import LanguageFolder, read_folder
from codechoir.syntax import Document

NUMBERS = count()
SHIPPED = Path(languages.__file__).parent
FOLDERS = sorted(file.parent.name for file in SHIPPED.glob("*/language.toml"))


@pytest.mark.parametrize("name", FOLDERS)
def test_every_folder_is_read_and_its_queries_compile(name: str) -> None:
    folder = language_folders().folder(name)
    assert folder is not None
    assert folder.language is not None or folder.grammar is not None
    source = folder.language.source if folder.language is not None else name
    if source:
        assert load_grammar(source).query.pattern_count > 0
        load_symbol_query(source)


def test_every_folder_of_patterns_is_named_by_a_grammar() -> None:
    named = {part for name in grammar_names() for part in (name, *language_folders().grammar(name).inherits)}
    folders = {path.parent.name for path in SHIPPED.glob("*/*.scm")}
    assert folders <= named


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'title = "X"\n\n[grammar]\nwheel = "w"\nwheeel = "v"\n',
            r":5: unknown key 'grammar.wheeel'. Did you",
        ),
        ('title = "X"\nextension = [".x"]\n', r":2: unknown key 'extension'. Did you mean 'extensions'\?"),
        ('title = "X"\n\nextensions = ".x"\n', r":3: 'extensions' must be a list of strings, got '.x'"),
        ('title = "X"\naliases = [1]\n', r":2: 'aliases' must be a list of strings, got \[1\]"),
        ('extensions = [".x"]\n', r"language.toml: the key 'title' is missing"),
        ('title = "X"\n[grammar]\natoms = []\n', r":2: the key 'grammar.wheel' is missing"),
        (
            'title = "X"\nparser = "magic"\n',
            r":2: unknown parser 'magic'; use one of grammar, pyg",
        ),
        ('title = "X"\n[shared_extensions]\n".h" = "("\n', r"bad regular expression: missing \)"),
        ('title = "X"\nparser = "pygments"\n', r":2: parser = 'pygments' needs the key 'lexer'"),
        ('title = "X"\nparser = "prose"\nlexer = "x"\n', r":2: parser = 'pygments' needs the key 'lexer'"),
        ('title = "X\n', r":1: "),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "language.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        read_folder(tmp_path)


@pytest.mark.parametrize("name", ["../python", "", "a/b", "c_family", "no_such_folder", "Python"])
def test_what_is_no_folder_of_a_language_is_none(name: str) -> None:
    assert language_folders().folder(name) is None
    with pytest.raises(CodechoirError, match=re.escape(f"'{name}'")):
        language_folders().grammar(name)


def test_a_new_folder_is_a_new_language_and_nothing_else_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dialect of JSON in which every key is a keyword, added beside the folders that ship."""
    folder = tmp_path / "jsonish"
    shutil.copytree(SHIPPED / "json", folder)
    (folder / "language.toml").write_text(
        'title = "Jsonish"\nextensions = [".jsonish"]\n\n'
        '[grammar]\nwheel = "tree_sitter_json"\nofficial = ["tree_sitter_json:queries/highlights.scm"]\n'
        'containers = ["string", "comment"]\n'
    )
    (folder / "highlights.scm").write_text("(pair key: (string) @keyword)\n")
    (folder / "symbols.scm").write_text('((pair value: (object)) @symbol.record (#set! name "key"))\n')
    both = LanguageFolders([SHIPPED, tmp_path])
    for module in (grammars, languages.detection):
        monkeypatch.setattr(module, "language_folders", lambda: both)
    language = detect_language("a.jsonish", b"")
    assert (language.name, language.title) == ("jsonish", "Jsonish")
    snapshot = Document('{"a": {"b": 1}}', language).snapshot()
    found = [(snapshot.text[span.start : span.end], span.capture) for span in snapshot.spans()]
    assert (b'"a"', "keyword") in found
    assert [(symbol.kind, symbol.name) for symbol in snapshot.symbols()] == [("record", '"a"')]
    assert detect_language("a.py", b"").name == "python"


def test_a_folder_can_name_a_lexer_of_pygments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cmakeish").mkdir()
    (tmp_path / "cmakeish" / "language.toml").write_text(
        'title = "Cmakeish"\nfilenames = ["build.*.cm"]\nparser = "pygments"\nlexer = "cmake"\n'
    )
    both = LanguageFolders([SHIPPED, tmp_path])
    monkeypatch.setattr(languages.detection, "language_folders", lambda: both)
    language = detect_language("Build.x.CM", b"")
    assert (language.name, language.parser, language.source) == ("cmakeish", "pygments", "cmake")
    assert "function" in [span.category for span in Document("project(x)", language).snapshot().spans()]


def test_a_folder_name_that_no_option_could_take_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "C Sharp").mkdir()
    (tmp_path / "C Sharp" / "language.toml").write_text('title = "C#"\nparser = "prose"\n')
    with pytest.raises(InputError, match=r"C Sharp: bad name of a language folder; use a-z"):
        assert LanguageFolders([tmp_path]).languages


def test_a_later_root_wins(tmp_path: Path) -> None:
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "language.toml").write_text('title = "Other"\nparser = "prose"\n')
    language = LanguageFolders([SHIPPED, tmp_path]).by_name("python")
    assert language is not None and language.title == "Other"


@pytest.mark.parametrize(
    "search",
    [
        lambda folders: folders.by_name("python"),
        lambda folders: folders.by_name("py3"),
        lambda folders: folders.by_extension(".pyw"),
        lambda folders: folders.by_interpreter("pypy"),
        lambda folders: folders.by_filename("sconscript"),
    ],
    ids=["name", "alias", "extension", "interpreter", "file name"],
)
def test_a_search_parses_few_folders(search: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []

    def counting(path: Path) -> LanguageFolder:
        parsed.append(path.name)
        return read_folder(path)

    monkeypatch.setattr(language_module, "read_folder", counting)
    language = search(LanguageFolders([SHIPPED]))
    assert language.name == "python"
    assert len(parsed) <= 3


@pytest.mark.parametrize("value", [r'"\u002ehidden"', "'.hidden'", '\n  ".hidden",\n', '"""\n.hidden"""'])
def test_a_search_finds_strings_in_any_notation(tmp_path: Path, value: str) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "language.toml").write_text(
        f'title = "Odd"\nextensions = [{value}]\nparser = "prose"\n'
    )
    language = LanguageFolders([SHIPPED, tmp_path]).by_extension(".hidden")
    assert language is not None and language.name == "odd"


def test_every_search_agrees_with_the_descriptions() -> None:
    found = language_folders()
    for language in found.languages:
        assert found.by_name(language.name) is language
        assert all(found.by_name(alias) is language for alias in language.aliases)
        assert all(found.by_extension(extension) is language for extension in language.extensions)
        assert all(found.by_interpreter(program) is language for program in language.interpreters)
        assert all(found.by_filename(name.replace("*", "x")) is language for name in language.filenames)


def new_language(root: Path, monkeypatch: pytest.MonkeyPatch, grammar: str, **queries: str) -> str:
    """Add a language below `root`; returns its name, a new one each time because grammars are cached."""
    folder = root / f"new{next(NUMBERS)}"
    folder.mkdir()
    (folder / "language.toml").write_text(f'title = "New"\n[grammar]\n{grammar}\n')
    for kind, text in queries.items():
        (folder / f"{kind}.scm").write_text(text)
    monkeypatch.setattr(grammars, "language_folders", lambda: LanguageFolders([SHIPPED, root]))
    return folder.name


@pytest.mark.parametrize("kind", ["highlights", "roles"])
def test_a_mistake_in_a_query_is_named_with_its_file_and_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    text = "; a comment\n(object) @x\n(no_such_node) @y\n"
    name = new_language(tmp_path, monkeypatch, 'wheel = "tree_sitter_json"', **{kind: text})
    with pytest.raises(CodechoirError, match=rf"{kind}\.scm: Invalid node type at row 2.*no_such_node"):
        load_grammar(name)


def test_a_mistake_in_the_query_of_symbols_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = new_language(tmp_path, monkeypatch, 'wheel = "tree_sitter_json"', symbols="(object @symbol.x\n")
    with pytest.raises(CodechoirError, match=r"symbols\.scm: "):
        load_symbol_query(name)


@pytest.mark.parametrize(
    ("grammar", "message"),
    [
        ('wheel = "tree_sitter_nothing"', "No module named 'tree_sitter_nothing'"),
        ('wheel = "tree_sitter_json"\nfunction = "nothing"', "has no attribute 'nothing'"),
    ],
)
def test_a_grammar_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grammar: str, message: str
) -> None:
    name = new_language(tmp_path, monkeypatch, grammar)
    with pytest.raises(CodechoirError, match=f"cannot load the grammar of '{name}': .*{message}"):
        load_grammar(name)
