"""How long a start waits for its voices: seven from the library, beside NumPy's own files of the same.

Each sample is a process of its own, as a start is. Before the clock runs the process has loaded what a child
process with an engine has loaded: its host, NumPy, and the modules of the standard library that torch
imports. The library and safetensors are loaded while the clock runs, from bytecode, as those of an installed
package are.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codechoir.bench.runner import Figure, figure

VOICES = 7
RUNS = 9
GOAL_MILLISECONDS = 50.0

_TIMED = """
import hashlib, json, pathlib, sys, time, numpy, codechoir.engines.subprocess.host
began = time.perf_counter()
{work}
print((time.perf_counter() - began) * 1000)
"""
_OURS = """
from pathlib import Path
from codechoir.voices.library import LibrarySettings, VoiceLibrary
folder = Path(sys.argv[1])
loaded = VoiceLibrary(LibrarySettings(folder / "voices", folder / "cache")).preload()
assert len(loaded) == {count}
"""
_PEER = """
from pathlib import Path
loaded = []
for file in sorted((Path(sys.argv[1]) / "numpy").glob("*.npz")):
    with numpy.load(file) as tensors:
        loaded.append({{name: tensors[name] for name in tensors.files}})
assert len(loaded) == {count}
"""


def figures(runs: int = RUNS) -> list[Figure]:
    """`library.start`: milliseconds until seven voices are loaded and checked, the median of `runs`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_voices(folder)
        ours, peer = [], []
        for work in (_OURS, _PEER):
            _milliseconds(work, folder)  # writes the bytecode
        for _ in range(runs):
            ours.append(_milliseconds(_OURS, folder))
            peer.append(_milliseconds(_PEER, folder))
    return [
        figure(
            "library.start",
            statistics.median(ours),
            "ms",
            GOAL_MILLISECONDS,
            statistics.median(peer),
            "numpy.load of .npz files, nothing checked",
        )
    ]


def _milliseconds(work: str, folder: Path) -> float:
    program = _TIMED.format(work=work.format(count=VOICES))
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _write_voices(folder: Path) -> None:
    """Seven voices in the shapes of XTTS, in both formats."""
    import numpy as np

    from codechoir.voices.library import LibrarySettings, VoiceLibrary

    library = VoiceLibrary(LibrarySettings(folder / "voices", folder / "cache"))
    (folder / "numpy").mkdir()
    recording = folder / "recording.wav"
    recording.write_bytes(b"stands for a recording")
    for number in range(VOICES):
        voice = library.add(f"voice {number}", [recording], _RandomConditioner(number))
        np.savez(folder / "numpy" / f"{number}.npz", **voice.tensors)  # type: ignore[arg-type]


class _RandomConditioner:
    """Makes random latents; see `Conditioner`."""

    engine = "xtts"
    fingerprint = "benchmark"

    def __init__(self, number: int) -> None:
        self.parameters: Mapping[str, Any] = {"number": number}

    def warm_up(self) -> None:
        """Nothing to load."""

    def condition(self, _: object) -> Mapping[str, Any]:
        import numpy as np

        random = np.random.default_rng(self.parameters["number"])
        return {
            "gpt_cond_latent": random.standard_normal((1, 32, 1024), dtype=np.float32),
            "speaker_embedding": random.standard_normal((1, 512, 1), dtype=np.float32),
        }
