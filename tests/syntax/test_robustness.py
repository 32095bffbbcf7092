"""Texts that no one would write: they are read in the end, none hangs, none overflows a stack."""

from __future__ import annotations

from typing import Any

import pytest
import tree_sitter
from codechoir.languages import Language, language_folders
from codechoir.languages.detection import detect_language
from codechoir.model import Category
from codechoir.syntax import safe_parsing
from codechoir.syntax.document import Document
from codechoir.syntax.tree_analysis import TreeAnalysis

GRAMMARS = [language for language in language_folders().languages if language.parser == "grammar"]


def language(name: str) -> Language:
    return detect_language(None, b"", name)


def middle(text: bytes, name: str) -> list[str]:
    """The texts of the spans around the middle."""
    snapshot = Document(text, language(name)).snapshot()
    at = len(text) // 2
    return [snapshot.text[span.start : span.end].decode() for span in snapshot.spans(at, at + 20)]


def test_five_megabytes_in_one_line_are_read_window_by_window() -> None:
    line = b"function f(a,b){return a+b*2}var s='x',t=[1,2,3];" * 100_000
    snapshot = Document(line, language("javascript")).snapshot()
    assert snapshot.warnings == ()
    start = line.index(b"return", len(line) // 2)
    found = snapshot.spans(start, start + 12)
    assert [line[span.start : span.end] for span in found] == [b"return", b"a", b"+", b"b", b"*", b"2"]
    assert found[0].category == Category.KEYWORD


def test_five_megabytes_of_one_word_are_one_token() -> None:
    assert len(middle(b"a" * 5_000_000, "python")) == 1
    assert len(middle(b"a" * 5_000_000, "text")) == 1


@pytest.mark.parametrize("name", ["python", "javascript", "rust", "json", "css", "bash"])
def test_nesting_thousands_deep_overflows_nothing(name: str) -> None:
    text = b"[" * 5_000 + b"x" + b"]" * 5_000
    snapshot = Document(text, language(name)).snapshot()
    covered = sum(span.end - span.start for span in snapshot.spans())
    assert covered == len(text)


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
def test_a_binary_file_costs_no_more_than_its_length(grammar: Language) -> None:
    """Bash's scanner took time by the square of the number of NUL bytes."""
    text = b"\x7fELF\0\0" + b"\0" * 60_000 + b"end"
    snapshot = Document(text, grammar).snapshot()
    assert snapshot.text == text
    assert snapshot.spans(60_000, len(text))[-1].end == len(text)


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
@pytest.mark.parametrize("junk", [b"(", b"<a", b'"', b"\\", b"\x00", b"`a", b"{\n", b"- "], ids=repr)
def test_a_row_of_junk_is_covered(grammar: Language, junk: bytes) -> None:
    text = junk * 1500
    snapshot = Document(text, grammar).snapshot()
    at = 0
    for span in snapshot.spans():
        assert not text[at : span.start].strip()
        at = span.end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    "text",
    [b"- " * 1500, b"? " * 400, b"".join(b" " * i + b"a:\n" for i in range(600)), b"- ? - " * 300],
    ids=["items", "keys", "indentation", "mixed"],
)
def test_yaml_that_its_grammar_would_not_survive_is_read_by_tokens(text: bytes) -> None:
    """The scanner of tree-sitter-yaml 0.7.2 writes past its buffer, and ends the process."""
    snapshot = Document(text, language("yaml")).snapshot()
    assert len(snapshot.warnings) == 1
    assert snapshot.spans()


def test_yaml_with_deep_columns_but_few_levels_is_parsed() -> None:
    text = b"a: |\n" + b"".join(b" " * 300 + b"- x\n" for _ in range(50))
    assert Document(text, language("yaml")).snapshot().warnings == ()


def test_an_endless_paragraph_stays_one_token() -> None:
    assert len(middle(b"word " * 20_000, "markdown")) == 1


