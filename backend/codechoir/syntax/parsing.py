"""Parsing that keeps up with edits: each language's way from text to an `Analysis`."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import tree_sitter

from codechoir.syntax import limits
from codechoir.syntax.analysis import DocumentAnalysis
from codechoir.syntax.embedding import Embedder
from codechoir.syntax.grammars import load
from codechoir.syntax.guests import analyse
from codechoir.syntax.language_table import Language
from codechoir.syntax.layers import TreeAnalysis
from codechoir.syntax.lexer import LexerAnalysis
from codechoir.syntax.prose import ProseAnalysis
from codechoir.syntax.tokens import TokenAnalysis

Point = tuple[int, int]


class Edit(NamedTuple):
    """What changed: byte offsets, and the same places as row and column in bytes."""

    start: int
    old_end: int
    new_end: int
    start_point: Point
    old_end_point: Point
    new_end_point: Point


class Parsing(Protocol):
    """Turns a document's text into an analysis, again after each edit, at the cost of what changed."""

    def edit(self, edit: Edit) -> None:
        """The text is about to change like this."""

    def parse(self, text: bytes) -> tuple[DocumentAnalysis, str]:
        """The analysis of the text as it is now, and a line of warning or an empty string."""


class TreeParsing:
    """By a grammar: reparses what an edit touched. A parse that takes too long is given up for good."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._grammar = load(language.source)
        self._parser = tree_sitter.Parser(self._grammar.language)
        self._tree: tree_sitter.Tree | None = None
        self._given_up = False
        self._embedder = Embedder(analyse)

    def edit(self, edit: Edit) -> None:
        """The text is about to change like this. Trees that snapshots hold stay as they are."""
        if self._tree is not None:
            tree = self._tree.copy()
            tree.edit(*edit)
            self._tree = tree

    def parse(self, text: bytes) -> tuple[DocumentAnalysis, str]:
        """The analysis of the text as it is now."""
        name, title = self._language.name, self._language.title
        if not self._given_up:
            try:
                self._tree = limits.parse(self._parser, text, self._tree, self._grammar.spec.fragile)
                return TreeAnalysis(self._grammar, self._tree, text, name, self._embedder), ""
            except limits.TangledError:
                self._tree, self._given_up = None, True
        warning = f"the text is too tangled to parse as {title}; it is read by its tokens alone"
        return TokenAnalysis(text, name), warning


class LexerParsing:
    """By Pygments: lexes anew after an edit, as far as a window needs."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def edit(self, edit: Edit) -> None:
        """Nothing is kept from one text to the next."""

    def parse(self, text: bytes) -> tuple[DocumentAnalysis, str]:
        """The analysis of the text as it is now."""
        return LexerAnalysis(text, self._language.name, self._language.source), ""


class ProseParsing:
    """Plain text needs no parsing."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def edit(self, edit: Edit) -> None:
        """Nothing is kept from one text to the next."""

    def parse(self, text: bytes) -> tuple[DocumentAnalysis, str]:
        """The analysis of the text as it is now."""
        return ProseAnalysis(text, self._language.name), ""


_PARSINGS: dict[str, type[TreeParsing] | type[LexerParsing] | type[ProseParsing]] = {
    "grammar": TreeParsing,
    "pygments": LexerParsing,
    "prose": ProseParsing,
}


def make_parsing(language: Language) -> Parsing:
    """The way of parsing that the language's row in the table names."""
    return _PARSINGS[language.parser](language)
