"""The one place for arithmetic between byte offsets and positions in UTF-8, UTF-16 or UTF-32 code units.

A position is a line and a character, both from 0, as in the Language Server Protocol: the character counts
code units of the negotiated encoding from the line's start. The text is UTF-8 throughout. Whatever lies
outside the document is brought to the nearest place in it, a place inside a character to its start.

Where the lines of a document begin, kept up to date under edits without looking at the whole text again.

A line ends with LF, CRLF or a lone CR, as the Language Server Protocol has it. Lines count from 0; the text
after the last line end is a line too, so an empty document has one line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from codechoir.errors import InputError

Encoding = Literal["utf-8", "utf-16", "utf-32"]
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)


class Lines(Protocol):
    """What the arithmetic needs of a document; a snapshot has it."""

    @property
    def text(self) -> bytes: ...

    @property
    def line_count(self) -> int: ...

    def line_of(self, byte: int) -> int: ...

    def line_range(self, line: int) -> tuple[int, int]: ...


def byte_of(lines: Lines, line: int, character: int, encoding: Encoding = "utf-16") -> int:
    """The byte offset of a position. A character beyond the line's end is the end of its text."""
    if line < 0:
        return 0
    if line >= lines.line_count:
        return len(lines.text)
    start, end = lines.line_range(line)
    if character <= 0:
        return start
    return start + _bytes_of_units(lines.text[start:end], character, encoding)


def position_of(lines: Lines, byte: int, encoding: Encoding = "utf-16") -> tuple[int, int]:
    """The line and character of a byte offset; inside a line break it is the end of that line's text."""
    byte = min(max(byte, 0), len(lines.text))
    line = lines.line_of(byte)
    start, end = lines.line_range(line)
    at = boundary(lines.text, min(byte, end))
    return line, units(lines.text[start:at], encoding)


def units(text: bytes, encoding: Encoding) -> int:
    """Length of `text` in code units of `encoding`."""
    if encoding == "utf-8":
        return len(text)
    characters = len(text) - _count_between(text, 0x80, 0xBF)
    if encoding == "utf-32":
        return characters
    return characters + _count_between(text, 0xF0, 0xF7)


def boundary(text: bytes, byte: int) -> int:
    """The start of the character that `byte` lies in; `byte` itself where a character starts there."""
    while 0 < byte < len(text) and 0x80 <= text[byte] <= 0xBF:
        byte -= 1
    return byte


def checked_encoding(name: str) -> Encoding:
    """The encoding called `name`. Raises `InputError` naming the known ones."""
    for encoding in ENCODINGS:
        if encoding == name:
            return encoding
    raise InputError(f"unknown position encoding '{name}'; known: {', '.join(ENCODINGS)}")


def _bytes_of_units(text: bytes, wanted: int, encoding: Encoding) -> int:
    """How many bytes of `text` make up `wanted` code units; all of them when there are fewer."""
    if encoding == "utf-8" or text.isascii():
        return boundary(text, min(wanted, len(text)))
    decoded = text.decode("utf-8", "surrogatepass")
    if encoding == "utf-32":
        return len(decoded[:wanted].encode("utf-8", "surrogatepass"))
    seen = 0
    for index, character in enumerate(decoded):
        seen += 2 if character > "\uffff" else 1
        if seen > wanted:
            return len(decoded[:index].encode("utf-8", "surrogatepass"))
    return len(text)


_ALL = bytes(range(256))


def _count_between(text: bytes, low: int, high: int) -> int:
    """How many bytes of `text` are from `low` to `high`."""
    if text.isascii():
        return 0
    return len(text) - len(text.translate(None, _ALL[low : high + 1]))


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
