"""Which speaker words a token: by its role, its capture, its category and its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from codechoir.model import Category, Span

Kind = Literal[
    "bom",
    "character",
    "comment",
    "escape",
    "flag",
    "format",
    "heredoc",
    "name",
    "number",
    "prose",
    "regexp",
    "string",
    "symbol_name",
    "symbols",
]

_BY_ROLE: Mapping[str, Kind] = {
    "bom": "bom",
    "character": "character",
    "expansion.operator": "symbols",
    "test.operator": "symbols",
    "docstring": "comment",
    "flag": "flag",
    "format.spec": "format",
    "list": "symbols",
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
_BY_CAPTURE: Mapping[str, Kind] = {
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
_BY_LANGUAGE: Mapping[str, Kind] = {"regex": "regexp"}

_AS_WRITTEN = frozenset(
    (
        *(
            "code.close",
            "code.open",
            "defined",
            "global.variable",
            "guard",
            "ternary.if",
            "ternary.otherwise",
        ),
        *("variable", "variance"),
    )
)
"""Roles of tokens that are words themselves."""


def kind_of(span: Span, text: str) -> Kind:
    """Who words this token. `text` is the token, or the part of it that is read."""
    if span.language in _BY_LANGUAGE:
        return _BY_LANGUAGE[span.language]
    kind = _longest(_BY_ROLE, span.role)
    if kind is not None:
        return kind
    if span.category is Category.COMMENT:
        return "comment"
    has_words = any(char.isalnum() for char in text)
    if span.category is Category.LITERAL:
        return _literal(span.capture, text)
    if has_words:
        return "number" if text[0].isdecimal() else "name"
    return "symbols"


def _literal(capture: str, text: str) -> Kind:
    kind = _longest(_BY_CAPTURE, capture)
    if text[0].isdecimal() and kind in ("name", None):
        return "number"
    if kind == "escape" and text[0] != "\\" and any(char.isalnum() for char in text):
        return "string"
    return kind or "string"


def _longest(table: Mapping[str, Kind], name: str) -> Kind | None:
    while name:
        if name in table:
            return table[name]
        name = name.rpartition(".")[0]
    return None


def spoken_by_kind(role: str) -> bool:
    """Whether the words of a role come from what the token is, rather than from the table of roles."""
    return role in _AS_WRITTEN or _longest(_BY_ROLE, role) is not None
