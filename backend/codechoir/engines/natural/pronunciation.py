"""From words to phonemes in Kokoro's alphabet, which is that of its own pronouncing dictionary, misaki."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from codechoir.engines.espeak import Phonemizer

AMERICAN = "en-us"

_LETTERS = {
    "ʔˌn\u0329": "ʔn",
    "ʔn\u0329": "ʔn",
    "a^ɪ": "I",
    "a^ʊ": "W",
    "d^ʒ": "ʤ",
    "e^ɪ": "A",
    "e": "A",
    "t^ʃ": "ʧ",
    "ɔ^ɪ": "Y",
    "ə^l": "ᵊl",
    "ʲo": "jo",
    "ʲə": "jə",
    "ʲ": "",
    "ɚ": "əɹ",
    "r": "ɹ",
    "x": "k",
    "ç": "k",
    "ɐ": "ə",
    "ɬ": "l",
    "\u0303": "",
    "o^ʊ": "O",
    "ɜːɹ": "ɜɹ",
    "ɜː": "ɜɹ",
    "ɪə": "iə",
    "ː": "",
    "o": "ɔ",
    "ɾ": "T",
    "ʔ": "t",
    "^": "",
    "-": "",
}
"""eSpeak NG's IPA, with `^` as tie, to misaki's letters; the longest match counts. misaki has one letter for
each diphthong and affricate, and writes no length."""

_PATTERN = re.compile("|".join(re.escape(each) for each in sorted(_LETTERS, key=len, reverse=True)))
_SYLLABIC = re.compile("(\\S)\u0329")
_LANGUAGE_SWITCH = re.compile(r"\([a-z-]{2,12}\)")
_DOUBLED = re.compile("ɹ{2,}")

PUNCTUATION = ".,;:!?"
"""Signs at the end of a word that change the melody."""


def misaki(ipa: str) -> str:
    """eSpeak NG's phonemes in Kokoro's alphabet."""
    plain = _SYLLABIC.sub(r"ᵊ\1", _LANGUAGE_SWITCH.sub("", ipa))
    letters = _PATTERN.sub(lambda match: _LETTERS[match[0]], plain)
    return _DOUBLED.sub("ɹ", letters)


_SPECIAL = {
    "argc": "ˈɑɹɡsˌi",
    "argv": "ˈɑɹɡvˌi",
    "async": "ˈAsɪŋk",
    "backend": "bˈækˌɛnd",
    "checksum": "ʧˈɛksˌʌm",
    "column": "kˈɑləm",
    "config": "kˈɑnfɪɡ",
    "coroutine": "kˈOɹutˌin",
    "debug": "dˌibˈʌɡ",
    "decorator": "dˈɛkəɹˌATəɹ",
    "domain": "dOmˈAn",
    "endpoint": "ˈɛndpˌYnt",
    "enum": "ˈinˌʌm",
    "executable": "ˈɛksəkjˌuTəbᵊl",
    "foreach": "fɔɹˈiʧ",
    "golang": "ɡˈOlæŋ",
    "graphql": "ɡɹˌæfkjˌuˈɛl",
    "haskell": "hˈæskəl",
    "hexadecimal": "hˌɛksədˈɛsəmᵊl",
    "init": "ɪnˈɪt",
    "linear": "lˈɪniəɹ",
    "linux": "lˈɪnəks",
    "modulo": "mˈɑʤəlˌO",
    "mongo": "mˈɑŋɡO",
    "nullptr": "nˈʌlpˌYntəɹ",
    "numpy": "nˈʌmpI",
    "polymorphism": "pˌɑlimˈɔɹfˌɪzəm",
    "postgres": "pˈOstɡɹɛs",
    "printf": "pɹˈɪntˌɛf",
    "pytest": "pˈItˌɛst",
    "python": "pˈIθˌɑn",
    "redis": "ɹˈɛdɪs",
    "regex": "ɹˈɛʤɛks",
    "scala": "skˈɑlə",
    "usize": "jˈusˌIz",
    "width": "wˈɪdθ",
}
"""Words that programmers say in another way than eSpeak NG, in Kokoro's alphabet."""


class Pronunciation:
    """Phonemes of words. Remembers them: code says the same words again and again."""

    def __init__(self, phonemizer: Phonemizer, alphabet: Iterable[str]) -> None:
        self._phonemizer = phonemizer
        self._alphabet = frozenset(alphabet)
        self._remembered = lru_cache(4096)(self._words)

    def words(self, words: Sequence[str], letters: bool) -> tuple[str, ...]:
        """The phonemes of each word, empty for a word without any.

        `letters`: a word of one letter is its name: `a` is a variable here, and not an article.
        """
        return self._remembered(tuple(words), letters)

    def _words(self, words: tuple[str, ...], letters: bool) -> tuple[str, ...]:
        spoken = [word.rstrip(PUNCTUATION) for word in words]
        together = self._spoken(" ".join(spoken)).split()
        # eSpeak NG runs some words together ("of the"): then each is asked for by itself
        has_all = len(together) == len(words) and all(spoken)
        groups = together if has_all else [self._spoken(word).replace(" ", "") for word in spoken]
        found = []
        for word, bare, group in zip(words, spoken, groups, strict=True):
            own = self._spoken(bare) if letters and len(bare) == 1 else _SPECIAL.get(bare.lower(), group)
            found.append(own + word[len(bare) : len(bare) + 1] if own else "")
        return tuple(found)

    def _spoken(self, text: str) -> str:
        kept = misaki(self._phonemizer.phonemes(text, AMERICAN))
        return "".join(each for each in kept if each in self._alphabet or each == " ").strip()
