"""The words of the level `literal`, and the way from them back to the exact source text.

A *phrase* is a sequence of words that means characters. No phrase begins with another one, so at any place at
most one fits. The decoder knows the words of all natural languages, so it need not know which one was spoken;
the encoder marks a word of the source that could be mistaken for any of them.

Only the words and the category of each utterance are used, which is what a listener hears. Utterances of the
narrator (warnings) are not a part of the source and are skipped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from codechoir.errors import InputError
from codechoir.model import Category
from codechoir.wording.characters import SENTENCE_PUNCTUATION
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


_REMEDY = "decode reads the output of: codechoir words --level literal"


def decode_literal(utterances: Iterable[tuple[str, str]]) -> bytes:
    """The source as UTF-8 from utterances, each as its text and its category, in order.

    Raises `InputError` if the words are not those of the level `literal`.
    """
    decoder = _Decoder(literal_lexicon())
    for text, category in utterances:
        if category != Category.NARRATION:
            decoder.decode([word.strip(SENTENCE_PUNCTUATION) for word in text.split()])
    return "".join(decoder.parts).encode()


class _Decoder:
    """Reads words. `parts` is the source so far. A phrase never crosses the end of an utterance."""

    def __init__(self, lexicon: LiteralLexicon) -> None:
        self.parts: list[str] = []
        self._lexicon = lexicon
        self._after_letters = False
        self._joined = False
        self._pads = False
        self._words: list[str] = []
        self._markers = {
            "word": self._word,
            "cap": self._cap,
            "caps": self._caps,
            "joined": self._join,
            "spelled": self._spelled,
            "padded": self._padded,
            "unicode": self._unicode,
            "code_point": self._code_point,
        }

    def decode(self, words: list[str]) -> None:
        """Decodes the words of one utterance."""
        self._words = [word for word in words if word]
        at = 0
        while at < len(self._words):
            at = self._phrase(at)

    def _phrase(self, at: int) -> int:
        """Decodes the phrase that begins with word `at`; returns the index of the next one."""
        words, lexicon = self._words, self._lexicon
        for size in range(min(lexicon.longest, len(words) - at), 0, -1):
            phrase = tuple(words[at : at + size])
            if phrase in lexicon.phrases:
                self._symbol(lexicon.phrases[phrase])
                return at + size
            if phrase in lexicon.markers:
                return self._markers[lexicon.markers[phrase]](at + size)
        run = self._run(at)
        if run:
            return run
        word = words[at]
        if len(word) == 1 and word.isdecimal():
            self._symbol(word)
        else:
            self._letters(word)
        return at + 1

    def _run(self, at: int) -> int:
        """Decodes several equal characters, such as "four spaces"; returns 0 if there are none."""
        words, lexicon = self._words, self._lexicon
        for size in (2, 1):
            count = lexicon.counts.get(tuple(words[at : at + size]))
            if count is None:
                continue
            begin = at + size
            for length in range(lexicon.longest, 0, -1):
                char = lexicon.several.get(tuple(words[begin : begin + length]))
                if char is not None and begin + length <= len(words):
                    self._symbol(char * count)
                    return begin + length
        return 0

    def _symbol(self, text: str) -> None:
        self.parts.append(f" {text} " if self._pads else text)
        self._pads = self._joined = self._after_letters = False

    def _letters(self, text: str, *, spaced: bool = True) -> None:
        """Adds letters, with a space before them if letters came before and "joined" was not said."""
        if spaced and self._after_letters and not self._joined:
            self.parts.append(" ")
        self.parts.append(text)
        self._after_letters, self._joined = True, False

    # ---- markers: each decodes what follows it and returns the index of the next phrase --------------------

    def _word(self, at: int) -> int:
        self._letters(self._next(at))
        return at + 1

    def _cap(self, at: int) -> int:
        self._letters(self._next(at).capitalize(), spaced=False)
        return at + 1

    def _caps(self, at: int) -> int:
        word = self._next(at)
        if len(word) > 1:
            self._letters(word.upper(), spaced=False)
            return at + 1
        letters, at = self._single_letters(at)
        self._letters(letters.upper(), spaced=False)
        return at

    def _spelled(self, at: int) -> int:
        letters, at = self._single_letters(at)
        self._letters(letters)
        return at

    def _join(self, at: int) -> int:
        self._joined = True
        return at

    def _padded(self, at: int) -> int:
        self._pads = True
        return at

    def _unicode(self, at: int) -> int:
        name, at = self._until_end(at)
        try:
            self._symbol(unicodedata.lookup(" ".join(name).upper()))
        except KeyError:
            raise InputError(f"'{' '.join(name)}' is not the name of a character; {_REMEDY}") from None
        return at

    def _code_point(self, at: int) -> int:
        digits, at = self._until_end(at)
        try:
            self._symbol(chr(int("".join(digits), 16)))
        except (ValueError, OverflowError):
            raise InputError(f"'{' '.join(digits)}' is not a code point; {_REMEDY}") from None
        return at

    def _next(self, at: int) -> str:
        if at >= len(self._words):
            raise InputError(f"a word is missing after '{' '.join(self._words[-2:])}'; {_REMEDY}")
        return self._words[at]

    def _single_letters(self, at: int) -> tuple[str, int]:
        begin = at
        while at < len(self._words) and len(self._words[at]) == 1 and self._words[at].isalpha():
            at += 1
        letters = "".join(self._words[begin:at])
        return letters, at + (at < len(self._words) and self._words[at] in self._lexicon.ends)

    def _until_end(self, at: int) -> tuple[list[str], int]:
        for end in range(at, len(self._words)):
            if self._words[end] in self._lexicon.ends:
                return self._words[at:end], end + 1
        raise InputError(f"'end' is missing after '{' '.join(self._words[at:][:8])}'; {_REMEDY}")
