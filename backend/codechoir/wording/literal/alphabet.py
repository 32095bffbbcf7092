"""The words of the level "literal": what is said for which characters, and what must be told apart from it.

A *phrase* is a sequence of words that stands for characters. No phrase begins with another one, so that at
any place at most one fits. The words of all natural languages are known at once: the way back need not be
told which one was spoken, and a plain word of the source that could be mistaken for any of them is marked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from codechoir.wording.numbers import Numbers
from codechoir.wording.tables import builtin_table, load_words, natural_languages

Phrase = tuple[str, ...]

MOST_COUNTED = 99
"""So many equal characters are counted at once; more begin a new count."""

MARKERS = ("word", "cap", "caps", "joined", "spelled", "padded", "unicode", "code_point")


@dataclass(frozen=True, slots=True)
class SpokenForm:
    """How the literal level is spoken in one natural language.

    `characters`: the phrase of each character or operator. `several`: the phrase for several of a character.
    `markers`: the words of the grammar itself. `counts`: number words from 2 to 99. `letters`: small letters
    besides a to z that a listener of this language can tell by ear.
    """

    characters: Mapping[str, str]
    several: Mapping[str, str]
    markers: Mapping[str, str]
    counts: Mapping[int, str]
    letters: str


@dataclass(slots=True)
class HeardForm:
    """What the words of all natural languages mean.

    `phrases`: characters by phrase. `several`: the character by the phrase for several. `markers`: the marker
    by phrase. `counts`: numbers by phrase. `ends`: words that end a name or a number. `singles`: words that
    are a whole phrase. `followers`: words that could turn a plain word before them into a longer phrase.
    """

    phrases: dict[Phrase, str] = field(default_factory=dict)
    several: dict[Phrase, str] = field(default_factory=dict)
    markers: dict[Phrase, str] = field(default_factory=dict)
    counts: dict[Phrase, int] = field(default_factory=dict)
    ends: set[str] = field(default_factory=set)
    singles: set[str] = field(default_factory=set)
    followers: dict[str, set[str]] = field(default_factory=dict)
    longest: int = 1

    def is_risky(self, word: str, following: str) -> bool:
        """Whether a plain word of the source, with this word said next, could be heard as something else."""
        return word in self.singles or following in self.followers.get(word, ())


@lru_cache(maxsize=8)
def spoken_forms(natural: str) -> SpokenForm:
    """The literal level's words in one natural language. Raises `InputError` for an unknown one."""
    table = builtin_table(natural)
    characters = {text: names[0] for text, names in table["literal_characters"].items()}
    several = {text: names[1] for text, names in table["literal_characters"].items() if len(names) > 1}
    accented = _accented(table["literal_accents"])
    characters.update(
        (char, name) for char, name in accented if char.lower() not in table["literal"]["letters"]
    )
    numbers = Numbers(load_words(natural, ""))
    counts = {count: numbers.cardinal(count) for count in range(2, MOST_COUNTED + 1)}
    return SpokenForm(characters, several, table["literal"], counts, str(table["literal"]["letters"]))


@lru_cache(maxsize=1)
def heard_forms() -> HeardForm:
    """The meaning of every phrase in every natural language that ships."""
    known = HeardForm()
    for natural in natural_languages():
        speech = spoken_forms(natural)
        known.phrases.update({_words(phrase): text for text, phrase in speech.characters.items()})
        known.several.update({_words(phrase): text for text, phrase in speech.several.items()})
        known.markers.update({_words(speech.markers[name]): name for name in MARKERS})
        known.counts.update({_words(phrase): count for count, phrase in speech.counts.items()})
        known.ends.add(speech.markers["end"])
    for phrase in (*known.phrases, *known.markers):
        _reserve(known, phrase)
    firsts = {phrase[0] for phrase in known.several}
    for phrase in known.counts:
        followers = known.followers.setdefault(phrase[0], set())
        followers.update(phrase[1:2] or firsts)
    known.longest = max(len(phrase) for phrase in (*known.phrases, *known.markers, *known.several))
    return known


def _reserve(known: HeardForm, phrase: Phrase) -> None:
    if len(phrase) == 1:
        known.singles.add(phrase[0])
    else:
        known.followers.setdefault(phrase[0], set()).add(phrase[1])


def _words(phrase: str) -> Phrase:
    return tuple(phrase.split(" "))


def _accented(accents: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The Latin letters that Unicode composes with the accents of the table."""
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
