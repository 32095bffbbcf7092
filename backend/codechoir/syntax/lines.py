"""Where the lines of a document begin, kept up to date under edits without looking at the whole text again.

A line ends with LF, CRLF or a lone CR, as the Language Server Protocol has it. Lines count from 0; the text
after the last line end is a line too, so an empty document has one line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_LINE_END = re.compile(rb"\r\n|\n|\r")
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class LineIndex:
    """The starts of all lines, in chunks, so that an edit rewrites one chunk and moves the bases of the rest.

    `bases`: byte offset of each chunk. `firsts`: number of each chunk's first line. `chunks`: line starts,
    relative to the chunk's base; none is empty, and only the first of all begins before its first line end.
    """

    bases: tuple[int, ...]
    firsts: tuple[int, ...]
    chunks: tuple[tuple[int, ...], ...]
    count: int

    @classmethod
    def of(cls, text: bytes) -> LineIndex:
        """The index of `text`."""
        return _assembled(_chunks(0, [0, *_starts(text, 0, len(text))]))

    def line_of(self, byte: int) -> int:
        """Number of the line that holds `byte`; a line end belongs to the line that it ends."""
        chunk = max(0, bisect_right(self.bases, byte) - 1)
        return self.firsts[chunk] + max(0, bisect_right(self.chunks[chunk], byte - self.bases[chunk]) - 1)

    def start_of(self, line: int) -> int:
        """Byte offset where `line` begins; `line` must be one of the document's."""
        chunk = bisect_right(self.firsts, line) - 1
        return self.bases[chunk] + self.chunks[chunk][line - self.firsts[chunk]]

    def edited(self, text: bytes, start: int, old_end: int, new_end: int) -> LineIndex:
        """The index of `text`, in which bytes `start` to `new_end` took the place of `start` to `old_end`.

        Line ends next to the edit are looked at again: a CR and an LF may have been joined or parted.
        """
        first = max(0, bisect_right(self.bases, start - 2) - 1)
        last = bisect_right(self.bases, old_end + 2)
        shift = new_end - old_end
        low = self.bases[first]
        high = self.bases[last] + shift if last < len(self.bases) else len(text) + 1
        # A chunk begins at a line start, so the line end before `high` belongs to the chunk being rebuilt.
        starts = [low, *(s for s in _starts(text, low, min(high, len(text))) if s < high)]
        kept = [(base, chunk) for base, chunk in zip(self.bases[:first], self.chunks[:first], strict=True)]
        moved = [
            (base + shift, chunk) for base, chunk in zip(self.bases[last:], self.chunks[last:], strict=True)
        ]
        return _assembled([*kept, *_chunks(low, starts), *moved])


def line_end_length(text: bytes, end: int) -> int:
    """How many bytes the line end that stops at `end` has: 0, 1 or 2."""
    if text.endswith(b"\r\n", 0, end):
        return 2
    return 1 if text.endswith((b"\n", b"\r"), 0, end) else 0


def _starts(text: bytes, start: int, end: int) -> Sequence[int]:
    return [match.end() for match in _LINE_END.finditer(text, start, end)]


def _chunks(base: int, starts: Sequence[int]) -> list[tuple[int, tuple[int, ...]]]:
    found = []
    for at in range(0, len(starts), _CHUNK):
        chunk = starts[at : at + _CHUNK]
        found.append((chunk[0], tuple(start - chunk[0] for start in chunk)))
    return found


def _assembled(chunks: list[tuple[int, tuple[int, ...]]]) -> LineIndex:
    firsts, count = [], 0
    for _, chunk in chunks:
        firsts.append(count)
        count += len(chunk)
    return LineIndex(
        tuple(base for base, _ in chunks), tuple(firsts), tuple(chunk for _, chunk in chunks), count
    )
