"""Continuous batching: who joins, who is heard, who leaves.

1. `submit` puts a request into the queue; nothing is computed.
2. `tick` admits waiting requests, the most urgent first, in one prefill. Where the pace says so the row that
   is being heard decodes alone until its sound is some way ahead of the ear.
3. Every active row gets one more token; a row that ended frees its slot at once.
4. The row that is being heard gives out what is final as soon as it is worth a piece, or before the listener
   would have to wait; others are vocoded when they have ended, in the order of urgency, and when there is
   time for it.
5. `cancel` frees the rows of a request before the next step.

One thread calls it. When memory runs out the batch shrinks, and the rows that had to go begin again: their
seeds make them say the same.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence

from codechoir.engines.xtts.neural.buffer_tracker import Clock
from codechoir.engines.xtts.neural.conditioning import Conditioning
from codechoir.engines.xtts.neural.decoder import Decoder, Prompt
from codechoir.engines.xtts.neural.precision import is_out_of_memory
from codechoir.engines.xtts.neural.tasks import Event, Notice, Pace, Request, Task
from codechoir.engines.xtts.neural.vocoding import Vocoding
from codechoir.engines.xtts.neural.windows import Speech
from codechoir.errors import EngineError


class Scheduler:
    """See the module. `tick` returns what became audible."""

    def __init__(self, decoder: Decoder, pace: Pace, clock: Clock = time.monotonic) -> None:
        self.pace, self.most_rows = pace, pace.rows
        self._clock, self._voicing = clock, Vocoding(decoder, pace, clock)
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

    @property
    def unfinished(self) -> int:
        """Requests waiting or active."""
        return len(self._waiting) + len(self._active)

    def submit(self, request: Request) -> None:
        """Queue a request."""
        speech = Speech(self._vocoder, request.prompts[0].voice.embedding)
        self._order += 1
        self._waiting.append(Task(request, self._order, speech, float(self.pace.first)))

    def prepare(self, voice: Conditioning) -> None:
        """Compute what every utterance of a voice needs; see `Decoder.prepare`."""
        self._decoder.prepare(voice)

    def cancel(self, ids: Iterable[int]) -> None:
        """Forget requests, waiting or active; unknown ids are ignored."""
        gone = set(ids)
        self._waiting = [task for task in self._waiting if task.request.id not in gone]
        for task in [task for task in self._active if task.request.id in gone]:
            task.abandon(self._decoder)
            self._active.remove(task)

    def hold(self, reading: int) -> None:
        """Admit nothing more of a reading that is far enough ahead; its rows already decoding go on."""
        self._held.add(reading)

    def release(self, reading: int) -> None:
        """The listener has caught up."""
        self._held.discard(reading)

    def tick(self) -> list[Event]:
        """A prefill or a step, and what became audible. Raises `EngineError` when even one row does not fit
        into memory."""
        chosen = self._admit()
        self._joined = bool(chosen)
        notices: list[Event] = list(self._within_memory(lambda: self._join(chosen)) if chosen else ())
        if not chosen:
            notices += self._within_memory(self._step)
        for task in self._active:
            task.retire(self._decoder)
        sounds, over = self._voicing.voice(self._ranked())
        self._active = [task for task in self._active if task not in over]
        self._voicing.reach([*self._waiting, *self._active])
        return notices + sounds

    def _ranked(self) -> list[Task]:
        """Those that decode, or wait for the vocoder, in the order in which they are heard."""
        return sorted(self._active, key=lambda task: task.rank)

    def _admissible(self) -> list[Task]:
        return sorted((t for t in self._waiting if t.request.reading not in self._held), key=lambda t: t.rank)

    def _admit(self) -> list[Task]:
        """Take from the queue what may join now."""
        free = self.most_rows - len(self._decoder.rows)
        seconds, one = self._time_to_join()
        chosen: list[Task] = []
        for task in self._admissible():
            prompts = task.request.prompts[: self.most_rows]
            seconds -= self._voicing.forecast.position.value * positions(prompts)
            if len(prompts) > free or seconds <= 0:
                break
            chosen.append(task)
            free -= len(prompts)
            if one:
                break
        for task in chosen:
            self._waiting.remove(task)
        return chosen

    def _time_to_join(self) -> tuple[float, bool]:
        """Seconds that a prefill may take now, and whether only one task may join."""
        if not self.pace.alone:
            return math.inf, False
        if not self._active:
            return math.inf, True
        first = self._ranked()[0]
        seconds = self._voicing.time_to_join(first)
        if math.isinf(seconds) or self._voicing.is_far(first):
            return seconds, False
        # One after each step, which tells what the last one costs.
        return (0.0 if self._joined else seconds), True

    def _join(self, tasks: list[Task]) -> None:
        groups = [task.request.prompts[: self.most_rows] for task in tasks]
        prompts = [prompt for group in groups for prompt in group]
        self._active += tasks
        began = self._clock()
        rows = iter(self._decoder.join(prompts))
        self._voicing.forecast.position.add((self._clock() - began) / positions(prompts))
        for task, group in zip(tasks, groups, strict=True):
            task.rows = [next(rows) for _ in group]

    def _step(self) -> None:
        began, rows = self._clock(), len(self._decoder.rows)
        self._decoder.step()
        if rows:
            self._voicing.forecast.stepped(rows, self._clock() - began)

    def _within_memory(self, work: Callable[[], None]) -> list[Event]:
        """Do the work; when memory runs out, put rows back into the queue and go on with fewer."""
        try:
            work()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if self.most_rows == 1:
                raise EngineError(
                    "not enough memory to speak: close other programs, or use espeak"
                ) from error
            return [self._shrink()]
        return []

    def _shrink(self) -> Notice:
        self.most_rows //= 2
        for task in sorted(self._active, key=lambda task: task.rank, reverse=True):
            if not task.ended and (not task.rows or len(self._decoder.rows) > self.most_rows):
                task.abandon(self._decoder)
                self._active.remove(task)
                self._waiting.append(task)
        return Notice(f"memory is short: XTTS now says at most {self.most_rows} utterances at once")


def positions(prompts: Sequence[Prompt]) -> int:
    """New positions of a prefill: text with its two marks, start of audio."""
    return sum(len(prompt.tokens) + 3 for prompt in prompts)
