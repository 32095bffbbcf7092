"""A machine whose work takes as long as we say, and a listener who hears what it gives out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from codechoir.bench.audio_metrics import stream_gaps
from codechoir.engines.xtts.neural import vocoding
from codechoir.engines.xtts.neural.decoder import Decoder, Prompt
from codechoir.engines.xtts.neural.scheduler import Scheduler
from codechoir.engines.xtts.neural.tasks import Pacing, Request, Sound
from codechoir.engines.xtts.neural.xtts_model import XttsCore
from support.xtts_decoding import GREEDY


@dataclass
class Machine:
    """Seconds: of a prefill for each row, of a step, of one for each further row, of a vocoder's frame."""

    row: float
    step: float
    further: float
    frame: float
    now: float = 0.0

    def clock(self) -> float:
        return self.now


class TimedDecoder(Decoder):
    """Its work advances the machine's clock."""

    machine: Machine

    def join(self, prompts: Sequence[Prompt]) -> Any:
        # A short text has about twenty positions.
        self.machine.now += self.machine.row * sum(len(prompt.tokens) + 3 for prompt in prompts) / 20
        return super().join(prompts)

    def step(self) -> Any:
        if self.rows:
            self.machine.now += self.machine.step + self.machine.further * (len(self.rows) - 1)
        return super().step()


@dataclass(frozen=True)
class Heard:
    """`first`: seconds to the first sound; `gaps`: (when in the sound, seconds of silence); `total`: seconds
    until all was made; `pieces`: seconds of sound in each."""

    first: float
    gaps: list[tuple[float, float]]
    total: float
    pieces: list[float]


def listen(
    monkeypatch: pytest.MonkeyPatch,
    core: XttsCore,
    machine: Machine,
    batch: Sequence[Prompt],
    pacing: Pacing,
    speed: float = 1.0,
) -> Heard:
    """What somebody hears who waits for these utterances, in their order. The machine has said something
    before."""

    def vocode(vocoder: Any, windows: Sequence[Any], batch: int = 1) -> list[torch.Tensor]:
        machine.now += machine.frame * sum(window.size for window in windows)
        return [torch.zeros(window.keep * vocoder.samples_per_frame) for window in windows]

    monkeypatch.setattr(vocoding, "vocode_windows", vocode)
    decoder = TimedDecoder(core, GREEDY)
    decoder.machine = machine
    scheduler = Scheduler(decoder, pacing, machine.clock)
    scheduler.submit(Request(-1, (replace(batch[0], max_tokens=12),)))
    while not scheduler.idle:
        scheduler.tick()
    began = machine.now
    for number, prompt in enumerate(batch):
        scheduler.submit(Request(number, (prompt,), number, reading=1, speed=speed))
    given: list[tuple[int, float, float]] = []
    while not scheduler.idle:
        for event in scheduler.tick():
            if isinstance(event, Sound) and event.id >= 0:
                given.append((event.id, machine.now, len(event.samples) / core.shape.sample_rate / speed))
    pieces = [(ready, seconds) for _, ready, seconds in sorted(given, key=lambda each: each[0])]
    first, total = pieces[0][0] - began, machine.now - began
    return Heard(first, stream_gaps(pieces), total, [seconds for _, seconds in pieces])
