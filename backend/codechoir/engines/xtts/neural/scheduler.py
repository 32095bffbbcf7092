"""Continuous batching: which rows join, which are vocoded, which leave.

1. `submit` queues a request; nothing is computed.
2. `tick` admits waiting requests, by priority, in one prefill. Where the pacing says so, the playing row
   (the one that the listener hears now) decodes alone until enough of its sound is buffered.
3. Every active row gets one more token; a row that ended frees its slot at once.
4. The playing row sends what is final as soon as it is worth a piece, or before the listener would have to
   wait. Others are vocoded when they have ended, by priority, when there is time for it.
5. `cancel` frees the rows of a request before the next step.

One thread calls it. When memory runs out the batch shrinks, and the rows that had to go start again: their
seeds make them say the same.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence

import torch

from codechoir.engines.xtts.neural.decoder import CudaGraphRecorder, Decoder, GraphSteps, Prompt, Sampling
from codechoir.engines.xtts.neural.gpt_layers import is_out_of_memory
from codechoir.engines.xtts.neural.tasks import CPU_PACING, GPU_PACING, Event, Notice, Pacing, Request, Task
from codechoir.engines.xtts.neural.vocoder import WINDOW_SIZES, VocodingProgress
from codechoir.engines.xtts.neural.vocoding import Clock, Vocoding
from codechoir.engines.xtts.neural.xtts_model import Conditioning, XttsCore
from codechoir.errors import EngineError

_RESERVED_POSITIONS = {"cuda": 256, "cpu": 128}
"""Room that rows get at once: texts of code need no more. For longer ones the cache grows."""

_WARM_SIZES = WINDOW_SIZES[2:8]
"""Sizes of window that a first piece may have; the vocoder's kernels are compiled for each."""


class Scheduler:
    """See the module. `tick` returns what became audible."""

    def __init__(self, decoder: Decoder, pacing: Pacing, clock: Clock = time.monotonic) -> None:
        self.pacing, self.max_rows = pacing, pacing.max_rows
        self._clock, self._vocoding = clock, Vocoding(decoder, pacing, clock)
        self._decoder, self._vocoder = decoder, decoder.core.vocoder
        self._waiting: list[Task] = []
        self._active: list[Task] = []
        self._held: set[int] = set()
        self._order = 0
        self._joined = False

    @property
    def idle(self) -> bool:
        """Nothing to do until something is submitted or released."""
        return not self._active and not self._admissible()

    def submit(self, request: Request) -> None:
        """Queues a request."""
        progress = VocodingProgress(self._vocoder, request.prompts[0].voice.embedding)
        self._order += 1
        self._waiting.append(Task(request, self._order, progress, float(self.pacing.first_frames)))

    def prepare_voice(self, voice: Conditioning) -> None:
        """Computes what every utterance of a voice needs; see `Decoder.prepare_voice`."""
        self._decoder.prepare_voice(voice)

    def cancel(self, ids: Iterable[int]) -> None:
        """Forgets requests, waiting or active; unknown ids are ignored."""
        cancelled = set(ids)
        self._waiting = [task for task in self._waiting if task.request.id not in cancelled]
        for task in [task for task in self._active if task.request.id in cancelled]:
            task.abandon(self._decoder)
            self._active.remove(task)

    def hold(self, reading: int) -> None:
        """Admits no more requests of a reading that is far enough ahead; its active rows continue."""
        self._held.add(reading)

    def release(self, reading: int) -> None:
        """Admits the requests of a reading again."""
        self._held.discard(reading)

    def tick(self) -> list[Event]:
        """A prefill or a step, and what became audible.

        Raises `EngineError` when even one row does not fit into memory.
        """
        chosen = self._admit()
        self._joined = bool(chosen)
        notices: list[Event] = list(self._within_memory(lambda: self._join(chosen)) if chosen else ())
        if not chosen:
            notices += self._within_memory(self._step)
        for task in self._active:
            task.collect_finished(self._decoder)
        sounds, over = self._vocoding.vocode(self._ranked())
        self._active = [task for task in self._active if task not in over]
        self._vocoding.update([*self._waiting, *self._active])
        return notices + sounds

    def _ranked(self) -> list[Task]:
        """The active tasks, which decode or wait for the vocoder, in playback order."""
        return sorted(self._active, key=lambda task: task.rank)

    def _admissible(self) -> list[Task]:
        return sorted((t for t in self._waiting if t.request.reading not in self._held), key=lambda t: t.rank)

    def _admit(self) -> list[Task]:
        """Takes from the queue what may join now."""
        free = self.max_rows - len(self._decoder.rows)
        seconds, only_one = self._prefill_budget()
        chosen: list[Task] = []
        for task in self._admissible():
            prompts = task.request.prompts[: self.max_rows]
            seconds -= self._vocoding.costs.position.value * _prefill_positions(prompts)
            if len(prompts) > free or seconds <= 0:
                break
            chosen.append(task)
            free -= len(prompts)
            if only_one:
                break
        for task in chosen:
            self._waiting.remove(task)
        return chosen

    def _prefill_budget(self) -> tuple[float, bool]:
        """Seconds that a prefill may take now, and whether only one task may join."""
        if not self.pacing.first_alone:
            return math.inf, False
        if not self._active:
            return math.inf, True
        first = self._ranked()[0]
        seconds = self._vocoding.prefill_budget(first)
        if math.isinf(seconds) or self._vocoding.is_far_ahead(first):
            return seconds, False
        # One after each step, which shows what the last one costs.
        return (0.0 if self._joined else seconds), True

    def _join(self, tasks: list[Task]) -> None:
        groups = [task.request.prompts[: self.max_rows] for task in tasks]
        prompts = [prompt for group in groups for prompt in group]
        self._active += tasks
        began = self._clock()
        rows = iter(self._decoder.join(prompts))
        self._vocoding.costs.position.add((self._clock() - began) / _prefill_positions(prompts))
        for task, group in zip(tasks, groups, strict=True):
            task.rows = [next(rows) for _ in group]

    def _step(self) -> None:
        began, rows = self._clock(), len(self._decoder.rows)
        self._decoder.step()
        if rows:
            self._vocoding.costs.add_step(rows, self._clock() - began)

    def _within_memory(self, work: Callable[[], None]) -> list[Event]:
        """Does the work; when memory runs out, puts rows back into the queue and continues with fewer."""
        try:
            work()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if self.max_rows == 1:
                raise EngineError(
                    "not enough memory to speak: close other programs, or use espeak"
                ) from error
            return [self._shrink()]
        return []

    def _shrink(self) -> Notice:
        self.max_rows //= 2
        for task in sorted(self._active, key=lambda task: task.rank, reverse=True):
            if not task.ended and (not task.rows or len(self._decoder.rows) > self.max_rows):
                task.abandon(self._decoder)
                self._active.remove(task)
                self._waiting.append(task)
        return Notice(f"memory is low: XTTS now synthesizes at most {self.max_rows} utterances at once")


