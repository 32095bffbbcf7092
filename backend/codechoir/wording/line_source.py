"""Lines cut into pieces, window by window, and the fragments that are said for a piece.

A window is a few lines: the first phrase of a long file costs as much as that of a short one. Each spoken
word of a comment or a string stands for a word of the source (`word_ranges`), so that its mark lights up
that word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from codechoir.model import Category, Span

if TYPE_CHECKING:
    from codechoir.syntax import Symbol

WINDOW_LINES = (1, 4, 16, 64)
"""Lines in the first, second, … window: the first must be quick, the later ones cheap."""

PHRASE_BYTES = 1600
"""A line longer than this becomes several phrases."""

PHRASE_PIECES = 64
"""So does a line with more tokens than this, so that its first phrase is ready soon."""

PIECE_BYTES = 240
"""A token longer than this becomes several utterances."""

WINDOW_BYTES = 16 * PHRASE_BYTES
"""A window is never larger than this, however long its lines are."""

CAPITAL = "capital"
"""The capture of a capital that is marked by its voice; a profile may raise its pitch."""


class Source(Protocol):
    """What wording needs of a snapshot of a document; `syntax.Snapshot` has it."""

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


class Fragment(NamedTuple):
    """A part of what is said for one piece.

    `start`, `end`: the bytes of the piece that it is for, counted from the piece's start; `end` -1 is the
    piece's end. `category`, `capture`: None and empty for the piece's own. `before`, `after`: pauses in
    milliseconds. `cue`: name of an earcon, or empty. `spell`: the words are single characters. `language`:
    the natural language of the words, empty for that of the reading.
    """

    text: str
    start: int = 0
    end: int = -1
    category: Category | None = None
    before: int = 0
    after: int = 0
    cue: str = ""
    spell: bool = False
    capture: str = ""
    language: str = ""


def is_spelled(words: str) -> bool:
    """Whether every word is a single character."""
    return words != "" and all(len(word) == 1 for word in words.split(" "))


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes one phrase: a line of code, or a part of a very long one.

    `number`: of the line, counted from 0. `start`, `end`: its bytes, as far as they are read. `starts_line`:
    it begins where the line does, so that its indentation is known.
    """

    number: int
    start: int
    end: int
    pieces: list[LinePiece]
    starts_line: bool


def lines(source: Source, start: int, end: int) -> Iterator[Line]:
    """The lines of bytes `start` to `end` in order, blank ones included. Lazy."""
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
            yield from _split_line(
                number, _long_line_pieces(source, low, high), low, high, starts_line=_is_line_start(text, low)
            )
            number += 1
            continue
        spans = source.spans(low, bounds[-1][1])
        index = 0
        for low, high in bounds:
            while index < len(spans) and spans[index].end <= low:
                index += 1
            pieces = _line_pieces(text, spans, index, low, high)
            yield from _split_line(number, pieces, low, high, starts_line=_is_line_start(text, low))
            number += 1


