"""Spans from the text's tokens alone, for text that no parser gets through in reasonable time."""

from __future__ import annotations

from codechoir.model import Span
from codechoir.syntax.layers import token_spans
from codechoir.syntax.symbols import Symbol, block_symbols


class TokenAnalysis:
    """An `Analysis` that tells words, numbers, brackets and other symbols apart, and nothing else."""

    def __init__(self, text: bytes, language: str) -> None:
        self._text = text
        self._language = language

    def symbols(self) -> list[Symbol]:
        """Blocks of lines: nothing finer is known."""
        return block_symbols(self._text)

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that meet bytes `start` to `end`."""
        return token_spans(self._text, start, end, self._language)
