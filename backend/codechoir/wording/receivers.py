"""The dot after `self` and `this` is silent: "self total" for `self.total`.

Whatever else could then sound the same is said in other words: a comma after `self` and before a name is
"comma", a semicolon "semi", a call of `self` is "call", a member that is called like an operator keeps its
dot, and in a name such as `self_test` the joint is named.
"""

from __future__ import annotations

import re
from typing import Literal

from codechoir.model import Category
from codechoir.wording.line_source import LinePiece

_RECEIVERS = frozenset(("self", "this"))
"""Names of the object whose method this is, as languages spell them."""

_BORROWS = frozenset(("&", "mut"))
"""What may stand between the bracket of parameters and a receiver: Rust."""

_JOINT = re.compile(r"_*(?:self|this)(?=_[^\W_]|[A-Z])")


def receiver_hint(pieces: list[LinePiece], index: int) -> Literal["", "implied", "comma", "semi", "called"]:
    """How the word of a token changes because a receiver stands before it."""
    before = pieces[index - 1]
    if before.text not in _RECEIVERS or before.span.category is not Category.VARIABLE:
        return ""
    span = pieces[index].span
    if span.role == "call.open":
        return "called"
    if index + 1 == len(pieces) or not _is_name(pieces[index + 1].text):
        return ""
    if span.role == "member" and span.category is Category.PUNCTUATION:
        return "implied"
    if span.role.startswith("statement.end"):
        return "semi"
    return "comma" if span.role == "separator" and not _is_parameter(pieces, index - 1) else ""


def receiver_end(name: str) -> int:
    """Where the first word of a name ends if it is that of a receiver: 4 in `self_test`; otherwise 0."""
    match = _JOINT.match(name)
    return match.end() if match is not None else 0


def _is_name(text: str) -> bool:
    return text[0].isalpha() or text[0] in "_$#@"


def _is_parameter(pieces: list[LinePiece], index: int) -> bool:
    """Whether a receiver is the first of a list of parameters or imports, where it can have no member."""
    while index > 0:
        index -= 1
        role = pieces[index].span.role
        if role.startswith(("parameters", "lambda", "import")):
            return True
        if pieces[index].text not in _BORROWS and role != "lifetime":
            return False
    return False
