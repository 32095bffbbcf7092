"""Where one word of a command ends and the next begins: `rm -rf $a/b` and `rm -rf $a /b` are not the same.

Between two tokens of a command there is a blank or none, and only one of the two is what a listener expects:

- After an expansion or a quoted string a sign goes on with the word (`$a/b`, `"$a"*`): then a blank is
  "space".
- Letters, digits, quotes, `$` and the dash of an option begin a new word (`$a b`, `$a -x`): then no blank is
  "joined".
- The end of `$(…)`, of `${a:-…}` and of a quoted string that ends with an expansion is "close" if more of the
  command follows.
"""

from __future__ import annotations

from codechoir.model import Category
from codechoir.wording.line_source import LinePiece

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
_QUOTES = "\"'"
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
    is_quote = piece.span.role == "string.close" and not piece.text.strip(_QUOTES)
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
    if role == "string.close" and is_word and piece.text[0] not in _QUOTES:
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
    if before.span.role.startswith("string") or not text.strip(_QUOTES):
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
    if role == "string" and piece.text[-1] in _QUOTES:
        return True
    if piece.text[0] == "$" and len(piece.text) > 1 and not role.endswith((".open", ".plain")):
        return piece.text[-1] != "("
    return index > 0 and pieces[index - 1].span.role == "expansion"


def _starts_expansion(piece: LinePiece) -> bool:
    role = piece.span.role
    return role in _STARTS_EXPANSION or piece.text[0] in "$\"'`" or (role == "string.open")


def _is_word(piece: LinePiece) -> bool:
    return piece.span.category not in (Category.KEYWORD, Category.OPERATOR, Category.PUNCTUATION)
