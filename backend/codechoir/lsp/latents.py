"""The conditioning latents that an engine keeps, for the command `cache`."""

from __future__ import annotations

from typing import Any

from codechoir.engines.protocol import Engine


def latents_answer(engine: Engine, clear_memory: bool, clear_disk: bool) -> dict[str, Any]:
    """`{"latents": …}` of an engine that keeps some, after what is asked for was cleared; else nothing."""
    from codechoir.voices.library.latents import LatentKeeping

    if not isinstance(engine, LatentKeeping):
        return {}
    told = engine.latents(clear_memory, clear_disk)
    return {
        "latents": {
            "removed": {"entries": told["removed"], "bytes": told["freed"]},
            "entries": told["entries"],
            "bytes": told["bytes"],
            "memory": {"entries": told["memory_entries"], "bytes": told["memory_bytes"]},
        }
    }
