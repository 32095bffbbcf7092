"""A character by its name: the table's word, Unicode's name, or its code point.

What may reach an engine: letters, digits, blanks, apostrophes and the punctuation of a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from codechoir.wording.tables import SymbolWords, Words

_CONTROLS = {
    0x00: "null", 0x07: "bell", 0x08: "backspace", 0x09: "tab", 0x0A: "new line", 0x0B: "vertical tab",
    0x0C: "form feed", 0x0D: "carriage return", 0x1B: "escape", 0x7F: "delete", 0x85: "next line",
}  # fmt: skip
"""Control characters have no name in Unicode's data base."""

_SHORTER = (
    (re.compile(r"\blatin (small )?letter (?=\w)"), ""),
    (re.compile(r"\blatin capital letter (?=\w)"), "capital "),
    (re.compile(r"\b(\w+) small letter\b"), r"\1"),
    (re.compile(r"\b(\w+) capital letter\b"), r"\1 capital"),
    (re.compile(r"^(?!combining)(.+) with (\w+)$"), r"\1 \2"),
)
"""Unicode's names are long; "e acute" is what people say for LATIN SMALL LETTER E WITH ACUTE."""


@lru_cache(maxsize=4096)
def unicode_name(char: str) -> str:
    """The character's name in Unicode as words, shortened; "code point 1 f 9" where it has none."""
    name = _CONTROLS.get(ord(char)) or unicodedata.name(char, "").lower()
    if not name or "ideograph-" in name:
        return "code point " + " ".join(f"{ord(char):x}")
    name = cleaned(re.sub(r"[^a-z0-9]+", " ", name))
    for pattern, shorter in _SHORTER:
        name = pattern.sub(shorter, name)
    return name


def name_of(char: str, words: Words) -> str:
    """How the character is called at level "all"."""
    symbol = words.symbols.get(char)
    return symbol.say if symbol is not None else unicode_name(char)


def runs(text: str) -> list[tuple[str, int]]:
    """Equal neighbours counted: `--=` is [("-", 2), ("=", 1)]."""
    found: list[tuple[str, int]] = []
    for char in text:
        if found and found[-1][0] == char:
            found[-1] = (char, found[-1][1] + 1)
        else:
            found.append((char, 1))
    return found


def plural_of(char: str, symbols: Mapping[str, SymbolWords]) -> str:
    """How several of the character are called."""
    symbol = symbols.get(char)
    return symbol.many if symbol is not None else unicode_name(char)


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
