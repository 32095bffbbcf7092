"""What only the tokens around a token show: an empty list, the end of a string, a call without a name."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from codechoir.model import Category
from codechoir.wording.ambiguity import AmbiguityMarks
from codechoir.wording.line_source import LinePiece
from codechoir.wording.receivers import receiver_hint

Hint = Literal[
    "",
    "quoted",
    "end",
    "empty",
    "called",
    "skipped",
    "implied",
    "inside",
    "closed",
    "nested",
    "lambda",
    "comma",
    "semi",
    "joined",
    "sign",
]
"""What to add to the words of a token.

`quoted`: a string begins with an interpolation. `end`: only this token shows that the string ends. `empty`:
the bracket is closed at once. `called`: what is called has no name, so the call must be said. `skipped`:
there is no element before this separator. `implied`: the token before has already said it. `inside`: a blank
separates this CSS selector from the one before (`.a .b`), which means something else than none (`.a.b`).
`closed`, `nested`, `lambda`, `comma`, `semi`, `joined`, `sign`: a token that would not be noticed; see
`AmbiguityMarks`.
"""

_MAY_BE_EMPTY = frozenset(
    (
        *("list", "map", "set", "tuple", "block", "body", "fields", "generic", "capture", "pattern"),
        "parameters.empty",
    )
)
"""Roles of brackets for which it is said that they are empty."""

_NAMELESS = ("call", "index", "group", "block", "body", "arithmetic")
"""Roles of brackets whose result can be called without having a name."""

_BEFORE_CALLS = frozenset((*(f"{role}.close" for role in _NAMELESS), "call.empty.close", "member"))
_ARROWS = ("arrow.lambda", "arrow.type")
_QUOTES = "\"'`"
_REGEXP = "regex"
"""The language of the tokens of a regular expression with a syntax tree."""

_STRING_CONTENT = ("string.part", "string.escape")

_FIRST_IN_SELECTOR = frozenset(
    (*(f"selector.{kind}" for kind in ("class", "id", "state", "part", "parent")), "wildcard", "index.open")
)
_LAST_IN_SELECTOR = frozenset(("selector.parent", "wildcard", "index.close", "call.close"))
_SELECTED = frozenset(("tag", "type", "attribute", "constant"))
"""Captures of names in CSS selectors."""


def joined_operators(pieces: list[LinePiece]) -> list[LinePiece]:
    """The pieces, with operators joined that a lexer without a grammar took apart: `<` and `>` in SQL."""
    if not any(map(_is_bare_operator, pieces)):
        return pieces
    joined: list[LinePiece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        is_split = last is not None and last.end == piece.start
        if last is not None and is_split and _is_bare_operator(last) and _is_bare_operator(piece):
            span = replace(last.span, end=piece.span.end)
            joined[-1] = LinePiece(span, last.start, piece.end, last.text + piece.text)
        else:
            joined.append(piece)
    return joined


def _is_bare_operator(piece: LinePiece) -> bool:
    """Whether a piece is an operator made of symbols, of unknown role."""
    span = piece.span
    return span.category is Category.OPERATOR and not span.role and not any(map(str.isalnum, piece.text))


class LineContext:
    """Looks around the pieces of a line, one after the other, and knows which strings are open."""

    def __init__(self) -> None:
        self._has_text = False
        self._language = ""
        self._open: list[Literal["string", "interpolation"]] = []
        self._brackets = AmbiguityMarks()

    def hint(self, pieces: list[LinePiece], index: int) -> Hint:
        """What to add to the words of piece `index`. Must be called for every piece, in order."""
        piece = pieces[index]
        before = pieces[index - 1] if index > 0 else None
        role = piece.span.role
        if role.startswith("string"):
            role = role.replace(".joined", "").replace(".regexp", "", 1).replace(".verbose", "")
        self._track_strings(role, index, piece.span.language)
        mark = self._brackets.hint(pieces, index)
        if role.startswith("string"):
            found = self._string_hint(pieces, index, role)
            return mark or found
        if role.endswith(".open") and role[:-5] in _MAY_BE_EMPTY:
            return _empty_hint(pieces, index, role)
        if mark or before is None:
            return mark
        received = receiver_hint(pieces, index)
        if received:
            return received
        if _is_inner_selector(before, piece):
            return "inside"
        if role == "call.open" and before.span.role in _BEFORE_CALLS:
            return "called"
        if role == "call.empty.open" and before.span.role == "optional.chain.call":
            return "implied"
        return ""

    def is_string_gap(self, pieces: list[LinePiece], index: int) -> bool:
        """Whether the blanks before piece `index` are text of a string, between two interpolations, or of a
        regular expression."""
        if index == 0:
            return False
        before, piece = pieces[index - 1], pieces[index]
        if _REGEXP in (before.span.language, piece.span.language):
            return before.end < piece.start and _is_in_regexp(before, piece)
        if not self._open or self._open[-1] != "string":
            return False
        is_embedded = before.span.language != piece.span.language or piece.span.language != self._language
        return not is_embedded and before.end < piece.start

    def _track_strings(self, role: str, index: int, language: str) -> None:
        """Follows strings and interpolations. Starts again on each line: a mistake ends with its line."""
        if index == 0:
            self._open = ["string"] if role in _STRING_CONTENT else []
            self._language = language
        if role == "string.open":
            self._open.append("string")
            self._language = language
        elif role == "string.close" or (role.endswith(".close") and self._open[-1:] == ["interpolation"]):
            del self._open[-1:]
        elif role.endswith(".open") and self._open:
            self._open.append("interpolation")

    def _string_hint(self, pieces: list[LinePiece], index: int, role: str) -> Hint:
        piece = pieces[index]
        if role == "string.open":
            self._has_text = piece.text.strip(_QUOTES) != ""
            is_first = index + 1 < len(pieces) and not pieces[index + 1].span.role.startswith("string")
            return "quoted" if is_first and not self._has_text else ""
        if role in _STRING_CONTENT:
            self._has_text = True
            return ""
        if piece.text.strip().strip(_QUOTES) or not piece.closes:
            return ""
        if role == "string" and piece.opens:
            return ""  # a whole string, whatever the one before it was
        is_last = index > 0 and not pieces[index - 1].span.role.startswith("string")
        return "end" if (is_last and self._has_text) or not piece.opens else ""


def _is_in_regexp(before: LinePiece, piece: LinePiece) -> bool:
    """Whether two pieces, one of which is a token of a regular expression, are both parts of it."""
    is_after = before.span.language == _REGEXP or before.span.role == "regexp.open"
    return is_after and (piece.span.language == _REGEXP or piece.span.role == "regexp.close")


def _empty_hint(pieces: list[LinePiece], index: int, role: str) -> Hint:
    """Whether a bracket is closed at once. Empty parameters are said only for a lambda."""
    after = [piece.span.role for piece in pieces[index + 1 : index + 3]]
    if after[:1] != [f"{role[:-5]}.close"]:
        return ""
    if role == "parameters.empty.open" and not (after[1:] and after[1].startswith(_ARROWS)):
        return ""
    return "empty"


def _is_inner_selector(before: LinePiece, piece: LinePiece) -> bool:
    """Whether only a blank separates two CSS selectors, as in `.a .b`."""
    if piece.span.language != "css" or before.span.language != "css" or before.end == piece.start:
        return False
    is_first = piece.span.role in _FIRST_IN_SELECTOR or piece.span.capture == "tag"
    return is_first and (before.span.role in _LAST_IN_SELECTOR or before.span.capture in _SELECTED)
