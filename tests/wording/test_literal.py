"""The level `literal`: the source can be decoded from the words, byte for byte."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from codechoir.errors import InputError
from codechoir.model import Category, Utterance
from codechoir.settings import WordingOptions
from codechoir.wording import Wording
from codechoir.wording.literal_decoder import decode_literal, literal_lexicon
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.fake_source import FakeSource

ENGINE_TEXT = re.compile(r"[a-z0-9 ]*")
ENGLISH = Wording(WordingOptions(level="literal"))
GERMAN = Wording(WordingOptions(level="literal", natural_language="de"))


def dictated(text: str | bytes, wording: Wording = ENGLISH) -> list[Utterance]:
    return [utterance for line in wording.lines(FakeSource(text)) for utterance in line]


def words(text: str) -> str:
    return " | ".join(u.text for u in dictated(text) if u.category is not Category.NARRATION)


def written(utterances: list[Utterance]) -> bytes:
    return decode_literal((utterance.text, utterance.category.value) for utterance in utterances)


WORDS = sorted(
    {
        word
        for phrase in (*literal_lexicon().phrases, *literal_lexicon().several, *literal_lexicon().counts)
        for word in phrase
    }
)
LIKE_CODE = st.lists(
    st.one_of(
        st.sampled_from(
            [*WORDS, "word", "cap", "all", "caps", "joined", "spelled", "padded", "unicode", "end"]
        ),
        st.sampled_from(["x", "e", "userName", "HTTPServer", "XMLs", "__init__", "iOS", "ABc", "xml", "str"]),
        st.sampled_from(
            [" ", " ", "  ", "\n", "\r\n", "\r", "\t", "\n\n", " = ", " == ", "==", "===", "...."]
        ),
        st.sampled_from(list("()[]{}<>.,;:!?'\"`~@#$%^&*-+=|\\/_0123456789")),
        st.text(max_size=3),
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("return total", "return | total"),
        ("x = 1", "x | padded equals | 1"),
        ("x=1", "x | equals | 1"),
        ("user_name", "user underscore name"),
        ("userName", "user cap name"),
        ("HTTPServer", "all caps h t t p cap server"),
        ("the User", "the | space | cap user"),
        ("utf8", "utf 8"),
        ("dot", "word dot"),
        ("word", "word word"),
        ("left", "left"),
        ("xml", "spelled x m l"),
        ("xml x", "spelled x m l | x"),
        ("\t\tx", "two tabs | x"),
        ("x  \r\n", "x | two spaces windows line"),
        ("0x1F600", "0 x 1 cap f 6 0 0"),
        ("é", "e acute"),
        ("É", "capital e acute"),
        ("p\u0430y", "p unicode cyrillic small letter a end y"),
        ("\u4e00", "code point 4 e 0 0 end"),
    ],
)
def test_the_words(source: str, said: str) -> None:
    assert (
        words(source) == said
        or " | ".join(u.text for u in dictated(source) if "warning" not in u.text) == said
    )


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(), LIKE_CODE))
@example("dot dot")
@example("\uac01 Hangul syllables are named by rule")
@example("left paren (")
@example("`e` acute e\u0301 \u00e9")
@example("n~ N~ \u00f1")
@example("four spaces    four")
@example("xml a xml end xml 1 XML b")
@example("\ufeffdef\r\n\n\rend ")
def test_any_text_can_be_decoded(text: str) -> None:
    assert written(dictated(text)) == text.encode()


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), LIKE_CODE))
@example("größer Ärger, A\u0308 ß ss éñ")
def test_any_text_can_be_decoded_from_german_words(text: str) -> None:
    assert written(dictated(text, GERMAN)) == text.encode()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("if (x) {", "if | leerzeichen | runde auf | x | runde zu | leerzeichen | geschweifte auf"),
        ("die Größe", "die | leerzeichen | groß größe"),
        ("dot stern", "wort dot | wort stern"),
        ("    x", "vier leerzeichen | x"),
    ],
)
def test_the_words_in_german(source: str, said: str) -> None:
    assert " | ".join(u.text for u in dictated(source, GERMAN)) == said


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), LIKE_CODE))
def test_only_letters_digits_and_blanks_are_said(text: str) -> None:
    for utterance in dictated(text):
        if utterance.category.value != "narration":
            assert ENGINE_TEXT.fullmatch(utterance.text), utterance.text


@settings(max_examples=100, deadline=None)
@given(LIKE_CODE, st.data())
def test_any_range_can_be_decoded(text: str, data: st.DataObject) -> None:
    low = data.draw(st.integers(0, len(text)))
    high = data.draw(st.integers(low, len(text)))
    start, end = len(text[:low].encode()), len(text[:high].encode())
    said = [u for line in ENGLISH.lines(FakeSource(text), start, end) for u in line]
    assert written(said) == text[low:high].encode()


def test_the_words_of_the_narrator_are_skipped() -> None:
    assert decode_literal([("warning, right to left override", "narration"), ("x", "variable")]) == b"x"


def test_sentence_punctuation_is_skipped() -> None:
    assert decode_literal([("left paren, x.", "punctuation")]) == b"(x"


@pytest.mark.parametrize(
    "text", ["unicode no such thing end", "code point x y end", "unicode alpha", "cap", "word"]
)
def test_words_of_another_level_are_an_error_of_one_line(text: str) -> None:
    with pytest.raises(InputError, match="level literal") as caught:
        decode_literal([(text, "variable")])
    assert "\n" not in str(caught.value)


def test_no_phrase_begins_with_another() -> None:
    phrases = sorted((*literal_lexicon().phrases, *literal_lexicon().markers))
    for one, other in pairwise(phrases):
        assert other[: len(one)] != one, (one, other)


def test_a_very_long_line_of_blanks_comes_in_short_phrases() -> None:
    lines = list(ENGLISH.lines(FakeSource(" " * 100_000 + "x")))
    assert all(len(line) <= 64 for line in lines)
    assert written([u for line in lines for u in line]) == b" " * 100_000 + b"x"
