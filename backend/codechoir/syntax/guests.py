"""How a text inside another is understood: by its language's grammar, by Pygments, or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable

import tree_sitter

from codechoir.model import Category, Span
from codechoir.syntax import limits
from codechoir.syntax.analysis import Analysis
from codechoir.syntax.embedding import Added, Embedder, Inside
from codechoir.syntax.grammars import load
from codechoir.syntax.languages import named
from codechoir.syntax.layers import TreeAnalysis
from codechoir.syntax.lexer import LexerAnalysis
from codechoir.syntax.tokens import TokenAnalysis


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
    language = named(name)
    if language is None or language.parser == "prose":
        return None
    if language.parser == "pygments":
        return LexerAnalysis(content, language.name, language.source)
    return _by_grammar(language.source, language.name, content, inner)


def _by_grammar(key: str, language: str, content: bytes, inner: Embedder | None) -> Analysis:
    grammar = load(key)
    try:
        tree = limits.parse(tree_sitter.Parser(grammar.language), content, fragile=grammar.spec.fragile)
    except limits.TangledError:
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
