"""Pieces of code in comments: parsed by themselves, in the language around them.

A piece may be an expression, a type, a statement or a declaration. It is parsed as each of them in turn, with
the wrappings that the language names, until it has no errors.
"""

from __future__ import annotations

from functools import lru_cache

import tree_sitter

from codechoir.languages import Language, language_folders, load_grammar
from codechoir.model import Span
from codechoir.syntax import safe_parsing
from codechoir.syntax.embedded_languages import FragmentAnalysis
from codechoir.syntax.lexer import LexerAnalysis
from codechoir.syntax.tree_analysis import TreeAnalysis

PLACE = "SNIPPET"
"""What a wrapping has in place of the piece."""

_LONGEST = 240
"""Bytes up to which a piece is parsed: more is no piece of a line."""


@lru_cache(maxsize=1024)
def snippet_spans(language: Language, text: str) -> tuple[Span, ...]:
    """The spans of a piece of code, with offsets in it; empty if it is no code of the language."""
    content = text.encode()
    if len(content) > _LONGEST or "\x00" in text:
        return ()
    if language.parser == "pygments":
        return tuple(LexerAnalysis(content, language.name, language.source).spans(0, len(content)))
    if language.parser != "grammar":
        return ()
    grammar = load_grammar(language.source)
    parser = tree_sitter.Parser(grammar.language)
    for wrapping in language_folders().snippet_wrappings(language.source):
        before, _, after = wrapping.partition(PLACE)
        wrapped = f"{before}{text}{after}".encode()
        try:
            tree = safe_parsing.parse(parser, grammar, wrapped)
        except safe_parsing.TooComplexError:
            return ()
        if not tree.root_node.has_error:
            analysis = TreeAnalysis(grammar, tree, wrapped, language.name)
            fragment = FragmentAnalysis(analysis, len(before.encode()), len(content))
            return tuple(fragment.spans(0, len(content)))
    return ()
