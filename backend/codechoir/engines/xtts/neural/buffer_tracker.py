"""What the next steps will take, from what the last ones took.

How far the sound given out is ahead of the ear, so that nobody waits in the middle of a word.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Callable, Iterable


class RunningMedian:
    """The middle of the last few times, in seconds; zero before the first."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=5)

    def add(self, value: float) -> None:
        self._values.append(value)

    @property
    def value(self) -> float:
        return statistics.median(self._values) if self._values else 0.0


class CostModel:
    """`sound`: seconds of sound in a frame; `per_token`: frames a token; `context`: frames that are vocoded
    besides those of a piece. What is measured: `step` of decoding, `lone` of a single row, `position` of a
    prefill, `frame` of the vocoder."""

    def __init__(self, sound: float, per_token: float, context: int) -> None:
        self._sound, self._per_token, self._context = sound, per_token, context
        self.step, self.lone, self.position, self.frame = (
            RunningMedian(),
            RunningMedian(),
            RunningMedian(),
            RunningMedian(),
        )

    def stepped(self, rows: int, seconds: float) -> None:
        """So many rows have got a token."""
        self.step.add(seconds)
        if rows == 1:
            self.lone.add(seconds)

    def vocoding(self, frames: int) -> float:
        """Seconds that a piece of so many frames takes."""
        return (frames + self._context) * self.frame.value

    def spare(self, tempo: float) -> float:
        """Seconds that are gained with each frame of a row that decodes while it is heard, but for the
        context of its pieces; negative where the listener is faster."""
        return self._spare(tempo, self.step.value)

    def keeps_up(self, tempo: float) -> bool:
        """Whether there is something to gain at least when the row decodes alone."""
        return self._spare(tempo, self.lone.value) > 0

    def worth(self, tempo: float) -> float:
        """Frames of a piece that lasts as long as the next one of the same size takes, and a quarter more.

        Pieces of that size follow one another without a gap; smaller ones cost more time in context than they
        gain. Infinite where there is nothing to gain.
        """
        spare = self.spare(tempo)
        return 1.25 * self._context * self.frame.value / spare if spare > 0 else math.inf

    def _spare(self, tempo: float, step: float) -> float:
        return self._sound / tempo - self.frame.value - step / self._per_token


Rank = tuple[int, int]
"""What is heard first is smallest."""

Clock = Callable[[], float]
"""Seconds that never go back."""


class BufferedAudio:
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


class BufferTracker:
    """Of all readings, by their numbers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heads: dict[int, BufferedAudio] = {}

    def lead(self, reading: int) -> float | None:
        """See `Playhead.lead`."""
        head = self._heads.get(reading)
        return None if head is None else head.lead

    def give(self, reading: int, rank: Rank, seconds: float) -> None:
        """See `Playhead.give`."""
        self._heads.setdefault(reading, BufferedAudio(self._clock)).give(rank, seconds)

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
