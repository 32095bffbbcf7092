"""Languages without a grammar of their own: the lexers of Pygments, with the same table of categories.

A lexer goes from the beginning of a text to its end and cannot start in the middle. So the text is lexed as
far as a window needs, and the spans found are kept for the next window.

Brackets get their roles from the neighbouring tokens, as far as these tell: `(a + b) * c` must not sound like
`a + b * c`, nor `t[i]` like `t(i)`. A bracket whose neighbours tell nothing has no role.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from codechoir.cancellation import ask, check_cancelled, has_limited_patience
from codechoir.model import Category, Span
from codechoir.syntax.analysis import STILL_PARSED, DocumentAnalysis, gap_spans, trimmed
from codechoir.syntax.captures import category_of

if TYPE_CHECKING:
    from codechoir.syntax.lexer_helper import HelperTokens

_PAIRS: Final = {b"(": b")", b"[": b"]", b"[[": b"]]"}
_CLOSERS: Final = frozenset(_PAIRS.values())
_NAMES: Final = frozenset((Category.VARIABLE, Category.FUNCTION, Category.TYPE))
_AFTER_RESULTS: Final = frozenset((b")", b"]", b"}", b">", b"->"))
_BEFORE_CALLS: Final = b".?$@>:&"
"""Last characters of operators after which a bracket without a space is not a group: `f<T>(x)`, `f.(x)`."""

_GROUPING: Final = frozenset(
    b"and or not xor return where on having then else mod div andalso orelse".split()
)
"""Words after which a bracket groups; in lower case."""

_DEFINING: Final = frozenset(
    b"class def defmacro defp fn fun func function method proc struct sub void".split()
)
"""Words after which a name is defined, not called."""

_LISP_LIKE: Final = frozenset(
    ("clojure", "common-lisp", "emacs-lisp", "fennel", "hylang", "racket", "scheme")
)
"""Languages in which every form has brackets, so that they tell nothing."""

_CALLS_BY_SPACE: Final = frozenset(
    (
        *("agda", "coq", "elm", "fsharp", "haskell", "idris", "lean"),
        *("nixos", "ocaml", "powershell", "purescript", "reasonml", "sml"),
    )
)
"""Languages in which a space calls, so that a bracket after it groups: `f (g x) y`."""

_MAX_OPEN: Final = 200
"""Open brackets that are remembered; only broken code has more."""

_MAX_BRACKET: Final = 2
"""Length of the longest bracket in bytes."""

_MAX_TOKEN: Final = 12
"""Length of the longest token that tells anything, in bytes."""


def with_roles(text: bytes, spans: Iterator[Span], language: str) -> Iterator[Span]:
    """The spans of a whole text in order, with the roles of brackets where they are known."""
    if language in _LISP_LIKE:
        yield from spans
        return
    brackets = _BracketRoles(text, calls_by_space=language in _CALLS_BY_SPACE)
    span = next(spans, None)
    while span is not None:
        after = next(spans, None)
        yield brackets.with_role(span, after)
        span = after


class _BracketRoles:
    """Takes the spans of a text one after the other."""

    def __init__(self, text: bytes, *, calls_by_space: bool) -> None:
        self._text = text
        self._calls_by_space = calls_by_space
        self._before: Span | None = None
        self._earlier: Span | None = None
        self._role = ""
        self._open: list[tuple[bytes, str]] = []

    def with_role(self, span: Span, after: Span | None) -> Span:
        """The span with its role, if it is a bracket that has one."""
        if span.category is Category.COMMENT:
            return span
        role = ""
        if span.category is Category.PUNCTUATION and span.end - span.start <= _MAX_BRACKET:
            role = self._role_of(span, after)
        self._earlier, self._before, self._role = self._before, span, role
        if not role:
            return span
        return Span(span.start, span.end, span.category, span.capture, span.language, role)

    def _role_of(self, span: Span, after: Span | None) -> str:
        token = self._word(span)
        if token in _PAIRS:
            role = self._opening_role(span, token, self._word(after))
            del self._open[:-_MAX_OPEN]
            self._open.append((_PAIRS[token], role))
            return role and f"{role}.open"
        if token in _CLOSERS:
            return self._closing_role(token)
        return "call.empty.open" if token == b"()" and self._is_call(span) else ""

    def _word(self, span: Span | None) -> bytes:
        """The text of a span, in lower case; empty where it is too long to matter."""
        if span is None or span.end - span.start > _MAX_TOKEN:
            return b""
        return self._text[span.start : span.end].lower()

    def _opening_role(self, span: Span, token: bytes, after: bytes) -> str:
        """The role of an opening bracket, without `.open`. `after`: the token after it."""
        before = self._before
        if before is None:
            return "" if token == b"(" else "list"
        last = self._word(before)
        adjacent = before.end == span.start
        if token != b"(":
            return "index" if self._is_result(span) or (adjacent and self._role == "index.open") else "list"
        if after == b")":
            return "call.empty" if self._is_call(span) else ""
        if last in _GROUPING or last in _PAIRS or (last == b"," and self._open):
            return "group"
        if self._calls_by_space and not adjacent and (before.category in _NAMES or last in _CLOSERS):
            return "group"
        is_operator = before.category is Category.OPERATOR and last != b""
        return "group" if is_operator and not (adjacent and last[-1] in _BEFORE_CALLS) else ""

    def _is_result(self, span: Span) -> bool:
        """Whether the token directly before the bracket can be called or indexed."""
        before = self._before
        if before is None or before.end != span.start:
            return False
        return before.category in _NAMES or self._word(before) in _AFTER_RESULTS

    def _is_call(self, span: Span) -> bool:
        """Whether an empty pair of brackets calls the name before it."""
        return self._is_result(span) and self._word(self._earlier) not in _DEFINING

    def _closing_role(self, token: bytes) -> str:
        """The role of a closing bracket. Where brackets do not match, those around it get no role either."""
        if not self._open:
            return ""
        expected, role = self._open.pop()
        if expected != token:
            self._open.clear()
            return ""
        return role and f"{role}.close"


PYGMENTS_CAPTURES: dict[str, str] = {
    "Comment": "comment",
    "Comment.Hashbang": "comment",
    "Comment.Preproc": "preproc",
    "Comment.PreprocFile": "string",
    "Error": "",
    "Escape": "string.escape",
    "Generic.Deleted": "diff.minus",
    "Generic.Emph": "text.emphasis",
    "Generic.Error": "text",
    "Generic.Heading": "text.title",
    "Generic.Inserted": "diff.plus",
    "Generic.Output": "text.literal",
    "Generic.Prompt": "operator",
    "Generic.Strong": "text.strong",
    "Generic.Subheading": "text.title",
    "Generic.Traceback": "text.literal",
    "Keyword": "keyword",
    "Keyword.Constant": "constant.builtin",
    "Keyword.Type": "type.builtin",
    "Literal": "string",
    "Literal.Date": "number",
    "Literal.Number": "number",
    "Literal.String": "string",
    "Literal.String.Affix": "string",
    "Literal.String.Char": "character",
    "Literal.String.Doc": "string.documentation",
    "Literal.String.Escape": "string.escape",
    "Literal.String.Interpol": "punctuation.special",
    "Literal.String.Regex": "string.regexp",
    "Literal.String.Symbol": "string.special.symbol",
    "Name": "variable",
    "Name.Attribute": "attribute",
    "Name.Builtin": "function.builtin",
    "Name.Builtin.Pseudo": "variable.builtin",
    "Name.Class": "type",
    "Name.Constant": "constant",
    "Name.Decorator": "attribute",
    "Name.Entity": "string.escape",
    "Name.Exception": "type",
    "Name.Function": "function",
    "Name.Keyword": "keyword",
    "Name.Label": "label",
    "Name.Namespace": "module",
    "Name.Property": "property",
    "Name.Tag": "tag",
    "Name.Type": "type",
    "Operator": "operator",
    "Operator.Word": "keyword.operator",
    "Punctuation": "punctuation.delimiter",
    "Punctuation.Marker": "punctuation.special",
}
"""Captures by Pygments token type; the longest prefix wins. Empty: only the text tells what the token is."""

_DELIMITER = PYGMENTS_CAPTURES["Punctuation"]

_OPERATOR_CHARACTERS = "?!<>=+-*/%&|^~@"
_OPERATOR_SIGNS = frozenset("?!-|^~")
"""A token of operator characters with one of these is an operator even where a lexer calls it punctuation, as
that of Swift does with `??`."""

_LANGUAGE_OPERATORS = {"sql": ":", "swift": "="}
"""By lexer: another operator that it calls punctuation: in `a::int` and `:name`, in `let x = 1`."""

_BRACKETS = frozenset(b"()[]{}")
"""Never operators, even if a lexer says so, as that of Kotlin does."""

_CLUSTERED = "()[]{},;"
_BRACKET_PAIRS = frozenset(("()", "[]", "{}", "[[", "]]"))
"""Pairs of brackets that are one token."""

_MERGED = frozenset({Category.COMMENT, Category.LITERAL})


class LexerAnalysis(DocumentAnalysis):
    """An analysis by the Pygments lexer with the given alias, which runs in a helper process. Thread-safe."""

    def __init__(self, text: bytes, language: str, alias: str) -> None:
        super().__init__(text, language)
        self._alias = alias
        self._lock = threading.Lock()
        self._found: list[Span] = []
        self._tokens: HelperTokens | None = None
        self._source: Iterator[Span] | None = None
        self._done = False

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`.

        Raises `InputError` if they are not found in a moment, in a thread with limited patience.
        """
        if not self._reaches(end):
            if has_limited_patience():
                ask(f"lexing {id(self)}", partial(self._lex_to, end), STILL_PARSED, 0)
            else:
                self._lex_to(end)
        low, high = _first_ending_after(self._found, start), len(self._found)
        found = []
        for index in range(low, high):
            span = self._found[index]
            if span.start >= end:
                break
            found.append(span)
        return found

    @property
    def warning(self) -> str:
        """A message if the lexer was stopped, so that the rest of the text is read token by token."""
        return "" if self._tokens is None else self._tokens.warning

    def _reaches(self, end: int) -> bool:
        """Whether all spans before `end` are found; so it is once a span begins there or later."""
        return self._done or bool(self._found and self._found[-1].start >= end)

    def _lex_to(self, end: int) -> None:
        with self._lock:
            if self._source is None:
                from codechoir.syntax.lexer_helper import lexer_helper

                self._tokens = lexer_helper().tokens(self._text, self._alias)
                lexed = _lexed(self._text, self._tokens, self._alias)
                found = _covering_spans(self._text, lexed, self._language)
                self._source = with_roles(self._text, found, self._language)
            while not self._reaches(end):
                check_cancelled()
                span = next(self._source, None)
                if span is None:
                    self._done = True
                else:
                    self._found.append(span)


