"""Texts on which the C code of a grammar would end the process. A child process shows that they do not."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import tree_sitter
from codechoir.languages import grammar_names, language_folders, language_named, load_grammar
from codechoir.syntax import safe_parsing
from codechoir.syntax.document import Document
from codechoir.syntax.safe_parsing import guarded_text

READ = (
    "import sys\n"
    "from codechoir.languages.detection import language_named\n"
    "from codechoir.syntax.document import Document\n"
    "text = sys.stdin.buffer.read()\n"
    "spans = Document(text, language_named(sys.argv[1])).snapshot().spans()\n"
    "sys.stdout.buffer.write(b'|'.join(text[span.start : span.end] for span in spans))\n"
)
DEEP = b"".join(b" " * level + b"if x:\n" for level in range(600)) + b" " * 600 + b'x = f"a{b}"\n'
WRAPPED = b"".join(b"\\\n " * level + b"if x:\n" for level in range(600)) + b"\\\n " * 600 + b'x = f"a{b}"\n'


def read_in_a_child(text: bytes, language: str) -> list[bytes]:
    """The tokens of `text`, found by another process; fails when that process dies."""
    command = [sys.executable, "-W", "ignore", "-c", READ, language]
    child = subprocess.run(command, input=text, capture_output=True, timeout=60, check=False)
    assert child.returncode == 0, child.stderr
    return child.stdout.split(b"|")


@pytest.mark.parametrize("attempt", range(6))
def test_bash_survives_characters_where_its_scanner_tests_for_digits(attempt: int) -> None:
    """`isdigit` reads outside of its table. Without the guard each attempt fails in half of all cases."""
    brace = ["{", "{1", "{1..", "{1..22", "{..", "{\\\n"][attempt]
    text = f"echo {brace}\U0010ffff x {brace}\U000f0000,y}}\nz".encode()
    tokens = read_in_a_child(text, "bash")
    assert b"".join(tokens).replace(b" ", b"").endswith(b"z")
    assert "\U0010ffff".encode() in b"".join(tokens)


@pytest.mark.parametrize("text", [DEEP, WRAPPED], ids=["indents", "joined lines"])
def test_python_survives_more_levels_than_its_scanner_has_room_for(text: bytes) -> None:
    """The scanner writes one byte past its buffer at about 510 levels, after an odd number of open quotes."""
    assert read_in_a_child(text, "python")[-1] == b'"'


def test_python_nested_as_deep_as_its_scanner_surely_has_room_for_is_parsed() -> None:
    text = b"".join(b" " * level + b"if x:\n" for level in range(350)) + b" " * 350 + b"pass\n"
    language = language_named("python")
    assert language is not None
    assert Document(text, language).snapshot().warnings == ()


def test_ruby_survives_more_heredocs_than_its_scanner_has_room_for() -> None:
    """The scanner writes up to two bytes past its buffer, with 93 open heredocs of seven letters for one."""
    starts = b"f(" + b", ".join([b"<<HEREDOC"] * 93) + b")\n"
    assert read_in_a_child(starts + b"x\nHEREDOC\n" * 93, "ruby")[:2] == [b"f", b"("]


@pytest.mark.parametrize("start", [b"<<~SQL", b"<<-'SQL'", b'<<"SQL"', b"<<`SQL`"])
def test_any_number_of_heredocs_one_after_the_other_is_parsed(start: bytes) -> None:
    language = language_named("ruby")
    assert language is not None
    text = b"run(" + start + b")\n  SELECT 1\n  SQL\n"
    assert Document(text * 300, language).snapshot().warnings == ()
    assert Document((text + b"a <<b\n") * 100, language).snapshot().warnings == (), "nor are other operators"
    assert len(Document(b"f(" + start * 100 + b")", language).snapshot().warnings) == 1


@pytest.mark.parametrize("brace", ["{", "{12", "{1..", "{1..34"])
@pytest.mark.parametrize("character", ["\u0100", "\u07ff", "\u0800", "中", "\uffff", "😀", "\U0010ffff"])
def test_the_parser_gets_a_harmless_character_of_the_same_length(brace: str, character: str) -> None:
    text = f"a {brace}{character}{character}x}}".encode()
    given = guarded_text("bash", text)
    assert given is not None and len(given) == len(text)
    assert given.decode().startswith(f"a {brace}é")
    assert given.decode().endswith(f"{character}x}}"), "one character is enough"


@pytest.mark.parametrize("text", ["{a,b}", "{é", "{1..9}", "x=😀", "{a😀", "$" + "{x:-ł}"])
def test_other_texts_of_bash_reach_the_parser_as_they_are(text: str) -> None:
    assert guarded_text("bash", text.encode()) == text.encode()


@pytest.mark.parametrize(
    "text", ["echo {ł,b}", "f() { {ł x; }; }", "{ł=1; echo $x; }", "{1..ł}", "{łł x}", "echo {1ł}"]
)
def test_the_guard_does_not_change_the_spans(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """U+0142 may be tested for a digit: it lies near enough to the table's end."""
    language = language_named("bash")
    assert language is not None
    expected = Document(text, language).snapshot().spans()
    assert guarded_text("bash", text.encode()) != text.encode()
    monkeypatch.setattr(safe_parsing, "guarded_text", lambda grammar, text: text)
    assert Document(text, language).snapshot().spans() == expected


