"""What the next steps will take, from what the last ones took."""

from __future__ import annotations

import math
import statistics
from collections import deque


class Typical:
    """The middle of the last few times, in seconds; zero before the first."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=5)

    def add(self, value: float) -> None:
        self._values.append(value)

    @property
    def value(self) -> float:
        return statistics.median(self._values) if self._values else 0.0


class Forecast:
    """`sound`: seconds of sound in a frame; `per_token`: frames a token; `context`: frames that are vocoded
    besides those of a piece. What is measured: `step` of decoding, `lone` of a single row, `position` of a
    prefill, `frame` of the vocoder."""

    def __init__(self, sound: float, per_token: float, context: int) -> None:
        self._sound, self._per_token, self._context = sound, per_token, context
        self.step, self.lone, self.position, self.frame = Typical(), Typical(), Typical(), Typical()

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
