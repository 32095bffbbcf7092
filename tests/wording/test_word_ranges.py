"""The mark of a word in a comment or a string is that word's range."""

from __future__ import annotations

import pytest
from codechoir.engines import CollectingListener, SilentEngine
from codechoir.languages import language_named
from codechoir.pipeline import SpeechPipeline
from codechoir.settings import Settings
from codechoir.syntax import Document
from codechoir.wording.line_source import word_ranges
from hypothesis import given
from hypothesis import strategies as st


def written(source: str, spoken: str) -> list[str]:
    text = source.encode()
    return [text[start:end].decode() for start, end in word_ranges(source, spoken, 0)]


@pytest.mark.parametrize(
    ("source", "spoken", "words"),
    [
        ("# keep the lines", "keep the lines", ["keep", "the", "lines"]),
        ("# the sum, as (a) float", "the sum, as a float", ["the", "sum", "as", "a", "float"]),
        ("# a + b is new", "a plus b is new", ["a", "+", "b", "is", "new"]),
        ("# take 42 items", "take forty two items", ["take", "42", "42", "items"]),
        ("'größer ö als'", "größer ö als", ["größer", "ö", "als"]),
        ("the the the", "the the the", ["the", "the", "the"]),
        ("...", "dot dot dot", []),
        ("", "nothing", []),
    ],
)
def test_each_word_has_its_place(source: str, spoken: str, words: list[str]) -> None:
    assert written(source, spoken) == words


@given(st.text(max_size=40), st.text(max_size=40))
def test_places_are_in_order_and_inside(source: str, spoken: str) -> None:
    found = word_ranges(source, spoken, 7)
    assert len(found) in (0, len(spoken.split()))
    size = len(source.encode("utf-8", "surrogatepass"))
    assert all(7 <= start < end <= 7 + size for start, end in found)
    assert [start for start, _ in found] == sorted(start for start, _ in found)


@pytest.mark.parametrize(
    ("name", "source", "spoken"),
    [
        ("python", "x = 1  # counts every line", "counts every line"),
        ("python", 'x = "no such file"', "no such file"),
        ("javascript", "/** Returns the file. */", "returns the file"),
        ("text", "Some words of prose.", "some words of prose."),
    ],
)
def test_marks_have_these_places(name: str, source: str, spoken: str) -> None:
    language = language_named(name)
    assert language is not None
    listener = CollectingListener()
    SilentEngine().speak(SpeechPipeline(Settings()).phrases(Document(source, language).snapshot()), listener)
    marks = {
        mark.text.lower().strip("."): (mark.start, mark.end)
        for chunk in listener.chunks
        for mark in chunk.marks
    }
    for word in spoken.split():
        start, end = marks[word.strip(".")]
        assert source[start:end].lower() == word.strip(".")
