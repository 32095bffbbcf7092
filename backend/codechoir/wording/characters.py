r"""Characters: their names, escape sequences, which of them may reach an engine, and text that is spelled.

A character is called by the word table's name for it, else by its Unicode name, else by its code point. `\n`
is "new line", `\u00e9` is "unicode e acute". Spelled text has letters by name or by the phonetic alphabet,
capitals marked, symbols by name.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from codechoir.model import Category, Utterance
from codechoir.settings import WordingOptions
from codechoir.wording.line_source import CAPITAL, Source
from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.word_table import WordTable

# ---- names -------------------------------------------------------------------------------------------------

_CONTROLS = {
    0x00: "null", 0x07: "bell", 0x08: "backspace", 0x09: "tab", 0x0A: "new line", 0x0B: "vertical tab",
    0x0C: "form feed", 0x0D: "carriage return", 0x1B: "escape", 0x7F: "delete", 0x85: "next line",
}  # fmt: skip
"""Unicode has no names for control characters."""

_SHORTER = (
    (re.compile(r"\blatin (small )?letter (?=\w)"), ""),
    (re.compile(r"\blatin capital letter (?=\w)"), "capital "),
    (re.compile(r"\b(\w+) small letter\b"), r"\1"),
    (re.compile(r"\b(\w+) capital letter\b"), r"\1 capital"),
    (re.compile(r"^(?!combining)(.+) with (\w+)$"), r"\1 \2"),
)
"""Unicode names are long: people say "e acute" for LATIN SMALL LETTER E WITH ACUTE."""


@lru_cache(maxsize=4096)
def unicode_name(char: str) -> str:
    """The character's Unicode name as words, shortened; "code point 1 f 9" if it has none."""
    name = _CONTROLS.get(ord(char)) or unicodedata.name(char, "").lower()
    if not name or "ideograph-" in name:
        return "code point " + " ".join(f"{ord(char):x}")
    name = speakable_text(re.sub(r"[^a-z0-9]+", " ", name))
    for pattern, shorter in _SHORTER:
        name = pattern.sub(shorter, name)
    return name


def character_name(char: str, table: WordTable) -> str:
    """How the character is called, whatever the level."""
    symbol = table.symbols.get(char)
    return symbol.say if symbol is not None else unicode_name(char)


def plural_name(char: str, table: WordTable) -> str:
    """How several of the character are called."""
    symbol = table.symbols.get(char)
    return symbol.many if symbol is not None else unicode_name(char)


def character_runs(text: str) -> list[tuple[str, int]]:
    """Equal neighbours counted: `--=` is [("-", 2), ("=", 1)]."""
    runs: list[tuple[str, int]] = []
    for char in text:
        if runs and runs[-1][0] == char:
            runs[-1] = (char, runs[-1][1] + 1)
        else:
            runs.append((char, 1))
    return runs


# ---- what may reach an engine ------------------------------------------------------------------------------

SENTENCE_PUNCTUATION = ".,?!"
"""Punctuation that only shapes the melody; it never stands for code."""

_PLAIN = re.compile(r"[A-Za-z0-9 '.,?!]*")
_WHOLE_VOWELS = ("\u0e33", "\u0eb3")
_AT_WHOLE_VOWELS = re.compile("([\u0e33\u0eb3])")
_BLANKS = re.compile(r"\s+")

