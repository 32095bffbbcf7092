"""What becomes sound between two steps: the row that is heard first, others when there is time for them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import torch

from codechoir.engines.xtts.neural.buffer_tracker import BufferTracker, Clock, CostModel
from codechoir.engines.xtts.neural.decoder import Decoder
from codechoir.engines.xtts.neural.precision import is_out_of_memory
from codechoir.engines.xtts.neural.tasks import Event, Pace, Sound, Task
from codechoir.engines.xtts.neural.windows import FrameWindow, render
from codechoir.engines.xtts.short_text import trim_tail


class Vocoding:
    """Vocodes, and keeps account of what the listener still has to hear."""

    def __init__(self, decoder: Decoder, pace: Pace, clock: Clock) -> None:
        self._decoder, self._vocoder, self._pace, self._clock = decoder, decoder.core.vocoder, pace, clock
        self._rate = decoder.core.shape.sample_rate
        self._playheads = BufferTracker(clock)
        frames = self._vocoder.clock
        self.forecast = CostModel(
            self._vocoder.samples_per_frame / self._rate,
            frames.per_token * frames.rate,
            2 * self._vocoder.context,
        )

    def time_to_join(self, first: Task) -> float:
        """Seconds that a prefill of other rows may take without a gap in the row being heard.

        None until that is far enough ahead, and while the rows that there are take all the time there is. As
        long as they like where it would fall behind even alone: a batch says more in the same time.
        """
        lead, tempo, forecast = self._lead(first), first.request.tempo, self.forecast
        if not first.streams or first.ended or (lead is not None and not forecast.keeps_up(tempo)):
            return math.inf
        if lead is None or lead < self._pace.lead or (lead < self._pace.far and forecast.spare(tempo) <= 0):
            return 0.0
        return lead - 2 * forecast.step.value - forecast.vocoding(self._pace.enough)

    def is_far(self, first: Task) -> bool:
        """Whether much of what was given out is still to be heard."""
        lead = self._lead(first)
        return lead is not None and lead > self._pace.far

    def voice(self, ranked: Sequence[Task]) -> tuple[list[Event], list[Task]]:
        """Sound of tasks in the order in which they are heard, and those that it was the end of."""
        due: list[tuple[Task, FrameWindow]] = []
        events: list[Event] = []
        over: list[Task] = []
        heard = {task.request.reading: task for task in reversed(ranked)}
        busy, time = 0.0, min((self._lead(task) or 0.0 for task in heard.values()), default=0.0)
        time -= self.forecast.step.value + self.forecast.vocoding(self._pace.least)
        for place, task in enumerate(ranked):
            if not task.ended:
                first = heard[task.request.reading] is task and task.streams and bool(task.rows)
                window = self._piece(task) if first else None
            elif len(due) > self._pace.voiced or (place > 0 and busy + self._cost(task.unsaid) > time):
                break
            else:
                window = task.last_window()
                over.append(task)
                if window is None:
                    events.append(task.last_sound(torch.zeros(0)))
            if window is not None:
                due.append((task, window))
                busy += self._cost(window.size)
        for (task, _), samples in zip(due, self._render([window for _, window in due]), strict=True):
            self._count(task, samples)
            events.append(task.last_sound(samples) if task.ended else Sound(task.request.id, samples.numpy()))
        return events, over

    def reach(self, unfinished: Iterable[Task]) -> None:
        """What is still to come after that."""
        self._playheads.reach((task.request.reading, task.rank) for task in unfinished)

    def _piece(self, task: Task) -> FrameWindow | None:
        """Of a row that goes on, when it has grown enough, or would come too late after another step.

        The first one is so long that the next one comes in time, where that is possible.
        """
        row, lead, worth = task.rows[0], self._lead(task), self.forecast.worth(task.request.tempo)
        ready = task.speech.ready(len(row.tokens))
        if lead is None:
            wanted = max(task.piece, min(worth, task.piece * self._pace.patience))
        elif lead > self._pace.far:
            return None
        else:
            least = self._pace.least
            late = lead < 2 * self.forecast.step.value + self.forecast.vocoding(max(ready, least))
            wanted = min(task.piece, max(least, worth)) if late else task.piece
        if ready < wanted:
            return None
        window = task.speech.window(self._decoder.latents(row), ended=False)
        if window is not None:
            task.piece = min(task.piece * self._pace.growth, float(self._pace.most))
        return window

    def _count(self, task: Task, samples: torch.Tensor) -> None:
        """Remember what was given out, without the breath at its end, which nobody will hear."""
        heard = len(trim_tail(samples.numpy(), self._rate) if task.ended else samples)
        self._playheads.give(task.request.reading, task.rank, heard / self._rate / task.request.tempo)

    def _lead(self, task: Task) -> float | None:
        return self._playheads.lead(task.request.reading)

    def _cost(self, frames: int) -> float:
        """Seconds that a window of so many frames takes."""
        return frames * self.forecast.frame.value

    def _render(self, windows: list[FrameWindow]) -> list[torch.Tensor]:
        began = self._clock()
        try:
            sounds = render(self._vocoder, windows, self._pace.together)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            sounds = render(self._vocoder, windows)
        if windows:
            self.forecast.frame.add((self._clock() - began) / sum(window.size for window in windows))
        return sounds
