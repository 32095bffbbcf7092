"""Code without a tree: in back-ticks, in comments that were code, in what closes a block."""

from __future__ import annotations

import re

from codechoir.model import Category
from codechoir.settings import Level
from codechoir.wording.names import Names
from codechoir.wording.numbers import Numbers
from codechoir.wording.symbols import Symbols

_TOKEN = re.compile(
    r"(?P<string>\"[^\"]*\"|'[^']*')|(?P<number>\d\w*(?:\.\d\w*)?)|(?P<name>[^\W\d]\w*|\$\w+)"
    r"|(?P<operator>[-+*/%&|^=!<>?~@.]+|:=|::)|(?P<other>\S)"
)
_BRACKETS = frozenset("()[]{},;:")


class Snippets:
    """Words for a short piece of code, by its text alone."""

    def __init__(self, names: Names, numbers: Numbers, symbols: Symbols) -> None:
        self._names = names
        self._numbers = numbers
        self._symbols = symbols

    def words(self, text: str, level: Level) -> str:
        """The words of the snippet; brackets are silent below the level at which they have names."""
        said = [self._token(token, level) for token in _TOKEN.finditer(text)]
        return " ".join(word for word in said if word)

    def _token(self, token: re.Match[str], level: Level) -> str:
        text = token[0]
        if token["number"]:
            return self._numbers.literal(text) or self._names.words(text, level)
        if token["name"]:
            return self._names.words(text, level)
        if token["string"]:
            inner = self.words(text[1:-1], level)
            quotes = self._symbols.names(text[0], level)
            return f"{quotes} {inner} {quotes}".strip()
        category = Category.PUNCTUATION if text in _BRACKETS else Category.OPERATOR
        return self._symbols.said(text, "", category, level).text