MARKS: Final = (
    r"\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c2\u05c4-\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711-\u07f3\u07fd\u0816-\u082d\u0859-\u085b\u0898-\u08e1"
    r"\u08e3-\u0963\u0981-\u09e3\u09fe-\u0a75\u0a81-\u0ae3\u0afa-\u0b63\u0b82-\u0bd7\u0c00-\u0c63"
    r"\u0c81-\u0c83\u0cbc-\u0d4d\u0d57\u0d62-\u0d63\u0d81-\u0df3\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ecd"
    r"\u0f18-\u0f19\u0f35\u0f37\u0f39\u0f3e-\u0f84\u0f86-\u0fbc\u0fc6\u102b-\u103e\u1056-\u109d\u135d-\u135f"
    r"\u1712-\u1734\u1752-\u17d3\u17dd\u180b-\u180d\u180f-\u193b\u1a17-\u1a1b\u1a55-\u1a7f\u1ab0-\u1b44"
    r"\u1b6b-\u1b73\u1b80-\u1bf3\u1c24-\u1c37\u1cd0-\u1cd2\u1cd4-\u1dff\u302a-\u302f\u3099-\u309a"
    r"\ua8e0-\ua8f1\ua8ff-\ua92d\ua947-\ua953\ua980-\ua9c0\ua9e5-\uaa4d\uaa7b-\uaac1\uabe3-\uabea\ufb1e"
)
"""Ranges of the marks that belong to the letter before them, such as vowel signs, for a regular expression.
Not those of Latin letters: what has no letter of its own there is named."""

_SEPARATE_MARKS = ("LATIN", "GREEK", "CYRILLIC")
"""Scripts whose marks are named after their letter; in others they are a part of it."""


def is_speakable(text: str) -> bool:
    """Whether an engine may get this text: letters, digits, blanks, apostrophes, sentence punctuation."""
    if _PLAIN.fullmatch(text):
        return True
    return all(_PLAIN.fullmatch(char) or _is_letter(text, index) for index, char in enumerate(text))


def speakable_text(text: str) -> str:
    """The text with single blanks, and with a blank for everything that no engine may get."""
    if not _PLAIN.fullmatch(text):
        text = "".join(
            char if _PLAIN.fullmatch(char) or _is_letter(text, index) else " "
            for index, char in enumerate(text)
        )
    return _BLANKS.sub(" ", text).strip() if "  " in text or text[:1] == " " or text[-1:] == " " else text


def compatible_text(text: str) -> str:
    """The text with letters in their usual form: not wide, not in a circle, accents joined (NFKC).

    A vowel of Thai and Lao stays one letter, which NFKC would take apart.
    """
    if text.isascii():
        return text
    return "".join(
        part if part in _WHOLE_VOWELS else unicodedata.normalize("NFKC", part)
        for part in _AT_WHOLE_VOWELS.split(text)
    )


def _is_letter(text: str, index: int) -> bool:
    """Whether the character is a letter, a decimal digit, or a mark that belongs to a letter."""
    char = text[index]
    if char.isalpha() or char.isdecimal():
        return True
    base = index
    while base > 0 and _is_mark(text[base]):
        base -= 1
    return base < index and _bears_marks(text[base])


@lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc")


@lru_cache(maxsize=4096)
def _bears_marks(letter: str) -> bool:
    """Whether marks of this letter are a part of it, such as the vowel signs of Devanagari."""
    return letter.isalpha() and not unicodedata.name(letter, "LATIN").startswith(_SEPARATE_MARKS)


# ---- escape sequences --------------------------------------------------------------------------------------

ESCAPE_PATTERN = (
    r"\\(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{1,2}|N\{[^}]{0,90}\}|[0-7]{1,3}"
    r"|\r?\n|[\s\S])"
)
"""What an escape sequence looks like, in all languages that have them."""

SHELL_ESCAPE_PATTERN = ESCAPE_PATTERN.removesuffix(r"[\s\S])") + r"[a-zA-Z$`\"\\])"
"""Those of a shell and its `printf`. Before any other sign a backslash is itself: `"\\."`."""

_HEX = re.compile(r"(?:u\{?|U|x)([0-9a-fA-F]+)\}?")
_HIGHEST_CODE_POINT = 0x10FFFF


