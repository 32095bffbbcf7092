"""The patterns and the tables that go with them: no rogue names, nothing loaded early, nothing freed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from codechoir import languages
from codechoir.languages import grammar_names, language_folders, load_grammar, query_text
from codechoir.syntax.captures import DEFAULT_ROLES, INJECTION, ROLE, TOKEN_ROLES, TRANSPARENT, category_of
from codechoir.syntax.lexer import PYGMENTS_CAPTURES
from codechoir.syntax.roles import BRACKETS, OPERATORS, ROLES, STRUCTURE, TEXT

STRINGS_AND_COMMENTS = re.compile(r'"(?:\\.|[^"\\])*"|;[^\n]*')


def captures(key: str) -> set[str]:
    """Names of captures in the grammar's whole query."""
    return set(re.findall(r"@([\w.-]+)", STRINGS_AND_COMMENTS.sub("", query_text(key))))


@pytest.mark.parametrize("key", grammar_names())
def test_every_capture_has_a_category_or_is_transparent(key: str) -> None:
    plain = {c for c in captures(key) if not c.startswith(("_", ROLE, INJECTION))}
    assert {c for c in plain if category_of(c) is None and c.split(".")[0] not in TRANSPARENT} == set()


@pytest.mark.parametrize("key", grammar_names())
def test_every_role_is_in_the_list(key: str) -> None:
    assert {c for c in captures(key) if c.startswith(ROLE) and c[len(ROLE) :] not in ROLES} == set()


def test_no_role_is_listed_twice() -> None:
    assert sum(map(len, (OPERATORS, BRACKETS, STRUCTURE, TEXT))) == len(ROLES)


def test_every_role_in_the_list_is_given_to_some_token() -> None:
    queried = {c[len(ROLE) :] for key in grammar_names() for c in captures(key) if c.startswith(ROLE)}
    made = {
        f"{text}.{part}"
        for text in ("string", "string.joined", "docstring")
        for part in ("open", "part", "close")
    }
    elsewhere = {"bom", "directive.paste", "directive.string"}
    of_diffs = {role for role in ROLES if role.startswith("diff.")}  # test_diff.py sees all of them
    by_table = {*TOKEN_ROLES.values(), *DEFAULT_ROLES.values()}
    assert set(ROLES) - queried - by_table - made - of_diffs == elsewhere


def test_roles_by_token_and_by_capture_are_in_the_list() -> None:
    assert {*TOKEN_ROLES.values(), *DEFAULT_ROLES.values()} <= set(ROLES)


@pytest.mark.parametrize("key", grammar_names())
def test_every_grammar_compiles_with_our_patterns(key: str) -> None:
    assert load_grammar(key).query is load_grammar(key).query
    assert load_grammar(key) is load_grammar(key)


@pytest.mark.parametrize("key", grammar_names())
def test_node_types_in_the_table_exist_in_the_grammar(key: str) -> None:
    grammar = load_grammar(key)
    language = grammar.language
    kinds = {language.node_kind_for_id(kind) for kind in range(language.node_kind_count)}
    spec, around = grammar.spec, language_folders().folder(key)
    assert around is not None
    assert (around.symbols.wrappers | around.symbols.namers) - kinds == set()
    assert (spec.containers | spec.atoms | spec.merged | set(spec.joined.values())) - kinds == set()


def test_every_file_of_patterns_is_used() -> None:
    used = "".join(query_text(key) for key in grammar_names())
    symbols = {name for key in grammar_names() for name in (key, *language_folders().grammar(key).inherits)}
    folder = Path(languages.__file__).parent
    files = [*folder.glob("*/highlights.scm"), *folder.glob("*/roles.scm")]
    assert len(files) > 20
    assert [file for file in files if file.read_text("utf-8") not in used] == []
    assert {file.parent.name for file in folder.glob("*/symbols.scm")} <= symbols


def test_captures_of_pygments_have_categories() -> None:
    assert {
        capture for capture in PYGMENTS_CAPTURES.values() if capture and category_of(capture) is None
    } == set()


@pytest.mark.parametrize(
    ("capture", "category"),
    [
        ("comment.line", "comment"),
        ("string.documentation", "comment"),
        ("string.special.key", "literal"),
        ("keyword.control", "keyword"),
        ("keyword.operator", "operator"),
        ("constant", "variable"),
        ("constant.builtin", "literal"),
        ("constructor", "type"),
        ("function.method.builtin", "function"),
        ("attribute", "function"),
        ("punctuation.special", "punctuation"),
        ("delimiter", "punctuation"),
        ("embedded", None),
        ("none", None),
        ("local.scope", None),
        ("nobody.knows", None),
    ],
)
def test_the_longest_prefix_of_a_capture_wins(capture: str, category: str | None) -> None:
    assert category_of(capture) == category


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_process_that_used_every_query_ends_well() -> None:
    """py-tree-sitter 0.26.1 ends the process with a segmentation fault when some queries are freed.

    Ours are kept for the life of the process; this runs one to its end, with a collection before.
    """
    program = (
        "import gc\n"
        "from codechoir.syntax.document import Document\n"
        "from codechoir.languages import language_folders\n"
        "for language in language_folders().languages:\n"
        "    Document('a = `b` /* c */ <d>', language).snapshot().spans()\n"
        "gc.collect()\n"
        "print('well')\n"
    )
    ended = run(program)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "well\n", "")


def test_only_the_grammar_that_is_used_is_loaded() -> None:
    program = (
        "import sys\n"
        "import codechoir.syntax.document\n"
        "from codechoir.syntax.document import Document\n"
        "from codechoir.languages.detection import detect_language\n"
        "loaded = lambda: sorted(m for m in sys.modules if m.startswith(('tree_sitter_', 'pygments')))\n"
        "assert loaded() == [], loaded()\n"
        "Document('x = 1', detect_language('a.py', b'')).snapshot().spans()\n"
        "print([m for m in loaded() if '.' not in m])\n"
    )
    ended = run(program)
    assert ended.stderr == ""
    assert ended.stdout.strip() == "['tree_sitter_python']"


def test_all_languages_in_the_table_have_a_grammar_in_the_table() -> None:
    assert {
        language.source for language in language_folders().languages if language.parser == "grammar"
    } <= set(grammar_names())


def test_no_query_takes_long_to_compile() -> None:
    """The first line of a file waits for it. A pattern around a node that can contain much costs most."""
    program = (
        "import time\n"
        "from codechoir.languages import grammar_names, load_grammar\n"
        "spent = {}\n"
        "for name in grammar_names():\n"
        "    started = time.process_time()\n"
        "    load_grammar(name)\n"
        "    spent[name] = time.process_time() - started\n"
        "allowed = 4 * max(spent['php'], spent['csharp'])\n"
        "print([name for name, seconds in spent.items() if seconds > allowed])\n"
    )
    assert run(program).stdout == "[]\n"
