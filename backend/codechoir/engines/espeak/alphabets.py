"""Which letters a voice may be given.

The library spells out what it has no letters for, and in some languages overruns its buffers in doing so: a
Braille sign in Tigrinya, an emoji in German, Gujarati in Vietnamese end the process (found by fuzzing 1.52).
English can spell everything; every other voice gets Latin and its own script, and for a foreign word the
name of the script.
"""

from __future__ import annotations

import functools
import unicodedata

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
