"""Texts that are made to take long: the work is bounded, covers all of the text, and can be stopped.

Work is counted where it can be. Where only time tells, the limit is ten times what a slow machine needs.
"""

from __future__ import annotations

import gc
import time
from typing import Any, cast

import pytest
import tree_sitter
from codechoir.cancellation import Cancellation, CancelledError
from codechoir.languages import Language, language_named, load_grammar
from codechoir.syntax import Document, Snapshot, parsing, safe_parsing
from codechoir.syntax.token_walker import TokenWalker
from codechoir.syntax.tree_analysis import TreeAnalysis
from codechoir.wording import Wording

SIZE = 10_000


def language(name: str) -> Language:
    found = language_named(name)
    assert found is not None
    return found


def read(name: str, part: bytes) -> Snapshot:
    return Document((part * SIZE)[:SIZE], language(name)).snapshot()


class SlowParser:
    """A parser whose parse never ends. `slices`: how often it was asked to go on."""

    def __init__(self, cancelled_in: int = 0, cancellation: Cancellation | None = None) -> None:
        self.slices = 0
        self.was_reset = False
        self._cancelled_in = cancelled_in
        self._cancellation = cancellation

    def parse(self, *_: object) -> tree_sitter.Tree:
        self.slices += 1
        if self._cancellation is not None and self.slices == self._cancelled_in:
            self._cancellation.cancel()
        raise ValueError("Parsing failed")

    def reset(self) -> None:
        self.was_reset = True


# ---- the work of a parse ---------------------------------------------------------------------------------


