"""Where the sound of an utterance ends, and when each of its words begins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from codechoir.engines.xtts.speech.segments import SegmentWord
from codechoir.model import Mark

Floats = NDArray[np.float32]

BREATH_LEVEL = 0.02
"""Share of the loudest 10 ms so far, below which sound counts as breath."""

KEPT_SECONDS = 0.06
"""How much of the breath at the end is kept."""


class TailTrimmer:
    """Cuts the breath at the end of an utterance that arrives in pieces.

    Quiet sound is held back until something loud follows it; at the end all but `KEPT_SECONDS` of it is
    dropped. The result does not depend on how the sound is divided into pieces.
    """

    def __init__(self, sample_rate: int) -> None:
        self._frame = sample_rate // 100
        self._kept = round(sample_rate * KEPT_SECONDS)
        self._loudest = 0.0
        self._quiet: list[Floats] = []
        self._rest: Floats = np.zeros(0, np.float32)

    def feed(self, samples: Floats) -> Floats:
        """Takes the next samples; returns what certainly belongs to the utterance."""
        waiting = np.concatenate([self._rest, samples])
        whole = len(waiting) // self._frame * self._frame
        frames, self._rest = waiting[:whole].reshape(-1, self._frame), waiting[whole:]
        ready: list[Floats] = []
        for frame, energy in zip(frames, np.sqrt(np.square(frames).mean(axis=1)), strict=True):
            self._loudest = max(self._loudest, float(energy))
            self._quiet.append(frame)
            if energy > BREATH_LEVEL * self._loudest:
                ready += self._quiet
                self._quiet = []
        return np.concatenate(ready) if ready else np.zeros(0, np.float32)

    def flush(self) -> Floats:
        """The beginning of what is held back."""
        held = np.concatenate([*self._quiet, self._rest])
        self._quiet, self._rest = [], np.zeros(0, np.float32)
        return held[: self._kept]


class WordTiming:
    """When each word of a segment sounds: by its share of the letters, since XTTS does not report it.

    While the sound is still being made its length is only expected. Once it is known, the words that have not
    begun are spread over the time that is left. `expected`: likely length in samples. Marks count samples and
    parts from the segment's start.
    """

    def __init__(self, words: Sequence[SegmentWord], expected: float) -> None:
        self._words = list(words)
        sizes = [len(word.text) + 1.0 for word in words]
        total = sum(sizes) or 1.0
        self._starts = [sum(sizes[:i]) / total for i in range(len(sizes) + 1)]
        self._expected = max(expected, 1.0)
        self._next = 0

    def starts_before(self, sample: int) -> list[Mark]:
        """The marks of the words that begin before `sample` and have not been returned yet."""
        found = []
        while self._next < len(self._words) and self._sample(self._next) < sample:
            found.append(self._mark(self._next))
            self._next += 1
        return found

    def set_end(self, sample: int, now: int) -> None:
        """The sound ends at `sample`, and `now` is reached: spread the remaining words over what is left."""
        done = self._starts[self._next] if self._next < len(self._starts) else 1.0
        left = max(1e-9, 1.0 - done)
        begin = min(now, max(0, sample - 1))
        for index in range(self._next, len(self._starts)):
            share = (self._starts[index] - done) / left
            self._starts[index] = (begin + share * (sample - begin)) / self._expected

    def _sample(self, index: int) -> int:
        return int(self._starts[index] * self._expected)

    def _mark(self, index: int) -> Mark:
        word = self._words[index]
        source = word.start, word.end, word.category, word.text
        t0, t1 = self._sample(index), self._sample(index + 1)
        return Mark(t0, t1, *source, phrase=0, part=word.part, word=word.word)
