"""The breath at an utterance's end is cut off, wherever the pieces of its sound happen to be cut.

When each word of an utterance sounds: by its share of the letters, since XTTS does not tell.

While an utterance is still being made its length is only expected; once it is known, the words that have not
begun are laid out anew over the time that is left.

The end of the way: samples into chunks of at most 20 ms, with marks, counted from the reading's start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from codechoir.engines import AudioListener
from codechoir.engines.xtts.speech.segments import SegmentWord
from codechoir.model import AudioChunk, Mark

Floats = NDArray[np.float32]

FLOOR = 0.02
"""Share of the loudest 10 ms so far, below which sound counts as breath."""

KEPT_SECONDS = 0.06


class Trimmer:
    """Takes an utterance in pieces and holds back what is quiet, until something loud follows it.

    At the end all but `KEPT_SECONDS` of what is held back is dropped. What comes out depends on the sound
    alone, so that the same words are the same each time.
    """

    def __init__(self, sample_rate: int) -> None:
        self._frame = sample_rate // 100
        self._kept = round(sample_rate * KEPT_SECONDS)
        self._loudest = 0.0
        self._quiet: list[Floats] = []
        self._rest: Floats = np.zeros(0, np.float32)

    def take(self, samples: Floats) -> Floats:
        """The next samples in; what certainly belongs to the utterance out."""
        waiting = np.concatenate([self._rest, samples])
        whole = len(waiting) // self._frame * self._frame
        frames, self._rest = waiting[:whole].reshape(-1, self._frame), waiting[whole:]
        ready: list[Floats] = []
        for frame, energy in zip(frames, np.sqrt(np.square(frames).mean(axis=1)), strict=True):
            self._loudest = max(self._loudest, float(energy))
            self._quiet.append(frame)
            if energy > FLOOR * self._loudest:
                ready += self._quiet
                self._quiet = []
        return np.concatenate(ready) if ready else np.zeros(0, np.float32)

    def finish(self) -> Floats:
        """The beginning of what is held back."""
        held = np.concatenate([*self._quiet, self._rest])
        self._quiet, self._rest = [], np.zeros(0, np.float32)
        return held[: self._kept]


class WordClock:
    """Marks for `words`, in samples and parts of the segment; `expected` samples is its likely length."""

    def __init__(self, words: Sequence[SegmentWord], expected: float) -> None:
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
        source = word.start, word.end, word.category, word.text
        return Mark(self._at(index), self._at(index + 1), *source, phrase=0, part=word.part, word=word.word)


class ListenerLeft(Exception):
    """The reading was cancelled."""


class SpeechChunker:
    """Counts samples and writes chunks to `listener`. Raises `ListenerLeft` when nobody listens any more."""

    def __init__(self, listener: AudioListener, sample_rate: int) -> None:
        self.samples = 0
        self._listener = listener
        self._rate = sample_rate
        self._step = sample_rate // 50

    def sound(self, samples: NDArray[np.float32], marks: Sequence[Mark] = ()) -> None:
        """Give out samples (-1 … 1). `marks`: in samples of the reading, ascending, all within these."""
        pcm = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2")
        for offset in range(0, len(pcm), self._step):
            piece = pcm[offset : offset + self._step].tobytes()
            end = self.samples + len(piece) // 2
            here = tuple(mark for mark in marks if self.samples <= mark.t0 < end)
            if not self._listener.write(AudioChunk(piece, self._rate, self.samples, here)):
                raise ListenerLeft
            self.samples = end

    def silence(self, milliseconds: float) -> None:
        """Give out silence."""
        self.sound(np.zeros(round(self._rate * milliseconds / 1000), np.float32))


def marks_of_reading(marks: Sequence[Mark], begin: int, phrase: int, part: int) -> list[Mark]:
    """Marks that count from a segment's start as marks of the reading.

    The segment began at sample `begin` with part `part` of phrase `phrase`.
    """
    return [
        replace(mark, t0=begin + mark.t0, t1=begin + mark.t1, phrase=phrase, part=part + mark.part)
        for mark in marks
    ]
