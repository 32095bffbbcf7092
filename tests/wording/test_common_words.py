"""Words that can be synthesized ahead for a language: keywords, operators, the narrator's sentences."""

from __future__ import annotations

import pytest
from codechoir.languages.detection import language_named
from codechoir.model import Category
from codechoir.settings import WordingOptions
from codechoir.wording.wording import Wording, common_words


def said(name: str, natural: str = "en") -> set[tuple[str, Category]]:
    language = language_named(name)
    assert language is not None
    utterances = list(common_words(Wording(WordingOptions(natural_language=natural)), language))
    found = {(one.text, one.category) for one in utterances}
    assert len(found) == len(utterances)
    assert all(one.text and not one.pause_before and not one.pause_after for one in utterances)
    return found


@pytest.mark.parametrize(
    ("language", "words", "strangers"),
    [
        ("python", {"return", "async", "else if"}, {"function", "fn"}),
        ("rust", {"fn", "impl"}, {"def"}),
        ("go", {"defer", "range"}, {"def"}),
    ],
)
def test_keywords_are_those_of_the_language(language: str, words: set[str], strangers: set[str]) -> None:
    keywords = {text for text, category in said(language) if category == Category.KEYWORD}
    assert not keywords & strangers
    assert len(keywords & words) >= len(words) - 1, sorted(keywords)


def test_operators_are_said_by_their_roles() -> None:
    found = said("python")
    for words in ("gets", "same as", "floor divide equals", "minus"):
        assert (words, Category.OPERATOR) in found
    assert not {("if null gets", Category.OPERATOR), ("turbofish", Category.OPERATOR)} & found


def test_the_narrator_counts_levels() -> None:
    found = said("python")
    assert {("blank", Category.NARRATION), ("in three", Category.NARRATION)} <= found
    assert not any("{" in text for text, _ in found)


def test_the_words_are_in_the_natural_language() -> None:
    assert not {text for text, category in said("python", "de") if category == Category.OPERATOR} & {"gets"}


def test_a_language_without_a_grammar_has_the_words_of_the_narrator() -> None:
    assert {category for _, category in said("fortran")} == {Category.NARRATION}
