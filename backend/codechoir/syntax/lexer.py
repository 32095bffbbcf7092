"""Languages without a grammar of their own: Pygments' lexers, by the same table of categories.

A lexer goes from the beginning of a text to its end and cannot start in the middle. So the text is lexed as
far as a window needs and what was found is kept for the next window.

Spans from the text's tokens alone, for text that no parser gets through in reasonable time.

Plain text: prose, which is read by the rules of comments; one span a line.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from codechoir.model import Category, Span
from codechoir.syntax.captures import category_of
from codechoir.syntax.lexer_brackets import with_roles
from codechoir.syntax.symbols import Symbol, block_symbols
from codechoir.syntax.uncovered_text import BOM, gap_spans, token_spans, trimmed

log = logging.getLogger(__name__)

CAPTURES: dict[str, str] = {
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
"""Token types of Pygments as captures, the longest prefix wins; where none is, the text alone tells."""

_DELIMITER = CAPTURES["Punctuation"]
_SIGNS = "?!<>=+-*/%&|^~@"
_SOFT = frozenset("?!-|^~")
"""Of the former operators are made. With one of the latter, which are no words by themselves, a token is one
also where a lexer takes it for punctuation, as Swift's does with `??`."""
_BRACKETS = frozenset("()[]{}")
"""No operators, even if a lexer says so, as Kotlin's does."""


_CLUSTERED = "()[]{},;"
_TWINS = frozenset(("()", "[]", "{}", "[[", "]]"))
"""Brackets that are one sign."""

_SIGN_OF = {"sql": ":", "swift": "="}
"""By language: what is an operator there too: in `a::int` and `:name`, in `let x = 1`."""

_MERGED = frozenset({Category.COMMENT, Category.LITERAL})


class LexerAnalysis:
    """An `Analysis` by a Pygments lexer. Safe to ask from several threads."""

    def __init__(self, text: bytes, language: str, alias: str) -> None:
        self._text = text
        self._language = language
        self._alias = alias
        self._lock = threading.Lock()
        self._found: list[Span] = []
        self._source: Iterator[Span] | None = None
        self._done = False

    def symbols(self) -> list[Symbol]:
        """Blocks of lines: nothing finer is known."""
        return block_symbols(self._text)

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that meet bytes `start` to `end`."""
        with self._lock:
            self._lex(end)
            low, high = _first_ending_after(self._found, start), len(self._found)
            found = []
            for index in range(low, high):
                span = self._found[index]
                if span.start >= end:
                    break
                found.append(span)
            return found

    def _lex(self, end: int) -> None:
        """Lex on until a span begins at or after `end`, so that all before it are complete."""
        if self._source is None:
            found = _complete(self._text, self._language, self._alias)
            self._source = with_roles(self._text, found, self._language)
        while not self._done and (not self._found or self._found[-1].start < end):
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


def _complete(text: bytes, language: str, alias: str) -> Iterator[Span]:
    """All spans of the text, with what the lexer left out."""
    at = 0
    for start, end, capture in _merged(text, _lexed(text, alias)):
        if start < at:
            continue
        yield from gap_spans(text, at, start, language)
        yield Span(start, end, category_of(capture) or Category.VARIABLE, capture, language)
        at = end
    yield from gap_spans(text, at, len(text), language)


def _merged(text: bytes, tokens: Iterator[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Pieces of one string or comment become one; white space at the ends is cut off."""
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


def _lexed(text: bytes, alias: str) -> Iterator[tuple[int, int, str]]:
    """Start, end (in bytes) and capture of each token."""
    from pygments.lexers import get_lexer_by_name

    decoded = text.decode("utf-8", "replace")
    at_byte = at_character = 0
    try:
        for index, kind, value in get_lexer_by_name(alias).get_tokens_unprocessed(decoded):
            if index < at_character:
                continue
            at_byte += len(decoded[at_character:index].encode())
            length = len(value.encode())
            capture = _capture(kind)
            if capture == _DELIMITER and _is_sign(value, alias):
                capture = "operator"
            elif capture == "operator" and value in _BRACKETS:
                capture = _DELIMITER
            if capture == _DELIMITER and _is_cluster(value):
                yield from ((at_byte + i, at_byte + i + 1, capture) for i in range(length))
            else:
                yield at_byte, at_byte + length, capture
            at_byte, at_character = at_byte + length, index + len(value)
    except Exception:
        # A third party's lexer that stumbles must not take the reading with it: the rest is read by tokens.
        log.exception("the Pygments lexer '%s' failed", alias)


def _is_sign(text: str, alias: str) -> bool:
    """Whether what a lexer calls punctuation means something that a pause would not tell."""
    if text in ("::", _SIGN_OF.get(alias)):
        return True
    return not text.strip(_SIGNS) and not _SOFT.isdisjoint(text)


def _is_cluster(text: str) -> bool:
    """Whether a token is several brackets and separators that a lexer took together, such as `))`."""
    return len(text) > 1 and text not in _TWINS and not text.strip(_CLUSTERED)


@lru_cache(maxsize=512)
def _capture(kind: Any) -> str:
    """The capture of a Pygments token type, empty when only the text can tell."""
    name = ".".join(kind)
    while name and name not in CAPTURES:
        name = name.rpartition(".")[0]
    return CAPTURES.get(name, "")


class TokenAnalysis:
    """An `Analysis` that tells words, numbers, brackets and other symbols apart, and nothing else."""

    def __init__(self, text: bytes, language: str) -> None:
        self._text = text
        self._language = language

    def symbols(self) -> list[Symbol]:
        """Blocks of lines: nothing finer is known."""
        return block_symbols(self._text)

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that meet bytes `start` to `end`."""
        return token_spans(self._text, start, end, self._language)


_LINE = re.compile(rb"[^\s](?:[^\r\n]*[^\s])?")
_LINE_END = re.compile(rb"[\r\n]")


class ProseAnalysis:
    """An `Analysis` of plain text: it costs nothing until it is asked."""

    def __init__(self, text: bytes, language: str) -> None:
        self._text = text
        self._language = language
        self._mark = len(BOM) if text.startswith(BOM) else 0

    def symbols(self) -> list[Symbol]:
        """Blocks of lines: nothing finer is known."""
        return block_symbols(self._text)

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that meet bytes `start` to `end`."""
        text = self._text
        low = max(text.rfind(b"\n", 0, start), text.rfind(b"\r", 0, start)) + 1
        stop = _LINE_END.search(text, end)
        lines = _LINE.finditer(text, max(low, self._mark), stop.start() if stop else len(text))
        found = [Span(m.start(), m.end(), Category.COMMENT, "text", self._language) for m in lines]
        if self._mark and low == 0:
            mark = Span(0, self._mark, Category.PUNCTUATION, "punctuation.special", self._language, "bom")
            found.insert(0, mark)
        return [span for span in found if span.start < end and span.end > start]
