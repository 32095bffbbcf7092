"""What the scheduler takes and returns, and a request on its way through it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from codechoir.engines.xtts.neural.decoder import Decoder, Prompt, Row
from codechoir.engines.xtts.neural.vocoder import FrameWindow, VocodingProgress
from codechoir.engines.xtts.short_text import Outcome, best_outcome


@dataclass(frozen=True, slots=True)
class Request:
    """One utterance to say.

    `id`: the caller's, unique. `prompts`: one; or several candidates of the same words, of which the best is
    taken (then no sound is returned before all are done). `priority`: the lowest number is played first.
    `reading`: which reading it belongs to, so that one that is far ahead can be held. `speed`: seconds of its
    sound that are played in a second.
    """

    id: int
    prompts: tuple[Prompt, ...]
    priority: int = 0
    reading: int = 0
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples (fp32, -1 … 1, mono, at the model's rate) of request `id`, in order.

    With `last` come the number of audio `tokens`, their mean `log_probability`, and whether the row was
    `truncated` at its limit instead of ending by itself.
    """

    id: int
    samples: NDArray[np.float32]
    last: bool = False
    tokens: int = 0
    log_probability: float = 0.0
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the user: the engine continues, but not as before."""

    text: str


Event = Sound | Notice


@dataclass(frozen=True, slots=True)
class Pacing:
    """When to interrupt decoding and send sound, and how many rows to decode.

    `first_frames`: length (in frames of 10.7 ms) of the first piece of the playing row, or up to
    `max_stretch` times as many on a slow machine. Each later piece is `growth` times as long, up to
    `max_frames`; shorter, from `min_frames` on, when the listener would have to wait for it; and there is
    none while `far_seconds` are not played yet. `max_rows`: rows at once. `vocoded_rows`: rows vocoded
    between two steps besides the playing one. `vocoder_batch`: windows vocoded at once. `first_alone`: the
    playing row decodes alone until `lead_seconds` are buffered; others then join as there is time, with
    `spare_frames` of it to spare.
    """

    first_frames: int
    growth: float
    max_frames: int
    max_rows: int
    vocoded_rows: int
    vocoder_batch: int
    first_alone: bool
    min_frames: int = 8
    lead_seconds: float = 0.4
    far_seconds: float = 1.5
    spare_frames: int = 60
    max_stretch: float = 3.0


CPU_PACING = Pacing(
    first_frames=12,
    growth=1.6,
    max_frames=160,
    max_rows=8,
    vocoded_rows=1,
    vocoder_batch=1,
    first_alone=True,
)
GPU_PACING = Pacing(
    first_frames=3,
    growth=2.0,
    max_frames=160,
    max_rows=16,
    vocoded_rows=16,
    vocoder_batch=16,
    first_alone=False,
)


@dataclass(frozen=True, slots=True)
class FinishedRow:
    """A row that ended: its latents (tokens, width), and how it went."""

    latents: torch.Tensor
    outcome: Outcome


@dataclass(slots=True, eq=False)
class Task:
    """A request being processed.

    `order`: in which it was submitted. `progress`: how much of it is vocoded. `piece_frames`: length of its
    next piece. `rows`: candidates that still decode; `finished`: those that have ended.
    """

    request: Request
    order: int
    progress: VocodingProgress
    piece_frames: float
    rows: list[Row] = field(default_factory=list)
    finished: list[FinishedRow] = field(default_factory=list)

    @property
    def rank(self) -> tuple[int, int]:
        """The lowest is played first."""
        return self.request.priority, self.order

    @property
    def ended(self) -> bool:
        """All candidates have ended."""
        return bool(self.finished) and not self.rows

    @property
    def streams(self) -> bool:
        """Sound can be sent while it decodes: not with several candidates, of which one is chosen."""
        return len(self.request.prompts) == 1

    @property
    def chosen(self) -> FinishedRow:
        """The best candidate."""
        return self.finished[best_outcome([finished.outcome for finished in self.finished])]

    @property
    def remaining_frames(self) -> int:
        """Frames of the window that an ended task is still to be vocoded in."""
        return self.progress.remaining(len(self.chosen.latents))

    def collect_finished(self, decoder: Decoder) -> None:
        """Frees the slots of rows that are done, keeping what the vocoder needs."""
        for row in [row for row in self.rows if row.done]:
            stopped = row.tokens[-1] == decoder.core.shape.stop_audio
            outcome = Outcome(
                len(row.tokens), decoder.log_probability(row), row.prompt.expected_tokens, not stopped
            )
            self.finished.append(FinishedRow(decoder.latents(row).clone(), outcome))
            decoder.leave(row)
            self.rows.remove(row)

    def abandon(self, decoder: Decoder) -> None:
        """Frees all slots and forgets what was decoded."""
        for row in self.rows:
            decoder.leave(row)
        self.rows.clear()
        self.finished.clear()

    def last_window(self) -> FrameWindow | None:
        """The rest of the best candidate."""
        return self.progress.next_window(self.chosen.latents, ended=True)

    def last_sound(self, samples: torch.Tensor) -> Sound:
        """The sound that ends the request."""
        outcome = self.chosen.outcome
        return Sound(
            self.request.id,
            samples.numpy(),
            True,
            outcome.tokens,
            outcome.log_probability,
            outcome.truncated,
        )
