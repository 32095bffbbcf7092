"""What becomes sound between two steps: the row that is heard first, others when there is time for them."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from codechoir.engines.xtts.neural.decoder import Decoder
from codechoir.engines.xtts.neural.forecast import Forecast
from codechoir.engines.xtts.neural.memory import is_out_of_memory
from codechoir.engines.xtts.neural.playhead import Clock, Playheads
from codechoir.engines.xtts.neural.requests import Event, Pace, Sound
from codechoir.engines.xtts.neural.streaming import Window, render
from codechoir.engines.xtts.neural.tasks import Task


class Voicing:
    """Vocodes, and keeps account of what the listener still has to hear."""

    def __init__(self, decoder: Decoder, pace: Pace, clock: Clock) -> None:
        self._decoder, self._vocoder, self._pace, self._clock = decoder, decoder.core.vocoder, pace, clock
        self._rate = decoder.core.shape.sample_rate
        self._playheads = Playheads(clock)
        frames = self._vocoder.clock
        self.forecast = Forecast(
            self._vocoder.samples_per_frame / self._rate,
            frames.per_token * frames.rate,
            2 * self._vocoder.context,
        )

    def needs_all(self, first: Task) -> bool:
        """Whether the row being heard should have the processor for itself: until it is far enough ahead. Not
        where it would fall behind all the same: a batch says more in the same time."""
        lead, keeps_up = self._lead(first), self.forecast.spare(first.request.tempo) > 0
        behind = lead is None or (lead < self._pace.lead and keeps_up)
        return first.streams and not first.ended and behind

    def voice(self, ranked: Iterable[Task]) -> tuple[list[Event], list[Task]]:
        """Sound of tasks in the order in which they are heard, and those that it was the end of."""
        due: list[tuple[Task, Window]] = []
        events: list[Event] = []
        over: list[Task] = []
        busy = 0.0
        for place, task in enumerate(ranked):
            if not task.ended:
                window = self._piece(task) if place == 0 and task.streams and task.rows else None
            elif len(due) > self._pace.voiced:
                break
            else:
                busy += self.forecast.vocoding(task.unsaid)
                if place > 0 and not self._has_time(task, busy):
                    break
                window = task.last_window()
                over.append(task)
                if window is None:
                    events.append(task.last_sound(torch.zeros(0)))
            if window is not None:
                due.append((task, window))
        for (task, _), samples in zip(due, self._render([window for _, window in due]), strict=True):
            seconds = len(samples) / self._rate / task.request.tempo
            self._playheads.give(task.request.reading, task.rank, seconds)
            events.append(task.last_sound(samples) if task.ended else Sound(task.request.id, samples.numpy()))
        return events, over

    def reach(self, unfinished: Iterable[Task]) -> None:
        """What is still to come after that."""
        self._playheads.reach((task.request.reading, task.rank) for task in unfinished)

    def _piece(self, task: Task) -> Window | None:
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
            late = not self._has_time(task, self.forecast.step.value)
            wanted = min(task.piece, max(self._pace.least, worth)) if late else task.piece
        if ready < wanted:
            return None
        window = task.speech.window(self._decoder.latents(row), ended=False)
        if window is not None:
            task.piece = min(task.piece * self._pace.growth, float(self._pace.most))
        return window

    def _lead(self, task: Task) -> float | None:
        return self._playheads.lead(task.request.reading)

    def _has_time(self, task: Task, busy: float) -> bool:
        """Whether nobody waits when the processor first does something else for so many seconds, then a step
        and a piece."""
        lead = self._lead(task)
        reserve = self.forecast.step.value + self.forecast.vocoding(self._pace.least)
        return lead is not None and lead > busy + reserve

    def _render(self, windows: list[Window]) -> list[torch.Tensor]:
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
