"""A character by its name: the table's word, Unicode's name, or its code point."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from codechoir.wording.speakable import cleaned
from codechoir.wording.tables import Symbol, Words

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


def plural_of(char: str, symbols: Mapping[str, Symbol]) -> str:
    """How several of the character are called."""
    symbol = symbols.get(char)
    return symbol.many if symbol is not None else unicode_name(char)
