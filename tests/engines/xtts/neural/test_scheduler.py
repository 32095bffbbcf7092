"""Requests in, sound out: order, first sound, cancel, hold, memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from codechoir.engines.xtts.neural.decoder import Decoder, Prompt, Sampling
from codechoir.engines.xtts.neural.scheduler import Scheduler
from codechoir.engines.xtts.neural.tasks import CPU_PACING, Event, Notice, Pacing, Request, Sound
from codechoir.errors import EngineError
from support.xtts_decoding import GREEDY, decode, prompts

TOGETHER = replace(CPU_PACING, first_alone=False)


def requests(batch: Sequence[Prompt]) -> list[Request]:
    return [Request(i, (prompt,), priority=i) for i, prompt in enumerate(batch)]


def run(scheduler: Scheduler) -> list[Event]:
    events: list[Event] = []
    while not scheduler.idle:
        events += scheduler.tick()
    return events


def said(events: Sequence[Event], wanted: int) -> np.ndarray:
    return np.concatenate([e.samples for e in events if isinstance(e, Sound) and e.id == wanted])


def expected(core: Any, prompt: Prompt) -> np.ndarray:
    ((_, latents),) = decode(core, [prompt])
    frames = core.vocoder.timing.interpolate(latents, 0, core.vocoder.timing.frame_count(len(latents)))
    with torch.inference_mode():
        return np.asarray(core.vocoder(frames[None], prompt.voice.embedding)[0].numpy())


@pytest.mark.parametrize("pacing", [CPU_PACING, TOGETHER, replace(TOGETHER, vocoder_batch=8, vocoded_rows=8)])
def test_every_utterance_sounds_as_if_said_alone(core: Any, voices: Any, pacing: Pacing) -> None:
    batch = prompts(core, voices, 3, max_tokens=8)
    scheduler = Scheduler(Decoder(core, GREEDY), pacing)
    for request in requests(batch):
        scheduler.submit(request)
    events = run(scheduler)
    for i, prompt in enumerate(batch):
        np.testing.assert_allclose(said(events, i), expected(core, prompt), atol=1e-4)
    ends = [e for e in events if isinstance(e, Sound) and e.last]
    assert sorted(e.id for e in ends) == [0, 1, 2]
    assert {e.tokens for e in ends} == {8}


def test_the_playing_row_sends_sound_before_it_ends(core: Any, voices: Any) -> None:
    """And in growing pieces, the first of them before any other row joins."""
    batch = prompts(core, voices, 2, max_tokens=24)
    decoder = Decoder(core, GREEDY)
    scheduler = Scheduler(decoder, replace(CPU_PACING, first_frames=4), clock=lambda: 0.0)
    for request in requests(batch):
        scheduler.submit(request)
    first: list[Event] = []
    while not first:
        assert len(decoder.rows) <= 1
        first = scheduler.tick()
    assert isinstance(first[0], Sound)
    assert first[0].id == 0
    assert not first[0].last
    assert len(decoder.rows[0].tokens) <= 6
    sizes = [
        len(e.samples) for e in [*first, *run(scheduler)] if isinstance(e, Sound) and e.id == 0 and not e.last
    ]
    assert sizes == sorted(sizes)
    assert len(sizes) >= 2


def test_requests_end_by_priority_in_whatever_order_they_were_submitted(core: Any, voices: Any) -> None:
    batch = prompts(core, voices, 3, max_tokens=6)
    scheduler = Scheduler(Decoder(core, GREEDY), replace(TOGETHER, max_rows=1))
    for request in reversed(requests(batch)):
        scheduler.submit(request)
    ends = [e.id for e in run(scheduler) if isinstance(e, Sound) and e.last]
    assert ends == [0, 1, 2]


def test_cancel_frees_its_rows_within_one_step(core: Any, voices: Any) -> None:
    decoder = Decoder(core, GREEDY)
    scheduler = Scheduler(decoder, TOGETHER)
    for request in requests(prompts(core, voices, 3, max_tokens=20)):
        scheduler.submit(request)
    scheduler.tick()
    assert len(decoder.rows) == 3
    scheduler.cancel({0, 2, 99})
    assert len(decoder.rows) == 1
    assert {e.id for e in run(scheduler) if isinstance(e, Sound)} == {1}


def test_a_reading_that_is_held_gets_no_new_rows(core: Any, voices: Any) -> None:
    scheduler = Scheduler(Decoder(core, GREEDY), TOGETHER)
    (prompt,) = prompts(core, voices, 1, max_tokens=4)
    scheduler.submit(Request(1, (prompt,), reading=7))
    scheduler.hold(7)
    assert scheduler.idle
    assert scheduler.tick() == []
    scheduler.release(7)
    assert [e.id for e in run(scheduler) if isinstance(e, Sound) and e.last] == [1]


def test_one_of_several_candidates_is_sent(core: Any, voices: Any) -> None:
    (prompt,) = prompts(core, voices, 1, max_tokens=6)
    candidates = tuple(replace(prompt, seed=seed) for seed in range(3))
    sampling = Sampling(temperature=1.0)
    decoder = Decoder(core, sampling)
    scheduler = Scheduler(decoder, TOGETHER)
    scheduler.submit(Request(5, candidates))
    scheduler.tick()
    assert len(decoder.rows) == 3
    (end,) = [e for e in run(scheduler) if isinstance(e, Sound)]
    assert end.last
    alone = []
    for candidate in candidates:
        single = Scheduler(Decoder(core, sampling), TOGETHER)
        single.submit(Request(0, (candidate,)))
        alone.append(next(e for e in run(single) if isinstance(e, Sound) and e.last))
    assert end.log_probability == pytest.approx(max(e.log_probability for e in alone), abs=1e-4)


class Cramped(Decoder):
    """A decoder with memory for so many rows."""

    room = 2

    def reserve(self, slots: int, positions: int) -> None:
        if slots > self.room:
            raise torch.OutOfMemoryError("no room")
        super().reserve(slots, positions)


def test_out_of_memory_shrinks_the_batch_with_a_notice(core: Any, voices: Any) -> None:
    batch = prompts(core, voices, 4, max_tokens=5)
    scheduler = Scheduler(Cramped(core, GREEDY), replace(TOGETHER, max_rows=4))
    for request in requests(batch):
        scheduler.submit(request)
    events = run(scheduler)
    (notice,) = [e for e in events if isinstance(e, Notice)]
    assert "at most 2 utterances" in notice.text
    for i, prompt in enumerate(batch):
        np.testing.assert_allclose(said(events, i), expected(core, prompt), atol=1e-4)


def test_no_memory_for_a_single_row_is_an_error_for_the_user(core: Any, voices: Any) -> None:
    decoder = Cramped(core, GREEDY)
    decoder.room = 0
    scheduler = Scheduler(decoder, replace(TOGETHER, max_rows=1))
    scheduler.submit(Request(0, tuple(prompts(core, voices, 1))))
    with pytest.raises(EngineError, match="not enough memory"):
        scheduler.tick()


def test_other_errors_are_not_treated_as_out_of_memory(core: Any, voices: Any) -> None:
    class Broken(Decoder):
        def join(self, prompts: Sequence[Prompt]) -> Any:
            raise RuntimeError("broken")

    scheduler = Scheduler(Broken(core, GREEDY), TOGETHER)
    scheduler.submit(Request(0, tuple(prompts(core, voices, 1))))
    with pytest.raises(RuntimeError, match="broken"):
        scheduler.tick()
