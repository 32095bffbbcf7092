"""Where a listener lands who skips."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from codechoir.languages.detection import plain_text
from codechoir.playback.navigation import skip_blocks, skip_lines, skip_spans, skip_symbols
from codechoir.syntax.document import Document

TEXT = "one two\n\n   \nthree (four\nfive\n"
GROUND = Document(TEXT, plain_text()).snapshot()


@dataclass(frozen=True)
class Word:
    start: int
    end: int


def words(start: int, end: int) -> list[Word]:
    return [Word(start + m.start(), start + m.end()) for m in re.finditer(r"\w+", TEXT[start:end])]


def text_of(extent: tuple[int, int] | None) -> str | None:
    return None if extent is None else TEXT[extent[0] : extent[1]]


@pytest.mark.parametrize(
    ("at", "count", "lands"),
    [
        ("one", 1, "three (four"),
        ("two", 2, "five"),
        ("five", -1, "three (four"),
        ("four", 0, "three (four"),
        ("three", -1, "one two"),
        ("one", -3, "one two"),
        ("five", -99, "one two"),
        ("five", 1, None),
        ("one", 99, None),
    ],
)
def test_lines_are_counted_without_the_blank_ones(at: str, count: int, lands: str | None) -> None:
    assert text_of(skip_lines(GROUND, TEXT.index(at), count)) == lands


@pytest.mark.parametrize(
    ("at", "count", "lands"),
    [
        ("one", 1, "two"),
        ("one", 2, "three"),
        ("two", 0, "two"),
        ("wo", 0, "two"),
        ("four", -1, "three"),
        ("four", -2, "two"),
        ("four", 1, "five"),
        ("one", 4, "five"),
        ("five", -4, "one"),
        ("five", -99, "one"),
        ("five", 1, None),
        ("one", 5, None),
    ],
)
def test_spans_are_counted_across_lines_without_the_silent_ones(
    at: str, count: int, lands: str | None
) -> None:
    assert text_of(skip_spans(GROUND, words, TEXT.index(at), count)) == lands


@pytest.mark.parametrize(("count", "lands"), [(-2, "one"), (-1, "two"), (0, "two"), (1, "three")])
def test_from_a_blank_line_the_nearest_words_are_one_step_away(count: int, lands: str) -> None:
    assert text_of(skip_spans(GROUND, words, TEXT.index("   "), count)) == lands


def test_steps_ask_for_the_lines_they_cross_and_no_others() -> None:
    asked = []

    def noted(start: int, end: int) -> list[Word]:
        asked.append(TEXT[start:end])
        return words(start, end)

    skip_spans(GROUND, noted, TEXT.index("five"), -1)
    assert asked == ["five", "three (four"]


def test_a_document_without_words_has_nowhere_to_go() -> None:
    empty = Document("", plain_text()).snapshot()
    assert skip_spans(empty, lambda start, end: [], 0, 1) is None
    assert skip_spans(empty, lambda start, end: [], 0, -1) is None
    assert skip_lines(empty, 0, 1) is None
    assert skip_lines(empty, 0, -1) == (0, 0)


OUTER, INNER, NEXT = Word(10, 50), Word(20, 30), Word(60, 80)


@pytest.mark.parametrize(
    ("at", "count", "lands"),
    [
        (0, 1, OUTER),
        (12, 1, INNER),
        (25, 0, INNER),
        (35, 1, NEXT),
        (25, -1, OUTER),
        (65, -2, OUTER),
        (65, -9, OUTER),
        (65, 1, None),
    ],
)
def test_symbols_are_counted_in_the_order_of_the_text(at: int, count: int, lands: Word | None) -> None:
    found = skip_symbols([NEXT, INNER, OUTER, OUTER], at, count)
    assert found == (None if lands is None else (lands.start, lands.end))


def test_without_symbols_there_is_nowhere_to_go() -> None:
    assert skip_symbols([], 5, 1) is None


BLOCKS = Document("a\nb (\n)\n  c\n  d\ne\n\nf\n", plain_text()).snapshot()


@pytest.mark.parametrize(
    ("at", "count", "lands"),
    [
        ("a", 0, "a\nb (\n)"),
        ("b", 0, "a\nb (\n)"),
        (")", 1, "  c\n  d"),
        ("a", 2, "e"),
        ("c", 2, "f"),
        ("d", -1, "a\nb (\n)"),
        ("f", -1, "e"),
        ("f", -99, "a\nb (\n)"),
        ("f", 1, None),
        ("a", 9, None),
    ],
)
def test_blocks_are_lines_of_one_indentation(at: str, count: int, lands: str | None) -> None:
    text = BLOCKS.text.decode()
    found = skip_blocks(BLOCKS, text.index(at), count)
    assert (None if found is None else text[slice(*found)]) == lands
