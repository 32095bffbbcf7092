"""What the scheduler is asked and what it answers.

A request on its way through the scheduler.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from codechoir.engines.xtts.neural.decoder import Decoder, Prompt, Row
from codechoir.engines.xtts.neural.windows import FrameWindow, Speech
from codechoir.engines.xtts.short_text import Outcome, best


@dataclass(frozen=True, slots=True)
class Request:
    """One utterance to say.

    `id`: the caller's, unique. `prompts`: one, or several candidates of the same words of which the best is
    taken (then nothing is heard before all are done). `urgency`: what is heard first is smallest. `reading`:
    which reading it belongs to, so that one that is far ahead can be held. `tempo`: seconds of its sound that
    are heard in a second.
    """

    id: int
    prompts: tuple[Prompt, ...]
    urgency: int = 0
    reading: int = 0
    tempo: float = 1.0


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples (fp32, -1 … 1, mono, at the model's rate) of request `id`, in order.

    With `last` come the number of audio `tokens`, the mean `log_probability` of what was said, and whether
    the row was `cut` at its limit instead of ending by itself.
    """

    id: int
    samples: NDArray[np.float32]
    last: bool = False
    tokens: int = 0
    log_probability: float = 0.0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the user: the engine goes on, but not as before."""

    text: str


Event = Sound | Notice


@dataclass(frozen=True, slots=True)
class Pace:
    """When to stop decoding and give out sound.

    `first`: frames (10.7 ms each) that make the first piece of the row being heard, or up to `patience` times
    as many on a slow machine; each later piece is `growth` times the one before, up to `most`; smaller, from
    `least` on, when the listener would have to wait for it, and none while there are `far` seconds to be
    heard. `rows`: most rows at once. `voiced`: rows that are vocoded between two steps besides the one being
    heard. `together`: windows vocoded at once. `alone`: the row being heard decodes alone until there are
    `lead` seconds to be heard; others then join as there is time, with `enough` frames of it to spare.
    """

    first: int
    growth: float
    most: int
    rows: int
    voiced: int
    together: int
    alone: bool
    least: int = 8
    lead: float = 0.4
    far: float = 1.5
    enough: int = 60
    patience: float = 3.0


CPU_PACE = Pace(first=12, growth=1.6, most=160, rows=8, voiced=1, together=1, alone=True)
GPU_PACE = Pace(first=3, growth=2.0, most=160, rows=16, voiced=16, together=16, alone=False)


@dataclass(frozen=True, slots=True)
class FinishedTask:
    """A row that ended: its latents (tokens, width), and how it went."""

    latents: torch.Tensor
    outcome: Outcome


@dataclass(slots=True, eq=False)
class Task:
    """`piece`: frames that make the next piece worth giving out. `rows`: those still decoding."""

    request: Request
    order: int
    speech: Speech
    piece: float
    rows: list[Row] = field(default_factory=list)
    finished: list[FinishedTask] = field(default_factory=list)

    @property
    def rank(self) -> tuple[int, int]:
        """What is heard first is smallest."""
        return self.request.urgency, self.order

    @property
    def ended(self) -> bool:
        """All candidates have ended."""
        return bool(self.finished) and not self.rows

    @property
    def streams(self) -> bool:
        """Sound can be given out while it decodes: not with several candidates, of which one is chosen."""
        return len(self.request.prompts) == 1

    def retire(self, decoder: Decoder) -> None:
        """Free the slots of rows that are done, keeping what the vocoder needs."""
        for row in [row for row in self.rows if row.done]:
            stopped = row.tokens[-1] == decoder.core.shape.stop_audio
            outcome = Outcome(len(row.tokens), decoder.log_probability(row), row.prompt.expected, not stopped)
            self.finished.append(FinishedTask(decoder.latents(row).clone(), outcome))
            decoder.leave(row)
            self.rows.remove(row)

    def abandon(self, decoder: Decoder) -> None:
        """Free all slots and forget what was decoded."""
        for row in self.rows:
            decoder.leave(row)
        self.rows.clear()
        self.finished.clear()

    @property
    def unsaid(self) -> int:
        """Frames of the window that an ended task is still to be vocoded in."""
        return self.speech.rest(len(self.chosen.latents))

    def last_window(self) -> FrameWindow | None:
        """The rest of the best candidate."""
        return self.speech.window(self.chosen.latents, ended=True)

    @property
    def chosen(self) -> FinishedTask:
        return self.finished[best([finished.outcome for finished in self.finished])]

    def last_sound(self, samples: torch.Tensor) -> Sound:
        """What ends the request."""
        outcome = self.chosen.outcome
        heard = samples.numpy()
        return Sound(self.request.id, heard, True, outcome.tokens, outcome.log_probability, outcome.cut)
