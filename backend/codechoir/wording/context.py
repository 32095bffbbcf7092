"""What only the tokens around a token show: an empty list, the end of a string, a call without a name.

The dot after `self` and `this` is silent: "self total" for `self.total`. Whatever else could then sound the
same is said in other words: a comma after `self` and before a name is "comma", a semicolon "semi", a call
of `self` is "call", a member that is called like an operator keeps its dot, and in a name such as
`self_test` the joint is named.

In a shell: where one word of a command ends and the next begins. `rm -rf $a/b` and `rm -rf $a /b` are not
the same. Between two tokens of a command there is a blank or none, and a listener expects only one of the
two:

- After an expansion or a quoted string a sign goes on with the word (`$a/b`, `"$a"*`): then a blank is
  "space".
- Letters, digits, quotes, `$` and the dash of an option begin a new word (`$a b`, `$a -x`): then no blank is
  "joined".
- The end of `$(…)`, of `${a:-…}` and of a quoted string that ends with an expansion is "close" if more of the
  command follows.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from codechoir.model import Category
from codechoir.wording.ambiguity import AmbiguityMarks
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


SHELLS = frozenset(("bash", "fish", "powershell", "make", "dockerfile"))
"""Languages in which blanks separate the words of a command."""

_GOES_ON = frozenset("/.*?:=,@%+~[{}]_#^")
"""Signs that belong to the word before them if that ended with an expansion."""

_BEFORE_MORE = frozenset("/.:=,@%+~-_")
"""Signs at the end of a word after which an expansion belongs to the same word."""

_ENDS_COMMAND = (
    *("pipe", "redirect", "logical", "background", "statement", "case", "heredoc", "here", "block", "test"),
    *(
        "index",
        "list.close",
        "alternative",
        "arrow",
        "comparison",
        "plus",
        "minus",
        "times",
        "divide",
        "modulo",
    ),
    *(
        "arithmetic",
        "group",
        "expansion.operator",
        "expansion.replacement",
        "expansion.count",
        "ternary",
        "power",
    ),
    *("assignment", "mapping", "increment", "decrement", "bit", "shift", "separator", "call", "parameters"),
)
_CLOSES_COMMAND = ("command.close", "process.close")
_ENDS_EXPANSION = frozenset(("expansion.close", "command.close", "process.close", "list.close"))
_STARTS_EXPANSION = frozenset(("expansion", "expansion.open", "expansion.open.plain", "command.open"))
_STARTS_WORD = frozenset("{/.*~?@%+:=,[")
_SHELL_QUOTES = "\"'"
_MOST_LETTERS = 3
"""Letters after one dash that are said one by one: `-rf`."""


def shell_hint(pieces: list[LinePiece], index: int) -> str:
    """What to say before piece `index`: any of "closed", "space" and "adjoined", or nothing."""
    piece = pieces[index]
    if index == 0 or piece.span.language not in SHELLS or piece.span.category is Category.COMMENT:
        return ""
    before = pieces[index - 1]
    role = piece.span.role
    closed = _closed(pieces, index)
    if role.startswith("string") and role.endswith((".part", ".close")):
        return f"{closed} {_in_string(before, piece)}".strip()
    if role.startswith(_ENDS_COMMAND) or role.endswith(".close") or before.span.role == "expansion":
        return closed
    return f"{closed} {_between(pieces, index)}".strip()


def _closed(pieces: list[LinePiece], index: int) -> str:
    """Whether the token before ended something that this one could belong to as well."""
    before, piece = pieces[index - 1], pieces[index]
    role = before.span.role
    is_quote = piece.span.role == "string.close" and not piece.text.strip(_SHELL_QUOTES)
    if is_quote or (piece.span.role.endswith("close") and piece.span.role != "string.close"):
        return ""
    if role.startswith(_CLOSES_COMMAND):
        follows = pieces[index + 1].span.role if index + 1 < len(pieces) else "block.open"
        return "" if piece.span.role == "statement.end" and follows == "block.open" else "closed"
    is_word = not piece.span.role.startswith(_ENDS_COMMAND)
    if role == "list.close":
        return "closed" if is_word and piece.span.category is Category.LITERAL else ""
    if role == "expansion.close":
        return "closed" if is_word and _has_operator(pieces, index - 1) else ""
    if role == "string.close" and is_word and piece.text[0] not in _SHELL_QUOTES:
        return "closed" if piece.span.role not in _STARTS_EXPANSION else ""
    return ""


def _has_operator(pieces: list[LinePiece], index: int) -> bool:
    """Whether the expansion that ends at `index` has a word of its own: `${a:-b}`."""
    for at in range(index - 1, -1, -1):
        role = pieces[at].span.role
        if role.startswith("expansion.open"):
            return False
        if role.startswith("expansion.") and role != "expansion.length":
            return True
    return False


def _in_string(before: LinePiece, piece: LinePiece) -> str:
    """The blank between an expansion and the text after it, in a string."""
    text = piece.text
    if before.span.role.startswith("string") or not text.strip(_SHELL_QUOTES):
        return ""
    if text[0].isspace():
        rest = text.lstrip()
        return "space" if rest[:1] and (rest[0] in _GOES_ON or rest[0] == "-") else ""
    return "adjoined" if text[0].isalnum() else ""


def _between(pieces: list[LinePiece], index: int) -> str:
    """What tells whether two words of a command are one or two."""
    before, piece = pieces[index - 1], pieces[index]
    has_gap = before.end < piece.start
    first, last = piece.text[0], before.text[-1]
    if _ends_expansion(pieces, index - 1):
        if first in _GOES_ON:
            return "space" if has_gap else ""
        return "" if has_gap else "adjoined"
    if before.span.role.startswith("string") and before.span.role.endswith((".open", ".part")):
        return "adjoined" if last.isalnum() and _starts_expansion(piece) else ""
    if before.span.role and before.span.role.startswith(
        (*_ENDS_COMMAND, *_STARTS_EXPANSION, "string.open", "process.open")
    ):
        return ""
    if last in ")]}" and first.isalpha() and not has_gap and _is_word(before) and _is_word(piece):
        return "adjoined"
    if first in _STARTS_WORD and has_gap and _is_word(before):
        return "space"
    if before.span.role == "flag" and _would_join(before.text, piece):
        return "space"
    if _starts_expansion(piece) and _is_word(before):
        if last in _BEFORE_MORE:
            return "space" if has_gap else ""
        return "" if has_gap else "adjoined"
    return ""


def _would_join(flag: str, piece: LinePiece) -> bool:
    """Whether a word after a short option would be more of its letters: `-v x` and `-vx`."""
    letters = flag[1:] + piece.text
    return flag[1:].isalpha() and piece.text.isalpha() and len(letters) <= _MOST_LETTERS


def _ends_expansion(pieces: list[LinePiece], index: int) -> bool:
    piece = pieces[index]
    role = piece.span.role
    if role in _ENDS_EXPANSION or (role.startswith("string") and role.endswith(".close")):
        return True
    if role == "string" and piece.text[-1] in _SHELL_QUOTES:
        return True
    if piece.text[0] == "$" and len(piece.text) > 1 and not role.endswith((".open", ".plain")):
        return piece.text[-1] != "("
    return index > 0 and pieces[index - 1].span.role == "expansion"


def _starts_expansion(piece: LinePiece) -> bool:
    role = piece.span.role
    return role in _STARTS_EXPANSION or piece.text[0] in "$\"'`" or (role == "string.open")


def _is_word(piece: LinePiece) -> bool:
    return piece.span.category not in (Category.KEYWORD, Category.OPERATOR, Category.PUNCTUATION)
