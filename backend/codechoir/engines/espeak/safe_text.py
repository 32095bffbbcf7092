"""The text that the library gets: the words of one breath, without anything that could harm it.

The library spells out what it has no letters for, and in some languages overruns its buffers while doing so:
a Braille sign in Tigrinya, an emoji in German, Gujarati in Vietnamese end the process (found by fuzzing
1.52). English can spell everything. Every other voice gets Latin and its own script; for a foreign word, the
name of the script; for an emoji, its English name. No voice has names for private-use characters, so they
become code points. Punctuation is named only where a phrase has nothing else.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from codechoir.model import CastUtterance, Utterance

_SCRIPTS = {
    "ARABIC": "ar fa sd ug ur",
    "ARMENIAN": "hy hyw",
    "BENGALI": "as bn bpy",
    "CHEROKEE": "chr",
    "CJK": "cmn hak ja yue",
    "CYRILLIC": "ba be bg cv kk ky mk nog ru sr tt uk",
    "DEVANAGARI": "hi kok mr ne",
    "ETHIOPIC": "am ti",
    "GEORGIAN": "ka",
    "GREEK": "el grc",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HEBREW": "he",
    "HIRAGANA": "ja",
    "KANNADA": "kn",
    "KATAKANA": "ja",
    "MALAYALAM": "ml",
    "MYANMAR": "my shn",
    "ORIYA": "or",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
}
"""Scripts, by the first word of their letters' Unicode names, and the languages written in them."""

_CLOSING = ",.;:?!"
_SYMBOLS = frozenset({"Sc", "So"})  # currencies, emoji: English has names for them
_PRIVATE = "Co"
_NAMED = _SYMBOLS | {_PRIVATE}

_MOST_MARKS = 3
"""Marks of a letter that a voice of its script gets: a vowel sign, a tone, a nasal sign. Others get one."""

Alphabet = frozenset[str]
"""Scripts that a voice may get besides Latin; empty for Latin only, `EVERYTHING` for any."""

EVERYTHING: Alphabet = frozenset({"*"})


@functools.cache
def alphabet_of(family: str) -> Alphabet:
    """The alphabet of a voice, by its language."""
    language = family.partition("+")[0].partition("-")[0]
    if language == "en":
        return EVERYTHING
    return frozenset(script for script, languages in _SCRIPTS.items() if language in languages.split())


def safe(word: str, alphabet: Alphabet) -> str:
    """`word`, which has no white space, as text that cannot harm the library; empty if nothing is left.

    It keeps letters, digits, an apostrophe, hyphen or decimal point inside, and one punctuation mark at the
    end. What the library could take for a command, markup or phonemes is dropped.
    """
    if word.isascii() and word.isalnum():
        return word
    body = word.rstrip(_CLOSING)
    said = " ".join("".join(_said(body, at, alphabet) for at in range(len(body))).split())
    return said + word[len(body) : len(body) + 1] if said else ""


def _said(word: str, at: int, alphabet: Alphabet) -> str:
    """The text for one character of a word: itself, a space, or the name of a foreign script, once."""
    letter = word[at]
    if letter.isascii():
        return letter if letter.isalnum() or _is_inside(word, at) else " "
    if letter == "’":
        return "'" if _is_inside(word, at) else " "
    category = unicodedata.category(letter)
    if category == _PRIVATE:
        return _code_point(letter)
    if category[0] not in "LMN":
        if category not in _SYMBOLS:
            return " "
        return letter if alphabet is EVERYTHING else name_of(letter)
    script = _script(letter)
    if category[0] == "M" and not _belongs_to_letter(word, at, most=_MOST_MARKS if script in alphabet else 1):
        return " "
    if alphabet is EVERYTHING or script in alphabet or script in ("LATIN", "COMBINING"):
        return letter
    return " " if at and _script(word[at - 1]) == script else f" {script.lower()} "


def _belongs_to_letter(word: str, at: int, most: int) -> bool:
    """Whether the mark is one of the first `most` after a letter."""
    base = at - 1
    while base > 0 and at - base < most and unicodedata.category(word[base])[0] == "M":
        base -= 1
    return base >= 0 and unicodedata.category(word[base])[0] == "L"


def name_of(letter: str) -> str:
    """The Unicode name of a visible character between spaces; a space for any other."""
    category = unicodedata.category(letter)
    if category == _PRIVATE:
        return _code_point(letter)
    if category[0] not in "PS":
        return " "
    name = unicodedata.name(letter, "").lower().replace("-", " ")
    return f" {name} " if name else _code_point(letter)


def _code_point(letter: str) -> str:
    return f" code point {' '.join(f'{ord(letter):x}')} "


def _is_inside(word: str, at: int) -> bool:
    """Whether an apostrophe or hyphen is between letters, or a decimal sign between digits."""
    if not 0 < at < len(word) - 1:
        return False
    before, after = word[at - 1], word[at + 1]
    if word[at] in ".,":
        return before.isdecimal() and after.isdecimal()
    return word[at] in "'’-" and before.isalnum() and after.isalnum()


