"""The end of the way: samples into chunks of at most 20 ms, with marks, counted from the reading's start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from codechoir.engines.protocol import Emit
from codechoir.model import AudioChunk, Mark


class ListenerLeft(Exception):
    """The reading was cancelled."""


class Outlet:
    """Counts samples and hands chunks to `emit`. Raises `ListenerLeft` when nobody listens any more."""

    def __init__(self, emit: Emit, sample_rate: int) -> None:
        self.samples = 0
        self._emit = emit
        self._rate = sample_rate
        self._step = sample_rate // 50

    def sound(self, samples: NDArray[np.float32], marks: Sequence[Mark] = ()) -> None:
        """Give out samples (-1 … 1). `marks`: in samples of the reading, ascending, all within these."""
        pcm = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2")
        for offset in range(0, len(pcm), self._step):
            piece = pcm[offset : offset + self._step].tobytes()
            end = self.samples + len(piece) // 2
            here = tuple(mark for mark in marks if self.samples <= mark.t0 < end)
            if not self._emit(AudioChunk(piece, self._rate, self.samples, here)):
                raise ListenerLeft
            self.samples = end

    def silence(self, milliseconds: float) -> None:
        """Give out silence."""
        self.sound(np.zeros(round(self._rate * milliseconds / 1000), np.float32))

    def moved(self, marks: Sequence[Mark], begin: int) -> list[Mark]:
        """Marks that count from an utterance's start as marks of the reading; it began at `begin`."""
        return [replace(mark, t0=begin + mark.t0, t1=begin + mark.t1) for mark in marks]
