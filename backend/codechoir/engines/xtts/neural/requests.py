"""What the scheduler is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codechoir.engines.xtts.neural.prompt import Prompt


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
