"""From a snapshot to pieces of lines, window by window, so that a long file costs nothing ahead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from codechoir.model import Span

if TYPE_CHECKING:
    from codechoir.syntax import Symbol

WINDOW_LINES = (1, 4, 16, 64)
"""Windows grow: the first line has to be quick, the later ones cheap."""

PHRASE_BYTES = 1600
"""A line longer than this is said in several phrases."""

PHRASE_PIECES = 64
"""One with more tokens than this too, so that the first of them is heard soon."""

PIECE_BYTES = 240
"""A token longer than this is said in several utterances."""

WINDOW_BYTES = 16 * PHRASE_BYTES
"""A window is never larger than this, however long its lines are."""


class Source(Protocol):
    """What wording needs of a snapshot; `codechoir.syntax` makes them."""

    @property
    def text(self) -> bytes: ...

    @property
    def line_count(self) -> int: ...

    def spans(self, start: int = 0, end: int | None = None) -> list[Span]: ...

    def line_range(self, line: int) -> tuple[int, int]: ...

    def line_of(self, offset: int) -> int: ...

    def symbols(self) -> list[Symbol]: ...


@dataclass(frozen=True, slots=True)
class LinePiece:
    """The part of a span that lies in one line: bytes `start` to `end`, decoded as `text`."""

    span: Span
    start: int
    end: int
    text: str

    @property
    def opens(self) -> bool:
        """Whether the span begins here."""
        return self.start <= self.span.start

    @property
    def closes(self) -> bool:
        """Whether the span ends here."""
        return self.end >= self.span.end


@dataclass(frozen=True, slots=True)
class Line:
    """What is said in one breath: a line of code, or a part of a very long one.

    `start`, `end`: its bytes, without those before or after the range that is read. `number`: counted from 0.
    `first`: whether it begins where the line does, so that its indentation can be told.
    """

    number: int
    start: int
    end: int
    pieces: list[LinePiece]
    first: bool


def lines(source: Source, start: int, end: int) -> Iterator[Line]:
    """The lines of bytes `start` to `end` in order, blank ones included, pulled as they are needed."""
    text = source.text
    end = min(end, len(text))
    start = max(start, 0)
    if start >= end:
        return
    number = source.line_of(start)
    last = source.line_of(end - 1)
    step = 0
    while number <= last:
        count = WINDOW_LINES[min(step, len(WINDOW_LINES) - 1)]
        step += 1
        bounds = _window(source, number, min(number + count - 1, last), start, end)
        low, high = bounds[0]
        if high - low > WINDOW_BYTES:
            yield from _phrases(number, _long_line(source, low, high), low, high, first=_begins(text, low))
            number += 1
            continue
        spans = source.spans(low, bounds[-1][1])
        at = 0
        for low, high in bounds:
            while at < len(spans) and spans[at].end <= low:
                at += 1
            pieces = _short_line(text, spans, at, low, high)
            yield from _phrases(number, pieces, low, high, first=_begins(text, low))
            number += 1


def signatures(source: Source, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Bytes `start` to `end` cut into signatures of symbols (True) and what lies between them (False)."""
    at = start
    for symbol in source.symbols():
        low, high = max(symbol.start, at), min(symbol.signature_end, end)
        if low < high:
            if at < low:
                yield at, low, False
            yield low, high, True
            at = high
    if at < end:
        yield at, end, False


def _begins(text: bytes, offset: int) -> bool:
    """Whether a line begins at `offset`."""
    return offset == 0 or text[offset - 1] in b"\r\n"


def _window(source: Source, first: int, last: int, start: int, end: int) -> list[tuple[int, int]]:
    """The byte ranges of lines `first` to `last` inside `start` to `end`; fewer when they are long."""
    bounds: list[tuple[int, int]] = []
    size = 0
    for number in range(first, last + 1):
        low, high = source.line_range(number)
        low, high = max(low, start), max(min(high, end), min(low, end))
        size += high - low
        if bounds and size > WINDOW_BYTES:
            break
        bounds.append((low, high))
    return bounds


def _phrases(number: int, pieces: Iterable[LinePiece], low: int, high: int, *, first: bool) -> Iterator[Line]:
    """One line as one phrase, or as several when it is long."""
    begin = low
    group: list[LinePiece] = []
    for piece in pieces:
        if group and (piece.end - begin > PHRASE_BYTES or len(group) == PHRASE_PIECES):
            yield Line(number, begin, group[-1].end, group, first and begin == low)
            begin, group = group[-1].end, []
        group.append(piece)
    yield Line(number, begin, high, group, first and begin == low)


def _short_line(text: bytes, spans: list[Span], at: int, low: int, high: int) -> Iterator[LinePiece]:
    """The pieces of a line whose spans are known; the first of them is number `at`."""
    for index in range(at, len(spans)):
        span = spans[index]
        if span.start >= high:
            return
        yield from _cut(text, span, max(span.start, low), min(span.end, high))


def _long_line(source: Source, low: int, high: int) -> Iterator[LinePiece]:
    """The pieces of a line of megabytes, window by window; a token that crosses a window's end is whole."""
    text = source.text
    begin, size = low, PHRASE_BYTES
    while begin < high:
        stop = _character_start(text, min(begin + size, high), begin)
        reached = stop
        for span in source.spans(begin, stop):
            if span.end <= begin or span.start >= stop:
                continue
            until = min(span.end, high)
            if until - stop > PHRASE_BYTES:
                until = stop
            yield from _cut(text, span, max(span.start, begin), until)
            reached = max(reached, until)
        begin, size = reached, min(2 * size, WINDOW_BYTES)


def _cut(text: bytes, span: Span, low: int, high: int) -> Iterator[LinePiece]:
    """The bytes `low` to `high` of a span, cut at white space where they are too many for one breath."""
    while high - low > PIECE_BYTES:
        stop = _breath(text, low, low + PIECE_BYTES)
        yield LinePiece(span, low, stop, text[low:stop].decode("utf-8", "replace"))
        low = stop
    if high > low:
        yield LinePiece(span, low, high, text[low:high].decode("utf-8", "replace"))


def _breath(text: bytes, low: int, stop: int) -> int:
    """Where to cut before `stop`: after a sentence, else after a blank, else between two characters."""
    half = (low + stop) // 2
    for mark in (b". ", b", ", b" "):
        found = text.rfind(mark, half, stop)
        if found >= 0:
            return found + len(mark)
    return _character_start(text, stop, low)


def _character_start(text: bytes, offset: int, low: int) -> int:
    """The nearest offset at or before `offset` at which a UTF-8 character begins, but after `low`."""
    at = offset
    while at > low and offset - at < 4 and at < len(text) and text[at] & 0xC0 == 0x80:
        at -= 1
    return at if at > low else offset
