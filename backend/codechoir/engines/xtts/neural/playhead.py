"""How far the sound given out is ahead of the ear, so that nobody waits in the middle of a word."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Rank = tuple[int, int]
"""What is heard first is smallest."""

Clock = Callable[[], float]
"""Seconds that never go back."""


class Playhead:
    """Of one reading: it is heard from its first sound on, in the order of rank, without a pause."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._end: float | None = None
        self._later: list[tuple[Rank, float]] = []

    @property
    def lead(self) -> float | None:
        """Seconds until the listener has heard what can be heard without a gap: negative when he waits; None
        before the first sound."""
        return None if self._end is None else self._end - self._clock()

    def give(self, rank: Rank, seconds: float) -> None:
        """So much more was given out; it counts when nothing before it is missing (`reach`)."""
        self._later.append((rank, seconds))

    def reach(self, missing: Rank | None) -> None:
        """Everything before the rank `missing` was given out whole, and that in part; None: everything."""
        heard = [seconds for rank, seconds in self._later if missing is None or rank <= missing]
        if heard:
            now = self._clock()
            self._end = max(now if self._end is None else self._end, now) + sum(heard)
            self._later = self._later[:0] if missing is None else [g for g in self._later if g[0] > missing]


class Playheads:
    """Of all readings, by their numbers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heads: dict[int, Playhead] = {}

    def lead(self, reading: int) -> float | None:
        """See `Playhead.lead`."""
        head = self._heads.get(reading)
        return None if head is None else head.lead

    def give(self, reading: int, rank: Rank, seconds: float) -> None:
        """See `Playhead.give`."""
        self._heads.setdefault(reading, Playhead(self._clock)).give(rank, seconds)

    def reach(self, unfinished: Iterable[tuple[int, Rank]]) -> None:
        """What is still to come, as (reading, rank). Readings that are over are forgotten."""
        missing: dict[int, Rank] = {}
        for reading, rank in unfinished:
            missing[reading] = min(rank, missing.get(reading, rank))
        for reading, head in list(self._heads.items()):
            head.reach(missing.get(reading))
            lead = head.lead
            if reading not in missing and lead is not None and lead < 0.0:
                del self._heads[reading]
