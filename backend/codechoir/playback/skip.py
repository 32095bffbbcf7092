"""Where a skip by spans, lines, blocks or symbols leads, and what is repeated (a skip by 0). Pure functions.

All take the byte of the current place and a count, negative for back. They return the bytes of what is
reached, or None beyond the last one; a skip back stops at the first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Protocol

Extent = tuple[int, int]
"""Bytes of a document, half open."""


class HasRange(Protocol):
    """Something with a range in the document: a symbol, an utterance."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


class LineSource(Protocol):
    """What skips need of a document; `Snapshot` has it."""

    @property
    def text(self) -> bytes: ...

    @property
    def line_count(self) -> int: ...

    def line_of(self, byte: int) -> int: ...

    def line_range(self, line: int) -> Extent: ...


def skip_lines(source: LineSource, byte: int, count: int) -> Extent | None:
    """The line `count` lines after the one with `byte`; blank lines do not count."""
    line = reached = source.line_of(byte)
    step = 1 if count > 0 else -1
    left = abs(count)
    while left and 0 <= line + step < source.line_count:
        line += step
        if _line(source, line):
            reached = line
            left -= 1
    return None if left and count > 0 else source.line_range(reached)


def skip_blocks(source: LineSource, byte: int, count: int) -> Extent | None:
    """The block `count` blocks after the one with `byte`.

    A block is a run of lines with the same indentation. A blank line and another indentation end it; a line
    of closing brackets alone belongs to the block before it.
    """
    first = source.line_of(byte)
    while first > 0 and not _begins_block(source, first):
        first -= 1
    left = abs(count)
    step = 1 if count > 0 else -1
    line = first
    while left and 0 <= line + step < source.line_count:
        line += step
        if _begins_block(source, line):
            first = line
            left -= 1
    if left and count > 0:
        return None
    last = first
    while last + 1 < source.line_count and _line(source, last + 1) and not _begins_block(source, last + 1):
        last += 1
    return source.line_range(first)[0], source.line_range(last)[1]


def skip_symbols(symbols: Sequence[HasRange], byte: int, count: int) -> Extent | None:
    """The symbol `count` symbols after the last one that begins at or before `byte`, in order of the text.

    None also if there are no symbols.
    """
    ordered = sorted({(symbol.start, symbol.end) for symbol in symbols}, key=lambda extent: extent[0])
    current = bisect_right([start for start, _ in ordered], byte) - 1
    reached = max(current + count, 0)
    return ordered[reached] if reached < len(ordered) else None


def skip_spans(
    source: LineSource, spoken: Callable[[int, int], Sequence[HasRange]], byte: int, count: int
) -> Extent | None:
    """The utterance `count` utterances after the one at `byte`.

    `spoken`: the utterances with words in a range of bytes, in order; called line by line, as far as needed.
    Silent spans do not count: a skip back from a name would lead to the bracket before it, and the name would
    be said again.
    """
    line = source.line_of(byte)
    extents = _extents(spoken, source.line_range(line))
    current = bisect_right([start for start, _ in extents], byte) - 1
    reached = count if current < 0 and count < 0 else current + count
    while reached < 0 and line > 0:
        line -= 1
        before = _extents(spoken, source.line_range(line))
        reached += len(before)
        extents = before or extents
    while reached >= len(extents) and line + 1 < source.line_count:
        reached -= len(extents)
        line += 1
        extents = _extents(spoken, source.line_range(line))
    reached = max(reached, 0)
    return extents[reached] if reached < len(extents) else None


def _extents(spoken: Callable[[int, int], Sequence[HasRange]], line: Extent) -> list[Extent]:
    return [(utterance.start, utterance.end) for utterance in spoken(*line)]


_CLOSERS = b" \t\r\n)]};,"


def _begins_block(source: LineSource, line: int) -> bool:
    text = _line(source, line)
    if not text:
        return False
    before = _line(source, line - 1) if line else b""
    if not before:
        return True
    return _indentation(text) != _indentation(before) and bool(text.strip(_CLOSERS))


def _line(source: LineSource, line: int) -> bytes:
    """The text of a line; empty if it is blank."""
    start, end = source.line_range(line)
    text = source.text[start:end]
    return text if text.strip() else b""


def _indentation(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip())]
