"""How a text is understood: by a grammar, by Pygments, as prose, or, failing these, by its tokens alone."""

from __future__ import annotations

from typing import Protocol

from codechoir.model import Span
from codechoir.syntax.symbols import Symbol


class Analysis(Protocol):
    """An immutable understanding of one text."""

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that meet bytes `start` to `end`: ordered, not overlapping, only white space left out."""


class DocumentAnalysis(Analysis, Protocol):
    """An understanding of a whole document, which has symbols besides its tokens."""

    def symbols(self) -> list[Symbol]:
        """The functions and types of the text in order, outer ones first; blocks where none are known."""
