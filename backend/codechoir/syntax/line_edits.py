"""Many edits of a text, each in the result of the one before, at the cost of the lines that they touch.

`Document.edit` copies the text, which is nothing for one edit. An editor that replaces a word everywhere
sends thousands in one message.
"""

from __future__ import annotations

from codechoir.syntax.positions import Encoding, bytes_of_units

Place = tuple[int, int]
"""Line and character, as `positions.offset_at` understands them."""


class LineEdits:
    """A text under edits, as a list of lines."""

    def __init__(self, text: bytes, encoding: Encoding) -> None:
        self._text = text
        self._encoding = encoding
        self._lines = _lines_of(text)
        self._head = len(self._lines)  # lines at the beginning, and at the end, that no edit has touched
        self._tail = len(self._lines)

    def replace(self, start: Place, end: Place, new: bytes) -> None:
        """Replaces what is between two places; nothing is there if the end comes before the start."""
        first, before = self._place(*start)
        last, after = max(self._place(*end), (first, before))
        text = self._lines[first][:before] + new + self._lines[last][after:]
        if text.startswith(b"\n") and first and self._lines[first - 1].endswith(b"\r"):
            first -= 1  # the two are one line end now
            text = self._lines[first] + text
        self._head = min(self._head, first)
        self._tail = min(self._tail, len(self._lines) - last - 1)
        is_last = last + 1 == len(self._lines)
        self._lines[first : last + 1] = _lines_of(text) if is_last else text.splitlines(keepends=True)

    def replace_all(self, text: bytes) -> None:
        """Replaces the whole text."""
        self._lines = _lines_of(text)
        self._head = self._tail = 0

    def changed_part(self) -> tuple[int, int, bytes]:
        """What all edits have done together: at bytes `start` to `end` of the first text there is another."""
        head = min(self._head, len(self._lines))
        tail = min(self._tail, len(self._lines) - head)
        start = sum(map(len, self._lines[:head]))
        rest = sum(map(len, self._lines[len(self._lines) - tail :]))
        return start, len(self._text) - rest, b"".join(self._lines[head : len(self._lines) - tail])

    def _place(self, line: int, character: int) -> Place:
        """The line and the byte in it."""
        if line < 0:
            return 0, 0
        if line >= len(self._lines):
            return len(self._lines) - 1, len(self._lines[-1])
        text = self._lines[line]
        return line, bytes_of_units(text.rstrip(b"\r\n"), character, self._encoding) if character > 0 else 0


def _lines_of(text: bytes) -> list[bytes]:
    """The lines with their ends; the last one has none, and may be empty."""
    lines = text.splitlines(keepends=True)
    return lines if lines and not lines[-1].endswith((b"\n", b"\r")) else [*lines, b""]
