"""Where a listener lands who goes on or back by a span, a line, a block or a symbol. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Protocol

Extent = tuple[int, int]
"""Bytes of a document, half open."""


class HasRange(Protocol):
    """Something with a place in the document: a symbol, an utterance."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


class LineSource(Protocol):
    """What steps need of a document; a snapshot has it."""

    @property
    def text(self) -> bytes: ...

    @property
    def line_count(self) -> int: ...

    def line_of(self, byte: int) -> int: ...

    def line_range(self, line: int) -> Extent: ...


def by_line(ground: LineSource, at: int, count: int) -> Extent | None:
    """The line `count` lines on from the one that holds `at`, blank lines not counted; 0 is that line itself.

    Going back stops at the first line that is not blank; None is beyond the last.
    """
    line = landed = ground.line_of(at)
    step = 1 if count > 0 else -1
    left = abs(count)
    while left and 0 <= line + step < ground.line_count:
        line += step
        start, end = ground.line_range(line)
        if ground.text[start:end].strip():
            landed = line
            left -= 1
    return None if left and count > 0 else ground.line_range(landed)


def by_block(ground: LineSource, at: int, count: int) -> Extent | None:
    """The block `count` blocks on from the one that holds `at`; 0 is that block itself, from its first line.

    A block is a run of lines of one indentation; a blank line and any other indentation end it, and a line of
    closing brackets alone belongs to the block before it. Going back stops at the first; None is beyond the
    last.
    """
    first = _block_start(ground, ground.line_of(at))
    left = abs(count)
    step = 1 if count > 0 else -1
    line = first
    while left and 0 <= line + step < ground.line_count:
        line += step
        if _begins_block(ground, line):
            first = line
            left -= 1
    if left and count > 0:
        return None
    last = first
    while (
        last + 1 < ground.line_count and _words_of(ground, last + 1) and not _begins_block(ground, last + 1)
    ):
        last += 1
    return ground.line_range(first)[0], ground.line_range(last)[1]


def _block_start(ground: LineSource, line: int) -> int:
    while line > 0 and not _begins_block(ground, line):
        line -= 1
    return line


def _begins_block(ground: LineSource, line: int) -> bool:
    here = _words_of(ground, line)
    if not here:
        return False
    before = _words_of(ground, line - 1) if line else b""
    if not before:
        return True
    return _indentation(here) != _indentation(before) and bool(here.strip(_CLOSERS))


def _words_of(ground: LineSource, line: int) -> bytes:
    """The line; empty when it is blank."""
    start, end = ground.line_range(line)
    text = ground.text[start:end]
    return text if text.strip() else b""


def _indentation(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip())]


_CLOSERS = b" \t\r\n)]};,"


def by_symbol(symbols: Sequence[HasRange], at: int, count: int) -> Extent | None:
    """The symbol `count` symbols on from the one that begins last before `at`, in the order of the text.

    Going back stops at the first; None is beyond the last, or where there are no symbols.
    """
    ordered = sorted({(symbol.start, symbol.end) for symbol in symbols}, key=lambda extent: extent[0])
    here = bisect_right([start for start, _ in ordered], at) - 1
    there = max(here + count, 0)
    return ordered[there] if there < len(ordered) else None


def by_span(
    ground: LineSource, heard: Callable[[int, int], Sequence[HasRange]], at: int, count: int
) -> Extent | None:
    """What is heard `count` utterances on from the one at `at`.

    `heard`: the utterances with words of a range of bytes, in order; asked line by line, as far as is needed.
    Silent spans are no steps, else a step back from a name would land on the bracket before it, and the
    listener would hear the same name again. Going back stops at the first; None is beyond the last.
    """
    line = ground.line_of(at)
    extents = _extents(heard, ground.line_range(line))
    here = bisect_right([start for start, _ in extents], at) - 1
    there = count if here < 0 and count < 0 else here + count
    while there < 0 and line > 0:
        line -= 1
        before = _extents(heard, ground.line_range(line))
        there += len(before)
        extents = before or extents
    while there >= len(extents) and line + 1 < ground.line_count:
        there -= len(extents)
        line += 1
        extents = _extents(heard, ground.line_range(line))
    there = max(there, 0)
    return extents[there] if there < len(extents) else None


def _extents(heard: Callable[[int, int], Sequence[HasRange]], lines: Extent) -> list[Extent]:
    return [(said.start, said.end) for said in heard(*lines)]