def signatures(source: Source, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Bytes `start` to `end` cut into signatures of symbols (True) and what is between them (False)."""
    offset = start
    for symbol in source.symbols():
        if symbol.kind == "constant":
            continue
        low, high = max(symbol.start, offset), min(symbol.signature_end, end)
        if low < high:
            if offset < low:
                yield offset, low, False
            yield low, high, True
            offset = high
    if offset < end:
        yield offset, end, False


def _is_line_start(text: bytes, offset: int) -> bool:
    """Whether a line begins at `offset`."""
    return offset == 0 or text[offset - 1] in b"\r\n"


def _window(source: Source, first: int, last: int, start: int, end: int) -> list[tuple[int, int]]:
    """The byte ranges of lines `first` to `last` inside `start` to `end`; fewer lines if they are long."""
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


def _split_line(
    number: int, pieces: Iterable[LinePiece], low: int, high: int, *, starts_line: bool
) -> Iterator[Line]:
    """One line as one phrase, or as several if it is long."""
    begin = low
    group: list[LinePiece] = []
    for piece in pieces:
        if group and (piece.end - begin > PHRASE_BYTES or len(group) == PHRASE_PIECES):
            yield Line(number, begin, group[-1].end, group, starts_line and begin == low)
            begin, group = group[-1].end, []
        group.append(piece)
    yield Line(number, begin, high, group, starts_line and begin == low)


def _line_pieces(text: bytes, spans: list[Span], first: int, low: int, high: int) -> Iterator[LinePiece]:
    """The pieces of a line; its spans begin with number `first`."""
    for index in range(first, len(spans)):
        span = spans[index]
        if span.start >= high:
            return
        yield from _cut(text, span, max(span.start, low), min(span.end, high))


def _long_line_pieces(source: Source, low: int, high: int) -> Iterator[LinePiece]:
    """The pieces of a very long line, window by window; a token that crosses a window's end stays whole."""
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
    """Bytes `low` to `high` of a span in pieces of at most `PIECE_BYTES`, cut at white space if possible."""
    while high - low > PIECE_BYTES:
        stop = _cut_offset(text, low, low + PIECE_BYTES)
        yield LinePiece(span, low, stop, text[low:stop].decode("utf-8", "replace"))
        low = stop
    if high > low:
        yield LinePiece(span, low, high, text[low:high].decode("utf-8", "replace"))


def _cut_offset(text: bytes, low: int, stop: int) -> int:
    """Where to cut before `stop`: after a sentence, else after a comma or blank, else between characters."""
    half = (low + stop) // 2
    for mark in (b". ", b", ", b" "):
        found = text.rfind(mark, half, stop)
        if found >= 0:
            return found + len(mark)
    return _character_start(text, stop, low)


def _character_start(text: bytes, offset: int, low: int) -> int:
    """The nearest byte at or before `offset`, but after `low`, at which a UTF-8 character begins."""
    at = offset
    while at > low and offset - at < 4 and at < len(text) and text[at] & 0xC0 == 0x80:
        at -= 1
    return at if at > low else offset


_TOKEN = re.compile(r"[^\W\d_]+|\d+|_|[^\w\s]")
_LOOK_AHEAD = 8
"""Tokens that nothing is said for, at most, between two words: quotes, dashes, brackets."""

Ranges = tuple[tuple[int, int], ...]


def word_ranges(source: str, spoken: str, offset: int) -> Ranges:
    """The byte range of each word of `spoken` in `source`, which begins at byte `offset`.

    A word that is written as it is said is found; words between two of these ("plus" for `+`, "forty two" for
    42) share what is written between them. Empty if no word is found.
    """
    words = spoken.split()
    tokens = _TOKEN.finditer(source)
    places = [(match.start(), match.end(), match[0].lower()) for match in tokens]
    anchors = _anchors(words, [place[2] for place in places])
    if not any(at >= 0 for at in anchors):
        return ()
    found = []
    last = -1  # the token of the last word that was found
    for number, at in enumerate(anchors):
        if at >= 0:
            first = end = last = at
        else:
            first, end = _between(anchors, number, last, len(places))
        found.append((places[first][0], places[end][1]))
    return tuple(_bytes(source, found, offset))


def _anchors(words: Sequence[str], tokens: Sequence[str]) -> list[int]:
    """For each word the index of its token, -1 if it is not written so."""
    anchors, at = [], 0
    for word in words:
        bare = word.strip(".,;:!?").lower()
        stop = min(at + _LOOK_AHEAD, len(tokens))
        index = next((each for each in range(at, stop) if bare and tokens[each] == bare), -1)
        anchors.append(index)
        at = index + 1 if index >= 0 else at
    return anchors


def _between(anchors: Sequence[int], number: int, last: int, count: int) -> tuple[int, int]:
    """The tokens around word `number`, which is not written as it is said: those between its neighbours'."""
    after = next((at for at in anchors[number + 1 :] if at >= 0), count)
    first, end = last + 1, after - 1
    if first <= end:
        return first, end
    return (last, last) if last >= 0 else (after, after)


def _bytes(source: str, ranges: Sequence[tuple[int, int]], offset: int) -> Sequence[tuple[int, int]]:
    if source.isascii():
        return [(offset + start, offset + end) for start, end in ranges]
    return [
        (offset + len(source[:start].encode()), offset + len(source[:end].encode())) for start, end in ranges
    ]
