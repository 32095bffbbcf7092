"""What may reach an engine: letters, digits, blanks, apostrophes and the punctuation of a sentence."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SENTENCE = ".,?!"
"""Punctuation that only shapes the melody; it never stands for code."""

_PLAIN = re.compile(r"[A-Za-z0-9 '.,?!]*")
_BLANKS = re.compile(r"\s+")

_DRESSED = ("LATIN", "GREEK", "CYRILLIC")
"""Scripts whose combining marks do not count as a part of their letter; elsewhere they do."""


def is_speakable(text: str) -> bool:
    """Whether an engine may be given this text."""
    if _PLAIN.fullmatch(text):
        return True
    return all(_PLAIN.fullmatch(char) or is_letter(text, at) for at, char in enumerate(text))


def is_letter(text: str, at: int) -> bool:
    """Whether the character at `at` is a letter, a decimal digit, or a mark that belongs to a letter."""
    char = text[at]
    if char.isalpha() or char.isdecimal():
        return True
    return at > 0 and is_joined_mark(text[at - 1], char)


@lru_cache(maxsize=4096)
def is_joined_mark(before: str, char: str) -> bool:
    """Whether `char` is a mark that belongs to the letter `before` it, as vowel signs do in Devanagari."""
    if unicodedata.category(char) not in ("Mn", "Mc"):
        return False
    return before.isalpha() and not unicodedata.name(before, "LATIN").startswith(_DRESSED)


def cleaned(text: str) -> str:
    """The text with blanks made single, and with a blank for everything that no engine may be given."""
    if not _PLAIN.fullmatch(text):
        text = "".join(
            char if _PLAIN.fullmatch(char) or is_letter(text, at) else " " for at, char in enumerate(text)
        )
    return _BLANKS.sub(" ", text).strip() if "  " in text or text[:1] == " " or text[-1:] == " " else text
