"""A decoder and a scheduler that suit the device, with everything made ahead that would delay a reading."""

from __future__ import annotations

import torch

from codechoir.engines.xtts.neural.decoder import Decoder, Sampling
from codechoir.engines.xtts.neural.decoding_steps import CudaRecorder, GraphedSteps
from codechoir.engines.xtts.neural.scheduler import Scheduler
from codechoir.engines.xtts.neural.tasks import CPU_PACE, GPU_PACE, Pace
from codechoir.engines.xtts.neural.windows import SIZES
from codechoir.engines.xtts.neural.xtts_model import XttsCore

POSITIONS = {"cuda": 256, "cpu": 128}
"""Room that rows get at once: texts of code need no more. Longer ones make the cache grow."""

WARM_SIZES = SIZES[2:8]
"""Sizes of window that a first piece may have; the kernels of the vocoder are made for each."""


def pace_for(device: torch.device) -> Pace:
    """How to schedule rows on a device."""
    return GPU_PACE if device.type == "cuda" else CPU_PACE


def make_decoder(core: XttsCore, sampling: Sampling, rows: int) -> Decoder:
    """A decoder with room for so many rows; on a CUDA device all sizes of a step are captured at once."""
    device = core.plan.device.type
    positions = POSITIONS.get(device, POSITIONS["cpu"])
    if device != "cuda":
        decoder = Decoder(core, sampling)
        decoder.reserve(rows, positions)
        return decoder
    if core.plan.device.index is not None:
        # Streams and graphs belong to the thread's current device, which is the first one unless it is told.
        torch.cuda.set_device(core.plan.device.index)
    steps = GraphedSteps(CudaRecorder())
    decoder = Decoder(core, sampling, steps)
    steps.capture(decoder, rows, positions)
    return decoder


def make_scheduler(core: XttsCore, sampling: Sampling | None = None) -> Scheduler:
    """What the child serves readings with."""
    pace = pace_for(core.plan.device)
    return Scheduler(make_decoder(core, sampling or Sampling(), pace.rows), pace)


def warm_vocoder(core: XttsCore) -> None:
    """Make the vocoder's kernels for the first pieces: 0.1 s each on a CPU, once a process."""
    voice = torch.zeros(1, core.vocoder.voice.weight.shape[1], 1)
    with torch.inference_mode():
        for size in WARM_SIZES:
            core.vocoder(torch.zeros(1, core.shape.width, size), voice)
