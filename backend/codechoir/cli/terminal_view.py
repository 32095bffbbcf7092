"""The terminal during a reading: the code in category colours, the current word marked.

Colours are the sixteen that every terminal has, in the user's own theme.
"""

from __future__ import annotations

import shutil
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from codechoir.cli.process_signals import HIDE_CURSOR, SHOW_CURSOR
from codechoir.errors import escape_invisible
from codechoir.model import Category, Mark
from codechoir.sinks import WordLocator

if TYPE_CHECKING:
    from codechoir.syntax import Snapshot

_COLOURS: dict[Category, str] = {
    Category.COMMENT: "3;32",
    Category.KEYWORD: "35",
    Category.LITERAL: "33",
    Category.OPERATOR: "36",
    Category.TYPE: "34",
    Category.VARIABLE: "39",
    Category.NARRATION: "1",
    Category.FUNCTION: "1;34",
    Category.PUNCTUATION: "2",
}
"""Parameters of Select Graphic Rendition (ECMA-48)."""

MARKED = "7"
DIM = "2"
RESET = "\x1b[0m"


def paint(text: str, category: Category | None, marked: bool = False, colour: bool = True) -> str:
    """`text`, escaped, in the colour of its category, and in reverse video if `marked`."""
    text = escape_invisible(text)
    codes = [_COLOURS[category]] if category is not None and colour else []
    codes += [MARKED] if marked else []
    return styled(text, ";".join(codes))


def styled(text: str, codes: str) -> str:
    """`text` between the escape sequences for these codes and for a reset."""
    return f"\x1b[{codes}m{text}{RESET}" if codes and text else text


def width_of(character: str) -> int:
    """The columns that a character takes: 0 if it combines, 2 if it is wide."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


TAB = 4
MAX_ROWS = 4
"""Of a line that takes more rows, the part around the current word is shown."""

ByteRange = tuple[int, int]
"""Start and end in the source, half open."""

ERASE_BELOW = "\x1b[J"


@dataclass(frozen=True, slots=True)
class Cell:
    """One character on the screen. `width`: columns. `byte`: where it begins in the source."""

    text: str
    width: int
    category: Category | None
    byte: int


class TerminalView:
    """Shows lines `first` to `last` (from 0) of a snapshot, each when the reading reaches it.

    Only the current line is redrawn; lines that were read scroll like any other output.
    """

    hides_cursor = True

    def __init__(self, snapshot: Snapshot, first: int, last: int, screen: TextIO, colour: bool) -> None:
        self._snapshot = snapshot
        self._next = first
        self._last = last
        self._screen = screen
        self._colour = colour
        self._gutter = len(str(last + 1))
        self._line: int | None = None
        self._rows = 0
        self._mark: Mark | None = None
        self._locator = WordLocator(snapshot.text)

    def show(self, mark: Mark | None) -> None:
        """Marks the current word."""
        if mark is None or mark == self._mark:
            return
        word = self._locator.locate(mark)
        line = self._snapshot.line_of(word[0])
        if self._line is None:
            self._screen.write(HIDE_CURSOR)
        if line != self._line:
            self._finish_line()
            self._write_until(line)
            self._line = line
        self._mark = mark
        self._draw(word)
        self._screen.flush()

    def close(self, complete: bool) -> None:
        """Removes the mark; if `complete`, also shows the lines after the last word."""
        if self._line is None:
            return
        self._finish_line()
        if complete:
            self._write_until(self._last + 1)
        self._screen.write(SHOW_CURSOR)
        self._screen.flush()

    def _finish_line(self) -> None:
        """Redraws the current line without a mark, and moves below it."""
        if self._line is None:
            return
        self._draw(None)
        self._screen.write("\n")
        self._next = max(self._next, self._line + 1)
        self._rows = 0

    def _write_until(self, line: int) -> None:
        while self._next < min(line, self._last + 1):
            self._screen.write(self._rendered(self._next, None)[0] + "\n")
            self._next += 1

    def _draw(self, word: ByteRange | None) -> None:
        """Draws the current line in place of what is there of it."""
        assert self._line is not None
        text, rows = self._rendered(self._line, word)
        up = f"\x1b[{self._rows - 1}A" if self._rows > 1 else ""
        self._screen.write(f"{up}\r{ERASE_BELOW if self._rows else ''}{text}")
        self._rows = rows

    def _rendered(self, line: int, word: ByteRange | None) -> tuple[str, int]:
        """The text of a line with escape sequences, and the rows that it takes."""
        columns = max(20, shutil.get_terminal_size().columns)
        gutter = f"{line + 1:{self._gutter}} "
        shown = _part_around(self._cells(line), word, MAX_ROWS * columns - len(gutter) - 2)
        text = styled(gutter, DIM if self._colour else "")
        for run, category, marked in _runs(shown, word):
            text += paint(run, category, marked, self._colour)
        width = len(gutter) + sum(cell.width for cell in shown)
        return text, max(1, -(-width // columns))

    def _cells(self, line: int) -> list[Cell]:
        start, end = self._snapshot.line_range(line)
        found: list[Cell] = []
        column = 0
        for piece_start, piece_end, category in _pieces(self._snapshot, start, end):
            byte = piece_start
            for character in self._snapshot.text[piece_start:piece_end].decode("utf-8", "replace"):
                size = len(character.encode("utf-8", "replace"))
                text = " " * (TAB - column % TAB) if character == "\t" else escape_invisible(character)
                width = sum(map(width_of, text))
                found.append(Cell(text, width, category, byte))
                column += width
                byte += size
        return found


def _pieces(snapshot: Snapshot, start: int, end: int) -> list[tuple[int, int, Category | None]]:
    """The bytes of a line, split at the edges of its spans."""
    found: list[tuple[int, int, Category | None]] = []
    at = start
    for span in snapshot.spans(start, end):
        first, last = max(span.start, at), min(span.end, end)
        if first > at:
            found.append((at, first, None))
        if last > first:
            found.append((first, last, span.category))
            at = last
    if at < end:
        found.append((at, end, None))
    return found


def _is_marked(cell: Cell, word: ByteRange | None) -> bool:
    return word is not None and word[0] <= cell.byte < word[1]


def _runs(line: list[Cell], word: ByteRange | None) -> list[tuple[str, Category | None, bool]]:
    """Joins neighbouring cells that look the same."""
    found: list[tuple[str, Category | None, bool]] = []
    for cell in line:
        marked = _is_marked(cell, word)
        if found and found[-1][1:] == (cell.category, marked):
            found[-1] = (found[-1][0] + cell.text, cell.category, marked)
        else:
            found.append((cell.text, cell.category, marked))
    return found


def _part_around(line: list[Cell], word: ByteRange | None, columns: int) -> list[Cell]:
    """The part of a line that fits into `columns`, around the marked word."""
    if sum(cell.width for cell in line) <= columns:
        return line
    centre = next((index for index, cell in enumerate(line) if _is_marked(cell, word)), 0)
    first = max(0, centre - columns // 2)
    room, shown = columns, []
    for cell in line[first:]:
        room -= cell.width
        if room < 0:
            break
        shown.append(cell)
    more = Cell("…", 1, None, -1)
    return [*([more] if first else []), *shown, more]
