"""Spelling: character by character."""

from __future__ import annotations

import pytest
from codechoir.model import Utterance
from codechoir.settings import WordingOptions
from codechoir.wording import Wording
from codechoir.wording.characters import is_speakable
from hypothesis import given, settings
from hypothesis import strategies as st
from support.fake_source import FakeSource


def spelled(text: str, **options: object) -> list[Utterance]:
    wording = Wording(WordingOptions(**options))  # type: ignore[arg-type]
    source = FakeSource(text)
    return [u for part in wording.spell(source, 0, len(source.text)) for u in part]


def words(text: str, **options: object) -> list[str]:
    return [u.text for u in spelled(text, **options)]


def test_letters_digits_and_symbols_by_name() -> None:
    assert words("x1 =>") == ["x", "one", "space", "equals", "greater"]


def test_the_phonetic_alphabet() -> None:
    assert words("ab", phonetic=True) == ["alfa", "bravo"]
    assert words("ab", phonetic=True, natural_language="de") == ["Anton", "Berta"]


@pytest.mark.parametrize(
    ("natural", "told"), [("en", ["a", "cap b", "cap x"]), ("de", ["a", "groß b", "groß x"])]
)
def test_a_capital_is_told_by_default(natural: str, told: list[str]) -> None:
    assert words("aBX", natural_language=natural) == told


def test_a_capital_is_told_with_the_phonetic_alphabet_and_not_if_it_is_switched_off() -> None:
    assert words("aB", phonetic=True) == ["alfa", "cap bravo"]
    assert words("aB", capitals="off") == ["a", "b"]


def test_a_capital_in_a_name_is_not_told_by_default() -> None:
    said = [u.text for line in Wording(WordingOptions()).lines(FakeSource("fooBar = Baz")) for u in line]
    assert said == ["foo bar", "equals", "baz"]


def test_a_capital_by_word_or_by_voice() -> None:
    assert words("aB", capitals="word") == ["a", "cap b"]
    assert [u.capture for u in spelled("aB", capitals="pitch")] == ["", "capital"]


@pytest.mark.parametrize(
    ("char", "name"),
    [
        ("é", "e acute"),
        ("Ω", "greek capital omega"),
        ("\u200b", "zero width space"),
        ("\u4e00", "code point 4 e 0 0"),
    ],
)
def test_other_characters_by_their_unicode_name(char: str, name: str) -> None:
    assert words(char) == [name]


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_every_character_is_said_and_covered(text: str) -> None:
    said = spelled(text)
    assert len(said) == len(text)
    assert all(u.text and is_speakable(u.text) for u in said)
    assert [text.encode()[u.start : u.end].decode() for u in said] == list(text)
