"""The words of the level `literal`: characters to words in one natural language, and words of all of them
back.

A *phrase* is a sequence of words that means characters. No phrase begins with another one, so at any place at
most one fits. The decoder knows the words of all natural languages, so it need not know which one was spoken;
the encoder marks a word of the source that could be mistaken for any of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.table_files import builtin_table, load_word_table, natural_languages

PhraseWords = tuple[str, ...]

MOST_COUNTED = 99
"""The highest count of equal characters; more of them begin a new count."""

MARKERS = ("word", "cap", "caps", "joined", "spelled", "padded", "unicode", "code_point")


@dataclass(frozen=True, slots=True)
class LiteralAlphabet:
    """Characters to words, in one natural language.

    `characters`: the phrase of each character or operator. `several`: the phrase for several of a character.
    `markers`: the words of the grammar itself. `counts`: number words from 2 to 99. `letters`: small letters
    besides a to z that a listener of this language recognizes.
    """

    characters: Mapping[str, str]
    several: Mapping[str, str]
    markers: Mapping[str, str]
    counts: Mapping[int, str]
    letters: str


@dataclass(slots=True)
class LiteralLexicon:
    """Words to characters, for all natural languages.

    `phrases`: characters by phrase. `several`: the character by the phrase for several of it. `markers`: the
    marker by phrase. `counts`: numbers by phrase. `ends`: words that end a name or a number. `singles`: words
    that are a whole phrase. `followers`: by first word, the second words of longer phrases. `longest`: words
    in the longest phrase.
    """

    phrases: dict[PhraseWords, str] = field(default_factory=dict)
    several: dict[PhraseWords, str] = field(default_factory=dict)
    markers: dict[PhraseWords, str] = field(default_factory=dict)
    counts: dict[PhraseWords, int] = field(default_factory=dict)
    ends: set[str] = field(default_factory=set)
    singles: set[str] = field(default_factory=set)
    followers: dict[str, set[str]] = field(default_factory=dict)
    longest: int = 1

    def is_ambiguous(self, word: str, following: str) -> bool:
        """Whether a word of the source, with this word after it, could be taken for a phrase."""
        return word in self.singles or following in self.followers.get(word, ())


@lru_cache(maxsize=8)
def literal_alphabet(natural: str) -> LiteralAlphabet:
    """The alphabet of one natural language. Raises `InputError` for an unknown one."""
    table = builtin_table(natural)
    characters = {text: names[0] for text, names in table["literal_characters"].items()}
    several = {text: names[1] for text, names in table["literal_characters"].items() if len(names) > 1}
    accented = _accented(table["literal_accents"])
    characters.update(
        (char, name) for char, name in accented if char.lower() not in table["literal"]["letters"]
    )
    numbers = NumberVerbalizer(load_word_table(natural, ""))
    counts = {count: numbers.cardinal(count) for count in range(2, MOST_COUNTED + 1)}
    return LiteralAlphabet(characters, several, table["literal"], counts, str(table["literal"]["letters"]))


@lru_cache(maxsize=1)
def literal_lexicon() -> LiteralLexicon:
    """The meaning of every phrase in every built-in natural language."""
    lexicon = LiteralLexicon()
    for natural in natural_languages():
        alphabet = literal_alphabet(natural)
        lexicon.phrases.update({_words(phrase): text for text, phrase in alphabet.characters.items()})
        lexicon.several.update({_words(phrase): text for text, phrase in alphabet.several.items()})
        lexicon.markers.update({_words(alphabet.markers[name]): name for name in MARKERS})
        lexicon.counts.update({_words(phrase): count for count, phrase in alphabet.counts.items()})
        lexicon.ends.add(alphabet.markers["end"])
    for phrase in (*lexicon.phrases, *lexicon.markers):
        _reserve(lexicon, phrase)
    firsts = {phrase[0] for phrase in lexicon.several}
    for phrase in lexicon.counts:
        followers = lexicon.followers.setdefault(phrase[0], set())
        followers.update(phrase[1:2] or firsts)
    lexicon.longest = max(len(phrase) for phrase in (*lexicon.phrases, *lexicon.markers, *lexicon.several))
    return lexicon


def _reserve(lexicon: LiteralLexicon, phrase: PhraseWords) -> None:
    if len(phrase) == 1:
        lexicon.singles.add(phrase[0])
    else:
        lexicon.followers.setdefault(phrase[0], set()).add(phrase[1])


def _words(phrase: str) -> PhraseWords:
    return tuple(phrase.split(" "))


def _accented(accents: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Latin letters with an accent of the table, as far as they are single characters, and their names."""
    for mark, name in accents.items():
        if mark == "capital":
            continue
        for code in range(ord("a"), ord("z") + 1):
            small = unicodedata.normalize("NFC", chr(code) + mark)
            capital = unicodedata.normalize("NFC", chr(code).upper() + mark)
            if len(small) == 1:
                yield small, f"{chr(code)} {name}"
            if len(capital) == 1:
                yield capital, f"{accents['capital']} {chr(code)} {name}"