def _first_ending_after(spans: list[Span], byte: int) -> int:
    """Index of the first span that ends after `byte`; spans are in order and do not overlap."""
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if spans[middle].end <= byte:
            low = middle + 1
        else:
            high = middle
    return low


def _covering_spans(text: bytes, lexed: Iterator[tuple[int, int, str]], language: str) -> Iterator[Span]:
    """All spans of the text, including text that the lexer left out."""
    at = 0
    for start, end, capture in _merged(text, lexed):
        if start < at:
            continue
        yield from gap_spans(text, at, start, language)
        yield Span(start, end, category_of(capture) or Category.VARIABLE, capture, language)
        at = end
    yield from gap_spans(text, at, len(text), language)


def _merged(text: bytes, tokens: Iterator[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """The tokens, with adjacent parts of a string or comment merged and white space at the ends removed."""
    held: tuple[int, int, str] | None = None
    for start, end, capture in tokens:
        if held is not None and held[1] == start and held[2] == capture and category_of(capture) in _MERGED:
            held = (held[0], end, capture)
            continue
        if held is not None:
            yield from _trimmed(text, held)
        held = (start, end, capture)
    if held is not None:
        yield from _trimmed(text, held)


def _trimmed(text: bytes, token: tuple[int, int, str]) -> Iterator[tuple[int, int, str]]:
    start, end = trimmed(text, token[0], token[1])
    if start < end and token[2]:
        yield start, end, token[2]


def _lexed(text: bytes, tokens: Iterator[tuple[int, int, str]], alias: str) -> Iterator[tuple[int, int, str]]:
    """Start, end (in bytes) and capture of each token."""
    for start, end, kind in tokens:
        capture = _capture(kind)
        if capture == _DELIMITER:
            value = text[start:end].decode("utf-8", "replace")
            if _is_operator(value, alias):
                capture = "operator"
            elif _is_cluster(value):
                yield from ((i, i + 1, capture) for i in range(start, end))
                continue
        elif capture == "operator" and end - start == 1 and text[start] in _BRACKETS:
            capture = _DELIMITER
        yield start, end, capture


def _is_operator(text: str, alias: str) -> bool:
    """Whether what a lexer calls punctuation is an operator, which needs words and not just a pause."""
    if text in ("::", _LANGUAGE_OPERATORS.get(alias)):
        return True
    return not text.strip(_OPERATOR_CHARACTERS) and not _OPERATOR_SIGNS.isdisjoint(text)


def _is_cluster(text: str) -> bool:
    """Whether a token consists of several brackets and separators, such as `))`."""
    return len(text) > 1 and text not in _BRACKET_PAIRS and not text.strip(_CLUSTERED)


@lru_cache(maxsize=512)
def _capture(kind: str) -> str:
    """The capture of a Pygments token type, such as `Name.Builtin`; empty when only the text can tell."""
    name = kind
    while name and name not in PYGMENTS_CAPTURES:
        name = name.rpartition(".")[0]
    return PYGMENTS_CAPTURES.get(name, "")
