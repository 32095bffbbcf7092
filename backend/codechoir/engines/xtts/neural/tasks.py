"""A request on its way through the scheduler."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from codechoir.engines.xtts.neural.decoder import Decoder, Row
from codechoir.engines.xtts.neural.requests import Request, Sound
from codechoir.engines.xtts.neural.streaming import Speech, Window
from codechoir.engines.xtts.policy import Outcome, best


@dataclass(frozen=True, slots=True)
class Finished:
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
    finished: list[Finished] = field(default_factory=list)

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
            self.finished.append(Finished(decoder.latents(row).clone(), outcome))
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

    def last_window(self) -> Window | None:
        """The rest of the best candidate."""
        return self.speech.window(self.chosen.latents, ended=True)

    @property
    def chosen(self) -> Finished:
        return self.finished[best([finished.outcome for finished in self.finished])]

    def last_sound(self, samples: torch.Tensor) -> Sound:
        """What ends the request."""
        outcome = self.chosen.outcome
        heard = samples.numpy()
        return Sound(self.request.id, heard, True, outcome.tokens, outcome.log_probability, outcome.cut)
