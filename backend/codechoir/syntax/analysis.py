"""The result of parsing a text: its spans, window by window, and its symbols. Two kinds need no parser.

`TreeAnalysis` (a grammar) and `LexerAnalysis` (Pygments) are the others; `embedded_languages.py` derives from
`Analysis` what an embedded text needs.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from codechoir.model import Category, Span
from codechoir.syntax.symbols import Symbol, block_symbols
from codechoir.syntax.uncovered_text import BOM, token_spans

_LINE = re.compile(rb"[^\s](?:[^\r\n]*[^\s])?")
_LINE_END = re.compile(rb"[\r\n]")


class Analysis(ABC):
    """The parsed form of one text. Immutable to its users, who may be several threads."""

    @abstractmethod
    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`: in order, disjoint, only white space uncovered."""


class DocumentAnalysis(Analysis):
    """The parsed form of a whole document, which has symbols besides its spans."""

    def __init__(self, text: bytes, language: str) -> None:
        self._text = text
        self._language = language

    def symbols(self) -> list[Symbol]:
        """The symbols of the text in order, outer ones first. Default: the blocks between blank lines."""
        return block_symbols(self._text)


class TokenAnalysis(DocumentAnalysis):
    """For text that no parser handles in reasonable time: words, numbers, brackets and other symbols."""

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`."""
        return token_spans(self._text, start, end, self._language)


class ProseAnalysis(DocumentAnalysis):
    """Plain text, read by the rules of comments: one span per line. Costs nothing until spans are needed."""

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`."""
        text = self._text
        bom_length = len(BOM) if text.startswith(BOM) else 0
        low = max(text.rfind(b"\n", 0, start), text.rfind(b"\r", 0, start)) + 1
        line_end = _LINE_END.search(text, end)
        lines = _LINE.finditer(text, max(low, bom_length), line_end.start() if line_end else len(text))
        found = [Span(m.start(), m.end(), Category.COMMENT, "text", self._language) for m in lines]
        if bom_length and low == 0:
            bom = Span(0, bom_length, Category.PUNCTUATION, "punctuation.special", self._language, "bom")
            found.insert(0, bom)
        return [span for span in found if span.start < end and span.end > start]
