"""What only the neighbours of a token tell: a string that is nothing but a hole, its end, an empty list."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from codechoir.model import Category
from codechoir.wording.line_source import LinePiece

Hint = Literal["", "quoted", "end", "empty", "called", "skipped", "told", "inside"]
"""`quoted`: a string begins with a hole. `end`: only here one hears that a string is over. `empty`: the
bracket is closed at once. `called`: what is called has no name that would tell. `skipped`: nothing stands
before this separator. `told`: the token before has said it. `inside`: but for a blank this selector would
be one with the one before."""

_MAY_BE_EMPTY = frozenset(
    (
        "list",
        "map",
        "set",
        "tuple",
        "block",
        "body",
        "fields",
        "generic",
        "capture",
        "pattern",
        "parameters.empty",
    )
)
_RESULTS = ("call", "index", "group", "block", "body", "arithmetic")
"""What the brackets make that can be called without having a name."""

_BEFORE_CALLS = frozenset((*(f"{role}.close" for role in _RESULTS), "call.empty.close", "member"))
_ARROWS = ("arrow.lambda", "arrow.type")
_QUOTES = "\"'`"
_PARTS = ("string.part", "string.escape")


_BEGIN_SELECTORS = frozenset(
    (*(f"selector.{what}" for what in ("class", "id", "state", "part", "parent")), "wildcard", "index.open")
)
_END_SELECTORS = frozenset(("selector.parent", "wildcard", "index.close", "call.close"))
_SELECTED = frozenset(("tag", "type", "attribute", "constant"))
"""Captures of the names in selectors of CSS."""


def joined_operators(pieces: list[LinePiece]) -> list[LinePiece]:
    """The pieces with operators made one that a lexer without a grammar took apart: `<` and `>` in SQL."""
    if not any(map(_is_bare, pieces)):
        return pieces
    found: list[LinePiece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if last is not None and last.end == piece.start and _is_bare(last) and _is_bare(piece):
            span = replace(last.span, end=piece.span.end)
            found[-1] = LinePiece(span, last.start, piece.end, last.text + piece.text)
        else:
            found.append(piece)
    return found


def _is_bare(piece: LinePiece) -> bool:
    """Whether a piece is an operator made of symbols of which nothing more is known."""
    span = piece.span
    return span.category is Category.OPERATOR and not span.role and not any(map(str.isalnum, piece.text))


def _leaves_out(before: LinePiece) -> bool:
    """Whether a separator after this piece leaves an element out, as the second one of `[a, , b]` does."""
    return before.span.role in ("separator", "pattern.open", "list.open")


def _is_inside(before: LinePiece, piece: LinePiece) -> bool:
    """Whether a blank alone stands between two selectors, as in `.a .b`, which is not `.a.b`."""
    if piece.span.language != "css" or before.span.language != "css" or before.end == piece.start:
        return False
    begins = piece.span.role in _BEGIN_SELECTORS or piece.span.capture == "tag"
    return begins and (before.span.role in _END_SELECTORS or before.span.capture in _SELECTED)


class Neighbours:
    """Looks around the pieces of a line, one after the other."""

    def __init__(self) -> None:
        self._has_text = False
        self._language = ""
        self._open: list[Literal["string", "hole"]] = []

    def hint(self, pieces: list[LinePiece], index: int) -> Hint:
        """What to add to the words of piece `index`; to be asked for every piece in order."""
        role = pieces[index].span.role
        self._enter(role, index, pieces[index].span.language)
        if role.startswith("string"):
            return self._string(pieces, index, role)
        if role.endswith(".open") and role[:-5] in _MAY_BE_EMPTY:
            return self._empty(pieces, index, role)
        if index > 0 and _is_inside(pieces[index - 1], pieces[index]):
            return "inside"
        if role == "call.open" and index > 0 and pieces[index - 1].span.role in _BEFORE_CALLS:
            return "called"
        if role == "call.empty.open" and index > 0 and pieces[index - 1].span.role == "optional.chain.call":
            return "told"
        if role == "separator" and index > 0 and _leaves_out(pieces[index - 1]):
            return "skipped"
        return ""

    def is_text_before(self, pieces: list[LinePiece], index: int) -> bool:
        """Whether the blanks before piece `index` stand in a string, between two of its holes."""
        if index == 0 or not self._open or self._open[-1] != "string":
            return False
        before, piece = pieces[index - 1], pieces[index]
        is_guest = before.span.language != piece.span.language or piece.span.language != self._language
        return not is_guest and before.end < piece.start

    def _enter(self, role: str, index: int, language: str) -> None:
        """Keep track of strings and their holes. Each line begins anew, so that broken code does no harm."""
        if index == 0:
            self._open = ["string"] if role in _PARTS else []
            self._language = language
        if role == "string.open":
            self._open.append("string")
            self._language = language
        elif role == "string.close" or (role.endswith(".close") and self._open[-1:] == ["hole"]):
            del self._open[-1:]
        elif role.endswith(".open") and self._open:
            self._open.append("hole")

    @staticmethod
    def _empty(pieces: list[LinePiece], index: int, role: str) -> Hint:
        """Whether a bracket is closed at once. A lambda without parameters has to say so."""
        after = [piece.span.role for piece in pieces[index + 1 : index + 3]]
        if after[:1] != [f"{role[:-5]}.close"]:
            return ""
        if role == "parameters.empty.open" and not (after[1:] and after[1].startswith(_ARROWS)):
            return ""
        return "empty"

    def _string(self, pieces: list[LinePiece], index: int, role: str) -> Hint:
        piece = pieces[index]
        if role == "string.open":
            self._has_text = piece.text.strip(_QUOTES) != ""
            is_hole = index + 1 < len(pieces) and not pieces[index + 1].span.role.startswith("string")
            return "quoted" if is_hole and not self._has_text else ""
        if role in _PARTS:
            self._has_text = True
            return ""
        if piece.text.strip().strip(_QUOTES) or not piece.closes:
            return ""
        after_hole = index > 0 and not pieces[index - 1].span.role.startswith("string")
        return "end" if (after_hole and self._has_text) or not piece.opens else ""
