"""What is vocoded between two steps: the playing row first, others when there is time for them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import torch

from codechoir.engines.xtts.neural.buffer_tracker import BufferTracker, Clock, CostModel
from codechoir.engines.xtts.neural.decoder import Decoder
from codechoir.engines.xtts.neural.precision import is_out_of_memory
from codechoir.engines.xtts.neural.tasks import Event, Pacing, Sound, Task
from codechoir.engines.xtts.neural.windows import FrameWindow, vocode_windows
from codechoir.engines.xtts.short_text import trim_tail


class Vocoding:
    """Vocodes the tasks of a scheduler, and tracks what the listeners still have to hear."""

    def __init__(self, decoder: Decoder, pacing: Pacing, clock: Clock) -> None:
        self._decoder, self._vocoder = decoder, decoder.core.vocoder
        self._pacing, self._clock = pacing, clock
        self._sample_rate = decoder.core.shape.sample_rate
        self._buffered = BufferTracker(clock)
        timing = self._vocoder.timing
        self.costs = CostModel(
            self._vocoder.samples_per_frame / self._sample_rate,
            timing.per_token * timing.rate,
            2 * self._vocoder.context,
        )

    def prefill_budget(self, first: Task) -> float:
        """Seconds that a prefill of other rows may take without a gap in `first`, the playing row.

        Zero until enough of it is buffered, and while the present rows take all the time there is. Infinite
        where it would fall behind even alone: a batch then says more in the same time.
        """
        lead, speed, costs = self._lead(first), first.request.speed, self.costs
        if not first.streams or first.ended or (lead is not None and not costs.keeps_up(speed)):
            return math.inf
        if lead is None or lead < self._pacing.lead_seconds:
            return 0.0
        if lead < self._pacing.far_seconds and costs.gain(speed) <= 0:
            return 0.0
        return lead - 2 * costs.step.value - costs.vocoding(self._pacing.spare_frames)

    def is_far_ahead(self, first: Task) -> bool:
        """Whether much of what was sent is not played yet."""
        lead = self._lead(first)
        return lead is not None and lead > self._pacing.far_seconds

    def vocode(self, ranked: Sequence[Task]) -> tuple[list[Event], list[Task]]:
        """Sound of `ranked` tasks, which are in playback order; and those of them that are over."""
        due: list[tuple[Task, FrameWindow]] = []
        events: list[Event] = []
        over: list[Task] = []
        playing = {task.request.reading: task for task in reversed(ranked)}
        busy, time = 0.0, min((self._lead(task) or 0.0 for task in playing.values()), default=0.0)
        time -= self.costs.step.value + self.costs.vocoding(self._pacing.min_frames)
        for place, task in enumerate(ranked):
            if not task.ended:
                first = playing[task.request.reading] is task and task.streams and bool(task.rows)
                window = self._next_piece(task) if first else None
            elif len(due) > self._pacing.vocoded_rows or (
                place > 0 and busy + self._cost(task.remaining_frames) > time
            ):
                break
            else:
                window = task.last_window()
                over.append(task)
                if window is None:
                    events.append(task.last_sound(torch.zeros(0)))
            if window is not None:
                due.append((task, window))
                busy += self._cost(window.size)
        for (task, _), samples in zip(due, self._vocode([window for _, window in due]), strict=True):
            self._record(task, samples)
            events.append(task.last_sound(samples) if task.ended else Sound(task.request.id, samples.numpy()))
        return events, over

    def update(self, unfinished: Iterable[Task]) -> None:
        """`unfinished`: what is still to be sent after that."""
        self._buffered.update((task.request.reading, task.rank) for task in unfinished)

    def _next_piece(self, task: Task) -> FrameWindow | None:
        """A piece of an unfinished row, when it is long enough, or would come too late after another step.

        The first piece is so long that the next one comes in time, where that is possible.
        """
        row, lead = task.rows[0], self._lead(task)
        worthwhile = self.costs.worthwhile_frames(task.request.speed)
        ready = task.progress.new_frames(len(row.tokens))
        if lead is None:
            wanted = max(task.piece_frames, min(worthwhile, task.piece_frames * self._pacing.max_stretch))
        elif lead > self._pacing.far_seconds:
            return None
        else:
            least = self._pacing.min_frames
            late = lead < 2 * self.costs.step.value + self.costs.vocoding(max(ready, least))
            wanted = min(task.piece_frames, max(least, worthwhile)) if late else task.piece_frames
        if ready < wanted:
            return None
        window = task.progress.next_window(self._decoder.latents(row), ended=False)
        if window is not None:
            task.piece_frames = min(task.piece_frames * self._pacing.growth, float(self._pacing.max_frames))
        return window

    def _record(self, task: Task, samples: torch.Tensor) -> None:
        """Count what was sent, without the breath at its end, which is trimmed before it is played."""
        played = len(trim_tail(samples.numpy(), self._sample_rate) if task.ended else samples)
        seconds = played / self._sample_rate / task.request.speed
        self._buffered.add(task.request.reading, task.rank, seconds)

    def _lead(self, task: Task) -> float | None:
        return self._buffered.lead(task.request.reading)

    def _cost(self, frames: int) -> float:
        """Seconds that the vocoder takes for a window of so many frames."""
        return frames * self.costs.frame.value

    def _vocode(self, windows: list[FrameWindow]) -> list[torch.Tensor]:
        began = self._clock()
        try:
            sounds = vocode_windows(self._vocoder, windows, self._pacing.vocoder_batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            sounds = vocode_windows(self._vocoder, windows)
        if windows:
            self.costs.frame.add((self._clock() - began) / sum(window.size for window in windows))
        return sounds
