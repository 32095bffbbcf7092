"""A snapshot without a parser: spans by one regular expression, for tests of what comes after syntax."""

from __future__ import annotations

import bisect
import re

from codechoir.model import Category, Span
from codechoir.syntax.symbols import Symbol

_TOKEN = re.compile(
    rb"(?P<comment>#[^\r\n]*|/\*.*?\*/)|(?P<literal>\"\"\".*?\"\"\"|\"[^\"\r\n]*\"|'[^'\r\n]*'|\d[\w.]*)"
    rb"|(?P<keyword>\b(?:def|return|if|else|for|in|not|and|or|import|class|while)\b)"
    rb"|(?P<variable>[\w\x80-\xff]+)|(?P<punctuation>[()\[\]{},;:.])|(?P<operator>[-+*/=<>!&|%^~@?]+)"
    rb"|(?P<narration>[^\s])",
    re.DOTALL,
)


class FakeSource:
    """What wording needs of a snapshot; `asked` remembers the windows that were wanted."""

    def __init__(self, text: str | bytes, language: str = "python", spans: list[Span] | None = None) -> None:
        self.text = text if isinstance(text, bytes) else text.encode()
        self.asked: list[tuple[int, int]] = []
        self._starts = [0, *(m.end() for m in re.finditer(rb"\r\n|\n|\r", self.text))]
        self._spans = self._lexed(language) if spans is None else spans

    def _lexed(self, language: str) -> list[Span]:
        found = []
        for match in _TOKEN.finditer(self.text):
            category = Category(match.lastgroup or "variable")
            category = Category.VARIABLE if category is Category.NARRATION else category
            found.append(Span(match.start(), match.end(), category, category.value, language))
        return found

    @property
    def line_count(self) -> int:
        return len(self._starts)

    def spans(self, start: int = 0, end: int | None = None) -> list[Span]:
        stop = len(self.text) if end is None else end
        self.asked.append((start, stop))
        return [span for span in self._spans if span.end > start and span.start < stop]

    def line_of(self, offset: int) -> int:
        return bisect.bisect_right(self._starts, offset) - 1

    def symbols(self) -> list[Symbol]:
        return []

    def line_range(self, line: int) -> tuple[int, int]:
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        return start, len(self.text[:end].rstrip(b"\r\n")) if end - start < 4096 else end
