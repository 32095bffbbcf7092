"""Languages inside other languages: text in a page, a string or a code block, parsed by its own rules.

The text of an embedded language is cut out of its host, joined where the host interrupts it, and parsed as a
text of its own, which may contain further languages. Results are cached by content, so that edits elsewhere
in the host cost nothing.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Protocol

from codechoir.model import Span
from codechoir.syntax.analysis import Analysis, trimmed

_CACHED_BYTES = 8_000_000
_start, _end, _range_end = attrgetter("start"), attrgetter("end"), itemgetter(1)
_MAX_DEPTH = 4
"""Languages inside each other; deeper text stays plain."""


WHOLE_REGIONS = frozenset({"rust_arguments", "rust_pattern"})
"""Embedded texts of which the nodes inside the region are a part. In any other language these are cut out."""


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
        moved = (s.at(s.start - self.before, s.end - self.before) for s in found)
        return [span for span in moved if span.start >= 0 and span.end <= self.length]


@dataclass(frozen=True, slots=True)
class OverlayAnalysis(Analysis):
    """An analysis of `text` with the spans of some ranges replaced by those of `overlay`.

    `ranges`: in order. `overlay`: all spans in there, in order.
    """

    text: bytes
    base: Analysis
    ranges: tuple[tuple[int, int], ...]
    overlay: tuple[Span, ...]

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`."""
        first = bisect_right(self.overlay, start, key=_end)
        found = list(self.overlay[first : bisect_left(self.overlay, end, key=_start)])
        for span in self.base.spans(start, end):
            low = span.start
            at = bisect_right(self.ranges, low, key=_range_end)
            while at < len(self.ranges) and self.ranges[at][0] < span.end:
                found += self._part(span, low, self.ranges[at][0])
                low = max(low, self.ranges[at][1])
                at += 1
            found += self._part(span, low, span.end)
        return sorted((span for span in found if span.start < end and span.end > start), key=_start)

    def _part(self, span: Span, low: int, high: int) -> list[Span]:
        """The part of a span from `low` to `high`, if there is one."""
        if low == span.start and high == span.end:
            return [span]
        low, high = trimmed(self.text, low, high, inside=(low > span.start, high < span.end))
        return [span.at(low, high)] if low < high else []


@dataclass(frozen=True, slots=True)
class MappedAnalysis(Analysis):
    """A text of which only some ranges are parsed, as one text: `joined` holds these, `inner` their spans."""

    joined: JoinedText
    inner: Analysis

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans in the ranges that overlap bytes `start` to `end`."""
        return self.joined.host_spans(self.inner.spans, start, end)


@dataclass(frozen=True, slots=True)
class JoinedText:
    """Ranges of a host's text joined to one content, with the way back.

    `ranges`: byte ranges in the host, ascending. `starts`: where each begins in `content`.
    """

    content: bytes
    ranges: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: bytes, ranges: Sequence[tuple[int, int]], fillers: Sequence[bytes] = ()) -> JoinedText:
        """The text of `text` at `ranges`, joined. `fillers`: what stands after each range, if anything."""
        starts, parts, total = [], list[bytes](), 0
        for index, (start, end) in enumerate(ranges):
            starts.append(total)
            parts += (text[start:end], fillers[index] if index < len(fillers) else b"")
            total += len(parts[-2]) + len(parts[-1])
        return cls(b"".join(parts), tuple(ranges), tuple(starts))

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
                    found.append(span.at(at, stop))
        return found
