"""Escape sequences as words: `\n` is "new line", `\u00e9` is "unicode e acute".

Character by character: letters by name or by the phonetic alphabet, capitals marked, symbols by name.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from codechoir.model import Category, Utterance
from codechoir.settings import WordingOptions
from codechoir.wording.characters import cleaned, name_of
from codechoir.wording.line_source import Source
from codechoir.wording.numbers import Numbers
from codechoir.wording.tables import CAPITAL, Words

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


PHRASE_CHARACTERS = 40
_PAUSE = 40


class Spelling:
    """Spells any stretch of a document, one utterance a character."""

    def __init__(self, words: Words, options: WordingOptions) -> None:
        self._words = words
        self._cap = str(words.section("spelling")["cap"])
        self._ones: list[str] = words.section("numbers")["ones"]
        self._alphabet = words.section("alphabet") if options.phonetic else {}
        self._capitals = options.capitals

    def lines(self, source: Source, start: int, end: int) -> Iterator[list[Utterance]]:
        """The characters of bytes `start` to `end`, in lists of at most 40."""
        at = start
        while at < end:
            stop = min(at + 4 * PHRASE_CHARACTERS, end)
            text = source.text[at:stop].decode("utf-8", "ignore")[:PHRASE_CHARACTERS]
            if not text:
                return
            yield self._phrase(source, text, at)
            at += len(text.encode())

    def _phrase(self, source: Source, text: str, start: int) -> list[Utterance]:
        spans = source.spans(start, start + len(text.encode()))
        out: list[Utterance] = []
        at, index = start, 0
        for char in text:
            end = at + len(char.encode())
            while index < len(spans) and spans[index].end <= at:
                index += 1
            inside = index < len(spans) and spans[index].start <= at
            category = spans[index].category if inside else Category.PUNCTUATION
            out.append(self._character(char, category, at, end))
            at = end
        return out

    def _character(self, char: str, category: Category, start: int, end: int) -> Utterance:
        said = self.name(char)
        is_marked = self._capitals == "pitch" and char.isupper()
        return Utterance(
            said,
            category,
            start,
            end,
            pause_after=_PAUSE,
            capture=CAPITAL if is_marked else "",
            spell=len(said) == 1,
            language=self._words.tag,
        )

    def name(self, char: str) -> str:
        """How one character is spelled."""
        small = char.lower()
        if char.isascii() and char.isalpha():
            said = str(self._alphabet.get(small, small))
            return f"{self._cap} {said}" if char.isupper() and self._capitals == "word" else said
        if char.isascii() and char.isdecimal():
            return self._ones[int(char)]
        return cleaned(name_of(char, self._words))
