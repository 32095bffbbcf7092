"""Roles that need no pattern: what a token does unless `queries/*.roles.scm` say otherwise.

What a closing token closes, in the source's own words: `for user`, `class Cart`.

The words are a keyword and a name, where the grammar gives them: from the innermost node around the token
that has either, so that no language needs rules of its own. Only what goes over several lines has words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import tree_sitter

TOKEN_ROLES: Final[dict[str, str]] = {
    "=": "assignment",
    **dict.fromkeys(
        ("+=", "-=", "*=", "/=", "%=", "**=", "//=", "@=", "&=", "|=", "^="), "assignment.augmented"
    ),
    **dict.fromkeys(("<<=", ">>=", ">>>=", "&&=", "&^=", ".="), "assignment.augmented"),
    "??=": "null.coalesce.assignment",
    "||=": "null.coalesce.assignment",
    ":=": "assignment.define",
    "++": "increment",
    "--": "decrement",
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "divide",
    "//": "divide.floor",
    "%": "modulo",
    "**": "power",
    "&": "bit.and",
    "|": "bit.or",
    "^": "bit.xor",
    "~": "bit.not",
    "&^": "bit.clear",
    "<<": "shift.left",
    ">>": "shift.right",
    ">>>": "shift.right.unsigned",
    "&&": "logical.and",
    "and": "logical.and",
    "||": "logical.or",
    "or": "logical.or",
    "xor": "logical.xor",
    "!": "logical.not",
    "not": "logical.not",
    "==": "comparison.equal",
    "!=": "comparison.not.equal",
    "<>": "comparison.not.equal",
    "===": "comparison.identical",
    "is": "comparison.identical",
    "!==": "comparison.not.identical",
    "is not": "comparison.not.identical",
    "<": "comparison.less",
    "<=": "comparison.less.equal",
    ">": "comparison.greater",
    ">=": "comparison.greater.equal",
    "<=>": "comparison.compare",
    "=~": "comparison.match",
    "!~": "comparison.not.match",
    "in": "membership",
    "not in": "membership.not",
    "instanceof": "type.test",
    "?": "ternary.then",
    "??": "null.coalesce",
    "?.": "optional.chain",
    "..": "range",
    "..=": "range.inclusive",
    "...": "spread",
    ".": "member",
    "->": "member.pointer",
    "::": "path",
    "=>": "arrow.lambda",
    ",": "separator",
    ";": "statement.end",
    "(": "group.open",
    ")": "group.close",
    "[": "list.open",
    "]": "list.close",
    "{": "block.open",
    "}": "block.close",
}
"""What a token does unless a pattern says otherwise, in the languages whose grammar has patterns of roles."""

DEFAULT_ROLES: Final[dict[str, str]] = {
    "string": "string",
    "string.documentation": "docstring",
    "string.regexp": "regexp",
    "string.special.symbol": "symbol",
    "character": "character",
    "escape": "string.escape",
    "string.escape": "string.escape",
}
"""What a token does by its capture alone. Parts of a string get `.open`, `.part` or `.close` added."""


_ROLES = frozenset({"block.close", "body.close"})
_NAME_FIELDS = ("name", "declarator", "left", "pattern", "variable", "type", "function", "method", "key")
"""Fields that hold what a statement is about, the most telling first."""

_SUBJECTS = {
    "class": ("name", "value"),
    "switch": ("value", "condition", "subject"),
    "match": ("value", "subject"),
    "case": ("value",),
}
"""Keywords whose statement is known by what it looks at."""

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
"""Keywords whose name may stand further out, as in Go and in TypeDefs of C."""

_WITHOUT_NAME = frozenset(
    {"if", "elif", "else", "try", "catch", "except", "finally", "while", "do", "unless"}
)
"""Keywords after which a name would be a part of a condition."""

_TYPE_ARGUMENTS = re.compile(r"(?<=\w)<.*", re.DOTALL)
_LONGEST_NAME = 40
"""Bytes; longer ones are not repeated."""

_CHILDREN = 8
"""So many children of a node are looked at for its keyword."""

_LEVELS = 5
"""So far up is looked for what a block belongs to."""


def closes(key: str, role: str, path: Sequence[tree_sitter.Node]) -> str:
    """Words for what a closing token closes; `path` holds the nodes around it, outermost first."""
    if role not in _ROLES or not path or path[-1].start_point.row == path[-1].end_point.row:
        return ""
    keyword = ""
    for node in reversed(path[-_LEVELS:]):
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
    """The word that a statement begins with, past its modifiers."""
    for index in range(min(node.child_count, _CHILDREN)):
        child = node.child(index)
        if child is not None and not child.is_named and child.type.isalpha() and child.type not in _MODIFIERS:
            return child.type
        if child is not None and child.type in ("{", "(", "block", "compound_statement"):
            return ""
    return ""


def _text(node: tree_sitter.Node | None) -> str:
    """The name itself, at the bottom of declarators; empty where it is too long to be repeated."""
    while node is not None and (inner := node.child_by_field_name("declarator")) is not None:
        node = inner
    if node is None or node.end_byte - node.start_byte > _LONGEST_NAME or node.text is None:
        return ""
    return _TYPE_ARGUMENTS.sub("", node.text.decode("utf-8", "replace"))
