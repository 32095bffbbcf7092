"""Speech faster than the library speaks: whole periods of the voice are left out, so that its pitch stays.

From 450 words a minute on the library squeezes its own sound, but then its word events miss the words by up
to 40 ms. So fast speech is made at a rate that the library speaks well and squeezed here, where it is known
which sample went where. The method is PICOLA (Morita and Itakura, 1986). Without numpy: to import it takes
longer than to squeeze a hundred lines of code.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from operator import add, sub

from codechoir.audio.samples import crossfaded, silence

SHORTEST, LONGEST = 108, 342
"""Periods that are looked for, in samples: 200 to 65 Hz at 22,050 Hz; of a higher voice, several at once."""

LOOK_AHEAD = 2 * LONGEST + 24
"""Samples that must be known after the one that is being squeezed."""

_STEP = 12
"""The search first looks at every twelfth sample only, added to the sixth after it."""

_MOST_KNOTS = 4096


class TimeCompressor:
    """Takes sound, each piece with the factor by which it shall be shorter, and gives it back shortened.

    Factors are at least 1; where they are 1, sound comes back as it went in and nothing is held back.
    """

    def __init__(self) -> None:
        self._waiting = array("h")
        self._taken = 0  # samples before the waiting ones
        self._given = 0  # samples given back
        self._factors: list[tuple[int, float]] = [(0, 1.0)]  # from which sample on which factor holds
        self._knots: list[tuple[int, int]] = [(0, 0)]  # (taken, given) pairs, ascending; straight in between
        self._plain = 0  # samples to pass as they are before the next period is left out

    def take(self, samples: array[int], factor: float) -> array[int]:
        """Take the next samples; returns what is ready."""
        if factor != self._factors[-1][1]:
            self._factors.append((self._taken + len(self._waiting), factor))
        if factor == 1 and not self._waiting:
            self._taken += len(samples)
            self._given += len(samples)
            self._knots = [(self._taken, self._given)]
            return samples
        self._waiting += samples
        return self._ready(len(self._waiting) - LOOK_AHEAD)

    def finish(self) -> array[int]:
        """Give back all that is held back; more may be taken afterwards."""
        if not self._waiting:
            return array("h")
        last = self._taken + len(self._waiting)
        self._waiting += silence(2 * LOOK_AHEAD)
        ready = self._ready(len(self._waiting) - 2 * LOOK_AHEAD)
        surplus = self._given - self.moved(last)
        self._waiting = array("h")
        self._taken, self._given, self._plain = last, self._given - surplus, 0
        self._knots = [(self._taken, self._given)]
        return ready[: len(ready) - surplus]

    @property
    def squeezed(self) -> int:
        """How many of the taken samples are squeezed and given back."""
        return self._taken

    def moved(self, sample: int) -> int:
        """Where in what was given back the taken sample `sample` lies, or will lie, to a few samples."""
        after = bisect_right(self._knots, sample, key=lambda knot: knot[0])
        if after == 0:
            taken, given = self._knots[0]
            return given - (taken - sample)
        taken, given = self._knots[after - 1]
        if after == len(self._knots):
            return given + int((sample - taken) / self._factor(taken)[0])
        taken_after, given_after = self._knots[after]
        return given + (given_after - given) * (sample - taken) // (taken_after - taken)

    def _ready(self, limit: int) -> array[int]:
        """Squeeze the waiting samples before `limit`."""
        waiting, ready, at = self._waiting, array("h"), 0
        while at < limit:
            factor, until = self._factor(self._taken + at)
            if factor == 1 or self._plain:
                size = min(limit, until - self._taken) - at if factor == 1 else min(self._plain, limit - at)
                self._plain = 0 if factor == 1 else self._plain - size
                ready += waiting[at : at + size]
                at += size
            else:
                period = _period(waiting[at : at + LOOK_AHEAD])
                faded = period if factor < 2 else max(round(period / (factor - 1)), 1)
                if factor < 2:
                    self._plain = round(period * (2 - factor) / (factor - 1))
                out = waiting[at : at + faded]
                ready += crossfaded(out, waiting[at + period : at + period + faded])
                at += period + faded
            self._knots.append((self._taken + at, self._given + len(ready)))
        self._waiting = waiting[at:]
        self._taken += at
        self._given += len(ready)
        del self._knots[:-_MOST_KNOTS]
        return ready

    def _factor(self, sample: int) -> tuple[float, int]:
        """The factor that holds for a taken sample, and up to which sample it does."""
        while len(self._factors) > 1 and self._factors[1][0] <= sample:
            del self._factors[0]
        until = self._factors[1][0] if len(self._factors) > 1 else self._taken + len(self._waiting)
        return self._factors[0][1], until


def _period(samples: array[int]) -> int:
    """The length, from SHORTEST to LONGEST, after which the beginning most nearly repeats itself."""
    pairs = array("i", map(add, samples[::_STEP], samples[_STEP // 2 :: _STEP]))
    lag = _STEP * _best_lag(pairs, range(SHORTEST // _STEP, LONGEST // _STEP + 1))
    lag = _best_lag(samples, range(max(lag - _STEP, SHORTEST), min(lag + _STEP, LONGEST) + 1, 4), every=6)
    return _best_lag(samples, range(max(lag - 3, SHORTEST), min(lag + 3, LONGEST) + 1), every=3)


def _best_lag(samples: array[int], lags: range, every: int = 1) -> int:
    """The lag by which the first samples differ least from the next ones, looking at every `every`-th."""

    def difference(lag: int) -> float:
        total: int = sum(map(abs, map(sub, samples[:lag:every], samples[lag : 2 * lag : every])))
        return total / lag

    return min(lags, key=difference)
