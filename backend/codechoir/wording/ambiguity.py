"""Silent brackets and separators that are said after all: else another program would have the same words.

`f(a.b).c` and `f(a.b.c)` differ only in where a bracket closes, `f(g(a))` and `f(g, a)` only in a bracket
that opens. Three rules mark them, each only where the other program exists:

1. A closer is "close" if what follows it could also stand inside: a member, an operator, one more item.
   Nothing is said before the end of a line or statement, or before a bracket that closes audibly.
2. A call inside a list of items is "on", since its bracket would sound like a comma.
3. The parameters of a lambda inside a list of items begin with "lambda" if they are several.
4. A comma between items without brackets is "comma" after a name, which could be what is called. So is one
   after a parameter without a name.
5. A semicolon in the middle of a line is "semi" where it would be taken for a comma or for nothing.
6. Of two values side by side the second one begins with "joined with" (strings) or "on" (a call of Ruby
   without brackets, or a missing comma).

`tests/mutants` proves both halves: programs that differ have different words, and each mark has a program
from which only the mark tells it apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from codechoir.model import Category
from codechoir.wording.line_source import LinePiece

MarkHint = Literal["", "closed", "nested", "lambda", "comma", "semi", "joined", "skipped", "sign"]
MARKS = frozenset(("closed", "nested", "lambda", "comma", "semi", "joined"))
"""The marks that only tell programs apart: the level `terse` has none."""

_CLOSERS = frozenset(
    (
        *("call", "index", "list", "map", "set", "tuple", "fields", "generic", "macro", "array.type"),
        *("slice.type", "computed", "pattern", "block", "body", "arithmetic", "bases", "results"),
        "parameters",
    )
)
"""Kinds of brackets whose closer is silent, and may need a word."""

_ITEMS = frozenset(("call", "list", "map", "set", "tuple", "fields", "macro", "parameters"))
"""Kinds of brackets around items with commas between them."""

_ITEMS_IN: Mapping[str, frozenset[str]] = {
    "index": frozenset(("python", "csharp")),
    "attribute": frozenset(("csharp", "php", "c", "cpp")),
}
"""Kinds of brackets around several items in some languages only: `a[i, j]`."""

_NOT_BRACKETS = frozenset(("string", "docstring", "regexp", "character", "fence", "code", "tag", "link"))

_CONTINUES = frozenset(
    (
        *("append", "stream", "cons", "sequence"),
        *("plus", "minus", "times", "divide", "format", "modulo", "power", "matrix", "concatenate"),
        *("bit", "shift", "logical", "comparison", "membership", "null", "optional", "non", "try"),
        *("range", "member", "path", "method", "increment", "decrement", "slice", "comprehension"),
        *("variadic", "pointer", "reference", "pattern", "channel", "fields", "index", "call", "array"),
        *("separator", "alternative", "star", "generic", "spread"),
    )
)
"""First words of the roles of tokens that may stand after a value, inside a bracket and outside."""

_CONTINUES_EXACTLY = frozenset(
    (
        *("type.test", "type.cast", "type.union", "type.intersection", "ternary.then", "ternary.if"),
        *("ternary.elvis", "assignment.augmented", "arrow.map", "bit.not"),
    )
)
_NEVER_CONTINUES = frozenset(("logical.not", "bit.not", "separator.for", "path.relative", "method"))
_AFTER_BLOCKS = frozenset(("member", "call", "index", "separator", "optional", "try"))
"""First words of the roles that may follow a block without making it part of another statement."""

_GOES_ON_AFTER_BLOCKS = frozenset(
    ("else", "elif", "elsif", "elseif", "catch", "except", "finally", "while", "until", "rescue", "ensure")
)
"""Words that belong to the statement of the block before them."""

_BEFORE_NAMES = frozenset(("parameters", "pattern", "index", "list"))
"""Kinds of brackets that a name may follow, and inside which it could stand as well."""

_NAMES_AFTER_CALLS = frozenset(("sql",))
"""Languages in which a value may be named right after it: `SELECT f(a) b`."""

_BEFORE_NOTHING = frozenset(
    (
        *("pattern.open", "list.open", "call.open", "map.open", "index.open", "macro.open", "fields.open"),
        *("parameters.open", "parameters.empty.open", "tuple.open", "set.open", "call.empty.open"),
    )
)
"""Roles after which a separator means that an item was left out."""

_BLOCKS_AS_ARGUMENTS = frozenset(("ruby",))
"""Languages in which the block after a call may belong to its last argument: `f(a) { }` and `f(a { })`."""

_CALLS_WITHOUT_BRACKETS = frozenset(("ruby",))
_UNNAMED_PARAMETERS = frozenset(("c", "cpp", "csharp"))
"""Languages in which a parameter may have a type and no name, and a type stands before a name."""

_STATEMENTS_BY_LINE = frozenset(("python", "go", "ruby", "bash"))
"""Languages in which a semicolon is rare, since a line's end does its work."""

