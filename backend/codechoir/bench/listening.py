"""What somebody hears of sound that comes in pieces: when it begins, and where it stops in between."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


def gaps(pieces: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Silences after the first sound, as (seconds since then, length in seconds).

    `pieces`: in the order in which they are heard, (when it was there, how many seconds it lasts).
    """
    found: list[tuple[float, float]] = []
    first = end = None
    for ready, seconds in pieces:
        if first is None or end is None:
            first = end = ready
        if ready > end + 1e-9:
            found.append((end - first, ready - end))
        end = max(end, ready) + seconds
    return found


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: to the first sound, to the last, of sound, and of silence for who listens from the first."""

    first: float
    total: float
    sound: float
    silence: float

    @classmethod
    def of(cls, given: Sequence[tuple[int, float, float]], total: float) -> Timing:
        """From pieces: number of the utterance, seconds until it was there, seconds that it lasts."""
        heard = [(ready, seconds) for _, ready, seconds in sorted(given, key=lambda piece: piece[0])]
        silence = sum(length for _, length in gaps(heard))
        return cls(heard[0][0], total, sum(seconds for _, seconds in heard), silence)


def middle(timings: Sequence[Timing]) -> Timing:
    """The median of each."""
    return Timing(
        statistics.median(t.first for t in timings),
        statistics.median(t.total for t in timings),
        statistics.median(t.sound for t in timings),
        statistics.median(t.silence for t in timings),
    )