def _script(letter: str) -> str:
    """The first word of a character's name, which for letters is its script."""
    return unicodedata.name(letter, " ").split(" ")[0].split("-")[0]


MAX_WORD = 40
"""Characters. A longer word is said and marked in pieces (the library's limit is 160 bytes)."""

MAX_NAMED_WORD = 6
"""The same for a word whose characters may be said by names of several words."""

MAX_WORDS, MAX_BYTES = 40, 240
"""Size of one breath. A longer phrase is cut, after punctuation if there is some."""


@dataclass(frozen=True, slots=True)
class ScriptWord:
    """A word of an utterance.

    `part`: the utterance's index in its phrase. `word`: the word's index in the utterance. `text`: the word
    as written there, or a piece of one that is too long. `is_letter`: a single letter, to be said by its
    name. `is_named`: all its characters are to be said by their names.
    """

    part: int
    word: int
    text: str
    is_letter: bool = False
    is_named: bool = False

    @property
    def closes(self) -> bool:
        """Whether it ends with punctuation."""
        return not self.is_named and self.text[-1] in _CLOSING

    def said(self, alphabet: Alphabet) -> str:
        """Its text for a voice with this alphabet; empty if the voice can say nothing of it."""
        if self.is_letter and self.text in ("a", "A"):
            return "eh"  # the name of the letter; "a" would be the article
        if self.is_named:
            return " ".join("".join(map(name_of, self.text)).split())
        return safe(self.text, alphabet)

    def spelled(self) -> str:
        """Its characters by their names in English, separated by spaces."""
        names = (safe(letter, EVERYTHING) or name_of(letter).strip() for letter in self.text)
        return " ".join("eh" if name in ("a", "A") else name for name in names if name)


@dataclass(frozen=True, slots=True)
class Script:
    """The text of a breath for one alphabet.

    `positions`: where each word begins in it, in characters. `lengths`: of each word, 0 for a word that a
    voice with this alphabet cannot say.
    """

    text: str
    positions: tuple[int, ...]
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Breath:
    """Words that are said as one sentence."""

    words: tuple[ScriptWord, ...]

    def script(self, alphabet: Alphabet) -> Script:
        """The text for a voice with this alphabet."""
        return _script_of([word.said(alphabet) for word in self.words])

    def spelled(self, first: int, end: int) -> Script:
        """The text in which only the words from `first` to before `end` are said, character by character."""
        return _script_of(
            [word.spelled() if first <= index < end else "" for index, word in enumerate(self.words)]
        )


def _script_of(said: list[str]) -> Script:
    positions, at = [], 0
    for word in said:
        positions.append(at)
        at += len(word) + 1 if word else 0
    return Script(" ".join(filter(None, said)), tuple(positions), tuple(map(len, said)))


def breaths(parts: Sequence[CastUtterance], alphabet: Callable[[int], Alphabet]) -> Iterator[Breath]:
    """The words of a phrase in breaths. `alphabet`: from a part's index to the alphabet of its voice.

    Words of which the voice can say nothing are dropped. If the whole phrase would be silent, its characters
    are said by their names instead.
    """
    is_silent = True
    for breath in _breaths(parts, alphabet, is_named=False):
        is_silent = False
        yield breath
    if is_silent:
        yield from _breaths(parts, alphabet, is_named=True)


def _breaths(
    parts: Sequence[CastUtterance], alphabet: Callable[[int], Alphabet], is_named: bool
) -> Iterator[Breath]:
    pending: list[ScriptWord] = []
    sizes: list[int] = []
    for index, spoken in enumerate(parts):
        for word in _words(index, spoken.utterance, is_named):
            size = len(word.said(alphabet(index)).encode())
            if not size:
                continue
            if pending and (len(pending) == MAX_WORDS or sum(sizes) + size > MAX_BYTES):
                cut = _best_cut(pending)
                yield Breath(tuple(pending[:cut]))
                del pending[:cut], sizes[:cut]
            pending.append(word)
            sizes.append(size + 1)
    if pending:
        yield Breath(tuple(pending))


def _best_cut(words: list[ScriptWord]) -> int:
    """The number of words in the breath: up to the last punctuation in the second half, else all."""
    for count in range(len(words), len(words) // 2, -1):
        if words[count - 1].closes:
            return count
    return len(words)


def _words(part: int, utterance: Utterance, is_named: bool) -> Iterator[ScriptWord]:
    texts = utterance.text.split()
    spells = utterance.spell or len(texts) == 1  # a letter alone is a name; in prose "a" is the article
    for word, text in enumerate(texts):
        is_letter = spells and len(text) == 1 and utterance.language.startswith("en")
        longest = MAX_NAMED_WORD if is_named or has_names(text) else MAX_WORD
        for at in range(0, len(text), longest):
            yield ScriptWord(part, word, text[at : at + longest], is_letter, is_named)


def has_names(text: str) -> bool:
    """Whether a word has characters that may be said by names of several words."""
    return not text.isascii() and any(unicodedata.category(letter) in _NAMED for letter in text)
