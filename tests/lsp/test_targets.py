"""Which part of a document a request means."""

from __future__ import annotations

from typing import Any

import pytest
from codechoir.errors import InputError
from codechoir.languages.detection import detect_language, plain_text
from codechoir.lsp.arguments import read_request
from codechoir.lsp.reading_plan import extent_of, extents_of
from codechoir.syntax.document import Document

TEXT = "first_name = '😀' + other\n\n    indented\nlast"
SNAPSHOT = Document(TEXT, plain_text()).snapshot()


def read(unit: str, snapshot: Any = SNAPSHOT, **place: Any) -> str:
    request = read_request({"uri": "u", "unit": unit, **place})
    start, end = extent_of(request, snapshot, "utf-16")
    return str(snapshot.text[start:end].decode())


def at(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


def span(start: dict[str, int], end: dict[str, int]) -> dict[str, dict[str, int]]:
    return {"start": start, "end": end}


@pytest.mark.parametrize(
    ("range_", "text"),
    [
        (span(at(0, 0), at(0, 5)), "first"),
        (span(at(0, 13), at(0, 17)), "'😀'"),
        (span(at(0, 20), at(2, 6)), "other\n\n    in"),
        (span(at(2, 4), at(99, 0)), "indented\nlast"),
        (span(at(3, 2), at(3, 99)), "st"),
        (span(at(3, 4), at(2, 8)), "nted\nlast"),
    ],
)
def test_selections(range_: dict[str, Any], text: str) -> None:
    assert read("selection", range=range_) == text


def test_an_empty_selection_says_so() -> None:
    with pytest.raises(InputError, match="the selection is empty"):
        read("selection", range=span(at(0, 3), at(0, 3)))


def parts(*ranges: dict[str, Any]) -> list[str]:
    request = read_request({"uri": "u", "unit": "selection", "ranges": [*ranges]})
    return [SNAPSHOT.text[start:end].decode() for start, end in extents_of(request, SNAPSHOT, "utf-16")]


def test_several_selections_are_in_document_order_without_overlap() -> None:
    last, name, rest = span(at(3, 0), at(3, 4)), span(at(0, 0), at(0, 5)), span(at(0, 4), at(0, 10))
    cursor, other = span(at(2, 4), at(2, 4)), span(at(0, 25), at(0, 20))
    assert parts(last, cursor, other, rest, name) == ["first_name", "other", "last"]
    assert parts(name) == ["first"]


def test_nothing_but_empty_selections_say_so() -> None:
    with pytest.raises(InputError, match="all selections are empty"):
        parts(span(at(0, 3), at(0, 3)), span(at(50, 0), at(60, 0)))


def test_a_selection_beyond_the_document_says_so() -> None:
    with pytest.raises(InputError, match="contains no text; the document has 4 lines"):
        read("selection", range=span(at(50, 0), at(60, 0)))


@pytest.mark.parametrize(
    ("position", "text"),
    [(at(0, 7), TEXT.split("\n")[0]), (at(1, 0), ""), (at(2, 99), "    indented"), (at(99, 0), "last")],
)
def test_lines(position: dict[str, int], text: str) -> None:
    assert read("line", position=position) == text


@pytest.mark.parametrize(
    ("position", "begins"),
    [
        (at(0, 0), "first_name ="),
        (at(0, 7), "first_name ="),
        (at(0, 10), "first_name ="),
        (at(0, 11), "= '"),
        (at(0, 14), "😀' +"),
        (at(0, 22), "other\n"),
        (at(2, 0), "    indented"),
        (at(2, 9), "indented\nlast"),
        (at(3, 4), "last"),
    ],
)
def test_reading_from_the_cursor_begins_with_the_word_it_is_in(position: dict[str, int], begins: str) -> None:
    text = read("from-cursor", position=position)
    assert text.startswith(begins) and text.endswith("last"[-len(text) :])


def test_files() -> None:
    assert read("file") == TEXT


CODE = """\
import os

class Cart:
    def total(self):
        return 1

    def tax(self):
        return 2
"""
PYTHON = Document(CODE, detect_language("a.py", b"")).snapshot()


@pytest.mark.parametrize(
    ("position", "begins", "ends"),
    [
        (at(4, 10), "def total", "return 1"),
        (at(3, 0), "def total", "return 1"),
        (at(7, 3), "def tax", "return 2"),
        (at(2, 7), "class Cart", "return 2"),
        (at(5, 0), "class Cart", "return 2"),
    ],
)
def test_the_innermost_symbol(position: dict[str, int], begins: str, ends: str) -> None:
    text = read("symbol", PYTHON, position=position)
    assert text.startswith(begins) and text.rstrip().endswith(ends)


def test_where_there_is_no_symbol_the_line_says_what_to_do() -> None:
    with pytest.raises(InputError, match="no function or class here; read the line"):
        read("symbol", PYTHON, position=at(0, 3))
