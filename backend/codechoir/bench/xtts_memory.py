"""Memory of a process that says five utterances: `python -m codechoir.bench.xtts_memory FOLDER PRECISION`.

Prints MiB as JSON: `peak` while a checkpoint is loaded, `resident` while it speaks.
"""

from __future__ import annotations

import ctypes
import gc
import json
import re
import sys
from pathlib import Path

from codechoir.engines.xtts.neural import (
    CPU_PACING,
    Decoder,
    Prompt,
    Request,
    Sampling,
    Scheduler,
    load_core,
    make_plan,
    studio_speakers,
    studio_voice,
    tokenize,
)


def measure(folder: Path, precision: str) -> dict[str, float]:
    core = load_core(folder, make_plan("cpu", precision))
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    scheduler = Scheduler(Decoder(core, Sampling()), CPU_PACING)
    tokens = tokenize(core, "return the total price", "en")
    for i, name in enumerate(studio_speakers(core)[:5]):
        scheduler.submit(Request(i, (Prompt(tokens, studio_voice(core, name), max_tokens=20),)))
    while not scheduler.idle:
        scheduler.tick()
    return {"peak": _status("VmHWM"), "resident": _status("VmRSS")}


def _status(field: str) -> float:
    """MiB of a field of this process's memory, as Linux counts it."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return round(int(found.group(1)) / 1024) if found else float("nan")


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])))  # noqa: T201
