"""What brackets do in languages without a grammar, as far as their neighbours tell.

`(a + b) * c` must not sound like `a + b * c`, nor `t[i]` like `t(i)`. Where nothing tells, a bracket has no
role.
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
"""Ends of operators after which a bracket without a blank is no group: `f<T>(x)`, `f.(x)`."""

_GROUPING: Final = frozenset(
    b"and or not xor return where on having then else mod div andalso orelse".split()
)
"""Words after which a bracket groups, in lower case."""

_DEFINING: Final = frozenset(
    b"class def defmacro defp fn fun func function method proc struct sub void".split()
)
"""Words after which a name is being defined, and not called."""

_LISTS: Final = frozenset(("clojure", "common-lisp", "emacs-lisp", "fennel", "hylang", "racket", "scheme"))
"""Languages in which everything is in brackets."""

_APPLYING: Final = frozenset(
    (
        *("agda", "coq", "elm", "fsharp", "haskell", "idris", "lean"),
        *("nixos", "ocaml", "powershell", "purescript", "reasonml", "sml"),
    )
)
"""Languages in which a blank calls, so that a bracket after it groups: `f (g x) y`."""

_DEEPEST: Final = 200
"""More open brackets than this are not kept; only broken code has them."""

_WIDEST: Final = 2
"""No bracket is longer, in bytes."""

_LONGEST: Final = 12
"""No sign or word that tells anything is longer, in bytes."""


def with_roles(text: bytes, spans: Iterator[Span], language: str) -> Iterator[Span]:
    """The spans of a whole text in order, those of brackets with their roles where these are plain."""
    if language in _LISTS:
        yield from spans
        return
    brackets = _Brackets(text, blank_calls=language in _APPLYING)
    span = next(spans, None)
    while span is not None:
        after = next(spans, None)
        yield brackets.told(span, after)
        span = after


class _Brackets:
    """Walks along the spans, one after the other."""

    def __init__(self, text: bytes, *, blank_calls: bool) -> None:
        self._text = text
        self._blank_calls = blank_calls
        self._before: Span | None = None
        self._earlier: Span | None = None
        self._role = ""
        self._open: list[tuple[bytes, str]] = []

    def told(self, span: Span, after: Span | None) -> Span:
        """The span with its role, if it is a bracket that has one."""
        if span.category is Category.COMMENT:
            return span
        role = ""
        if span.category is Category.PUNCTUATION and span.end - span.start <= _WIDEST:
            role = self._role_of(span, after)
        self._earlier, self._before, self._role = self._before, span, role
        if not role:
            return span
        return Span(span.start, span.end, span.category, span.capture, span.language, role)

    def _role_of(self, span: Span, after: Span | None) -> str:
        sign = self._said(span)
        if sign in _PAIRS:
            role = self._opened(span, sign, self._said(after))
            del self._open[:-_DEEPEST]
            self._open.append((_PAIRS[sign], role))
            return role and f"{role}.open"
        if sign in _CLOSERS:
            return self._closed(sign)
        return "call.empty.open" if sign == b"()" and self._is_call(span) else ""

    def _said(self, span: Span | None) -> bytes:
        """The text of a span, in lower case; empty where it is too long to matter."""
        if span is None or span.end - span.start > _LONGEST:
            return b""
        return self._text[span.start : span.end].lower()

    def _opened(self, span: Span, sign: bytes, after: bytes) -> str:
        """What the bracket opens, without `.open`."""
        before = self._before
        if before is None:
            return "" if sign == b"(" else "list"
        last = self._said(before)
        joined = before.end == span.start
        if sign != b"(":
            return "index" if self._is_result(span) or (joined and self._role == "index.open") else "list"
        if after == b")":
            return "call.empty" if self._is_call(span) else ""
        if last in _GROUPING or last in _PAIRS or (last == b"," and self._open):
            return "group"
        if self._blank_calls and not joined and (before.category in _NAMES or last in _CLOSERS):
            return "group"
        is_operator = before.category is Category.OPERATOR and last != b""
        return "group" if is_operator and not (joined and last[-1] in _BEFORE_CALLS) else ""

    def _is_result(self, span: Span) -> bool:
        """Whether something stands right before the bracket that can be called or looked into."""
        before = self._before
        if before is None or before.end != span.start:
            return False
        return before.category in _NAMES or self._said(before) in _AFTER_RESULTS

    def _is_call(self, span: Span) -> bool:
        """Whether a bracket with nothing in it calls what stands before it."""
        return self._is_result(span) and self._said(self._earlier) not in _DEFINING

    def _closed(self, sign: bytes) -> str:
        """What the bracket closes. Where brackets do not match nothing is known of those around."""
        if not self._open:
            return ""
        expected, role = self._open.pop()
        if expected != sign:
            self._open.clear()
            return ""
        return role and f"{role}.close"
