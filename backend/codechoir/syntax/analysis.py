"""The result of parsing a text: its spans, window by window, and its symbols. Two kinds need no parser.

`TreeAnalysis` (a grammar) and `LexerAnalysis` (Pygments) are the others; `embedded_languages.py` derives from
`Analysis` what an embedded text needs.

Text that no grammar covers has spans too: broken code, binary data, text that a parser skipped. Only white
space stays uncovered. White space means the six characters of ASCII: all other spaces and invisible
characters are covered, so that they can be announced.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Container, Iterator

from codechoir.model import Category, Span
from codechoir.syntax.captures import category_of
from codechoir.syntax.symbols import Symbol, block_symbols

WHITESPACE = b" \t\n\r\f\v"
_MAX_RUN = 65536
_SPACES = tuple(WHITESPACE[i : i + 1] for i in range(len(WHITESPACE)))
BOM = "\ufeff".encode()

_RUN = re.compile(rb"[^ \t\n\r\f\v]+")
_TOKEN = re.compile(
    r"(?P<bom>\A\ufeff)"
    r"|(?P<variable>[^\W\d]\w*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<bracket>(?P<one>[()\[\]{}])(?P=one)*)"
    r"|(?P<delimiter>[,;:.]+)"
    r"|(?P<string>[\"'`]+)"
    r"|(?P<symbols>[^\w\s()\[\]{},;:.\"'`]+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_CAPTURES = {
    "variable": "variable",
    "number": "number",
    "bracket": "punctuation.bracket",
    "delimiter": "punctuation.delimiter",
    "string": "string",
}
_DELIMITERS = frozenset({",", ";", ":", ".", "::"})
_BRACKETS = frozenset("()[]{}")


def tokens(text: bytes, start: int, end: int) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, capture and role of each token between two byte offsets, found without a grammar.

    No token contains white space, and each run between white space is split independently, so that the result
    does not depend on where the window begins. Runs are cut every 64 KiB of the text, so that a window into
    megabytes without any white space costs little.
    """
    for at, run in _runs(text, start, end):
        for token in _TOKEN.finditer(run.decode("utf-8", "replace")):
            length = len(token.group().encode())
            group = token.lastgroup or ""
            capture = _CAPTURES.get(group) or _symbol_capture(token.group())
            yield at, at + length, capture, "bom" if group == "bom" and at == 0 else ""
            at += length


