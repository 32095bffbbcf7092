"""Environment of the process that computes: what is installed there, and set before torch is loaded."""

from __future__ import annotations

INSTALL = "python -m pip install '.[xtts]' in Codechoir's folder, or “Install neural voices” in VS Code"
"""How torch and coqui-tts come to the Python that runs Codechoir."""


def variables() -> dict[str, str]:
    """Environment variables for the child.

    OMP_WAIT_POLICY: torch's worker threads otherwise spin while they wait, and on a machine that does
    something else besides (an editor) each of the hundreds of parallel regions of a step then waits for a
    time slice of the scheduler: a step took 0.3 to 1.8 s instead of 0.06 s with two other busy processes on
    two cores. ONEDNN_PRIMITIVE_CACHE_CAPACITY: kernels of all sizes of windows stay.
    """
    return {"OMP_WAIT_POLICY": "passive", "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "4096"}