_SILENT_COLONS = frozenset(("typescript", "tsx", "rust", "kotlin", "swift", "scala"))
"""Languages in which the colon before the type of a variable or member is silent."""

_LOOSE_SIGNS = frozenset(("c", "cpp", "rust", "bash"))
"""Languages in whose macros or words a sign may belong to no expression; each of them is said."""

_WITHOUT_STATEMENTS = frozenset(("call", "macro", "group", "index"))
"""Kinds of brackets in which a semicolon is rare."""

_MODIFIERS = frozenset(("static", "readonly", "private", "protected", "public", "abstract", "export", "new"))
"""Words before a declaration that may also be names, so that what separates them must be heard."""

_TYPE_ENDS = frozenset(("pointer.type", "reference.type", "reference.type.rvalue", "generic.close"))
_AFTER_SEMICOLON = frozenset(("block.open", "case.end"))
_MAY_TAKE_A_VALUE = frozenset(
    ("return", "break", "continue", "throw", "yield", "await", "delete", "static", "async")
)
"""Keywords that would take what follows a semicolon for theirs."""

_BESIDE = frozenset(("ruby", "c", "cpp", "rust", "python"))
"""Languages in which two values may stand side by side without being separate items; in Python, strings."""

_NO_NAMES = frozenset((Category.KEYWORD, Category.LITERAL, Category.COMMENT, Category.OPERATOR))
_VALUES = frozenset((Category.LITERAL, Category.VARIABLE, Category.FUNCTION))
_VALUE_ROLES = frozenset(("string", "variable", "symbol", "list.open"))

_ARRAYS_BEFORE_TYPES = frozenset(("go",))
_VALUES_IN_GENERICS = frozenset(("cpp",))
"""Languages in which a generic argument may be a value, so that `A<B>(c)` and `A<B(c)>` both exist."""

_ACCESS = frozenset(("public", "private", "protected", "virtual"))
"""Words before a base of a class, which cannot be generic arguments."""

_ASSIGNS = frozenset(("assignment.augmented", "increment", "decrement", "null.coalesce.assignment"))
_ASSIGNMENT_IS_STATEMENT = frozenset(("python", "go", "bash"))
"""Languages in which `a[i += 1]` is a mistake, so that `a[i] += 1` needs no mark."""

_MEMBERS_OF_NUMBERS = frozenset(("rust", "ruby", "csharp", "kotlin", "swift", "scala"))
"""Languages in which `1.max` is a member of a number."""


