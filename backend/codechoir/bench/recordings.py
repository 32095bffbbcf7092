"""The reference recordings in `voices/`: a speaker for each category, said by the project's own engine.

A cloning engine makes voices from them, so that cloning works before the user has recorded anybody. They are
made anew, after a change of the default profile, with:

    python -m codechoir.bench.recordings voices/
"""

from __future__ import annotations

import sys
import wave
from collections.abc import Iterator
from pathlib import Path

from codechoir.audio import Resampler
from codechoir.model import AudioChunk, CastUtterance, Category, Phrase, Utterance
from codechoir.storage import resource_path

SAMPLE_RATE = 24000
SECONDS = 6.0
"""What cloning asks for at least; more would only make the files larger."""

PEAK = 0.7

SPOKEN = tuple(category for category in Category if category.inherits is None)
"""The seven categories that have a voice of their own."""

TEXT = (
    "The quick brown fox jumps over a lazy dog, while five wizards quietly box in the garden. "
    "Please measure the usual treasure, then choose which joyful voice you thought was right. "
    "Should we pay for both of them, or share the change?"
)
"""Every sound of English, at least once; more than six seconds in the fastest of the voices."""


def recording_path(category: Category) -> Path:
    """The recording that ships for a category; one without a voice of its own takes what it inherits."""
    return resource_path("voices", f"{category.inherits or category}.wav")


def record_all(folder: Path) -> list[Path]:
    """Make all recordings anew; returns their paths."""
    return [record(category, folder / f"{category.value}.wav") for category in SPOKEN]


def record(category: Category, path: Path) -> Path:
    """Say the text in the category's voice of the default profile, and keep the first six seconds."""
    import numpy as np

    pcm = b"".join(chunk.pcm for chunk in _resampled(category))
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    samples = samples[np.argmax(np.abs(samples) > 200) :][: round(SAMPLE_RATE * SECONDS)]
    fade = SAMPLE_RATE // 50
    samples[-fade:] *= np.linspace(1.0, 0.0, fade)
    samples *= PEAK * 32767 / np.abs(samples).max()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.rint(samples).astype("<i2").tobytes())
    return path


def _resampled(category: Category) -> Iterator[AudioChunk]:
    from codechoir.engines import CollectingListener
    from codechoir.engines.espeak import EspeakEngine
    from codechoir.settings import Settings
    from codechoir.voices import Casting, load_profile

    engine = EspeakEngine()
    utterance = Utterance(TEXT, category, 0, len(TEXT))
    voice = Casting(load_profile("default", engine.name), Settings()).cast(utterance)
    listener = CollectingListener()
    engine.speak([Phrase((CastUtterance(utterance, voice),), 0, len(TEXT))], listener)
    resampler = Resampler(engine.capabilities.sample_rate, SAMPLE_RATE)
    yield from map(resampler.feed, listener.chunks)
    yield resampler.flush()


if __name__ == "__main__":
    for made in record_all(Path(sys.argv[1]) if len(sys.argv) > 1 else resource_path("voices")):
        sys.stdout.write(f"{made}\n")
