r"""Escape sequences as words: `\n` is "new line", `\u00e9` is "unicode e acute"."""

from __future__ import annotations

import html
import re

from codechoir.wording.characters import name_of
from codechoir.wording.numbers import Numbers
from codechoir.wording.tables import Words

ESCAPE = (
    r"\\(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{1,2}|N\{[^}]*\}|[0-7]{1,3}"
    r"|\r?\n|[\s\S])"
)
"""What an escape looks like, in all the languages that have them."""

_HEX = re.compile(r"(?:u\{?|U|x)([0-9a-fA-F]+)\}?")
_HIGHEST = 0x10FFFF


class Escapes:
    """Words for escape sequences."""

    def __init__(self, words: Words, numbers: Numbers) -> None:
        self._words = words
        self._numbers = numbers
        self._table = words.section("escapes")
        self._classes = words.section("regexp")

    def words_for(self, text: str) -> str:
        """The words for one whole escape, such as a backslash and a letter, or a doubled brace."""
        if text in self._table:
            return str(self._table[text])
        if text[0] != "\\":
            return self._entity(text)
        body = text[1:]
        if body in self._table:
            return str(self._table[body])
        if text in self._classes:
            return str(self._classes[text])
        code = _HEX.fullmatch(body)
        if code is not None:
            return self._code_point(body[0], code[1])
        if body.startswith("N{"):
            return f"{self._table['unicode']} {re.sub(r'[^A-Za-z0-9]+', ' ', body[2:-1]).strip().lower()}"
        if body.isdecimal() and body.isascii():
            return f"{self._table['byte']} {self._numbers.digits(body)}"
        names = " ".join(name_of(char, self._words) for char in body if not char.isalnum())
        return names or f"{name_of(text[0], self._words)} {body}".strip()

    def _entity(self, text: str) -> str:
        """A character of a page by its entity: `&amp;` is "and"."""
        meant = html.unescape(text)
        if len(meant) == 1:
            return name_of(meant, self._words)
        return " ".join(char if char.isalnum() else name_of(char, self._words) for char in text)

    def _code_point(self, kind: str, digits: str) -> str:
        value = int(digits, 16)
        if kind == "x" or value > _HIGHEST or 0xD800 <= value < 0xE000:
            return f"{self._table['byte' if kind == 'x' else 'unicode']} {self._numbers.digits(digits)}"
        return f"{self._table['unicode']} {name_of(chr(value), self._words)}"
