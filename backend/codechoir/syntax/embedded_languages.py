"""Languages inside other languages: what stands in a page, a string or a code block, parsed for itself.

The text of an embedded language is cut out of its host, joined where the host runs through it, and parsed as
a text of its own, which may again hold others. What was parsed is kept by its content, so that edits
elsewhere in the host cost nothing.
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

_KEPT_BYTES = 8_000_000
_DEEPEST = 4


class Analyse(Protocol):
    """Parses `content` in the language called `name`; None when nobody here knows that language."""

    def __call__(self, name: str, content: bytes, inner: Embedder | None) -> Analysis | None: ...


class Embedder:
    """The embedded texts of one document, parsed when first wanted. Safe to use from several threads.

    `deep`: how many languages this one is inside of; beyond four, text stays plain.
    """

    def __init__(self, analyse: Analyse, deep: int = 0) -> None:
        self._analyse = analyse
        self._deep = deep
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, bytes], Analysis | None] = OrderedDict()
        self._bytes = 0
        self._inner: Embedder | None = None

    def analysis(self, name: str, content: bytes) -> Analysis | None:
        """The analysis of `content` in the language called `name`, or None when it is to stay plain."""
        key = (name, content)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            if self._inner is None and self._deep + 1 < _DEEPEST:
                self._inner = Embedder(self._analyse, self._deep + 1)
            inner = self._inner
        made = self._analyse(name, content, inner)
        with self._lock:
            self._keep(key, made)
        return made

    def _keep(self, key: tuple[str, bytes], made: Analysis | None) -> None:
        if key not in self._kept:
            self._bytes += len(key[1])
        self._kept[key] = made
        while self._bytes > _KEPT_BYTES and len(self._kept) > 1:
            (_, content), _ = self._kept.popitem(last=False)
            self._bytes -= len(content)


@dataclass(frozen=True, slots=True)
class Inside:
    """An `Analysis` of `length` bytes that had to be wrapped to be parsed: `before` bytes precede them."""

    wrapped: Analysis
    before: int
    length: int

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that meet bytes `start` to `end` of the text without its wrapping."""
        found = self.wrapped.spans(start + self.before, min(end, self.length) + self.before)
        moved = (replace(s, start=s.start - self.before, end=s.end - self.before) for s in found)
        return [span for span in moved if span.start >= 0 and span.end <= self.length]


@dataclass(frozen=True, slots=True)
class Added:
    """An `Analysis` with some spans of its own in the place of what it would have there."""

    rest: Analysis
    added: tuple[Span, ...]

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that meet bytes `start` to `end`."""
        mine = [span for span in self.added if span.start < end and span.end > start]
        taken = {span.start for span in mine}
        rest = (span for span in self.rest.spans(start, end) if span.start not in taken)
        return sorted([*rest, *mine], key=lambda span: span.start)


@dataclass(frozen=True, slots=True)
class Stitched:
    """Stretches of a host's text joined to one content, with the way back.

    `ranges`: byte ranges in the host, ascending. `starts`: where each begins in `content`.
    """

    content: bytes
    ranges: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: bytes, ranges: Sequence[tuple[int, int]]) -> Stitched:
        """The stretches of `text` at `ranges`, joined."""
        starts, total = [], 0
        for start, end in ranges:
            starts.append(total)
            total += end - start
        return cls(b"".join(text[start:end] for start, end in ranges), tuple(ranges), tuple(starts))

    def back(self, spans: Callable[[int, int], list[Span]], start: int, end: int) -> list[Span]:
        """What `spans` finds in the content for bytes `start` to `end` of the host, as spans of the host.

        A span that runs over a seam becomes one span on each side of it.
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