class EscapeVerbalizer:
    """Words for escape sequences."""

    def __init__(self, table: WordTable, numbers: NumberVerbalizer) -> None:
        self._table = table
        self._numbers = numbers
        self._escapes = table.section("escapes")
        self._classes = table.section("regexp")

    def words(self, text: str) -> str:
        """The words for one whole escape: a backslash and what follows, a doubled brace, or `&amp;`."""
        if text in self._escapes:
            return str(self._escapes[text])
        if text[0] != "\\":
            return self._entity(text)
        body = text[1:]
        if body in self._escapes:
            return str(self._escapes[body])
        if text in self._classes:
            return str(self._classes[text])
        code = _HEX.fullmatch(body)
        if code is not None:
            return self._code_point(body[0], code[1])
        if body.startswith("N{"):
            return f"{self._escapes['unicode']} {re.sub(r'[^A-Za-z0-9]+', ' ', body[2:-1]).strip().lower()}"
        if body.isdecimal() and body.isascii():
            return f"{self._escapes['byte']} {self._numbers.digits(body)}"
        names = " ".join(character_name(char, self._table) for char in body if not char.isalnum())
        return names or f"{character_name(text[0], self._table)} {body}".strip()

    def _entity(self, text: str) -> str:
        """A character of an HTML page by its entity: `&amp;` is "and"."""
        char = html.unescape(text)
        if len(char) == 1:
            return character_name(char, self._table)
        return " ".join(char if char.isalnum() else character_name(char, self._table) for char in text)

    def _code_point(self, kind: str, digits: str) -> str:
        value = int(digits, 16)
        if kind == "x" or value > _HIGHEST_CODE_POINT or 0xD800 <= value < 0xE000:
            return f"{self._escapes['byte' if kind == 'x' else 'unicode']} {self._numbers.digits(digits)}"
        return f"{self._escapes['unicode']} {character_name(chr(value), self._table)}"


PHRASE_CHARACTERS = 40
"""Characters in one phrase."""

_PAUSE = 40
"""Milliseconds after each character."""


class Speller:
    """Spells any byte range of a document, one utterance a character."""

    def __init__(self, table: WordTable, options: WordingOptions) -> None:
        self._table = table
        self._cap = str(table.section("spelling")["cap"])
        self._digits: list[str] = table.section("numbers")["ones"]
        self._alphabet = table.section("alphabet") if options.phonetic else {}
        self._says_capitals = options.capitals in ("spelling", "word")
        self._raises_capitals = options.capitals == "pitch"

    def phrases(self, source: Source, start: int, end: int) -> Iterator[list[Utterance]]:
        """The characters of bytes `start` to `end`, in lists of at most `PHRASE_CHARACTERS`."""
        offset = start
        while offset < end:
            stop = min(offset + 4 * PHRASE_CHARACTERS, end)
            text = source.text[offset:stop].decode("utf-8", "ignore")[:PHRASE_CHARACTERS]
            if not text:
                return
            yield self._phrase(source, text, offset)
            offset += len(text.encode())

    def _phrase(self, source: Source, text: str, start: int) -> list[Utterance]:
        spans = source.spans(start, start + len(text.encode()))
        utterances: list[Utterance] = []
        offset, index = start, 0
        for char in text:
            end = offset + len(char.encode())
            while index < len(spans) and spans[index].end <= offset:
                index += 1
            is_in_span = index < len(spans) and spans[index].start <= offset
            category = spans[index].category if is_in_span else Category.PUNCTUATION
            utterances.append(self._utterance(char, category, offset, end))
            offset = end
        return utterances

    def _utterance(self, char: str, category: Category, start: int, end: int) -> Utterance:
        words = self.name(char)
        is_raised = self._raises_capitals and char.isupper()
        return Utterance(
            words,
            category,
            start,
            end,
            pause_after=_PAUSE,
            capture=CAPITAL if is_raised else "",
            spell=len(words) == 1,
            language=self._table.tag,
        )

    def name(self, char: str) -> str:
        """How one character is spelled."""
        small = char.lower()
        if char.isascii() and char.isalpha():
            name = str(self._alphabet.get(small, small))
            return f"{self._cap} {name}" if char.isupper() and self._says_capitals else name
        if char.isascii() and char.isdecimal():
            return self._digits[int(char)]
        return speakable_text(character_name(char, self._table))
