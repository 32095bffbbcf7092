"""What the listener hears of the scheduling: no gap in the midst of words where the machine can help it."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from codechoir.engines.xtts.neural.tasks import CPU_PACING, GPU_PACING
from codechoir.engines.xtts.neural.vocoding import BufferTracker, CostModel, RunningMedian
from support.simulated_listener import Machine, listen
from support.xtts_decoding import prompts


def two_cores() -> Machine:
    """As measured, idle."""
    return Machine(row=0.022, step=0.0165, further=0.0017, frame=0.00105)


def busy_cores() -> Machine:
    """The same beside other work."""
    return Machine(row=0.05, step=0.03, further=0.003, frame=0.0015)


def old_cores() -> Machine:
    """Slower than speech."""
    return Machine(row=0.08, step=0.045, further=0.004, frame=0.002)


@pytest.mark.parametrize(("count", "tokens"), [(1, 20), (5, 20), (12, 12), (1, 60)])
def test_on_two_cores_there_is_no_gap(
    monkeypatch: pytest.MonkeyPatch, core: Any, voices: Any, count: int, tokens: int
) -> None:
    heard = listen(
        monkeypatch, core, two_cores(), prompts(core, voices, count, max_tokens=tokens), CPU_PACING
    )
    assert heard.gaps == []
    assert heard.first < 0.2
    assert len(heard.pieces) > count, "the first utterances are heard while they are made"


@pytest.mark.parametrize("seed", range(4))
def test_rows_of_all_lengths_and_long_texts_have_hardly_a_gap(
    monkeypatch: pytest.MonkeyPatch, core: Any, voices: Any, seed: int
) -> None:
    random = Random(seed)
    batch = [replace(prompt, max_tokens=random.randint(5, 70)) for prompt in prompts(core, voices, 10)]
    batch[4] = replace(batch[4], tokens=(batch[4].tokens * 15)[:120])
    heard = listen(monkeypatch, core, two_cores(), batch, CPU_PACING)
    assert sum(silence for _, silence in heard.gaps) < 0.05


def test_on_a_busy_machine_five_rows_have_a_short_gap(
    monkeypatch: pytest.MonkeyPatch, core: Any, voices: Any
) -> None:
    batch = prompts(core, voices, 5, max_tokens=20)
    together = listen(monkeypatch, core, busy_cores(), batch, replace(CPU_PACING, first_alone=False))
    heard = listen(monkeypatch, core, busy_cores(), batch, CPU_PACING)
    assert sum(silence for _, silence in heard.gaps) < 0.1
    assert heard.first < together.first


def test_a_fast_listener_waits_before_the_first_word_and_not_inside(
    monkeypatch: pytest.MonkeyPatch, core: Any, voices: Any
) -> None:
    batch = prompts(core, voices, 5, max_tokens=20)
    slow = listen(monkeypatch, core, two_cores(), batch, CPU_PACING)
    fast = listen(monkeypatch, core, two_cores(), batch, CPU_PACING, speed=1.5)
    assert fast.gaps == []
    assert slow.first < fast.first < slow.first + 0.05


@pytest.mark.parametrize("machine", [busy_cores, old_cores])
def test_a_slow_machine_starts_later_and_then_does_not_pause(
    monkeypatch: pytest.MonkeyPatch, core: Any, voices: Any, machine: Any
) -> None:
    batch = prompts(core, voices, 1, max_tokens=20)
    patient = listen(monkeypatch, core, machine(), batch, CPU_PACING)
    hasty = listen(
        monkeypatch, core, machine(), batch, replace(CPU_PACING, max_stretch=1.0, min_frames=10_000)
    )
    assert patient.gaps == []
    assert sum(silence for _, silence in hasty.gaps) > 0.1
    assert patient.first < 0.8


def test_a_machine_that_cannot_keep_up_batches_rows(
    monkeypatch: pytest.MonkeyPatch, core: Any, voices: Any
) -> None:
    batch = prompts(core, voices, 5, max_tokens=20)
    each = [listen(monkeypatch, core, old_cores(), [prompt], CPU_PACING).total for prompt in batch]
    assert listen(monkeypatch, core, old_cores(), batch, CPU_PACING).total < 0.7 * sum(each)


def test_on_a_fast_gpu_all_rows_start_together(
    monkeypatch: pytest.MonkeyPatch, core: Any, voices: Any
) -> None:
    card = Machine(row=0.002, step=0.0015, further=0.0, frame=0.00002)
    heard = listen(monkeypatch, core, card, prompts(core, voices, 8, max_tokens=20), GPU_PACING)
    assert heard.gaps == []
    assert heard.first < 0.03
    assert heard.total < 0.1


# ---- the parts of it ---------------------------------------------------------------------------------


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_buffered_audio_counts_what_can_be_played_without_a_gap() -> None:
    time = Time()
    heads = BufferTracker(time)
    assert heads.lead(1) is None
    heads.add(1, (2, 0), 5.0)
    heads.update([(1, (1, 0))])
    assert heads.lead(1) is None, "the first utterance is still missing"
    heads.add(1, (1, 0), 1.0)
    heads.update([(1, (1, 0))])
    assert heads.lead(1) == pytest.approx(1.0), "a part of it"
    time.now += 0.4
    heads.add(1, (1, 0), 0.5)
    heads.update([(1, (3, 0)), (1, (4, 0))])
    assert heads.lead(1) == pytest.approx(6.1)
    time.now += 7.0
    assert heads.lead(1) == pytest.approx(-0.9)
    heads.add(1, (3, 0), 1.0)
    heads.update([])
    assert heads.lead(1) == pytest.approx(1.0), "after a gap it goes on from now"


def test_readings_do_not_disturb_each_other_and_are_forgotten() -> None:
    time = Time()
    heads = BufferTracker(time)
    heads.add(1, (1, 0), 1.0)
    heads.add(2, (1, 0), 3.0)
    heads.update([])
    assert (heads.lead(1), heads.lead(2)) == (pytest.approx(1.0), pytest.approx(3.0))
    time.now += 2.0
    heads.update([])
    assert heads.lead(1) is None
    assert heads.lead(2) == pytest.approx(1.0)


def test_one_slow_step_does_not_change_the_median() -> None:
    typical = RunningMedian()
    assert typical.value == 0.0
    for value in (1.0, 1.0, 50.0, 1.0):
        typical.add(value)
    assert typical.value == 1.0
    for _ in range(5):
        typical.add(2.0)
    assert typical.value == 2.0


def test_a_worthwhile_piece_lasts_until_the_next_one() -> None:
    costs = CostModel(frame_seconds=0.01, frames_per_token=4.0, context=26)
    assert costs.worthwhile_frames(1.0) == 0.0, "nothing is known yet"
    costs.add_step(1, 0.016)
    costs.frame.add(0.001)
    assert costs.gain(1.0) == pytest.approx(0.005)
    frames = costs.worthwhile_frames(1.0)
    takes = costs.vocoding(int(frames)) + frames / 4.0 * 0.016
    assert 1.0 < frames * 0.01 / takes < 1.3
    assert costs.worthwhile_frames(1.5) > frames
    assert costs.worthwhile_frames(3.0) == math.inf
    assert not costs.keeps_up(3.0)
    for _ in range(5):
        costs.add_step(8, 0.04)
    assert costs.gain(1.0) < 0
    assert costs.keeps_up(1.0), "a row alone would"
