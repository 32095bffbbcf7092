"""Devices: what is prepared for the first reading, what exists, what runs out."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch
from codechoir.engines.xtts.neural.gpt_layers import is_out_of_memory, make_plan
from codechoir.engines.xtts.neural.scheduler import make_decoder, make_scheduler, pacing_for, warm_vocoder
from codechoir.engines.xtts.neural.tasks import CPU_PACING, GPU_PACING, Request, Sound
from codechoir.engines.xtts.neural.vocoder import memory_layout
from codechoir.engines.xtts.speech.checkpoint import find_device
from codechoir.engines.xtts.speech.hosted_engine import BAD_OPTIONS, probe
from codechoir.errors import EngineError
from support.xtts_decoding import GREEDY, collect, prompts


def test_a_decoder_reserves_memory_before_the_first_row_joins(core: Any, voices: Any) -> None:
    decoder = make_decoder(core, GREEDY, 4)
    cache = decoder.state.cache
    collect(decoder, decoder.join(prompts(core, voices, 4, max_tokens=6)))
    assert decoder.state.cache is cache


def test_the_scheduler_suits_the_device_and_speaks(core: Any, voices: Any) -> None:
    scheduler = make_scheduler(core, GREEDY)
    assert scheduler.pacing == CPU_PACING
    (prompt,) = prompts(core, voices, 1, max_tokens=3)
    scheduler.submit(Request(1, (prompt,)))
    sounds = []
    while not scheduler.idle:
        sounds += [event for event in scheduler.tick() if isinstance(event, Sound)]
    assert sum(len(sound.samples) for sound in sounds) == core.vocoder.timing.frame_count(3) * 256


def test_the_vocoder_can_be_warmed_up_without_a_voice(core: Any) -> None:
    warm_vocoder(core)


# ---- devices that this machine may not have -------------------------------------------------------------


@pytest.fixture
def two_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two CUDA devices, and no MPS."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


def test_only_an_existing_device_is_used(two_cards: None) -> None:
    assert [find_device(name) for name in ("auto", "cuda", "cuda:1", "cpu")] == [
        *("cuda", "cuda", "cuda:1", "cpu")
    ]
    for name in ("cuda:2", "cuda:x", "cuda:-1", "mps", "tpu"):
        with pytest.raises(EngineError, match=f"no device '{name}' here; choose auto, cpu, cuda"):
            find_device(name)


def test_mps_is_used_only_when_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert (find_device("auto"), find_device("mps")) == ("cpu", "mps")


@pytest.mark.parametrize("device", ["cuda:1", "mps"])
def test_a_gpu_computes_in_fp16_by_default(device: str) -> None:
    plan = make_plan(device)
    assert (plan.compute, plan.vocoder) == (torch.float16, torch.float16)
    assert make_plan(device, "int8").reason.endswith("(int8 only pays on the CPU)")
    assert make_plan(device, "fp32").compute is torch.float32
    assert pacing_for(plan.device) is (CPU_PACING if device == "mps" else GPU_PACING)


def test_the_memory_layout_suits_the_device() -> None:
    layouts = [memory_layout(torch.device(name)) for name in ("cpu", "cuda", "mps")]
    assert layouts == [torch.channels_last, torch.channels_last, torch.contiguous_format]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9.00 GB)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
)
def test_out_of_memory_errors_of_each_device_are_recognised(error: RuntimeError | MemoryError) -> None:
    assert is_out_of_memory(error)


def test_the_probe_loads_coqui_and_prints_what_it_computes_with(
    capsys: pytest.CaptureFixture[str],
) -> None:
    probe("cpu", "auto")
    assert f"computes in {make_plan('cpu').reason}" in capsys.readouterr().out
    assert "TTS.tts.models.xtts" in sys.modules


def test_the_probe_distinguishes_bad_options_from_broken_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        probe("cpu", "int4")
    assert end.value.code == BAD_OPTIONS
    assert capsys.readouterr().err.splitlines()[-1].startswith("unknown precision 'int4'")