def test_no_other_scanner_tests_characters_with_functions_for_bytes() -> None:
    """A new wheel that imports the table of `isdigit` needs a look at its scanner, and a guard."""
    found = set()
    for key in grammar_names():
        spec = language_folders().grammar(key)
        folder = Path(import_module(spec.wheel).__file__ or "").parent
        libraries = [*folder.glob("*.so"), *folder.glob("*.pyd")]
        assert libraries, key
        if any(b"__ctype_b_loc" in library.read_bytes() for library in libraries):
            found.add(key)
    assert found == ({"bash"} if sys.platform == "linux" else set())


# ---- other threads while a text is parsed ------------------------------------------------------------------

LONG = b"def f(a):\n    return [a, {'b': g(a) + 1}]\n" * 2_000


@pytest.mark.parametrize("text", [LONG, b"(" + LONG, LONG[:-9] + b'"""'], ids=["valid", "bracket", "quotes"])
def test_a_text_parsed_in_slices_has_the_same_tree(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two slices other threads run, such as the one that stops a reading."""
    grammar = load_grammar("python")

    def tokens(old: tree_sitter.Tree | None = None) -> list[tuple[str, int, int]]:
        tree = safe_parsing.parse(tree_sitter.Parser(grammar.language), grammar, text, old)
        found, cursor = [], tree.walk()
        while cursor.goto_first_child() or cursor.goto_next_sibling() or _next_of_parents(cursor):
            node = cursor.node
            assert node is not None
            found.append((node.type, node.start_byte, node.end_byte))
        return found

    with monkeypatch.context() as unhurried:
        unhurried.setattr(safe_parsing, "_SLICE_MICROSECONDS", 60_000_000)
        whole = tokens()
    pauses: list[int] = []
    monkeypatch.setattr(safe_parsing, "check_cancelled", lambda: pauses.append(1))
    assert tokens() == whole
    assert len(pauses) > 100


def _next_of_parents(cursor: tree_sitter.TreeCursor) -> bool:
    while cursor.goto_parent():
        if cursor.goto_next_sibling():
            return True
    return False


def test_a_parser_that_has_run_out_of_time_parses_the_next_text(monkeypatch: pytest.MonkeyPatch) -> None:
    grammar = load_grammar("python")
    parser = tree_sitter.Parser(grammar.language)
    with monkeypatch.context() as hurried:
        hurried.setattr(safe_parsing, "_PARSE_SECONDS", 0.0)
        hurried.setattr(safe_parsing, "_PARSE_SECONDS_PER_MEGABYTE", 0.0)
        with pytest.raises(safe_parsing.TooComplexError):
            safe_parsing.parse(parser, grammar, LONG)
    tree = safe_parsing.parse(parser, grammar, b"x = 1\n")
    assert (tree.root_node.end_byte, tree.root_node.has_error) == (6, False)
