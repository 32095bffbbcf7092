"""What the library is given to say: safe text, in breaths of bounded size."""

from __future__ import annotations

import unicodedata

import pytest
from codechoir.engines.espeak.safe_text import (
    EVERYTHING,
    MAX_BYTES,
    MAX_NAMED_WORD,
    MAX_WORD,
    MAX_WORDS,
    Breath,
    ScriptWord,
    alphabet_of,
    breaths,
    has_names,
    safe,
)
from codechoir.model import CastUtterance, Category, Utterance, Voice
from hypothesis import given
from hypothesis import strategies as st


def spoken(text: str, **more: object) -> CastUtterance:
    return CastUtterance(Utterance(text, Category.VARIABLE, 0, 1, **more), Voice("en-us"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("word", "word"),
        ("word,", "word,"),
        ("word?!", "word?"),
        ("don't", "don't"),
        ("don’t", "don't"),
        ("'quoted'", "quoted"),
        ("well-known", "well-known"),
        ("-x", "x"),
        ("3.14", "3.14"),
        ("1,000.", "1,000."),
        ("a.b", "a b"),
        ("[[word]]", "word"),
        ("<speak>", "speak"),
        ("&lt;", "lt;"),
        ("\x0150P", "50P"),
        ("wo\x00rd", "wo rd"),
        ("f(x)", "f x"),
        ("\ud800", ""),
        ("?!", ""),
        ("café", "café"),
        ("cafe\u0301", "cafe\u0301"),
        ("e\u0301\u0301\u0301", "e\u0301"),
        ("\u0301", ""),
        ("字", "字"),
        ("😀", "😀"),
        ("👩\u200d👧", "👩 👧"),
    ],
)
def test_what_english_is_given(word: str, said: str) -> None:
    assert safe(word, EVERYTHING) == said


@pytest.mark.parametrize(
    ("family", "word", "said"),
    [
        ("de", "Straße", "Straße"),
        ("de+f3", "функция", "cyrillic"),
        ("ru", "функция", "функция"),
        ("ru", "name字", "name cjk"),
        ("cmn", "字", "字"),
        ("hi", "हिंदी", "हिंदी"),
        ("th", "น้ำ", "น้ำ"),
        ("ar", "\u0634\u0651\u064e", "\u0634\u0651\u064e"),
        ("hi", "क" + "\u0902" * 9, "क" + "\u0902" * 3),
        ("de", "हिंदी", "devanagari"),
        ("el", "λ", "λ"),
        ("de", "😀", "grinning face"),
        ("de", "10€", "10 euro sign"),
        ("ti", "\u28df", "braille pattern dots 1234578"),
        ("de", "\ue0b0", "code point e 0 b 0"),
        ("en", "a\ue0b0b", "a code point e 0 b 0 b"),
        ("en", "\U0010fffd", "code point 1 0 f f f d"),
        ("en-gb-x-rp+f3", "функция", "функция"),
    ],
)
def test_other_languages_get_their_own_script_and_the_name_of_a_foreign_one(
    family: str, word: str, said: str
) -> None:
    assert safe(word, alphabet_of(family)) == said


@given(st.text(), st.sampled_from(["en-us", "de", "ru", "ja"]))
def test_nothing_dangerous_is_let_through(text: str, family: str) -> None:
    said = safe("".join(text.split()), alphabet_of(family))
    said.encode()
    assert said == said.strip()
    assert not set(said) & set('[]<>&\x01{}()"\\|_`@#^*=+/~')
    assert all(unicodedata.category(letter)[0] != "C" for letter in said)
    assert "  " not in said


@given(st.lists(st.text(st.sampled_from("ab1é字.,' -😀\u0301\x00"), max_size=90), max_size=30))
def test_breaths_are_small_lose_no_word_and_keep_the_order(texts: list[str]) -> None:
    parts = [spoken(text) for text in texts]
    made = list(breaths(parts, lambda _: EVERYTHING))
    expected = [
        (index, text[at : at + longest])
        for index, part in enumerate(parts)
        for text in part.utterance.text.split()
        for longest in [MAX_NAMED_WORD if has_names(text) else MAX_WORD]
        for at in range(0, len(text), longest)
        if safe(text[at : at + longest], EVERYTHING)
    ]
    words = [word for breath in made for word in breath.words]
    if expected:
        assert [(word.part, word.text) for word in words] == expected
    else:
        assert all(word.is_named for word in words)
    for breath in made:
        script = breath.script(EVERYTHING)
        assert len(breath.words) <= MAX_WORDS
        assert len(script.text.encode()) <= MAX_BYTES + 4 * MAX_WORD
        for word, position, length in zip(breath.words, script.positions, script.lengths, strict=True):
            assert script.text[position : position + length] == word.said(EVERYTHING)


def test_a_breath_ends_after_punctuation_where_there_is_some() -> None:
    words = ["word"] * MAX_WORDS
    words[30] = "word,"
    made = list(breaths([spoken(" ".join(words + words))], lambda _: EVERYTHING))
    assert len(made[0].words) == 31


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("?!", "question mark exclamation mark"),
        ("… —", "horizontal ellipsis em dash"),
        ("[[ ]]", "left square bracket left square bracket right square bracket right square bracket"),
        ("\u0301 \x01 \ud800", None),
    ],
)
def test_a_phrase_of_punctuation_only_is_named(text: str, said: str | None) -> None:
    made = [breath.script(EVERYTHING).text for breath in breaths([spoken(text)], lambda _: EVERYTHING)]
    assert made == ([said] if said else [])


def test_punctuation_among_words_is_not_named() -> None:
    (breath,) = breaths([spoken("one"), spoken("."), spoken("- two")], lambda _: EVERYTHING)
    assert breath.script(EVERYTHING).text == "one two"


@given(st.text(st.characters(categories=["So", "Co", "P", "Sm"]), max_size=200))
def test_breaths_of_names_are_small(text: str) -> None:
    for family in ("de", "en"):
        alphabet = alphabet_of(family)
        for breath in breaths([spoken(text)], lambda _, alphabet=alphabet: alphabet):  # type: ignore[misc]
            assert len(breath.script(alphabet).text.encode()) <= MAX_BYTES + 100 * MAX_NAMED_WORD


def test_a_word_that_one_alphabet_cannot_say_keeps_its_place_for_the_others() -> None:
    breath = Breath(tuple(ScriptWord(0, number, text) for number, text in enumerate(("one", "?!", "two"))))
    script = breath.script(alphabet_of("de"))
    assert script.text == "one two"
    assert script.positions == (0, 4, 4)
    assert script.lengths == (3, 0, 3)


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("a", {}, "eh"),
        ("A", {}, "eh"),
        ("a user", {}, "a user"),
        ("x a", {"spell": True}, "x eh"),
        ("a", {"language": "de"}, "a"),
    ],
)
def test_the_letter_a_is_no_article_where_it_is_a_name(text: str, more: dict[str, object], said: str) -> None:
    (breath,) = breaths([spoken(text, **more)], lambda _: EVERYTHING)
    assert breath.script(EVERYTHING).text == said
