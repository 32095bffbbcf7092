"""How a token is worded: by its role, its capture, its category or its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from codechoir.model import Category, Span

TokenKind = Literal[
    "bom",
    "character",
    "comment",
    "escape",
    "flag",
    "format",
    "heredoc",
    "list_item",
    "name",
    "number",
    "prose",
    "regexp",
    "string",
    "symbol_name",
    "symbols",
]

_BY_ROLE: Mapping[str, TokenKind] = {
    "bom": "bom",
    "character": "character",
    "expansion.operator": "symbols",
    "test.operator": "symbols",
    "diff": "symbols",
    "docstring": "comment",
    "flag": "flag",
    "format.spec": "format",
    "list": "symbols",
    "list.item": "list_item",
    "heredoc": "heredoc",
    "heredoc.body": "prose",
    "heredoc.end": "name",
    "heredoc.word": "name",
    "regexp": "regexp",
    "string": "string",
    "string.escape": "escape",
    "symbol": "symbol_name",
    "task": "symbols",
    "text": "prose",
}
_BY_CAPTURE: Mapping[str, TokenKind] = {
    "boolean": "name",
    "character": "character",
    "comment": "comment",
    "constant": "name",
    "escape": "escape",
    "number": "number",
    "string": "string",
    "string.documentation": "comment",
    "string.escape": "escape",
    "string.regex": "regexp",
    "string.regexp": "regexp",
    "string.special.regex": "regexp",
    "string.special.symbol": "symbol_name",
}
_BY_LANGUAGE: Mapping[str, TokenKind] = {"regex": "regexp"}

_WORD_ROLES = frozenset(
    (
        *("code.close", "code.open", "defined", "global.variable", "guard", "ternary.if"),
        *("ternary.otherwise", "variable", "variance"),
    )
)
"""Roles of tokens that are words themselves."""


def token_kind(span: Span, text: str) -> TokenKind:
    """How the token is worded. `text`: the token, or the part of it that is read."""
    if span.language in _BY_LANGUAGE:
        return _BY_LANGUAGE[span.language]
    kind = _most_specific(_BY_ROLE, span.role)
    if kind is not None:
        return kind
    if span.category is Category.COMMENT:
        return "comment"
    has_words = any(char.isalnum() for char in text)
    if span.category is Category.LITERAL:
        return _literal_kind(span.capture, text)
    if has_words:
        return "number" if text[0].isdecimal() else "name"
    return "symbols"


def _literal_kind(capture: str, text: str) -> TokenKind:
    kind = _most_specific(_BY_CAPTURE, capture)
    if text[0].isdecimal() and kind in ("name", None):
        return "number"
    if kind == "escape" and text[0] != "\\" and any(char.isalnum() for char in text):
        return "string"
    return kind or "string"


def _most_specific(table: Mapping[str, TokenKind], name: str) -> TokenKind | None:
    """The entry for a dotted name, or for the more general name before its last dot."""
    while name:
        if name in table:
            return table[name]
        name = name.rpartition(".")[0]
    return None


def needs_no_role_words(role: str) -> bool:
    """Whether the words for a role come from the token itself, and not from the section `roles`."""
    return role in _WORD_ROLES or _most_specific(_BY_ROLE, role) is not None
