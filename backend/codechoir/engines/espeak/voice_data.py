"""Makes the files in `voices/` that come from eSpeak NG. For developers of Codechoir.

    python -m codechoir.engines.espeak.voice_data recordings voices/
    python -m codechoir.engines.espeak.voice_data loudness > voices/loudness.toml

`recordings`: the reference recordings, one speaker for each category with a voice of its own. They let users
try cloning before they have recorded anybody. Make them again after a change of the default profile. The same
build of eSpeak NG makes the same files, byte for byte.

`loudness`: the volume at which each variant of eSpeak NG is equally loud. Make it again after an update of
eSpeak NG. Some variants contain noise, so that their volumes differ by 1 from run to run.
"""

from __future__ import annotations

import argparse
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codechoir.audio import Resampler, speech_level
from codechoir.engines.base import CollectingListener
from codechoir.engines.espeak.espeak_engine import EspeakEngine
from codechoir.engines.espeak.espeak_library import Library, SynthParams, WordEvent
from codechoir.engines.espeak.helper_library import library
from codechoir.model import CastUtterance, Category, Phrase, Utterance
from codechoir.settings import Settings
from codechoir.voices import Casting, load_profile

Samples = NDArray[np.float64]

# ---- reference recordings ----------------------------------------------------------------------------------

SAMPLE_RATE = 24000
SECONDS = 6.0
"""What cloning needs at least; more would only make the files larger."""

PEAK = 0.7
"""Of full scale."""

FADE_SECONDS = 0.02
ONSET_THRESHOLD = 200

VOICED_CATEGORIES = tuple(category for category in Category if category.inherits is None)
"""The seven categories that have a voice of their own."""

TEXT = (
    "The quick brown fox jumps over a lazy dog, while five wizards quietly box in the garden. "
    "Please measure the usual treasure, then choose which joyful voice you thought was right. "
    "Should we pay for both of them, or share the change?"
)
"""Every sound of English at least once; more than six seconds in the fastest of the voices."""


def make_recordings(folder: Path) -> list[Path]:
    """Makes all recordings in a folder; returns their paths."""
    return [make_recording(category, folder / f"{category.value}.wav") for category in VOICED_CATEGORIES]


def make_recording(category: Category, path: Path) -> Path:
    """Says the text in the category's voice of the default profile, and writes the first six seconds."""
    samples = np.frombuffer(_recorded_pcm(category), "<i2").astype(np.float64)
    samples = samples[np.argmax(np.abs(samples) > ONSET_THRESHOLD) :][: round(SAMPLE_RATE * SECONDS)]
    fade = round(SAMPLE_RATE * FADE_SECONDS)
    samples[-fade:] *= np.linspace(1.0, 0.0, fade)
    samples *= PEAK * 32767 / np.abs(samples).max()
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes(np.rint(samples).astype("<i2").tobytes())
    return path


def _recorded_pcm(category: Category) -> bytes:
    engine = EspeakEngine()
    utterance = Utterance(TEXT, category, 0, len(TEXT))
    voice = Casting(load_profile("default", engine.name), Settings()).voice_for(utterance)
    listener = CollectingListener()
    engine.speak([Phrase((CastUtterance(utterance, voice),), 0, len(TEXT))], listener)
    resampler = Resampler(engine.capabilities.sample_rate, SAMPLE_RATE)
    chunks = [*map(resampler.feed, listener.chunks), resampler.flush()]
    return b"".join(chunk.pcm for chunk in chunks)


# ---- loudness of the variants ------------------------------------------------------------------------------

TARGET = -23.5
"""Decibels below full scale: what broadcasters level to (EBU R 128), within half a decibel."""

SENTENCES = (
    "for user in users list call append user dot name",
    "return value is not equal to none and count plus one",
    "define read file path is a string returns bytes",
    "list of string users equals new array list",
    "constant total equals items map item arrow item dot price",
)
"""Words of code, by which loudness is measured."""


def loudness_table() -> str:
    """The content of `voices/loudness.toml`."""
    lines = [
        "# Volumes at which eSpeak NG's variants are equally loud, in its own per cent (0 to 200).",
        "# Made by: python -m codechoir.engines.espeak.voice_data loudness > voices/loudness.toml",
        "",
        "[espeak]",
        *(f'"{variant}" = {volume}' for variant, volume in level_variants().items()),
    ]
    return "\n".join(lines) + "\n"


def level_variants() -> dict[str, int]:
    """For each variant ("" for none), the volume in the library's per cent to be as loud as TARGET."""
    loaded = library()
    volumes = {}
    for variant in ["", *sorted(loaded.variants)]:
        family = f"en-us+{variant}" if variant else "en-us"
        volume = 50.0
        for _ in range(3):  # approach the target, since the library rounds volumes and clips loud samples
            samples = _all_sentences(loaded, SynthParams(family, 175, 50, 50, round(volume)))
            volume = min(200.0, volume * 10 ** ((TARGET - speech_level(samples, loaded.sample_rate)) / 20))
        volumes[variant] = round(volume)
    return volumes


def synthesize_samples(loaded: Library, text: str, params: SynthParams) -> NDArray[np.int16]:
    """What the library itself makes of a text, at its own sample rate."""
    pcm = bytearray()

    def collect(samples: bytes, _: list[WordEvent]) -> bool:
        pcm.extend(samples)
        return True

    loaded.say(text, params, collect)
    return np.frombuffer(bytes(pcm), np.int16)


def _all_sentences(loaded: Library, params: SynthParams) -> Samples:
    """All sentences in one voice, without the silence around them."""
    pieces: list[Any] = []
    for sentence in SENTENCES:
        samples = synthesize_samples(loaded, sentence, params).astype(np.float64)
        loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max() / 50)
        pieces.append(samples[loud[0] : loud[-1] + 1] if loud.size else samples)
    return np.concatenate(pieces)


def main() -> None:
    """Makes the files that the arguments name."""
    parser = argparse.ArgumentParser(description="Make the files in voices/ that come from eSpeak NG.")
    commands = parser.add_subparsers(dest="command", required=True)
    recordings = commands.add_parser("recordings", help="write the reference recordings")
    recordings.add_argument("folder", type=Path)
    commands.add_parser("loudness", help="print the volumes of the variants")
    arguments = parser.parse_args()
    if arguments.command == "loudness":
        sys.stdout.write(loudness_table())
    else:
        sys.stdout.writelines(f"{path}\n" for path in make_recordings(arguments.folder))


if __name__ == "__main__":
    main()