class AmbiguityMarks:
    """Follows the brackets of a line, piece by piece, and says which silent tokens need a word."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._is_inside = False

    def hint(self, pieces: list[LinePiece], index: int) -> MarkHint:
        """The mark of piece `index`. Must be called for every piece of a line, in order."""
        span = pieces[index].span
        if index == 0:
            self._open.clear()
            self._is_inside = span.depth > 0 and span.start > 0
        role = span.role
        if not role:
            is_loose = span.category is Category.PUNCTUATION and span.language in _LOOSE_SIGNS
            is_loose = is_loose and (span.language != "rust" or self._open[-1:] in (["call"], ["macro"]))
            return "sign" if is_loose else self._beside(pieces, index)
        kind, end = _bracket(role)
        if end == "open":
            found = self._opening(pieces, index, kind)
            if kind not in _NOT_BRACKETS:
                self._open.append(kind)
            return found
        if end == "close":
            if kind in _NOT_BRACKETS:
                return ""
            is_inline = bool(self._open)
            if is_inline:
                self._open.pop()
            if kind == "interpolation":
                return "closed" if _is_followed_by_member(pieces, index) else ""
            return "closed" if kind in _CLOSERS and _is_ambiguous(pieces, index, kind, is_inline) else ""
        if role == "statement.end":
            is_misplaced = self._open[-1:] and self._open[-1] in _WITHOUT_STATEMENTS
            return "semi" if is_misplaced or _is_noticed(pieces, index) else ""
        if role.startswith("separator"):
            return self._separator(pieces, index)
        return self._beside(pieces, index)

    def _opening(self, pieces: list[LinePiece], index: int, kind: str) -> MarkHint:
        if kind == "call":
            is_callee = index > 0 and _is_name(pieces[index - 1])
            is_empty = pieces[index].span.role == "call.empty.open"
            return "nested" if is_callee and not is_empty and self._has_items(pieces[index]) else ""
        if kind == "parameters" and self._has_items(pieces[index]):
            return "lambda" if _has_several(pieces, index) else ""
        return self._beside(pieces, index)

    def _beside(self, pieces: list[LinePiece], index: int) -> MarkHint:
        piece = pieces[index]
        if not index or piece.span.language not in _BESIDE or not self._has_items(piece):
            return ""
        before = pieces[index - 1]
        if not _is_beside(before, piece):
            return ""
        return "joined" if before.span.role.startswith("string") else "nested"

    def _separator(self, pieces: list[LinePiece], index: int) -> MarkHint:
        if index == 0 or index + 1 == len(pieces):
            return ""
        piece, before = pieces[index], pieces[index - 1]
        role = piece.span.role
        if before.span.role in _BEFORE_NOTHING or before.span.role == role == "separator":
            return "skipped" if before.span.role.endswith(".open") or role == "separator" else ""
        is_bare = role == "separator.bare" or (
            role == "separator"
            and piece.span.language in _CALLS_WITHOUT_BRACKETS
            and not self._open
            and not piece.span.depth
        )
        if is_bare:
            return "comma" if _is_name(before) or before.span.role == "optional" else ""
        if role == "separator.unnamed" or before.text in _MODIFIERS:
            return "comma"
        is_unnamed = piece.span.language in _UNNAMED_PARAMETERS and self._open[-1:] == ["parameters"]
        is_type = before.span.category is Category.TYPE or before.span.role in _TYPE_ENDS
        return "comma" if is_unnamed and is_type else ""

    def _has_items(self, piece: LinePiece) -> bool:
        """Whether the innermost open bracket has items, so that a silent token would be taken for a comma."""
        if not self._open:
            return self._is_inside and piece.span.depth > 0
        kind = self._open[-1]
        return kind in _ITEMS or piece.span.language in _ITEMS_IN.get(kind, ())


@lru_cache(maxsize=1024)
def _bracket(role: str) -> tuple[str, str]:
    """The kind of a bracket, and "open" or "close"; empty for other roles."""
    before, _, end = role.rpartition(".")
    if end not in ("open", "close"):
        return "", ""
    return (before if before in _CLOSERS else before.partition(".")[0]), end


def _is_name(piece: LinePiece) -> bool:
    span = piece.span
    is_word = piece.text[-1:].isalnum() or piece.text[-1:] == "_"
    return is_word and span.category not in _NO_NAMES


def _is_beside(before: LinePiece, piece: LinePiece) -> bool:
    """Whether two pieces are values side by side, without a token that would join or separate them."""
    are_strings = before.closes and piece.opens and _is_string(before) and _is_string(piece)
    if are_strings or piece.span.language == "python":
        return are_strings
    for one in (before, piece):
        span = one.span
        if span.category not in _VALUES and not _is_rust_name(one):
            return False
        if span.role and span.role not in _VALUE_ROLES:
            return False
    return piece.span.role != "symbol"


def _is_string(piece: LinePiece) -> bool:
    role = piece.span.role
    return role.startswith("string") and not role.endswith((".escape", ".part"))


def _is_rust_name(piece: LinePiece) -> bool:
    """Whether this is a type in the arguments of a macro or attribute, which need not begin a declaration."""
    return piece.span.category is Category.TYPE and piece.span.language == "rust"


def _is_noticed(pieces: list[LinePiece], index: int) -> bool:
    """Whether a semicolon in a line must be heard, because without it the line would be another program."""
    if not 0 < index < len(pieces) - 1:
        return False
    after, before = pieces[index + 1], pieces[index - 1]
    span = after.span
    if span.category is Category.COMMENT or span.role.endswith(".close") or span.role in _AFTER_SEMICOLON:
        return False
    if before.span.role.endswith(".open") or before.span.role == "statement.end":
        return False
    if span.language in _SILENT_COLONS and _is_untyped(pieces, index):
        return True
    if span.language in _STATEMENTS_BY_LINE:
        return before.span.category is not Category.KEYWORD or before.text in _MAY_TAKE_A_VALUE
    if before.span.category is Category.KEYWORD or before.text in _MODIFIERS:
        return before.text in _MAY_TAKE_A_VALUE or before.text in _MODIFIERS
    if not _is_name(before) or Category.TYPE is before.span.category or span.category is Category.KEYWORD:
        return False
    return _is_name(after) or span.role in ("path", "global")


def _is_untyped(pieces: list[LinePiece], index: int) -> bool:
    """Whether a semicolon stands between a name that is declared without a type, and a name."""
    if not _is_name(pieces[index + 1]) or pieces[index + 1].span.category is Category.KEYWORD:
        return False
    at = index - 2 if pieces[index - 1].span.role == "optional" else index - 1
    if at < 0 or not _is_name(pieces[at]) or pieces[at].span.category is Category.TYPE:
        return False
    start = pieces[at - 1].span if at else None
    is_keyword = start is not None and start.category is Category.KEYWORD
    return start is None or is_keyword or start.role.endswith(".open") or start.role.startswith("statement")


def _is_ambiguous(pieces: list[LinePiece], index: int, kind: str, is_inline: bool) -> bool:
    """Whether what follows this closer could also stand before it. `is_inline`: its line opened it."""
    closer = pieces[index]
    before = pieces[index - 1] if index else None
    if any(map(str.isalnum, closer.text)):
        return False
    if kind != "parameters" and before is not None and before.span.role.endswith(".open"):
        return False
    at = index + 1
    while at < len(pieces) and _is_silent_closer(pieces[at]):
        at += 1
    if at == len(pieces):
        return False
    if kind in ("block", "body"):
        return _follows_block(pieces, at, is_inline)
    if kind == "call" and pieces[at].span.role == "block.open" and pieces[at].text == "{":
        return closer.span.language in _BLOCKS_AS_ARGUMENTS
    if not _continues(pieces, at, kind):
        return False
    role = pieces[at].span.role
    language = closer.span.language
    if kind == "index" and role.startswith("separator") and language not in _ITEMS_IN["index"]:
        return False
    if role in _ASSIGNS and language in _ASSIGNMENT_IS_STATEMENT:
        return False
    if role in ("member", "optional.chain") and at == index + 1 and language not in _MEMBERS_OF_NUMBERS:
        return not _is_lone_number(pieces, index)
    return True


def _is_followed_by_member(pieces: list[LinePiece], index: int) -> bool:
    """Whether the text after a hole of a string could be a part of the hole: `${a}.b` and `${a.b}`."""
    if index + 1 == len(pieces) or not pieces[index + 1].span.role.startswith("string"):
        return False
    return (
        pieces[index + 1].text.startswith((".", "->", "[", "?.", "::"))
        and pieces[index + 1].text[1:2].isalpha()
    )


def _is_silent_closer(piece: LinePiece) -> bool:
    kind, end = _bracket(piece.span.role)
    return end == "close" and kind in _CLOSERS


def _follows_block(pieces: list[LinePiece], at: int, is_inline: bool) -> bool:
    """Whether piece `at`, after the `}` of a block, could also be its last statement."""
    span = pieces[at].span
    if not is_inline:
        return span.role.partition(".")[0] in _AFTER_BLOCKS and not _is_last_separator(pieces, at)
    if span.role in ("statement.end", "statement.end.last", "separator"):
        at += 1
        if at == len(pieces):
            return False
        span = pieces[at].span
    if (
        span.category is Category.COMMENT
        or span.role.endswith(".close")
        or span.role.startswith("assignment")
    ):
        return False
    return not (span.category is Category.KEYWORD and pieces[at].text in _GOES_ON_AFTER_BLOCKS)


def _continues(pieces: list[LinePiece], at: int, kind: str) -> bool:
    """Whether piece `at` could also stand inside the bracket before it."""
    piece = pieces[at]
    role = piece.span.role
    if not role:
        is_word = piece.span.category in (Category.KEYWORD, Category.COMMENT)
        is_value = _is_name(piece) or (kind == "parameters" and piece.span.category is Category.LITERAL)
        is_kind = kind in _BEFORE_NAMES or (kind == "call" and piece.span.language in _NAMES_AFTER_CALLS)
        return is_kind and not is_word and is_value
    if role in _NEVER_CONTINUES or role.endswith(".close") or _is_last_separator(pieces, at):
        return False
    if kind == "parameters" or role == "slice.type.open":
        return False
    language = piece.span.language
    if role == "array.type.open" and language in _ARRAYS_BEFORE_TYPES:
        return False
    if kind == "generic" and role.endswith(".open") and language not in _VALUES_IN_GENERICS:
        return role == "array.type.open" or role.startswith("index")
    if role == "separator" and pieces[at + 1].text in _ACCESS:
        return False
    return role.partition(".")[0] in _CONTINUES or role in _CONTINUES_EXACTLY


def _is_last_separator(pieces: list[LinePiece], at: int) -> bool:
    return at + 1 == len(pieces) and pieces[at].span.role.startswith("separator")


def _is_lone_number(pieces: list[LinePiece], index: int) -> bool:
    """Whether a bracket has nothing but a number in it: `a[0]`."""
    if index < 2 or not pieces[index - 2].span.role.endswith(".open"):
        return False
    return pieces[index - 1].text.isdecimal()


def _has_several(pieces: list[LinePiece], index: int) -> bool:
    """Whether these are the parameters of a lambda, and more than one."""
    several = False
    for at in range(index + 1, len(pieces) - 1):
        role = pieces[at].span.role
        if role == "separator":
            several = True
        elif role.endswith(".close"):
            return several and pieces[at + 1].span.role.startswith("arrow")
        elif role.endswith(".open"):
            return False
    return False
