"""The breath at an utterance's end is cut off, wherever the pieces of its sound happen to be cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
