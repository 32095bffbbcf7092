"""What is vocoded between two steps: the playing row first, others when there is time for them.

`BufferTracker` counts what was sent and follows the clock: if its lead falls to zero the listener waits in
the middle of a word. `CostModel` predicts the time of steps, prefills and the vocoder from the last few
times. `Vocoding` decides by both what to vocode next, and tells the scheduler how much time there is.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Callable, Iterable, Sequence

import torch

from codechoir.engines.xtts.neural.decoder import Decoder
from codechoir.engines.xtts.neural.gpt_layers import is_out_of_memory
from codechoir.engines.xtts.neural.tasks import Event, Pacing, Sound, Task
from codechoir.engines.xtts.neural.vocoder import FrameWindow, vocode_windows
from codechoir.engines.xtts.short_text import trim_tail


class RunningMedian:
    """The median of the last five values, such as seconds; zero before the first."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=5)

    def add(self, value: float) -> None:
        """Adds the newest value."""
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
        """Counts what was sent, without the breath at its end, which is trimmed before it is played."""
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