def _runs(text: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The runs between white space, each with its start."""
    for run in _RUN.finditer(text, start, end):
        low = run.start()
        while low < run.end():
            high = min(run.end(), _cut(text, low, 1))
            yield low, text[low:high]
            low = high


def _cut(text: bytes, byte: int, following: int) -> int:
    """Where runs are cut: the last cut up to `byte` (`following` 0), or the next one (1)."""
    cut = (byte // _MAX_RUN + following) * _MAX_RUN
    while cut < len(text) and 0x80 <= text[cut] <= 0xBF:
        cut += 1  # not inside of a character
    return cut


def trimmed(text: bytes, start: int, end: int, inside: tuple[bool, bool] = (False, False)) -> tuple[int, int]:
    """The range without white space at its ends; may be empty.

    `inside`: whether its start and its end lie inside a string or comment, where white space belongs to the
    token unless it breaks the line.
    """
    if start < end and 0x20 < text[start] < 0x80 and 0x20 < text[end - 1] < 0x80:
        return start, end  # nearly every token; the code below takes four times as long
    body = text[start:end]
    left = len(body) - len(body.lstrip(WHITESPACE))
    right = len(body) - len(body.rstrip(WHITESPACE))
    if left and not (inside[0] and _on_one_line(body[:left])):
        start += left
    if right and not (inside[1] and _on_one_line(body[-right:])):
        end -= right
    return start, max(start, end)


def _on_one_line(space: bytes) -> bool:
    return b"\n" not in space and b"\r" not in space


def run_start(text: bytes, byte: int) -> int:
    """The start of the run between white space that contains `byte`; `byte` itself at white space."""
    if text[byte : byte + 1] in (b"", *_SPACES):
        return byte
    cut, reach = min(byte, _cut(text, byte, 0)), 256
    while True:
        low = max(cut, byte - reach)
        space = max(text.rfind(one, low, byte) for one in _SPACES)
        if space >= 0 or low == cut:
            return max(space + 1, cut)
        reach *= 8


def run_end(text: bytes, byte: int) -> int:
    """The end of the run between white space that contains `byte`; `byte` itself at white space."""
    run = _RUN.match(text, byte)
    return min(run.end(), _cut(text, byte, 1)) if run else byte


def _symbol_capture(characters: str) -> str:
    """Symbols are operators; invisible characters and odd spaces are punctuation."""
    seen = unicodedata.category(characters[0])[0] in "SP"
    return "operator" if seen else "punctuation.special"


def leaf_capture(kind: str, named: bool) -> str:
    """The capture of a leaf without one, by the node's type; empty when only its text can tell."""
    if named:
        return "variable" if "identifier" in kind else ""
    if kind in _DELIMITERS:
        return "punctuation.delimiter"
    if kind in _BRACKETS:
        return "punctuation.bracket"
    if kind.replace("_", "a").replace(" ", "a").isalnum() and not kind[0].isdigit():
        return "keyword"
    return "string" if kind in {'"', "'", "`"} else "operator"


def gap_spans(
    text: bytes, start: int, end: int, language: str, keywords: Container[str] = ()
) -> Iterator[Span]:
    """Spans for bytes `start` to `end`, which no grammar covers. `keywords`: words, in lower case."""
    for low, high, capture, role in tokens(text, start, end):
        if text[low:high] == b";":
            role = "statement.end"
        elif capture == "variable" and keywords and text[low:high].decode().lower() in keywords:
            capture = "keyword"
        yield Span(low, high, category_of(capture) or Category.VARIABLE, capture, language, role)


def token_spans(text: bytes, start: int, end: int, language: str) -> list[Span]:
    """The spans that overlap bytes `start` to `end`, found without a grammar."""
    low, high = run_start(text, start), run_end(text, end)
    return [span for span in gap_spans(text, low, high, language) if span.start < end and span.end > start]


STILL_PARSED = "the document is still being parsed; try again in a moment"
"""What somebody hears who cannot wait for a long parse."""

_LINE = re.compile(rb"[^\s](?:[^\r\n]*[^\s])?")
_LINE_END = re.compile(rb"[\r\n]")


class Analysis(ABC):
    """The parsed form of one text. Immutable to its users, who may be several threads."""

    @abstractmethod
    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`: in order, disjoint, only white space uncovered."""


class DocumentAnalysis(Analysis):
    """The parsed form of a whole document, which has symbols besides its spans."""

    def __init__(self, text: bytes, language: str) -> None:
        self._text = text
        self._language = language

    def symbols(self) -> list[Symbol]:
        """The symbols of the text in order, outer ones first. Default: the blocks between blank lines."""
        return block_symbols(self._text)

    @property
    def warning(self) -> str:
        """A message, in one line, about what went wrong after the parse; usually empty."""
        return ""


class TokenAnalysis(DocumentAnalysis):
    """For text that no parser handles in reasonable time: words, numbers, brackets and other symbols."""

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`."""
        return token_spans(self._text, start, end, self._language)


class ProseAnalysis(DocumentAnalysis):
    """Plain text, read by the rules of comments: one span per line. Costs nothing until spans are needed."""

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`."""
        text = self._text
        bom_length = len(BOM) if text.startswith(BOM) else 0
        low = max(text.rfind(b"\n", 0, start), text.rfind(b"\r", 0, start)) + 1
        line_end = _LINE_END.search(text, end)
        lines = _LINE.finditer(text, max(low, bom_length), line_end.start() if line_end else len(text))
        found = [Span(m.start(), m.end(), Category.COMMENT, "text", self._language) for m in lines]
        if bom_length and low == 0:
            bom = Span(0, bom_length, Category.PUNCTUATION, "punctuation.special", self._language, "bom")
            found.insert(0, bom)
        return [span for span in found if span.start < end and span.end > start]
