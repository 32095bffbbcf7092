"""Faster or slower speech at the same pitch: overlap-add by likeness (WSOLA, Verhelst, Roelands 1993).

A higher or lower voice at the same speed: the speech is stretched, then read off faster or slower.

The colour of the voice moves along, as if the speaker were smaller or larger, so the range is kept small.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WINDOW_SECONDS = 0.03
SEARCH_SECONDS = 0.008


class TimeStretcher:
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


SEMITONES = 6.0
"""How far the limits of the pitch (0 and 100) are from the speaker's own."""

TAPS = 32
PHASES = 256


def factor_of(pitch: float) -> float:
    """How many times as high a pitch from 0 to 100 is as the speaker's own, which is 50."""
    return float(2.0 ** (SEMITONES / 12 * (pitch - 50.0) / 50.0))


class Shaper:
    """Takes sound in pieces of any size; gives it back `speed` times as fast and `factor` times as high."""

    def __init__(self, speed: float, factor: float, sample_rate: int) -> None:
        self._stretch = TimeStretcher(speed / factor, sample_rate)
        self._reading_off = ReadOff(factor)

    def take(self, samples: Floats) -> Floats:
        """The next samples in; what is ready out."""
        return self._reading_off.take(self._stretch.take(samples))

    def finish(self) -> Floats:
        """What is still held back."""
        rest = self._reading_off.take(self._stretch.finish())
        return np.concatenate([rest, self._reading_off.finish()])


class ReadOff:
    """Reads sound off `factor` times as fast: windowed sinc, low-passed where it becomes higher."""

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._bank = None if factor == 1.0 else _bank(min(1.0, 1.0 / factor) * 0.95)
        self._made = 0
        self._taken = 0
        self._waiting: Floats = np.zeros(TAPS // 2 - 1, np.float32)
        self._begin = 1 - TAPS // 2

    def take(self, samples: Floats) -> Floats:
        """The next samples in; those whose neighbourhood is complete out."""
        if self._bank is None:
            return samples
        self._taken += len(samples)
        return self._until(samples, self._taken - TAPS // 2)

    def finish(self) -> Floats:
        """The samples to the end, with silence after it."""
        if self._bank is None:
            return np.zeros(0, np.float32)
        return self._until(np.zeros(TAPS, np.float32), self._taken)

    def _until(self, fresh: Floats, end: int) -> Floats:
        """The output samples whose place in the input lies before `end`."""
        assert self._bank is not None
        self._waiting = np.concatenate([self._waiting, fresh])
        last = max(self._made, int(np.ceil(end / self._factor)))
        places = np.arange(self._made, last) * self._factor
        self._made = last
        whole = np.floor(places).astype(int)
        phase = np.floor((places - whole) * PHASES).astype(int)
        windows = (whole - self._begin - TAPS // 2 + 1)[:, None] + np.arange(TAPS)
        made: Floats = np.einsum("ij,ij->i", self._waiting[windows], self._bank[phase]).astype(np.float32)
        self._forget(int(last * self._factor))
        return made

    def _forget(self, place: int) -> None:
        """Drop samples that lie before the neighbourhood of `place`."""
        gone = max(0, min(place - TAPS // 2 + 1 - self._begin, len(self._waiting)))
        self._waiting = self._waiting[gone:]
        self._begin += gone


def _bank(cutoff: float) -> Floats:
    """(PHASES, TAPS): the weights of the samples around a place between two of them; each row sums to one."""
    offset = np.arange(PHASES)[:, None] / PHASES + TAPS // 2 - 1 - np.arange(TAPS)
    window = np.i0(7.0 * np.sqrt(np.clip(1.0 - (offset / (TAPS / 2)) ** 2, 0.0, 1.0)))
    bank = np.sinc(offset * cutoff) * window
    rows: Floats = (bank / bank.sum(axis=1, keepdims=True)).astype(np.float32)
    return rows
