"""Words become phonemes in Kokoro's alphabet."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.engines.espeak import Phonemizer
from codechoir.engines.natural.hibari_voice import HibariVoice
from codechoir.engines.natural.pronunciation import Pronunciation, misaki
from codechoir.errors import EngineError

ALPHABET = "AIOWYbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧˈˌθᵊT.,?!;: "


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


@pytest.fixture
def pronunciation(phonemizer: Phonemizer) -> Pronunciation:
    return Pronunciation(phonemizer, ALPHABET)


@pytest.mark.parametrize(
    "ipa, letters",
    [
        ("ɹˈe^ɪnd^ʒ", "ɹˈAnʤ"),
        ("ˈiːkwə^lz", "ˈikwᵊlz"),
        ("jˈuːzɚ", "jˈuzəɹ"),
        ("ðə ɹˈɛst əvɚ ɹˈɪŋ", "ðə ɹˈɛst əvəɹ ɹˈɪŋ"),
        ("fˈɔː^ɹɾi", "fˈɔɹTi"),
        ("bˈʌtn\u0329", "bˈʌtᵊn"),
        ("(fr)bˈɔː(en)", "bˈɔ"),
        ("ɚɹ", "əɹ"),
        ("", ""),
    ],
)
def test_letters(ipa: str, letters: str) -> None:
    assert misaki(ipa) == letters


def test_programming_words_are_said_as_programmers_say_them(phonemizer: Phonemizer) -> None:
    table = Path(__file__).with_name("pronounced_words.txt").read_text(encoding="utf-8")
    expected = dict(each.split() for each in table.splitlines() if not each.startswith("#"))
    pronunciation = Pronunciation(phonemizer, HibariVoice().alphabet)
    found = {word: pronunciation.words([word], letters=False)[0] for word in expected}
    assert len(expected) > 500
    assert {word: said for word, said in found.items() if said != expected[word]} == {}


def test_a_special_word_is_special_in_a_line_and_before_a_sign(pronunciation: Pronunciation) -> None:
    words = pronunciation.words(["Linux", "and", "the", "regex.", "enumerate"], letters=True)
    assert (words[0], words[3]) == ("lˈɪnəks", "ɹˈɛʤɛks.")
    assert words[4].startswith("ɪn")


def test_each_word_has_its_own_phonemes(pronunciation: Pronunciation) -> None:
    assert pronunciation.words(["equals", "x", "plus", "y"], letters=True) == (
        "ˈikwᵊlz",
        "ˈɛks",
        "plˈʌs",
        "wˈI",
    )


def test_words_that_run_together_are_kept_apart(pronunciation: Pronunciation) -> None:
    words = pronunciation.words(["of", "the", "list"], letters=True)
    assert len(words) == 3 and words[2] == "lˈɪst" and all(" " not in word for word in words)


def test_a_single_letter_is_a_name_in_code_and_a_word_in_prose(pronunciation: Pronunciation) -> None:
    assert pronunciation.words(["a", "list"], letters=True)[0] == "ˈA"
    assert pronunciation.words(["a", "list"], letters=False)[0] == "ə"


def test_the_sign_at_the_end_of_a_word_stays(pronunciation: Pronunciation) -> None:
    assert pronunciation.words(["ready?", "done.", "list"], letters=False) == ("ɹˈɛdi?", "dˈʌn.", "lˈɪst")


def test_words_without_phonemes_are_empty(pronunciation: Pronunciation) -> None:
    assert pronunciation.words(["list", "…"], letters=False) == ("lˈɪst", "")
    assert pronunciation.words([], letters=False) == ()


def test_an_unknown_language_is_refused(phonemizer: Phonemizer) -> None:
    with pytest.raises(EngineError, match="has no voice 'xx-unknown'"):
        phonemizer.phonemes("list", "xx-unknown")


@pytest.mark.parametrize(
    "text", ["[[x]]", "<b>a</b>", "\N{BRAILLE PATTERN DOTS-1}", "a" * 2000, "((fr))", "😀"]
)
def test_no_text_harms_the_library(phonemizer: Phonemizer, text: str) -> None:
    assert isinstance(phonemizer.phonemes(text, "en-us"), str)
    assert misaki(phonemizer.phonemes("list", "en-us")) == "lˈɪst"
