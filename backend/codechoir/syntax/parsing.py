"""How a text inside another is understood: by its language's grammar, by Pygments, or not at all.

Parsing that keeps up with edits: each language's way from text to an `Analysis`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

import tree_sitter

from codechoir.languages import Language, language_named, load_grammar
from codechoir.model import Category, Span
from codechoir.syntax import timeouts
from codechoir.syntax.analysis import Analysis, DocumentAnalysis
from codechoir.syntax.embedded_languages import Added, Embedder, Inside
from codechoir.syntax.lexer import LexerAnalysis, ProseAnalysis, TokenAnalysis
from codechoir.syntax.tree_analysis import TreeAnalysis


def analyse(name: str, content: bytes, inner: Embedder | None) -> Analysis | None:
    """The analysis of an embedded text; None when the language called `name` is not known or has no rules."""
    if name in _WRAPPED:
        key, wrap = _WRAPPED[name]
        before, after = wrap(content)
        return Inside(_by_grammar(key, key, before + content + after, inner), len(before), len(content))
    if name in _MACROS:
        return _macro(_MACROS[name], content, inner)
    if name in _HIDDEN:
        if len(content) > _LONGEST_FRAGMENT:
            return None
        return _by_grammar(name, _HIDDEN[name], content, inner)
    language = language_named(name)
    if language is None or language.parser == "prose":
        return None
    if language.parser == "pygments":
        return LexerAnalysis(content, language.name, language.source)
    return _by_grammar(language.source, language.name, content, inner)


def _by_grammar(key: str, language: str, content: bytes, inner: Embedder | None) -> Analysis:
    grammar = load_grammar(key)
    try:
        tree = timeouts.parse(tree_sitter.Parser(grammar.language), grammar, content)
    except timeouts.TangledError:
        return TokenAnalysis(content, language)
    return TreeAnalysis(grammar, tree, content, language, inner)


def _macro(key: str, content: bytes, inner: Embedder | None) -> Analysis:
    """The body of a macro: code, but for `#` and `##`, which its grammar does not know there."""
    found = [match for match in _MACRO_OPERATOR.finditer(content) if match.group().startswith(b"#")]
    masked = bytearray(content)
    for match in found:
        masked[match.start() : match.end()] = b"+ " if match.group() == b"##" else b" "
    roles = {b"#": "directive.string", b"##": "directive.paste"}
    operators = [
        Span(match.start(), match.end(), Category.OPERATOR, "operator", key, roles[match.group()])
        for match in found
    ]
    return Added(_by_grammar(key, key, bytes(masked), inner), tuple(operators))


def _opening_tag(content: bytes) -> tuple[bytes, bytes]:
    """What must stand before a closing tag that is cut out of its page."""
    closed = re.match(rb"</([^\s>]*)", content)
    return (b"<" + closed.group(1) + b">" if closed else b""), b""


_WRAPPED: dict[str, tuple[str, Callable[[bytes], tuple[bytes, bytes]]]] = {
    "css_declarations": ("css", lambda _: (b"*{", b"}")),
    "html_tag": ("html", _opening_tag),
}
"""Pieces that are no text of their language by themselves: its grammar, and what to put before and after."""

_MACROS = {"c_macro": "c", "cpp_macro": "cpp"}
_MACRO_OPERATOR = re.compile(rb"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|##?")

_LONGEST_FRAGMENT = 65536
"""No paragraph and no regular expression that anyone wrote is longer; longer ones stay one token."""

_HIDDEN = {"markdown_inline": "markdown", "regex": "regex"}
"""Grammars that are no language of a document, with the name that their spans carry."""


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
        self._grammar = load_grammar(language.source)
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
                self._tree = timeouts.parse(self._parser, self._grammar, text, self._tree)
                return TreeAnalysis(self._grammar, self._tree, text, name, self._embedder), ""
            except timeouts.TangledError:
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
