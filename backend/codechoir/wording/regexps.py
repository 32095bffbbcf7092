r"""Regular expressions as words: `^\d+$` is "start digit one or more end"."""

from __future__ import annotations

import re

from codechoir.wording.names import Names
from codechoir.wording.numbers import Numbers
from codechoir.wording.operators import Symbols
from codechoir.wording.spelling import ESCAPE, Escapes
from codechoir.wording.tables import Words

_TOKEN = re.compile(
    r"(?P<group>\(\?(?:P?<(?P<name>\w+)>|[:=!>]|<[=!]))|(?P<count>\{(?P<low>\d*)(?P<comma>,?)(?P<high>\d*)\})"
    rf"|(?P<property>\\[pP]\{{(?P<value>[^}}]*)\}})|(?P<escape>{ESCAPE})|(?P<set>\[\^?)|(?P<times>[*+?][?+]?)"
    r"|(?P<word>\w+)|(?P<blank>\s+)|(?P<other>[\s\S])"
)
_SIGNS = re.compile(r"\\[dDwWsSbB.]|\(\?[:=!<P]|\[\^?[^\]\s]+\][+*?{]|^\^|\.[*+]")
_OPENING = re.compile(r"/|%r[^\w\s]")
_GLOBS = ("*", "?")
"""Alone these are no regular expressions but what shells match file names with."""
_CLOSING = re.compile(r"[/})\]>!|](?P<flags>[a-zA-Z]*)$")


def looks_like_regexp(text: str) -> bool:
    """Whether the content of a raw string is a regular expression."""
    return _SIGNS.search(text) is not None


class Regexps:
    """Words for regular expressions, whole or token by token."""

    def __init__(
        self, words: Words, numbers: Numbers, names: Names, symbols: Symbols, escapes: Escapes
    ) -> None:
        self._words = words
        self._table = words.section("regexp")
        self._strings = words.section("strings")
        self._numbers = numbers
        self._names = names
        self._symbols = symbols
        self._escapes = escapes

    def token(self, text: str, role: str) -> str:
        """What a token of a regular expression is, by its role, or by its text where it has none."""
        if role in ("regexp", "regexp.open", "regexp.close"):
            return self._delimited(text, opens=role != "regexp.close", closes=role != "regexp.open")
        if not role and text in self._table:
            return str(self._table[text])
        entry = self._words.roles.get(role)
        if entry is not None:
            return entry.words(text) or ("" if entry.structure else self.words(text))
        return self.words(text)

    def _delimited(self, text: str, *, opens: bool, closes: bool) -> str:
        """A regular expression, or its beginning or its end, with the delimiters and the flags."""
        if text in _GLOBS:
            return self._symbols.names(text)
        opening = _OPENING.match(text) if opens else None
        start = opening.end() if opening is not None else 0
        closing = _CLOSING.search(text, start) if closes else None
        end = closing.start() if closing is not None else len(text)
        said = [str(self._strings["regexp"])] if opening is not None else []
        said.append(self.words(text[start:end]))
        if closing is not None:
            said += [str(self._strings["end_regexp"]), *self._flags(closing["flags"])]
        return " ".join(word for word in said if word)

    def _flags(self, letters: str) -> list[str]:
        return [str(self._table["flags"]), *letters] if letters else []

    def words(self, text: str) -> str:
        """What stands between the slashes, or a part of it."""
        inside = False
        said: list[str] = []
        for token in _TOKEN.finditer(text):
            if token["set"] and not inside:
                inside = True
                said.append(str(self._table[token[0]]))
            elif token[0] == "]" and inside:
                inside = False
                said.append(str(self._table["]"]))
            elif inside and not token["escape"] and not token["property"]:
                said.append(self._in_set(token[0]))
            else:
                said.append(self._token(token))
        return " ".join(word for word in said if word)

    def _in_set(self, text: str) -> str:
        if text == "-":
            return str(self._table["-"])
        return " ".join(self._literal(char) for char in text)

    def _token(self, token: re.Match[str]) -> str:
        text = token[0]
        if token["name"]:
            return f"{self._table['(?<']} {self._names.words(token['name'], 'some')}"
        if token["count"]:
            return self._count(token)
        if token["property"]:
            return f"{self._table['property']} {self._names.words(token['value'], 'some')}"
        if text in self._table and not text[0].isalpha() and text != "-":
            return str(self._table[text])
        if token["escape"]:
            return self._escapes.words_for(text)
        if token["word"]:
            return self._names.words(text, "some")
        return " ".join(self._literal(char) for char in text)

    def _literal(self, char: str) -> str:
        if char.isdecimal():
            return self._numbers.whole(char)
        return char.lower() if char.isalpha() and char.islower() else self._symbols.names(char)

    def _count(self, token: re.Match[str]) -> str:
        low, high = token["low"], token["high"]
        if not low and not high:
            return self._symbols.names(token[0])
        said = self._numbers.whole(low or "0")
        if token["comma"]:
            said += f" {self._table['to']} {self._numbers.whole(high)}" if high else f" {self._table['more']}"
        return f"{said} {self._table['times']}"
