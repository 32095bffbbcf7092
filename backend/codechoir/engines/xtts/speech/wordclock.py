"""When each word of an utterance sounds: by its share of the letters, since XTTS does not tell.

While an utterance is still being made its length is only expected; once it is known, the words that have not
begun are laid out anew over the time that is left.
"""

from __future__ import annotations

from collections.abc import Sequence

from codechoir.engines.xtts.speech.script import Word
from codechoir.model import Mark


class WordClock:
    """Marks for `words`, in samples of the utterance; `expected` samples is its likely length."""

    def __init__(self, words: Sequence[Word], expected: float) -> None:
        self._words = list(words)
        sizes = [len(word.text) + 1.0 for word in words]
        self._total = sum(sizes) or 1.0
        self._before = [sum(sizes[:i]) / self._total for i in range(len(sizes) + 1)]
        self._expected = max(expected, 1.0)
        self._next = 0

    def begin_before(self, sample: int) -> list[Mark]:
        """The marks of the words that begin before `sample` and have not been given yet."""
        found = []
        while self._next < len(self._words) and self._at(self._next) < sample:
            found.append(self._mark(self._next))
            self._next += 1
        return found

    def ends_at(self, sample: int, now: int) -> None:
        """The utterance ends at `sample`, and `now` is reached: lay out the rest over what is left."""
        done = self._before[self._next] if self._next < len(self._before) else 1.0
        left = max(1e-9, 1.0 - done)
        begin = min(now, max(0, sample - 1))
        for index in range(self._next, len(self._before)):
            share = (self._before[index] - done) / left
            self._before[index] = (begin + share * (sample - begin)) / self._expected

    def _at(self, index: int) -> int:
        return int(self._before[index] * self._expected)

    def _mark(self, index: int) -> Mark:
        word = self._words[index]
        return Mark(self._at(index), self._at(index + 1), word.start, word.end, word.category, word.text)
