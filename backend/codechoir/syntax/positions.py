"""The one place for arithmetic between byte offsets and positions in UTF-8, UTF-16 or UTF-32 code units.

A position is a line and a character, both from 0, as in the Language Server Protocol: the character counts
code units of the negotiated encoding from the line's start. The text is UTF-8 throughout. Whatever lies
outside the document is brought to the nearest place in it, a place inside a character to its start.
"""

from __future__ import annotations

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
