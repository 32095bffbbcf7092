"""What a closing token closes: `if`, `function`, `for user`.

The words are the keyword of the innermost statement around the token, so that no language needs rules of its
own, and for a loop the name of its variable. What has no keyword, such as a method in Java, is a `function`.
Only a block of several lines gets words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import tree_sitter

_ROLES = frozenset({"block.close", "body.close"})
"""Roles of tokens that close a block."""

_LOOPS = frozenset({"for", "foreach"})
"""Keywords of loops over the values of a variable, which is named."""

_VARIABLE_FIELDS = ("left", "pattern", "variable", "name", "value")
"""Fields that may hold the variable of a loop, in order of preference."""

_FUNCTIONS = frozenset({"def", "fn", "fun", "func", "function", "sub"})
"""Keywords of functions; `function` is said for each."""

_NAMELESS_FUNCTIONS = re.compile(
    r"(?:arrow_function|anonymous_method|closure|lambda|func_literal|method|constructor|destructor|function"
    r"|compact_constructor|operator|conversion)(?:_\w+)?"
)
"""Nodes that are functions even without a keyword."""

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
_VARIABLE = re.compile(r"[$@]*\w{1,40}", re.ASCII)
"""What may be a variable. Anything longer, such as a destructuring pattern, is not repeated."""

_BLOCKS = frozenset(
    ("block", "body_statement", "class_body", "compound_statement", "declaration_list", "statement_block")
)
"""What a block stands in that belongs to no statement."""

_MAX_CHILDREN = 8
"""Children of a node that are searched for its keyword."""

MAX_LEVELS = 5
"""Enclosing nodes that are searched for the statement of a block."""


def closed_block(role: str, path: Sequence[tree_sitter.Node]) -> str:
    """What a token with this role closes.

    `path`: the nodes around it, outermost first; the last `MAX_LEVELS` are enough.
    """
    if role not in _ROLES or not path or path[-1].start_point.row == path[-1].end_point.row:
        return ""
    for node in reversed(path[-MAX_LEVELS:]):
        if node.type == "do_group":
            continue
        if node.type in _BLOCKS and node is not path[-1]:
            return "block"
        keyword = _keyword(node)
        if keyword in _LOOPS:
            return f"{keyword} {_variable(node)}".strip()
        if keyword in _FUNCTIONS or (not keyword and _NAMELESS_FUNCTIONS.fullmatch(node.type)):
            return "function"
        if keyword:
            return keyword
    return ""


def _variable(loop: tree_sitter.Node) -> str:
    """The variable of a loop over values; empty for one that counts, and where there are several."""
    for field in _VARIABLE_FIELDS:
        node = loop.child_by_field_name(field)
        if node is not None and node.text is not None:
            text = node.text.decode("utf-8", "replace")
            return text if _VARIABLE.fullmatch(text) else ""
    return ""


def _keyword(node: tree_sitter.Node) -> str:
    """The word at the beginning of a statement, after its modifiers."""
    for index in range(min(node.child_count, _MAX_CHILDREN)):
        child = node.child(index)
        if child is not None and not child.is_named and child.type.isalpha() and child.type not in _MODIFIERS:
            return child.type
        if child is not None and child.type in ("{", "(", "block", "compound_statement"):
            return ""
    return ""
