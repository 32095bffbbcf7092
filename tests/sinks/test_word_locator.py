"""Which bytes of the source a spoken word stands for."""

from __future__ import annotations

import pytest
from codechoir.model import Category, Mark
from codechoir.sinks.base import WordLocator
from hypothesis import given
from hypothesis import strategies as st


def said(source: str, words: str) -> list[str]:
    """The source of each spoken word, when the whole source is one utterance."""
    text = source.encode()
    places = WordLocator(text)
    found = [
        places.locate(Mark(0, 1, 0, len(text), Category.COMMENT, word, 0, 0, index))
        for index, word in enumerate(words.split())
    ]
    return [text[start:end].decode() for start, end in found]


@pytest.mark.parametrize(
    ("source", "words", "places"),
    [
        ("# A cart: a sample", "A cart, a sample.", ["A", "cart", "a", "sample"]),
        ("shopping_cart", "shopping cart", ["shopping", "cart"]),
        ("HashMap", "hash map", ["Hash", "Map"]),
        ("HTTPServer2", "HTTP server 2", ["HTTP", "Server", "2"]),
        ("grüße_naïve", "grüße naïve", ["grüße", "naïve"]),
        ("==", "is equal to", ["==", "==", "=="]),
        ("0.5", "zero point five", ["0.5", "0.5", "0.5"]),
        ("banana", "an", ["banana"]),
        ("a, b and c", "a comma b and c", ["a", "a, b and c", "b", "and", "c"]),
    ],
)
def test_words_are_found_where_they_stand(source: str, words: str, places: list[str]) -> None:
    assert said(source, words) == places


def test_each_utterance_is_searched_from_its_beginning() -> None:
    text = b"one one"
    places = WordLocator(text)
    marks = [
        Mark(0, 1, start, start + 3, Category.VARIABLE, "one", 0, part, 0)
        for part, start in enumerate((0, 4, 0))
    ]
    assert [places.locate(mark) for mark in marks] == [(0, 3), (4, 7), (0, 3)]


@given(source=st.text(max_size=40), words=st.lists(st.text(max_size=6), max_size=6))
def test_a_place_is_always_whole_characters_of_the_utterance(source: str, words: list[str]) -> None:
    text = f"é{source}é".encode("utf-8", "replace")
    places = WordLocator(text)
    for word in words:
        start, end = places.locate(Mark(0, 1, 2, len(text) - 2, Category.COMMENT, word, 0, 0, 0))
        assert 2 <= start <= end <= len(text) - 2
        text[start:end].decode()