def _prefill_positions(prompts: Sequence[Prompt]) -> int:
    return sum(prompt.prefill_positions for prompt in prompts)


def pacing_for(device: torch.device) -> Pacing:
    """How to schedule rows on a device."""
    return GPU_PACING if device.type == "cuda" else CPU_PACING


def make_decoder(core: XttsCore, sampling: Sampling, rows: int) -> Decoder:
    """A decoder with room for so many rows; on a CUDA device all sizes of a step are captured now."""
    device = core.plan.device.type
    positions = _RESERVED_POSITIONS.get(device, _RESERVED_POSITIONS["cpu"])
    if device != "cuda":
        decoder = Decoder(core, sampling)
        decoder.reserve(rows, positions)
        return decoder
    if core.plan.device.index is not None:
        # Streams and graphs belong to the thread's current device, which is the first one by default.
        torch.cuda.set_device(core.plan.device.index)
    steps = GraphSteps(CudaGraphRecorder())
    decoder = Decoder(core, sampling, steps)
    steps.capture(decoder, rows, positions)
    return decoder


def make_scheduler(core: XttsCore, sampling: Sampling | None = None) -> Scheduler:
    """A scheduler with a decoder of its own, paced for the device."""
    pacing = pacing_for(core.plan.device)
    return Scheduler(make_decoder(core, sampling or Sampling(), pacing.max_rows), pacing)


def warm_vocoder(core: XttsCore) -> None:
    """Compiles the vocoder's kernels for the first pieces: 0.1 s each on a CPU, once per process."""
    voice = torch.zeros(1, core.vocoder.voice.weight.shape[1], 1)
    with torch.inference_mode():
        for size in _WARM_SIZES:
            core.vocoder(torch.zeros(1, core.shape.width, size), voice)
