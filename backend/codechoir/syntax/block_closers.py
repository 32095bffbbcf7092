"""What a closing token closes, in words of the source: `for user`, `class Cart`.

The words are a keyword and a name from the innermost node around the token that has either, so that no
language needs rules of its own. Only a block of several lines gets words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import tree_sitter

_ROLES = frozenset({"block.close", "body.close"})
"""Roles of tokens that close a block."""

_NAME_FIELDS = ("name", "declarator", "left", "pattern", "variable", "type", "function", "method", "key")
"""Fields that hold the subject of a statement, in order of preference."""

_SUBJECTS = {
    "class": ("name", "value"),
    "switch": ("value", "condition", "subject"),
    "match": ("value", "subject"),
    "case": ("value",),
}
"""Fields of the subject, by keyword, where others than `_NAME_FIELDS` tell more."""

_MODIFIERS = frozenset(
    (
        *("abstract", "async", "const", "default", "defer", "export", "final", "get", "global", "inline"),
        *(
            "override",
            "private",
            "protected",
            "pub",
            "public",
            "readonly",
            "return",
            "set",
            "static",
            "unsafe",
        ),
    )
)
_OF_TYPES = frozenset({"struct", "interface", "enum", "class", "union"})
"""Keywords whose name may belong to an outer node, as in Go and in `typedef` of C."""

_WITHOUT_NAME = frozenset(
    {"if", "elif", "else", "try", "catch", "except", "finally", "while", "do", "unless"}
)
"""Keywords without a name, because it would be part of a condition."""

_TYPE_ARGUMENTS = re.compile(r"(?<=\w)<.*", re.DOTALL)
_MAX_NAME = 40
"""Bytes; longer names are not repeated."""

_MAX_CHILDREN = 8
"""Children of a node that are searched for its keyword."""

_MAX_LEVELS = 5
"""Enclosing nodes that are searched for the statement of a block."""


def closed_block(role: str, path: Sequence[tree_sitter.Node]) -> str:
    """What a token with this role closes; `path`: the nodes around it, outermost first."""
    if role not in _ROLES or not path or path[-1].start_point.row == path[-1].end_point.row:
        return ""
    keyword = ""
    for node in reversed(path[-_MAX_LEVELS:]):
        if node.type == "do_group":
            continue
        keyword = keyword or _keyword(node)
        if keyword in _WITHOUT_NAME:
            return keyword
        name = _name(node, _SUBJECTS.get(keyword, _NAME_FIELDS))
        if name or (keyword and keyword not in _OF_TYPES):
            return f"{keyword} {name}".strip()
    return keyword


def _name(node: tree_sitter.Node, fields: Sequence[str]) -> str:
    return next((text for field in fields if (text := _text(node.child_by_field_name(field)))), "")


def _keyword(node: tree_sitter.Node) -> str:
    """The word at the beginning of a statement, after its modifiers."""
    for index in range(min(node.child_count, _MAX_CHILDREN)):
        child = node.child(index)
        if child is not None and not child.is_named and child.type.isalpha() and child.type not in _MODIFIERS:
            return child.type
        if child is not None and child.type in ("{", "(", "block", "compound_statement"):
            return ""
    return ""


def _text(node: tree_sitter.Node | None) -> str:
    """The name at the bottom of nested declarators; empty if it is too long to be repeated."""
    while node is not None and (inner := node.child_by_field_name("declarator")) is not None:
        node = inner
    if node is None or node.end_byte - node.start_byte > _MAX_NAME or node.text is None:
        return ""
    return _TYPE_ARGUMENTS.sub("", node.text.decode("utf-8", "replace"))
