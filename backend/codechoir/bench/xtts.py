"""The neural engine beside coqui-tts on the same random weights, in a process of its own.

It needs an interpreter with torch and coqui-tts: `CODECHOIR_XTTS_PYTHON`, else `.venv-xtts` of a checkout,
else this one.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from codechoir.engines.xtts.environment import INSTALL, variables
from codechoir.errors import EngineError, InputError, did_you_mean

SHAPES = ("tiny", "full")
_PACKAGE = Path(__file__).parents[2]


def figures(shape: str = "tiny", device: str = "cpu") -> list[dict[str, Any]]:
    """Figures named `xtts.…`. `shape`: 'tiny' takes seconds and shows that everything runs, 'full' takes
    minutes and 5 GB and shows how fast. Raises `InputError`, or `EngineError` when it cannot run here."""
    if shape not in SHAPES:
        raise InputError(f"unknown shape '{shape}'; known: {', '.join(SHAPES)}.{did_you_mean(shape, SHAPES)}")
    command = [str(interpreter()), "-m", "codechoir.bench.xtts_measure", shape, device]
    environment = {
        **os.environ,
        **variables(),
        "PYTHONPATH": str(_PACKAGE),
        "TRANSFORMERS_VERBOSITY": "error",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise EngineError(f"the benchmark of XTTS failed: {reason}")
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def interpreter() -> Path:
    """The Python that has torch and coqui-tts. Raises `EngineError` when there is none."""
    named = os.environ.get("CODECHOIR_XTTS_PYTHON")
    own = _PACKAGE.parent / ".venv-xtts" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if named:
        return Path(named)
    if own.is_file():
        return own
    if importlib.util.find_spec("torch") and importlib.util.find_spec("TTS"):
        return Path(sys.executable)
    raise EngineError(f"XTTS is not installed, so there is nothing to measure: {INSTALL}")
