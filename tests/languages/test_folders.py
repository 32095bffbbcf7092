"""A language is a folder: what it may say, what it inherits, and that adding one touches nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

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
from codechoir.languages.language import read_folder
from codechoir.syntax import Document

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
    named = {part for name in grammar_names() for part in language_folders().grammar(name).patterns}
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
        ('title = "X"\n\nextensions = ".x"\n', r":3: 'extensions' must be a list, got '.x'"),
        ('title = "X"\naliases = [1]\n', r":2: 'aliases' must be a list of strings"),
        ('extensions = [".x"]\n', r"language.toml: the key 'title' is missing"),
        ('title = "X"\n[grammar]\natoms = []\n', r":2: the key 'grammar.wheel' is missing"),
        ('title = "X"\nparser = "magic"\n', r":2: unknown parser 'magic'; known: grammar, prose"),
        ('title = "X"\n[shared_extensions]\n".h" = "("\n', r":3: bad pattern: missing \)"),
        ('title = "X\n', r":1: "),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "language.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        read_folder(tmp_path)


@pytest.mark.parametrize("name", ["../python", "", "a/b", "c_family", "no_such_folder"])
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
        'title = "Jsonish"\nextensions = [".jsonish"]\nline_comment = "//"\n\n'
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


def test_one_language_is_read_without_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    folders = LanguageFolders([SHIPPED])
    assert folders.language("python") is not None
    assert "all" not in vars(folders)
