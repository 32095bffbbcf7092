"""Roles of brackets in languages without a grammar, as far as the neighbouring tokens tell.

`(a + b) * c` must not sound like `a + b * c`, nor `t[i]` like `t(i)`. A bracket whose neighbours tell nothing
has no role.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from codechoir.model import Category, Span

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
