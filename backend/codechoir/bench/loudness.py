"""How loud each variant of eSpeak NG is: `python -m codechoir.bench.loudness > voices/loudness.toml`.

Loudness here lies between the RMS level and LUFS (ITU-R BS.1770, without gating), in decibels below full
scale. Dark and bright voices differ by 2 dB between the two: so they are nearly levelled by either measure.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from codechoir.audio import loudness
from codechoir.engines.espeak import Library, SynthParams, WordEvent, library

if TYPE_CHECKING:
    import numpy as np

    Samples = np.ndarray[tuple[Any, ...], np.dtype[np.floating[Any]]]

TARGET = -23.5
"""Decibels below full scale: what broadcasters level to (EBU R 128), within half a decibel."""

SENTENCES = (
    "for user in users list call append user dot name",
    "return value is not equal to none and count plus one",
    "define read file path is a string returns bytes",
    "list of string users equals new array list",
    "constant total equals items map item arrow item dot price",
)


def said(loaded: Library, text: str, manner: SynthParams) -> np.ndarray[Any, np.dtype[np.int16]]:
    """What the library makes of a text, at its own sample rate."""
    import numpy as np

    pcm = bytearray()

    def keep(samples: bytes, _: list[WordEvent]) -> bool:
        pcm.extend(samples)
        return True

    loaded.say(text, manner, keep)
    return np.frombuffer(bytes(pcm), np.int16)


def _spoken(loaded: Library, manner: SynthParams) -> Samples:
    """All sentences in one voice, without the silence around them."""
    import numpy as np

    pieces = []
    for sentence in SENTENCES:
        samples = said(loaded, sentence, manner).astype(np.float64)
        heard = np.flatnonzero(np.abs(samples) > np.abs(samples).max() / 50)
        pieces.append(samples[heard[0] : heard[-1] + 1] if heard.size else samples)
    return np.concatenate(pieces)


def volumes() -> dict[str, int]:
    """For each variant the volume, in the library's per cent, that brings it to TARGET; "" is no variant."""
    loaded = library()
    found = {}
    for variant in ["", *sorted(loaded.variants)]:
        family = f"en-us+{variant}" if variant else "en-us"
        volume = 50.0
        for _ in range(3):  # the library rounds, and clips what is too loud: approach the target
            samples = _spoken(loaded, SynthParams(family, 175, 50, 50, round(volume)))
            volume = min(200.0, volume * 10 ** ((TARGET - loudness(samples, loaded.sample_rate)) / 20))
        found[variant] = round(volume)
    return found


def main() -> None:
    """Print the table."""
    lines = [
        "# Volumes at which eSpeak NG's variants are equally loud, in its own per cent (0 to 200).",
        "# Made by: python -m codechoir.bench.loudness > voices/loudness.toml",
        "",
        "[espeak]",
        *(f'"{variant}" = {volume}' for variant, volume in volumes().items()),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
