"""Plain text: prose, which is read by the rules of comments; one span a line."""

from __future__ import annotations

import re

from codechoir.model import Category, Span
from codechoir.syntax.gaps import BOM
from codechoir.syntax.symbols import Symbol, block_symbols

_LINE = re.compile(rb"[^\s](?:[^\r\n]*[^\s])?")
_LINE_END = re.compile(rb"[\r\n]")


class ProseAnalysis:
    """An `Analysis` of plain text: it costs nothing until it is asked."""

    def __init__(self, text: bytes, language: str) -> None:
        self._text = text
        self._language = language
        self._mark = len(BOM) if text.startswith(BOM) else 0

    def symbols(self) -> list[Symbol]:
        """Blocks of lines: nothing finer is known."""
        return block_symbols(self._text)

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that meet bytes `start` to `end`."""
        text = self._text
        low = max(text.rfind(b"\n", 0, start), text.rfind(b"\r", 0, start)) + 1
        stop = _LINE_END.search(text, end)
        lines = _LINE.finditer(text, max(low, self._mark), stop.start() if stop else len(text))
        found = [Span(m.start(), m.end(), Category.COMMENT, "text", self._language) for m in lines]
        if self._mark and low == 0:
            mark = Span(0, self._mark, Category.PUNCTUATION, "punctuation.special", self._language, "bom")
            found.insert(0, mark)
        return [span for span in found if span.start < end and span.end > start]
