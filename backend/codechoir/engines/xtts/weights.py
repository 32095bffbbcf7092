"""The weights of XTTS v2 as data: which files, how large, with which content, and where they can be had.

Sizes and hashes are those that the model hub publishes for `coqui/XTTS-v2` at the revision below, in which
they have been since the release 2.0.3. Another place may offer the same files: the hashes decide.
"""

from __future__ import annotations

from dataclasses import dataclass

REVISION = "6c2b0d75eae4b7047358e3b6bd9325f857d43f77"
SOURCES = (
    f"https://huggingface.co/coqui/XTTS-v2/resolve/{REVISION}/",
    "https://huggingface.co/tts-hub/XTTS-v2/resolve/main/",
)
"""Folders on the web, asked in this order."""

LICENCE = "Coqui Public Model License 1.0.0 (CPML)"
LICENCE_URL = "https://huggingface.co/coqui/XTTS-v2/blob/main/LICENSE.txt"
TERMS = (
    f"The weights of XTTS v2 are under the {LICENCE}: non-commercial use only, of the model and of the\n"
    f"sound that it makes. The full text: {LICENCE_URL}"
)


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file of the checkpoint: `size` in bytes, `sha256` of its content in hexadecimal."""

    name: str
    size: int
    sha256: str


FILES = (
    WeightFile("config.json", 4_368, "ef262b1454dd2a77e1461b0b2cd53e19b8a7624cc131b837d36df67356bc75e8"),
    WeightFile("vocab.json", 361_219, "928260878a59da8a72a2a5b7687fea29d5106137669d90945430fe17e415304a"),
    WeightFile(
        "speakers_xtts.pth", 7_754_818, "f0f6137c19a4eab0cbbe4c99b5babacf68b1746e50da90807708c10e645b943b"
    ),
    WeightFile(
        "model.pth", 1_867_929_118, "c7ea20001c6a0a841c77e252d8409f6a74fb423e79b3206a0771ba5989776187"
    ),
)
"""Small ones first, so that a mistake in the set-up shows at once."""

NEEDED = tuple(file.name for file in FILES)
"""What a folder must hold to be a checkpoint; fine-tuned weights carry the same names."""
