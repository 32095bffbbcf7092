"""The history of a document, and where a place in an older text is now.

Each text of a document has a `Revision`. A revision knows the one that followed it, and the change between
them, but not the one before: whoever keeps an old text keeps the changes since then, and no others.

`Document.edit` copies the text, which is nothing for one edit. An editor that replaces a word everywhere
sends thousands in one message: `LineEdits` makes them at the cost of the lines that they touch.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from codechoir.syntax.positions import Encoding, bytes_of_units, character_start

Point = tuple[int, int]


class Edit(NamedTuple):
    """A change of a document: byte offsets, and the same places as row and column in bytes."""

    start: int
    old_end: int
    new_end: int
    start_point: Point
    old_end_point: Point
    new_end_point: Point


@dataclass(frozen=True, slots=True)
class Change:
    """At byte `start`, `removed` was replaced by `inserted`; with no more than what differs.

    `edit`: the same as the editor has sent it; it may span more, such as the whole document.
    """

    start: int
    removed: bytes
    inserted: bytes
    edit: Edit | None = None

    @classmethod
    def between(cls, start: int, old: bytes, new: bytes, edit: Edit | None = None) -> Change:
        """The change of a text in which `new` replaces `old` at byte `start`."""
        length = min(len(old), len(new))
        same = character_start(old, _common(length, lambda low, high: old[low:high] == new[low:high]))
        rest = length - same
        ends = len(old), len(new)
        tail = _common(
            rest, lambda low, high: old[ends[0] - high : ends[0] - low] == new[ends[1] - high : ends[1] - low]
        )
        while tail and 0x80 <= old[len(old) - tail] <= 0xBF:  # not inside of a character
            tail -= 1
        # Lines that were only added or removed begin at a line start, not at the next difference.
        back = same - (old.rfind(b"\n", 0, same) + 1)
        more, fewer = (old, new) if len(old) > len(new) else (new, old)
        if (
            len(fewer) - tail == same
            and more[same - back : same] == more[max(ends) - tail - back : max(ends) - tail]
        ):
            same, tail = same - back, tail + back
        return cls(start + same, old[same : len(old) - tail], new[same : len(new) - tail], edit)

    def moved(self, place: MovedRange) -> MovedRange:
        """Where a range is after this change."""
        start, end = place.start, place.end
        old_end, new_end = self.start + len(self.removed), self.start + len(self.inserted)
        if end <= self.start:
            return place
        if start >= old_end:
            return MovedRange(start + new_end - old_end, end + new_end - old_end, place.is_gone)
        gone = place.is_gone or (start >= self.start and end <= old_end and not self.inserted.strip())
        first = start if start < self.start else self._counterpart(start)[0]
        last = end + new_end - old_end if end >= old_end else self._counterpart(end)[1]
        return MovedRange(first, max(first, last), gone)

    def _counterpart(self, byte: int) -> tuple[int, int]:
        """The line of the inserted text that has the place of the line with `byte`; else the end."""
        numbers, ends, starts = _counterparts(self.removed, self.inserted)
        number = numbers[bisect_left(ends, byte - self.start)]
        if number + 1 >= len(starts):
            return self.start + len(self.inserted), self.start + len(self.inserted)
        text = self.inserted[starts[number] : starts[number + 1]].rstrip(b"\r\n")
        return self.start + starts[number], self.start + starts[number] + len(text)


@dataclass(frozen=True, slots=True)
class MovedRange:
    """Bytes `start` to `end` of a text. `is_gone`: all that was there was deleted; where it was is left."""

    start: int
    end: int
    is_gone: bool = False

    def after(self, changes: Iterable[Change]) -> MovedRange:
        """Where the range is after changes, in their order."""
        place = self
        for change in changes:
            place = change.moved(place)
        return place


class Revision:
    """One state of a document. Compared by identity. Any thread may follow it while a later one is added."""

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next: tuple[Change, Revision] | None = None

    def followed_by(self, change: Change) -> Revision:
        """The revision after a change. Called once, on the newest revision."""
        newer = Revision()
        self._next = change, newer
        return newer

    def changes_until(self, newer: Revision) -> list[Change] | None:
        """The changes from here to `newer`; None if that is not a later state of the same document."""
        found = []
        at = self
        while at is not newer:
            following = at._next
            if following is None:
                return None
            found.append(following[0])
            at = following[1]
        return found


_LINE_END = re.compile(rb"\r\n|\n|\r")
_PIECE = 65_536
"""Bytes that are compared at once."""


@lru_cache(maxsize=4)  # asked again for each word that is said
def _counterparts(removed: bytes, inserted: bytes) -> tuple[list[int], list[int], list[int]]:
    """For each line of `removed`, the line of `inserted` that has its place, which may be beyond the last.

    Also where the line ends of `removed` begin, and where the lines of `inserted` begin, with its end.
    A line that occurs once in both is found again; others keep their distance to the nearest such line, or
    else their number. Takes linear time.
    """
    before, after = [*removed.splitlines(), b""], inserted.splitlines()
    counts, counts_after = Counter(before), Counter(after)
    numbers = {line: number for number, line in enumerate(after) if counts_after[line] == 1}
    found = [numbers.get(line) if line.strip() and counts[line] == 1 else None for line in before]
    result = list(range(len(before)))
    distance = [len(before) + 1] * len(before)
    for order in (range(len(before)), reversed(range(len(before)))):
        anchor: tuple[int, int] | None = None
        for at in order:
            there = found[at]
            anchor = anchor if there is None else (at, there)
            if anchor is not None and abs(at - anchor[0]) < distance[at]:
                distance[at] = abs(at - anchor[0])
                result[at] = max(anchor[1] + at - anchor[0], 0)
    ends = [match.start() for match in _LINE_END.finditer(removed)]
    starts = [0, *accumulate(map(len, inserted.splitlines(keepends=True)))]
    return result, ends, starts


def _common(limit: int, is_same: Callable[[int, int], bool]) -> int:
    """The largest length up to `limit` for which `is_same(0, length)` holds, as it does for smaller ones."""
    low = 0
    while low < limit and is_same(low, min(low + _PIECE, limit)):
        low = min(low + _PIECE, limit)
    high = min(low + _PIECE, limit)
    while low < high:
        middle = (low + high + 1) // 2
        if is_same(low, middle):
            low = middle
        else:
            high = middle - 1
    return low


LinePosition = tuple[int, int]
"""Line and character, as `positions.offset_at` understands them."""


class LineEdits:
    """A text under edits, as a list of lines."""

    def __init__(self, text: bytes, encoding: Encoding) -> None:
        self._text = text
        self._encoding = encoding
        self._lines = _lines_of(text)
        self._head = len(self._lines)  # lines at the beginning, and at the end, that no edit has touched
        self._tail = len(self._lines)

    def replace(self, start: LinePosition, end: LinePosition, new: bytes) -> None:
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

    def _place(self, line: int, character: int) -> LinePosition:
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
