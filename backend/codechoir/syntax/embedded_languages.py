"""Languages inside other languages: text in a page, a string or a code block, parsed by its own rules.

The text of an embedded language is cut out of its host, joined where the host interrupts it, and parsed as a
text of its own, which may contain further languages. Results are cached by content, so that edits elsewhere
in the host cost nothing.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from codechoir.model import Span
from codechoir.syntax.analysis import Analysis
from codechoir.syntax.uncovered_text import trimmed

_CACHED_BYTES = 8_000_000
_MAX_DEPTH = 4
"""Languages inside each other; deeper text stays plain."""


class Analyse(Protocol):
    """Parses `content` in the language called `name`; None for an unknown language.

    `inner` parses the languages inside it; None: they stay plain.
    """

    def __call__(self, name: str, content: bytes, inner: EmbeddedTexts | None) -> Analysis | None: ...


class EmbeddedTexts:
    """The embedded texts of one document, parsed when first needed. Thread-safe.

    `depth`: how many languages enclose these texts.
    """

    def __init__(self, analyse: Analyse, depth: int = 0) -> None:
        self._analyse = analyse
        self._depth = depth
        self._lock = threading.Lock()
        self._cached: OrderedDict[tuple[str, bytes], Analysis | None] = OrderedDict()
        self._bytes = 0
        self._inner: EmbeddedTexts | None = None

    def analysis(self, name: str, content: bytes) -> Analysis | None:
        """The analysis of `content` in the language called `name`, or None if it stays plain."""
        key = (name, content)
        with self._lock:
            if key in self._cached:
                self._cached.move_to_end(key)
                return self._cached[key]
            if self._inner is None and self._depth + 1 < _MAX_DEPTH:
                self._inner = EmbeddedTexts(self._analyse, self._depth + 1)
            inner = self._inner
        analysis = self._analyse(name, content, inner)
        with self._lock:
            self._store(key, analysis)
        return analysis

    def _store(self, key: tuple[str, bytes], analysis: Analysis | None) -> None:
        if key not in self._cached:
            self._bytes += len(key[1])
        self._cached[key] = analysis
        while self._bytes > _CACHED_BYTES and len(self._cached) > 1:
            (_, content), _ = self._cached.popitem(last=False)
            self._bytes -= len(content)


@dataclass(frozen=True, slots=True)
class FragmentAnalysis(Analysis):
    """A fragment of `length` bytes that is parsed inside of a wrapping: `before` bytes precede it there."""

    wrapped: Analysis
    before: int
    length: int

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end` of the fragment."""
        found = self.wrapped.spans(start + self.before, min(end, self.length) + self.before)
        moved = (replace(s, start=s.start - self.before, end=s.end - self.before) for s in found)
        return [span for span in moved if span.start >= 0 and span.end <= self.length]


@dataclass(frozen=True, slots=True)
class OverlayAnalysis(Analysis):
    """An analysis with some spans replaced by those of `overlay`."""

    base: Analysis
    overlay: tuple[Span, ...]

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`."""
        overlay = [span for span in self.overlay if span.start < end and span.end > start]
        replaced = {span.start for span in overlay}
        base = (span for span in self.base.spans(start, end) if span.start not in replaced)
        return sorted([*base, *overlay], key=lambda span: span.start)


@dataclass(frozen=True, slots=True)
class JoinedText:
    """Ranges of a host's text joined to one content, with the way back.

    `ranges`: byte ranges in the host, ascending. `starts`: where each begins in `content`.
    """

    content: bytes
    ranges: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: bytes, ranges: Sequence[tuple[int, int]]) -> JoinedText:
        """The text of `text` at `ranges`, joined."""
        starts, total = [], 0
        for start, end in ranges:
            starts.append(total)
            total += end - start
        return cls(b"".join(text[start:end] for start, end in ranges), tuple(ranges), tuple(starts))

    def host_spans(self, spans: Callable[[int, int], list[Span]], start: int, end: int) -> list[Span]:
        """The spans of the content for bytes `start` to `end` of the host, with offsets in the host.

        `spans`: returns the spans of the content in a window. A span that continues in the next range becomes
        one span in each of them.
        """
        found: list[Span] = []
        first = max(0, bisect_right(self.ranges, (start, len(self.content) + start)) - 1)
        for (low, high), base in zip(self.ranges[first:], self.starts[first:], strict=True):
            if low >= end:
                break
            inner_start, inner_end = max(start, low), min(end, high)
            if inner_start >= inner_end:
                continue
            shift = low - base
            for span in spans(inner_start - shift, inner_end - shift):
                at, stop = span.start + shift, span.end + shift
                if at < low or stop > high:
                    at, stop = max(at, low), min(stop, high)
                    cut = trimmed(self.content, at - shift, stop - shift)
                    at, stop = cut[0] + shift, cut[1] + shift
                if at < stop:
                    found.append(replace(span, start=at, end=stop))
        return found
