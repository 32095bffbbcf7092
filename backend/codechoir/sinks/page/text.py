"""The code of a page, cut where colours and spoken words begin and end."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from codechoir.model import Category, Span

_LINE_END = re.compile(rb"\r\n|\n|\r")

Bytes = tuple[int, int]
"""A range of the source, half open."""


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page shows: bytes `start` to `end` of `text`, which begin in line `first_line` (from 1)."""

    title: str
    language: str
    text: bytes
    start: int
    end: int
    first_line: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of one line that looks the same throughout and is spoken as a whole or not at all."""

    start: int
    end: int
    category: Category | None


def cut(page: PageText, words: Iterable[Bytes]) -> list[list[Segment]]:
    """The segments of each line, so that every one of `words` is a run of whole segments."""
    cuts = {page.start, page.end}
    for span in page.spans:
        cuts.update((span.start, span.end))
    for start, end in words:
        cuts.update((start, end))
    edges = sorted(cut for cut in cuts if page.start <= cut <= page.end)
    category = _category_at(page.spans)
    return [
        [Segment(start, end, category(start)) for start, end in _between(edges, line_start, line_end)]
        for line_start, line_end in _lines(page)
    ]


def _lines(page: PageText) -> Iterator[Bytes]:
    """The bytes of each line, without its line break; nothing after the last line break is no line."""
    at = page.start
    for match in _LINE_END.finditer(page.text, page.start, page.end):
        yield at, match.start()
        at = match.end()
    if at < page.end:
        yield at, page.end


def _between(edges: list[int], start: int, end: int) -> Iterator[Bytes]:
    """The pieces into which `edges` cut the bytes `start` to `end`."""
    at = start
    for edge in edges[bisect_left(edges, start + 1) : bisect_left(edges, end)]:
        yield at, edge
        at = edge
    if at < end:
        yield at, end


def _category_at(spans: tuple[Span, ...]) -> Callable[[int], Category | None]:
    """Tells the category of the byte that it is given."""
    starts = [span.start for span in spans]

    def category(byte: int) -> Category | None:
        span = spans[max(0, bisect_right(starts, byte) - 1)] if spans else None
        return span.category if span is not None and span.start <= byte < span.end else None

    return category
