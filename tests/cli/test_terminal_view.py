"""The code on a terminal with the word being spoken, as the screen shows it."""

from __future__ import annotations

import io
import re
import shutil
from os import terminal_size

import pytest
from codechoir.cli.terminal_view import TerminalView
from codechoir.errors import escape_invisible
from codechoir.languages.detection import detect_language
from codechoir.model import Category, Mark, Utterance
from codechoir.syntax.document import Document
from hypothesis import given
from hypothesis import strategies as st

COLUMNS = 40

_PIECES = re.compile(r"\x1b\[(\??)(\d*(?:;\d+)*)([A-Za-z])|([\r\n])|([^\x1b\r\n])", re.DOTALL)


class Screen:
    """A terminal of 40 columns that knows what the view uses; marked characters are in upper case quotes."""

    def __init__(self) -> None:
        self.rows: list[list[tuple[str, bool]]] = [[]]
        self.row = self.column = 0
        self.cursor = True
        self._marked = False

    def feed(self, text: str) -> None:
        for private, numbers, letter, control, character in _PIECES.findall(text):
            if letter == "A":
                self.row -= int(numbers)
                assert self.row >= 0
            elif letter == "J":
                self.rows[self.row] = self.rows[self.row][: self.column]
                del self.rows[self.row + 1 :]
            elif letter == "m":
                self._marked = "7" in numbers.split(";")
            elif letter in "hl" and private:
                self.cursor = letter == "h"
            elif control == "\r":
                self.column = 0
            elif control == "\n":
                self._down()
            elif character:
                self._put(character)
            else:
                raise AssertionError(f"unknown sequence {numbers}{letter}")

    def _put(self, character: str) -> None:
        if self.column == COLUMNS:
            self._down()
        row = self.rows[self.row]
        row.extend([(" ", False)] * (self.column - len(row)))
        row[self.column : self.column + 1] = [(character, self._marked)]
        self.column += 1

    def _down(self) -> None:
        self.row, self.column = self.row + 1, 0
        if self.row == len(self.rows):
            self.rows.append([])

    @property
    def lines(self) -> list[str]:
        return ["".join(character for character, _ in row).rstrip() for row in self.rows]

    @property
    def marked(self) -> str:
        return "".join(character for row in self.rows for character, marked in row if marked)


@pytest.fixture(autouse=True)
def forty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: terminal_size((COLUMNS, 24)))


class Shown:
    """A follower on a screen."""

    def __init__(self, text: str, colour: bool = True) -> None:
        self.text = text.encode()
        snapshot = Document(text, detect_language("x.js", b"")).snapshot()
        last = snapshot.line_of(max(0, len(self.text.rstrip(b"\n")) - 1))
        self.written = io.StringIO()
        self.marks = 0
        self.view = TerminalView(snapshot, 0, last, self.written, colour)

    def mark(self, word: str) -> Screen:
        start = self.text.find(word.encode())
        said = Utterance(word, Category.VARIABLE, start, start + len(word.encode()))
        self.view.show(Mark.of(said, word, 0, 1, phrase=self.marks, part=0, word=0))
        self.marks += 1
        return self.screen

    def close(self, complete: bool = True) -> Screen:
        self.view.close(complete)
        return self.screen

    @property
    def screen(self) -> Screen:
        screen = Screen()
        screen.feed(self.written.getvalue())
        return screen


def test_the_word_that_sounds_is_marked_in_its_line() -> None:
    shown = Shown("let a = b;\nlet c = d;\n")
    screen = shown.mark("b")
    assert (screen.lines, screen.marked, screen.cursor) == (["1 let a = b;"], "b", False)


def test_the_mark_moves_and_the_line_is_not_repeated() -> None:
    shown = Shown("let a = b;\nlet c = d;\n")
    for word in ("let", "a", "b", "c"):
        screen = shown.mark(word)
        assert screen.marked == word
    assert screen.lines == ["1 let a = b;", "2 let c = d;"]


def test_lines_without_words_are_shown_on_the_way_and_the_rest_at_the_end() -> None:
    shown = Shown("a\n\n{\n}\nb\n\n;\n")
    assert shown.mark("a").lines == ["1 a"]
    assert shown.mark("b").lines == ["1 a", "2", "3 {", "4 }", "5 b"]
    assert shown.close().lines == ["1 a", "2", "3 {", "4 }", "5 b", "6", "7 ;", ""]
    assert shown.screen.cursor and shown.screen.marked == ""


def test_a_reading_that_was_stopped_leaves_the_screen_in_order() -> None:
    shown = Shown("aa bb\ncc\n")
    shown.mark("bb")
    screen = shown.close(complete=False)
    assert (screen.lines, screen.marked, screen.cursor) == (["1 aa bb", ""], "", True)


def test_a_line_that_wraps_is_drawn_over_itself() -> None:
    words = [f"word{n:02}" for n in range(15)]
    shown = Shown(" ".join(words) + "\nnext\n")
    for word in words:
        screen = shown.mark(word)
        assert screen.marked == word
        assert "".join(screen.lines).replace(" ", "") == "1" + "".join(words)
    assert shown.mark("next").lines[-1] == "2 next"


def test_of_an_endless_line_the_part_around_the_word_is_shown() -> None:
    shown = Shown(" ".join(f"word{n:03}" for n in range(500)))
    for word in ("word000", "word100", "word250", "word499"):
        screen = shown.mark(word)
        assert screen.marked == word and len(screen.lines) <= 4
    assert screen.lines[0].startswith("1 …")


def test_tabs_wide_letters_and_controls_take_the_room_that_they_take() -> None:
    shown = Shown("\tx = '\x1b[2J漢字\u202e'; y\n")
    screen = shown.mark("y")
    assert screen.lines == ["1     x = '␛[2J漢字<U+202E>'; y"]
    assert "\x1b[2J" not in shown.written.getvalue().replace("\x1b[J", "")


def test_colours_are_left_out_on_request_but_the_word_is_marked() -> None:
    shown = Shown("let a = 1;\n", colour=False)
    assert shown.mark("let").marked == "let"
    codes = set(re.findall(r"\x1b\[([\d;]*)m", shown.written.getvalue()))
    assert codes == {"7", "0"}


@given(st.text())
def test_no_text_steers_the_terminal(text: str) -> None:
    shown = escape_invisible(text)
    assert all(character == "\t" or character.isprintable() for character in shown)
