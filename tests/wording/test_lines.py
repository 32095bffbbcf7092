"""`Wording.lines`: lazy, in order, in pieces of bounded length."""

from __future__ import annotations

from itertools import islice

from codechoir.model import Category, Span
from codechoir.settings import WordingOptions
from codechoir.wording import Wording
from codechoir.wording.line_source import PIECE_BYTES
from support.fake_source import FakeSource

CODE = "def parseHTTP(x):\n    return x != user_name\n\n# the end\n"


def texts(source: FakeSource, start: int = 0, end: int | None = None) -> list[list[str]]:
    return [[u.text for u in line if u.text] for line in Wording().lines(source, start, end)]


def test_one_list_for_each_line_that_has_something_to_say() -> None:
    options = WordingOptions(indentation="off")
    assert len(list(Wording(options).lines(FakeSource(CODE)))) == 3


def test_an_operator_becomes_words() -> None:
    assert "not equal" in texts(FakeSource(CODE))[1]


def test_a_name_is_split_where_its_case_changes() -> None:
    assert "parse h t t p" in texts(FakeSource(CODE))[0]


def test_a_range_inside_a_token_reads_only_that_range() -> None:
    start = CODE.index("name")
    assert texts(FakeSource(CODE), start, start + 4) == [["name"]]


def test_an_empty_or_reversed_range_says_nothing() -> None:
    assert texts(FakeSource(CODE), 5, 5) == []
    assert texts(FakeSource(CODE), 9, 3) == []
    assert texts(FakeSource("")) == []


def test_the_first_line_asks_only_for_its_own_spans() -> None:
    source = FakeSource("x = 1\n" * 10_000)
    next(Wording().lines(source))
    assert source.asked == [(0, 5)]


def test_a_very_long_line_comes_in_short_pieces() -> None:
    source = FakeSource("x = [" + "number, " * 60_000 + "]")
    first = list(islice(Wording().lines(source), 3))
    assert all(line[-1].end - line[0].start < 4_000 for line in first)
    assert max(high - low for low, high in source.asked) < 100_000


def test_a_very_long_comment_comes_line_by_line() -> None:
    text = "/*" + "all is well.\n" * 100_000 + "*/"
    spans = [Span(0, len(text), Category.COMMENT, "comment", "c")]
    source = FakeSource(text, spans=spans)
    lines = list(islice(Wording().lines(source), 5))
    assert [line[0].text.strip() for line in lines[1:]] == ["all is well."] * 4


def test_a_token_without_blanks_is_cut_between_characters() -> None:
    text = "né" * 2_500
    source = FakeSource(text, spans=[Span(0, 7_500, Category.VARIABLE, "variable")])
    said = [u for line in Wording().lines(source) for u in line]
    assert "".join(u.text for u in said) == text
    assert all(u.end - u.start <= PIECE_BYTES for u in said)