def test_a_parse_that_takes_too_long_is_given_up_with_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise safe_parsing.TooComplexError

    monkeypatch.setattr(safe_parsing, "parse", never)
    document = Document("x = f(1, 'é') ", language("python"))
    snapshot = document.snapshot()
    assert snapshot.warnings == (
        "the text is too complex to parse as Python; it is read token by token, without structure",
    )
    texts = [snapshot.text[span.start : span.end].decode() for span in snapshot.spans()]
    assert texts == ["x", "=", "f", "(", "1", ",", "'", "é", "'", ")"]
    assert snapshot.spans(4, 5) == [span for span in snapshot.spans() if span.start == 4]
    monkeypatch.undo()
    document.edit(0, 1, "y")
    assert len(document.snapshot().warnings) == 1, "it does not try again with each keystroke"


def test_a_query_that_takes_too_long_is_given_up_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = Document("x = 1", language("python")).snapshot()
    asked = []

    def never(*arguments: object) -> None:
        asked.append(arguments)
        raise safe_parsing.TooComplexError

    monkeypatch.setattr("codechoir.syntax.captures.query_matches", never)
    assert [span.category for span in snapshot.spans()] == ["variable", "operator", "literal"]
    assert len(snapshot.spans(4, 5)) == 1
    assert len(asked) == 1


def test_the_time_limits_are_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser and a query that are given no time at all say so instead of returning half of their work."""
    text = b"f(x)[0] = {1: 'a'}\n" * 20_000
    snapshot = Document(text, language("python")).snapshot()
    analysis = snapshot._parsed.result()[0]
    assert isinstance(analysis, TreeAnalysis)
    monkeypatch.setattr(safe_parsing, "_QUERY_SECONDS", 1e-5)
    monkeypatch.setattr(safe_parsing, "_QUERY_SECONDS_PER_MEGABYTE", 0.0)
    cursors = []
    make = tree_sitter.QueryCursor

    def counted(*arguments: Any, **options: Any) -> tree_sitter.QueryCursor:
        cursors.append(1)
        return make(*arguments, **options)

    monkeypatch.setattr(tree_sitter, "QueryCursor", counted)
    with pytest.raises(safe_parsing.TooComplexError):
        safe_parsing.query_matches(analysis.grammar.query, analysis.tree.root_node, 0, len(text))
    assert len(cursors) == 1, "a query that has had its time is not tried again"
    with pytest.raises(safe_parsing.TooComplexError):
        safe_parsing.query_matches(analysis.grammar.query, analysis.tree.root_node, 0, 4096)
    assert len(cursors) >= 3, "but that of a short text is"
    monkeypatch.setattr(safe_parsing, "_PARSE_SECONDS", 1e-5)
    monkeypatch.setattr(safe_parsing, "_PARSE_SECONDS_PER_MEGABYTE", 0.0)
    document = Document(text, language("python"))
    assert len(document.snapshot().warnings) == 1


@pytest.mark.parametrize(("name", "sign"), [("java", b"{"), ("c", b"(("), ("yaml", b"{"), ("bash", b"`")])
def test_a_row_of_ten_thousand_signs_is_junk(name: str, sign: bytes) -> None:
    """Queries take time by the square of their number: 300 ms for 10 kB."""
    assert len(Document((sign * 10_000)[:10_000], language(name)).snapshot().warnings) == 1
    snapshot = Document((sign * 5_000)[:5_000], language(name)).snapshot()
    assert snapshot.warnings == ()
    mixed = Document(b"".join(sign + b" name " for _ in range(2_500)), language(name)).snapshot()
    assert mixed.warnings == ()


def test_one_flat_error_of_a_whole_file_is_junk() -> None:
    snapshot = Document(b"(" * 100_000, language("python")).snapshot()
    assert len(snapshot.warnings) == 1
    assert sum(span.end - span.start for span in snapshot.spans()) == 100_000
