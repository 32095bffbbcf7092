"""Loads what the engine loads, but for the weights, and tells what it would compute with.

`examine(DEVICE, PRECISION)` prints one line. It ends with status 1 and the reason as its last line of errors
when the packages do not load, and with status 3 when they do, and what is asked for is not there.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import sys

from codechoir.errors import CodechoirError

UNFIT = 3
"""The exit status when something else than the packages is at fault."""


def examine(device: str, precision: str) -> None:
    """See the module."""
    with contextlib.redirect_stdout(sys.stderr):
        import torch

        from codechoir.engines.xtts.neural.coqui import import_torchaudio
        from codechoir.engines.xtts.neural.precision import make_plan
        from codechoir.engines.xtts.speech.loaded import chosen_device

        import_torchaudio()
        importlib.import_module("TTS.tts.models.xtts")
    try:
        plan = make_plan(chosen_device(device), precision)
    except CodechoirError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(UNFIT)
    cards = [torch.cuda.get_device_name(each) for each in range(torch.cuda.device_count())]
    cards += ["Apple's graphics (mps)"] if torch.backends.mps.is_available() else []
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("torch", "coqui-tts")]
    found = ", ".join([*versions, *(cards or ["no graphics card"])])
    sys.stdout.write(f"{found}; computes in {plan.reason}\n")
