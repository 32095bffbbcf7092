r"""Words for regular expressions: `^\d+$` is "start digit one or more end"."""

from __future__ import annotations

import re

from codechoir.wording.characters import ESCAPE_PATTERN, EscapeVerbalizer
from codechoir.wording.names import NameVerbalizer
from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.operators import SymbolVerbalizer
from codechoir.wording.word_table import WordTable

_TOKEN = re.compile(
    r"(?P<group>\(\?(?:P?<(?P<name>\w+)>|[:=!>]|<[=!]))|(?P<count>\{(?P<low>\d*)(?P<comma>,?)(?P<high>\d*)\})"
    rf"|(?P<property>\\[pP]\{{(?P<value>[^}}]*)\}})|(?P<escape>{ESCAPE_PATTERN})|(?P<set>\[\^?)|(?P<times>[*+?][?+]?)"
    r"|(?P<word>\w+)|(?P<blank>\s+)|(?P<other>[\s\S])"
)
_SIGNS = re.compile(r"\\[dDwWsSbB.]|\(\?[:=!<P]|\[\^?[^\]\s]+\][+*?{]|^\^|\.[*+]")
_OPENING = re.compile(r"/|%r[^\w\s]")
_GLOBS = ("*", "?")
"""By themselves these are not regular expressions but wildcards of a shell."""

_CLOSING = re.compile(r"[/})\]>!|](?P<flags>[a-zA-Z]*)$")


def looks_like_regexp(text: str) -> bool:
    """Whether the content of a raw string is a regular expression."""
    return _SIGNS.search(text) is not None


class RegexpVerbalizer:
    """Words for regular expressions, whole or token by token."""

    def __init__(
        self,
        table: WordTable,
        numbers: NumberVerbalizer,
        names: NameVerbalizer,
        symbols: SymbolVerbalizer,
        escapes: EscapeVerbalizer,
    ) -> None:
        self._roles = table.roles
        self._regexp = table.section("regexp")
        self._strings = table.section("strings")
        self._numbers = numbers
        self._names = names
        self._symbols = symbols
        self._escapes = escapes

    def token_words(self, text: str, role: str) -> str:
        """The words for a token of a regular expression: by its role, or by its text if it has none."""
        if role in ("regexp", "regexp.open", "regexp.close"):
            return self._delimited(text, opens=role != "regexp.close", closes=role != "regexp.open")
        if not role and text in self._regexp:
            return str(self._regexp[text])
        entry = self._roles.get(role)
        if entry is not None:
            return entry.words(text) or ("" if entry.structure else self.words(text))
        return self.words(text)

    def _delimited(self, text: str, *, opens: bool, closes: bool) -> str:
        """A regular expression, or its first or last part, with delimiters and flags."""
        if text in _GLOBS:
            return self._symbols.names(text)
        opening = _OPENING.match(text) if opens else None
        start = opening.end() if opening is not None else 0
        closing = _CLOSING.search(text, start) if closes else None
        end = closing.start() if closing is not None else len(text)
        words = [str(self._strings["regexp"])] if opening is not None else []
        words.append(self.words(text[start:end]))
        if closing is not None:
            words += [str(self._strings["end_regexp"]), *self._flags(closing["flags"])]
        return " ".join(word for word in words if word)

    def _flags(self, letters: str) -> list[str]:
        return [str(self._regexp["flags"]), *letters] if letters else []

    def words(self, text: str) -> str:
        """The words for what is between the slashes, or for a part of it."""
        in_set = False
        words: list[str] = []
        for token in _TOKEN.finditer(text):
            if token["set"] and not in_set:
                in_set = True
                words.append(str(self._regexp[token[0]]))
            elif token[0] == "]" and in_set:
                in_set = False
                words.append(str(self._regexp["]"]))
            elif in_set and not token["escape"] and not token["property"]:
                words.append(self._set_words(token[0]))
            else:
                words.append(self._token_words(token))
        return " ".join(word for word in words if word)

    def _set_words(self, text: str) -> str:
        if text == "-":
            return str(self._regexp["-"])
        return " ".join(self._literal(char) for char in text)

    def _token_words(self, token: re.Match[str]) -> str:
        text = token[0]
        if token["name"]:
            return f"{self._regexp['(?<']} {self._names.words(token['name'], 'some')}"
        if token["count"]:
            return self._count(token)
        if token["property"]:
            return f"{self._regexp['property']} {self._names.words(token['value'], 'some')}"
        if text in self._regexp and not text[0].isalpha() and text != "-":
            return str(self._regexp[text])
        if token["escape"]:
            return self._escapes.words(text)
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
        words = self._numbers.whole(low or "0")
        if token["comma"]:
            words += (
                f" {self._regexp['to']} {self._numbers.whole(high)}" if high else f" {self._regexp['more']}"
            )
        return f"{words} {self._regexp['times']}"
