"""How much audio each listener still has to hear, and how long the next work takes.

`BufferTracker` counts what was sent and follows the clock: if its lead falls to zero the listener waits in
the middle of a word. `CostModel` predicts the time of steps, prefills and the vocoder from the last few
times. The scheduler decides by both what to compute next.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Callable, Iterable


class RunningMedian:
    """The median of the last five values, such as seconds; zero before the first."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=5)

    def add(self, value: float) -> None:
        """Add the newest value."""
        self._values.append(value)

    @property
    def value(self) -> float:
        """The median."""
        return statistics.median(self._values) if self._values else 0.0


class CostModel:
    """Predicts how long work takes, in seconds.

    `frame_seconds`: seconds of sound in a frame. `frames_per_token`. `context`: frames that are vocoded
    besides those of a piece. Measured: `step` of decoding, `single_step` of one row alone, `position` of a
    prefill, `frame` of the vocoder.
    """

    def __init__(self, frame_seconds: float, frames_per_token: float, context: int) -> None:
        self._frame_seconds, self._frames_per_token, self._context = frame_seconds, frames_per_token, context
        self.step, self.single_step = RunningMedian(), RunningMedian()
        self.position, self.frame = RunningMedian(), RunningMedian()

    def add_step(self, rows: int, seconds: float) -> None:
        """A step of so many rows took so long."""
        self.step.add(seconds)
        if rows == 1:
            self.single_step.add(seconds)

    def vocoding(self, frames: int) -> float:
        """Seconds that the vocoder takes for a piece of so many frames."""
        return (frames + self._context) * self.frame.value

    def gain(self, speed: float) -> float:
        """Seconds by which the buffer grows with each frame of a row that decodes while it plays.

        The context of its pieces is not counted. Negative where the listener is faster.
        """
        return self._gain(speed, self.step.value)

    def keeps_up(self, speed: float) -> bool:
        """Whether the buffer grows at least when the row decodes alone."""
        return self._gain(speed, self.single_step.value) > 0

    def worthwhile_frames(self, speed: float) -> float:
        """Frames of a piece that lasts as long as computing the next one of the same size, plus a quarter.

        Pieces of that size follow one another without a gap; smaller ones cost more time in context than they
        gain. Infinite where the buffer does not grow.
        """
        gain = self.gain(speed)
        return 1.25 * self._context * self.frame.value / gain if gain > 0 else math.inf

    def _gain(self, speed: float, step: float) -> float:
        return self._frame_seconds / speed - self.frame.value - step / self._frames_per_token


Rank = tuple[int, int]
"""The lowest is played first."""

Clock = Callable[[], float]
"""Seconds that never go back."""


class BufferedAudio:
    """The audio of one reading, played from its first sample on, in the order of rank, without a pause."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._end: float | None = None
        self._later: list[tuple[Rank, float]] = []

    @property
    def lead(self) -> float | None:
        """Seconds until everything is played that can be played without a gap.

        Negative when the listener waits; None before the first sound.
        """
        return None if self._end is None else self._end - self._clock()

    def add(self, rank: Rank, seconds: float) -> None:
        """So much more was sent; it counts as soon as nothing before it is missing (`update`)."""
        self._later.append((rank, seconds))

    def update(self, missing: Rank | None) -> None:
        """Everything before the rank `missing` was sent whole, and that one in part; None: everything."""
        playable = [seconds for rank, seconds in self._later if missing is None or rank <= missing]
        if playable:
            now = self._clock()
            self._end = max(now if self._end is None else self._end, now) + sum(playable)
            self._later = self._later[:0] if missing is None else [g for g in self._later if g[0] > missing]


class BufferTracker:
    """The buffered audio of all readings, by their numbers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._readings: dict[int, BufferedAudio] = {}

    def lead(self, reading: int) -> float | None:
        """See `BufferedAudio.lead`."""
        audio = self._readings.get(reading)
        return None if audio is None else audio.lead

    def add(self, reading: int, rank: Rank, seconds: float) -> None:
        """See `BufferedAudio.add`."""
        self._readings.setdefault(reading, BufferedAudio(self._clock)).add(rank, seconds)

    def update(self, unfinished: Iterable[tuple[int, Rank]]) -> None:
        """`unfinished`: what is still to be sent, as (reading, rank). Readings that are over are
        forgotten."""
        missing: dict[int, Rank] = {}
        for reading, rank in unfinished:
            missing[reading] = min(rank, missing.get(reading, rank))
        for reading, audio in list(self._readings.items()):
            audio.update(missing.get(reading))
            lead = audio.lead
            if reading not in missing and lead is not None and lead < 0.0:
                del self._readings[reading]
