"""The code of a page is cut so that every byte is shown once, and every word is whole segments."""

from __future__ import annotations

from codechoir.model import Category, Span
from codechoir.sinks.html_page import PageText, cut
from hypothesis import given
from hypothesis import strategies as st


def page(text: bytes, spans: list[Span] | None = None, start: int = 0) -> PageText:
    return PageText("t", "text", text, start, len(text), 1, tuple(spans or ()))


def shown(text: PageText, words: list[tuple[int, int]]) -> list[list[tuple[bytes, Category | None]]]:
    return [[(text.text[part.start : part.end], part.category) for part in line] for line in cut(text, words)]


def test_lines_are_cut_at_colours_and_words() -> None:
    spans = [Span(0, 3, Category.KEYWORD, ""), Span(4, 12, Category.VARIABLE, "")]
    assert shown(page(b"let userName\n\nx", spans), [(4, 8), (8, 12)]) == [
        [
            (b"let", Category.KEYWORD),
            (b" ", None),
            (b"user", Category.VARIABLE),
            (b"Name", Category.VARIABLE),
        ],
        [],
        [(b"x", None)],
    ]


def test_a_window_shows_only_its_lines() -> None:
    assert shown(page(b"a\nb\nc", start=2), [(0, 5)]) == [[(b"b", None)], [(b"c", None)]]


@given(
    lines=st.lists(st.text("ab \u00e9\U0001f3a7", max_size=8), max_size=6),
    end=st.sampled_from((b"\r\n", b"\n", b"\r")),
    words=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 8)), max_size=8),
)
def test_every_byte_is_shown_once_and_words_are_runs_of_segments(
    lines: list[str], end: bytes, words: list[tuple[int, int]]
) -> None:
    encoded = [line.encode() for line in lines]
    text = page(b"".join(line + end for line in encoded))
    ranges = [(start, min(start + size, len(text.text))) for start, size in words if start < len(text.text)]
    segments = cut(text, ranges)
    assert [b"".join(text.text[part.start : part.end] for part in line) for line in segments] == encoded
    for word_start, word_end in ranges:
        for part in (part for line in segments for part in line):
            outside = part.end <= word_start or part.start >= word_end
            assert outside or (word_start <= part.start and part.end <= word_end)
