"""What XTTS can do, as data; known on both sides of the pipe without loading anything."""

from __future__ import annotations

from codechoir.engines.protocol import Capabilities
from codechoir.engines.xtts.languages import LANGUAGES

SAMPLE_RATE = 24_000

CAPABILITIES = Capabilities(
    SAMPLE_RATE,
    cloning=True,
    batching=True,
    concurrent=True,
    languages=tuple(LANGUAGES),
    ignores=("range",),
)

CLONING: dict[str, int | bool] = {
    "seconds": 30,
    "chunk_seconds": 4,
    "reference_seconds": 30,
    "normalise": False,
}
"""Parameters of cloning with their defaults; `neural.conditioning.Cloning` tells what they mean."""