def test_a_parse_that_does_not_end_is_given_up_after_a_number_of_slices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "thread_time", lambda: 0.0)
    counts = []
    for size in (0, 10_000, 1_000_000):
        parser = SlowParser()
        with pytest.raises(safe_parsing.TooComplexError):
            safe_parsing.parse(cast(Any, parser), load_grammar("python"), bytes(range(32, 96)) * (size // 64))
        assert parser.was_reset
        counts.append(parser.slices)
    assert 1000 < counts[0] < counts[1] < 5000
    assert counts[2] - counts[0] == pytest.approx(100 * (counts[1] - counts[0]), rel=0.01)


def test_the_same_text_always_takes_the_same_slices_and_gives_the_same_tree() -> None:
    """However busy the machine is: the slices are counted in steps, not in time."""
    grammar = load_grammar("java")
    text = b"class A { int f( { return a. + ; } } }\n" * 60
    parser = tree_sitter.Parser(grammar.language)
    trees = {str(safe_parsing.parse(parser, grammar, text).root_node) for _ in range(5)}
    assert len(trees) == 1


def test_a_cancelled_parse_stops_after_the_slice_and_the_parser_is_ready_for_the_next_text() -> None:
    cancellation = Cancellation()
    parser = SlowParser(7, cancellation)
    with pytest.raises(CancelledError), cancellation.active():
        safe_parsing.parse(cast(Any, parser), load_grammar("python"), b"x = 1\n")
    assert parser.slices == 7 and parser.was_reset


def test_a_document_whose_parse_was_cancelled_is_parsed_when_it_is_needed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cancellation = Cancellation()
    document = Document("def f(a):\n    return a\n" * 500, language("python"))
    check, checks = safe_parsing.check_cancelled, []

    def cancel_in_the_middle() -> None:
        checks.append(1)
        if len(checks) == 10:
            cancellation.cancel()
        check()

    monkeypatch.setattr(safe_parsing, "check_cancelled", cancel_in_the_middle)
    with pytest.raises(CancelledError), cancellation.active():
        document.snapshot().spans(0, 1)
    assert len(checks) == 10
    assert [span.capture for span in document.snapshot().spans(0, 1)] == ["keyword"]
    assert len(document.snapshot().symbols()) == 500


@pytest.mark.parametrize(
    ("name", "part"),
    [("rust", b"%w("), ("rust", b"%w(#{"), ("c", b"^x="), ("bash", b"while`<!--"), ("css", b"{+")],
    ids=repr,
)
def test_one_endless_step_of_a_parser_is_foreseen(name: str, part: bytes) -> None:
    """`%w(` 3,333 times as Rust: one step of 6 to 30 seconds, in which nothing can stop the parser."""
    started = time.thread_time()
    snapshot = read(name, part)
    covered = sum(span.end - span.start for span in snapshot.spans())
    assert covered == len(snapshot.text)
    assert time.thread_time() - started < 2.5


@pytest.mark.parametrize("part", [b"(", b"^x=", b'a.b("c", ' * 9], ids=repr)
def test_what_is_probed_of_a_row_ends_as_the_row_does(part: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """`^x=^x=^` as JavaScript takes 40 times as long as `^x=^x=^x`, which promised that no text took long."""
    probed = []
    parse = safe_parsing._parse_in_slices

    def noted(parser: tree_sitter.Parser, text: bytes, *rest: Any) -> tree_sitter.Tree:
        probed.append(text)
        return parse(parser, text, *rest)

    monkeypatch.setattr(safe_parsing, "_parse_in_slices", noted)
    text = (part * SIZE)[:SIZE]
    safe_parsing._probe(load_grammar("json"), text, time.thread_time() + 60)
    assert len(probed) == 5
    for beginning in probed:
        assert text.startswith(beginning) and text.endswith(beginning[-len(part) :])


def test_the_collector_of_garbage_does_not_take_the_time_of_a_query() -> None:
    """35,000 matches at once were some 200 collections, which took twice as long as the query."""
    grammar = load_grammar("make")
    text = b"$ " * (SIZE // 2)
    tree = safe_parsing.parse(tree_sitter.Parser(grammar.language), grammar, text)
    collections: list[str] = []

    def note(phase: str, _: dict[str, int]) -> None:
        collections.append(phase)

    assert gc.isenabled()
    gc.callbacks.append(note)
    try:
        found = safe_parsing.query_matches(grammar.query, tree.root_node, 0, len(text))
    finally:
        gc.callbacks.remove(note)
    assert len(found) > 20_000
    assert collections.count("start") <= 3  # before and after the query
    assert gc.isenabled()


def test_repetitive_data_is_parsed() -> None:
    text = b"[" + b'{"id": 1, "name": "a", "tags": []},\n' * 2000 + b"{}]"
    assert safe_parsing._is_repetitive(text)
    assert Document(text, language("json")).snapshot().warnings == ()


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("javascript", b"as=="),
        ("tsx", b"*a "),
        ("ruby", b"* &. "),
        ("bash", b",$(<!--,"),
        ("markdown", b'R"(\n%>\n'),
        ("cpp", b"(\n"),
        ("php", b"?>\n"),
        ("csharp", b"'"),
        ("html", b"<a "),
        ("java", b"{"),
        ("elixir", b"while`<!--"),
        ("yaml", b"- "),
        ("text", b"# "),
    ],
    ids=repr,
)
def test_ten_kilobytes_are_worded_in_a_short_time(name: str, part: bytes) -> None:
    """Deep trees, flat errors, thousands of lines: spans, symbols and all words took up to 14 seconds."""
    started = time.thread_time()
    snapshot = read(name, part)
    snapshot.symbols()
    said = list(Wording().lines(snapshot))
    assert said
    assert time.thread_time() - started < 3


# ---- windows ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "part"), [("cpp", b"(\n"), ("markdown", b'R"(\n%>\n'), ("php", b"?>\n")])
def test_a_text_read_window_by_window_costs_not_much_more_than_at_once(
    name: str, part: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    visited = []
    run = TokenWalker.run

    def counted(walker: TokenWalker, root: tree_sitter.Node) -> list[Any]:
        found = run(walker, root)
        visited.append(walker.visited)
        return found

    monkeypatch.setattr(TokenWalker, "run", counted)
    whole = read(name, part)
    whole.spans()
    at_once = sum(visited)
    visited.clear()
    snapshot, found = read(name, part), []
    for line in range(snapshot.line_count):
        start, end = snapshot.line_range(line)
        found += [span for span in snapshot.spans(start, end) if span.start >= start]
    assert found == whole.spans()
    assert sum(visited) < 20 * at_once  # once for each line: 1,000 times or more


def test_plain_text_is_read_in_windows_of_the_size_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only windows that cost more than what they show are made larger."""
    monkeypatch.setattr(time, "thread_time", lambda: 0.0)
    sizes = []
    run = TokenWalker.run

    def noted(walker: TokenWalker, root: tree_sitter.Node) -> list[Any]:
        sizes.append(walker._end - walker._start)
        return run(walker, root)

    monkeypatch.setattr(TokenWalker, "run", noted)
    snapshot = Document("def f(a):\n    return a\n" * 1000, language("python")).snapshot()
    for line in range(0, 2000, 50):
        snapshot.spans(*snapshot.line_range(line))
    assert max(sizes) < 40


def test_what_is_nested_too_deep_for_queries_is_covered() -> None:
    text = b"x = " + b"[" * 2000 + b"name, 1, 'a'" + b"]" * 2000
    snapshot = Document(text, language("python")).snapshot()
    spans = {snapshot.text[span.start : span.end]: span.category.value for span in snapshot.spans()}
    assert spans[b"name"] == "variable" and spans[b"["] == "punctuation"
    assert sum(span.end - span.start for span in snapshot.spans()) == len(text.replace(b" ", b""))


# ---- after a failure -------------------------------------------------------------------------------------


def test_a_text_that_was_mended_is_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ever more seldom, so that whoever edits a hopeless text need not wait for each attempt."""
    attempts = []

    def never(*_: object) -> None:
        attempts.append(1)
        raise safe_parsing.TooComplexError

    document = Document("x = 1\n", language("python"))
    with monkeypatch.context() as patch:
        patch.setattr(safe_parsing, "parse", never)
        for _ in range(100):
            assert len(document.snapshot().warnings) == 1
            document.edit(0, 0, "x")
        assert 5 <= len(attempts) <= 10
        document.snapshot().settle()
        assert len(document.snapshot().warnings) == 1
    document.edit(0, 0, "x")
    document.snapshot().settle()
    assert document.snapshot().warnings == ()
    document.edit(0, 0, "x")
    assert document.snapshot().warnings == ()


# ---- edits of texts with errors --------------------------------------------------------------------------

BROKEN = "class A {\n  int f(int a) { return a; }\n  int g( { return }\n}\n"


def fresh(document: Document) -> list[Any]:
    return Document(document.lines().text, document.language).snapshot().spans()


def test_a_short_text_with_errors_has_the_spans_of_a_fresh_parse_at_once() -> None:
    document = Document(BROKEN, language("java"))
    for at in range(len(BROKEN), 0, -3):
        document.snapshot().spans()
        document.edit(at, at, ")")
        assert document.snapshot().spans() == fresh(document)


def test_a_long_text_with_errors_has_them_after_it_has_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "_PARSED_AT_ONCE", 0)
    document = Document(BROKEN, language("java"))
    for at in range(len(BROKEN), 0, -1):
        document.snapshot().spans()
        document.edit(at, at, "(")
        snapshot = document.snapshot()
        provisional = snapshot._parsed.result()[0]
        assert isinstance(provisional, TreeAnalysis) and provisional.is_provisional
        snapshot.settle()
        assert snapshot._parsed.result()[0] is not provisional
        assert document.snapshot().spans() == fresh(document)


def test_settling_ends_when_the_document_is_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "_PARSED_AT_ONCE", 0)
    document = Document(BROKEN * 200, language("java"))
    document.snapshot().spans(0, 1)
    document.edit(0, 0, "(")
    snapshot = document.snapshot()
    before = snapshot.spans()
    check, checks = safe_parsing.check_cancelled, []

    def edit_in_the_middle() -> None:
        checks.append(1)
        if len(checks) == 5:
            document.edit(0, 1, "")
        check()

    monkeypatch.setattr(safe_parsing, "check_cancelled", edit_in_the_middle)
    snapshot.settle()
    assert len(checks) == 5
    assert snapshot.spans() == before
