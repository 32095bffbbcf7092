"""Time compression: faster speech at the same pitch, by removing whole periods of the voice (PICOLA).

From 450 words a minute on, eSpeak NG compresses its own sound, but then its word events miss the words by up
to 40 ms. So fast speech is synthesized at a rate that eSpeak NG handles well, and compressed here, where the
position of every sample is known. The method is that of Morita and Itakura (1986). It needs no numpy, whose
import takes longer than compressing a hundred lines of code.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from operator import add, sub

from codechoir.audio.samples import crossfade, silence

MIN_PERIOD, MAX_PERIOD = 108, 342
"""Periods that are searched, in samples: 200 to 65 Hz at 22,050 Hz. Of a higher voice, several together
count."""

LOOK_AHEAD = 2 * MAX_PERIOD + 24
"""Samples that must be known after the one that is being compressed."""

_COARSE_STEP = 12
"""The search first compares every twelfth sample, added to the sixth one after it."""

_MAX_KNOTS = 4096


class TimeCompressor:
    """Compresses a stream of samples, each piece by its own factor, and knows where each sample went.

    Factors are at least 1. At factor 1 samples are returned as they are, and none is held back.
    """

    def __init__(self) -> None:
        self._waiting = array("h")
        self._consumed = 0  # input samples before the waiting ones
        self._produced = 0  # output samples
        self._factors: list[tuple[int, float]] = [(0, 1.0)]  # (input sample, factor from there on)
        self._knots: list[tuple[int, int]] = [(0, 0)]  # (input, output) samples, ascending; linear in between
        self._uncompressed = 0  # samples to copy before the next period is removed

    def feed(self, samples: array[int], factor: float) -> array[int]:
        """Takes the next samples; returns the output that is ready."""
        if factor != self._factors[-1][1]:
            self._factors.append((self._consumed + len(self._waiting), factor))
        if factor == 1 and not self._waiting:
            self._consumed += len(samples)
            self._produced += len(samples)
            self._knots = [(self._consumed, self._produced)]
            return samples
        self._waiting += samples
        return self._compress(len(self._waiting) - LOOK_AHEAD)

    def flush(self) -> array[int]:
        """The output that is held back; more samples may follow."""
        if not self._waiting:
            return array("h")
        last = self._consumed + len(self._waiting)
        self._waiting += silence(2 * LOOK_AHEAD)
        ready = self._compress(len(self._waiting) - 2 * LOOK_AHEAD)
        surplus = self._produced - self.output_position(last)
        self._waiting = array("h")
        self._consumed, self._produced, self._uncompressed = last, self._produced - surplus, 0
        self._knots = [(self._consumed, self._produced)]
        return ready[: len(ready) - surplus]

    @property
    def consumed(self) -> int:
        """How many input samples are in the output."""
        return self._consumed

    def output_position(self, sample: int) -> int:
        """Where an input sample is, or will be, in the output, to a few samples."""
        after = bisect_right(self._knots, sample, key=lambda knot: knot[0])
        if after == 0:
            consumed, produced = self._knots[0]
            return produced - (consumed - sample)
        consumed, produced = self._knots[after - 1]
        if after == len(self._knots):
            return produced + int((sample - consumed) / self._factor_at(consumed)[0])
        next_consumed, next_produced = self._knots[after]
        return produced + (next_produced - produced) * (sample - consumed) // (next_consumed - consumed)

    def _compress(self, limit: int) -> array[int]:
        """Compresses the waiting samples before `limit`."""
        waiting, ready, at = self._waiting, array("h"), 0
        while at < limit:
            factor, until = self._factor_at(self._consumed + at)
            if factor == 1 or self._uncompressed:
                if factor == 1:
                    size, self._uncompressed = min(limit, until - self._consumed) - at, 0
                else:
                    size = min(self._uncompressed, limit - at)
                    self._uncompressed -= size
                ready += waiting[at : at + size]
                at += size
            else:
                period = _period(waiting[at : at + LOOK_AHEAD])
                faded = period if factor < 2 else max(round(period / (factor - 1)), 1)
                if factor < 2:
                    self._uncompressed = round(period * (2 - factor) / (factor - 1))
                out = waiting[at : at + faded]
                ready += crossfade(out, waiting[at + period : at + period + faded])
                at += period + faded
            self._knots.append((self._consumed + at, self._produced + len(ready)))
        self._waiting = waiting[at:]
        self._consumed += at
        self._produced += len(ready)
        del self._knots[:-_MAX_KNOTS]
        return ready

    def _factor_at(self, sample: int) -> tuple[float, int]:
        """The factor at an input sample, and the sample up to which it holds."""
        while len(self._factors) > 1 and self._factors[1][0] <= sample:
            del self._factors[0]
        until = self._factors[1][0] if len(self._factors) > 1 else self._consumed + len(self._waiting)
        return self._factors[0][1], until


def _period(samples: array[int]) -> int:
    """The length, within the limits, after which the beginning of the samples best repeats itself."""
    pairs = array("i", map(add, samples[::_COARSE_STEP], samples[_COARSE_STEP // 2 :: _COARSE_STEP]))
    lag = _COARSE_STEP * _best_lag(pairs, range(MIN_PERIOD // _COARSE_STEP, MAX_PERIOD // _COARSE_STEP + 1))
    finer = range(max(lag - _COARSE_STEP, MIN_PERIOD), min(lag + _COARSE_STEP, MAX_PERIOD) + 1, 4)
    lag = _best_lag(samples, finer, every=6)
    finest = range(max(lag - 3, MIN_PERIOD), min(lag + 3, MAX_PERIOD) + 1)
    return _best_lag(samples, finest, every=3)


def _best_lag(samples: array[int], lags: range, every: int = 1) -> int:
    """The lag with the least difference between the first samples and the next ones, at every `every`-th."""

    def difference(lag: int) -> float:
        total: int = sum(map(abs, map(sub, samples[:lag:every], samples[lag : 2 * lag : every])))
        return total / lag

    return min(lags, key=difference)
