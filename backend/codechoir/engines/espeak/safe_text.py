"""Which letters a voice may be given.

The library spells out what it has no letters for, and in some languages overruns its buffers in doing so: a
Braille sign in Tigrinya, an emoji in German, Gujarati in Vietnamese end the process (found by fuzzing 1.52).
English can spell everything; every other voice gets Latin and its own script, and for a foreign word the
name of the script.

What the library is given to say: the words of a whole breath as one safe text.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Iterable, Iterator
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

Alphabet = frozenset[str]
"""Scripts that a voice may be given besides Latin; empty for Latin alone, `EVERYTHING` for any."""

EVERYTHING: Alphabet = frozenset({"*"})


@functools.cache
def alphabet_of(family: str) -> Alphabet:
    """The alphabet of a voice, by its language."""
    language = family.partition("+")[0].partition("-")[0]
    if language == "en":
        return EVERYTHING
    return frozenset(script for script, languages in _SCRIPTS.items() if language in languages.split())


def safe(word: str, alphabet: Alphabet) -> str:
    """`word`, which has no white space, as something that cannot harm the library; empty if nothing is left.

    Letters, digits, an apostrophe, hyphen or decimal point inside, one mark of punctuation at the end; what
    could be a command, markup or phonemes to the library is left out.
    """
    if word.isascii() and word.isalnum():
        return word
    body = word.rstrip(_CLOSING)
    said = " ".join("".join(_said(body, at, alphabet) for at in range(len(body))).split())
    return said + word[len(body) : len(body) + 1] if said else ""


def _said(word: str, at: int, alphabet: Alphabet) -> str:
    """What is said for one character of a word: itself, a space, or the name of a foreign script, once."""
    letter = word[at]
    if letter.isascii():
        return letter if letter.isalnum() or _is_inside(word, at) else " "
    if letter == "’":
        return "'" if _is_inside(word, at) else " "
    category = unicodedata.category(letter)
    if category[0] not in "LMN":
        return letter if category in _SYMBOLS and alphabet is EVERYTHING else " "
    if category[0] == "M" and (at == 0 or unicodedata.category(word[at - 1])[0] != "L"):
        return " "  # a mark needs a letter, and is not heaped upon another
    script = _script(letter)
    if alphabet is EVERYTHING or script in alphabet or script in ("LATIN", "COMBINING"):
        return letter
    return " " if at and _script(word[at - 1]) == script else f" {script.lower()} "


def _is_inside(word: str, at: int) -> bool:
    """Whether an apostrophe or hyphen stands between letters, or a decimal sign between digits."""
    if not 0 < at < len(word) - 1:
        return False
    before, after = word[at - 1], word[at + 1]
    if word[at] in ".,":
        return before.isdecimal() and after.isdecimal()
    return word[at] in "'’-" and before.isalnum() and after.isalnum()


def _script(letter: str) -> str:
    """First word of a character's name, which for letters is its script."""
    return unicodedata.name(letter, " ").split(" ")[0].split("-")[0]


LONGEST_WORD = 40
"""Characters; a longer word is said, and marked, in pieces (the library's own limit is 160 bytes)."""

MOST_WORDS, MOST_BYTES = 40, 240
"""Size of one breath; a longer phrase takes several, cut after punctuation where there is some."""

_CLOSING_PUNCTUATION = ",.;:?!"


@dataclass(frozen=True, slots=True)
class ScriptWord:
    """A word of an utterance.

    `part`: the utterance's index in its phrase. `word`: the word's index in the utterance. `text`: the word
    as written there, or a piece of one that is too long. `is_letter`: a single letter, to be said by its
    name.
    """

    part: int
    word: int
    text: str
    is_letter: bool = False

    @property
    def closes(self) -> bool:
        """Whether punctuation stands after it."""
        return self.text[-1] in _CLOSING_PUNCTUATION

    def said(self, alphabet: Alphabet) -> str:
        """What a voice with this alphabet is given for it; empty when nothing can be said."""
        if self.is_letter and self.text in ("a", "A"):
            return "eh"  # how the library says the letter's name in any place; "a" would be the article
        return safe(self.text, alphabet)


@dataclass(frozen=True, slots=True)
class Script:
    """The text of a breath for one alphabet. `positions`: where each word begins in it, in characters.

    `lengths`: how many characters each has, none for a word that this alphabet cannot say.
    """

    text: str
    positions: tuple[int, ...]
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Breath:
    """What is said as one sentence."""

    words: tuple[ScriptWord, ...]

    def script(self, alphabet: Alphabet) -> Script:
        """The text that a voice with this alphabet is given."""
        said = [word.said(alphabet) for word in self.words]
        positions, at = [], 0
        for word in said:
            positions.append(at)
            at += len(word) + 1 if word else 0
        return Script(" ".join(filter(None, said)), tuple(positions), tuple(map(len, said)))


def breaths(parts: Iterable[CastUtterance], alphabet: Callable[[int], Alphabet]) -> Iterator[Breath]:
    """The words of a phrase in breaths. `alphabet` tells that of each part's voice; words of which it can say
    nothing are dropped."""
    pending: list[ScriptWord] = []
    sizes: list[int] = []
    for index, spoken in enumerate(parts):
        for word in _words(index, spoken.utterance):
            size = len(word.said(alphabet(index)).encode())
            if not size:
                continue
            if pending and (len(pending) == MOST_WORDS or sum(sizes) + size > MOST_BYTES):
                cut = _best_cut(pending)
                yield Breath(tuple(pending[:cut]))
                del pending[:cut], sizes[:cut]
            pending.append(word)
            sizes.append(size + 1)
    if pending:
        yield Breath(tuple(pending))


def _best_cut(words: list[ScriptWord]) -> int:
    """How many words the breath takes: up to the last punctuation in its second half, else all."""
    for count in range(len(words), len(words) // 2, -1):
        if words[count - 1].closes:
            return count
    return len(words)


def _words(part: int, utterance: Utterance) -> Iterator[ScriptWord]:
    texts = utterance.text.split()
    spells = utterance.spell or len(texts) == 1  # alone, a letter is a name; in prose, "a" is the article
    for word, text in enumerate(texts):
        is_letter = spells and len(text) == 1 and utterance.language.startswith("en")
        for at in range(0, len(text), LONGEST_WORD):
            yield ScriptWord(part, word, text[at : at + LONGEST_WORD], is_letter)
