"""Faster or slower speech at the same pitch: overlap-add by likeness (WSOLA, Verhelst, Roelands 1993)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WINDOW_SECONDS = 0.03
SEARCH_SECONDS = 0.008


class Stretch:
    """Takes sound in pieces of any size and gives it back `speed` times as fast."""

    def __init__(self, speed: float, sample_rate: int) -> None:
        self._speed = speed
        self._window = 2 * round(sample_rate * WINDOW_SECONDS / 2)
        self._hop = self._window // 2
        self._reach = round(sample_rate * SEARCH_SECONDS)
        self._fade = np.hanning(self._window + 1)[:-1].astype(np.float32)
        self._waiting: Floats = np.zeros(0, np.float32)
        self._tail: Floats | None = None
        self._natural = 0
        self._place = 0.0

    def take(self, samples: Floats) -> Floats:
        """The next samples in; what is ready out."""
        if self._speed == 1.0:
            return samples
        self._waiting = np.concatenate([self._waiting, samples])
        return self._ready(len(self._waiting))

    def finish(self) -> Floats:
        """What is still held back."""
        if self._speed == 1.0:
            return np.zeros(0, np.float32)
        size = len(self._waiting)
        wanted = max(0, round((size - self._place) / self._speed))
        self._waiting = np.concatenate([self._waiting, np.zeros(4 * self._window + self._reach, np.float32)])
        made = self._ready(len(self._waiting))
        rest = self._tail if self._tail is not None else np.zeros(0, np.float32)
        return np.concatenate([made, rest])[:wanted]

    def _ready(self, size: int) -> Floats:
        """All windows whose samples are here. Each begins where it continues the one before it best."""
        made: list[Floats] = []
        while self._natural + self._hop <= size and int(self._place) + self._reach + self._window <= size:
            start = self._best(int(self._place))
            window = self._waiting[start : start + self._window] * self._fade
            if self._tail is None:
                window[: self._hop] = self._waiting[start : start + self._hop]
            else:
                window[: self._hop] += self._tail
            made.append(window[: self._hop])
            self._tail = window[self._hop :]
            self._natural = start + self._hop
            self._place += self._hop * self._speed
        self._forget()
        return np.concatenate(made) if made else np.zeros(0, np.float32)

    def _best(self, place: int) -> int:
        """The start near `place` whose sound is most like what would have followed."""
        if self._tail is None:
            return place
        wanted = self._waiting[self._natural : self._natural + self._hop]
        low = max(0, place - self._reach)
        near = self._waiting[low : place + self._reach + self._hop]
        likeness = np.correlate(near, wanted)
        energy = np.convolve(np.square(near), np.ones(self._hop, np.float32), "valid")
        return low + int(np.argmax(likeness / np.sqrt(energy + 1e-6)))

    def _forget(self) -> None:
        """Drop samples that no later window can need."""
        gone = max(0, min(self._natural, int(self._place) - self._reach) - 1)
        self._waiting = self._waiting[gone:]
        self._natural -= gone
        self._place -= gone
