"""What is known of Kokoro without loading anything: its voices, and whether its pieces are there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from codechoir.model import VoiceInfo
from codechoir.storage import read_json

VERSION = "2"
"""Of the pieces; changes with everything that changes them."""

MANIFEST = "pieces.json"
VOICES_FILE = "voices.safetensors"
PIECES = ("text", "duration", "prosody", "middle", "source", "generator")

KINDS = {
    "af": ("en-us", "American, female"),
    "am": ("en-us", "American, male"),
    "bf": ("en-gb", "British, female"),
    "bm": ("en-gb", "British, male"),
}
"""Language and description by the first letters of a voice's name."""

COUNTERPARTS = {
    "": "af_heart",
    "heart": "af_heart",
    "heart-bass": "am_fenrir",
    "heart-baritone": "bm_george",
    "heart-alto": "am_puck",
    "heart-small": "bf_emma",
    "heart-large": "af_bella",
    "heart-child": "am_michael",
}
"""Real voices for those derived from hibari's, so that the same profile casts both models."""


TEMPOS_AND_LEVELS: Mapping[str, tuple[float, float]] = {
    "af_alloy": (1.121, -5.34),
    "af_aoede": (0.983, -8.31),
    "af_bella": (1.067, -3.73),
    "af_heart": (1.049, -4.03),
    "af_jessica": (1.004, -5.18),
    "af_kore": (1.011, -7.49),
    "af_nicole": (1.684, -3.94),
    "af_nova": (1.070, -0.55),
    "af_river": (1.011, -5.99),
    "af_sarah": (1.012, -5.97),
    "af_sky": (1.068, -3.60),
    "am_adam": (1.001, -8.11),
    "am_echo": (1.164, -5.09),
    "am_eric": (0.986, -5.64),
    "am_fenrir": (0.993, -7.76),
    "am_liam": (1.011, -5.64),
    "am_michael": (1.090, -2.79),
    "am_onyx": (1.055, -4.38),
    "am_puck": (0.955, -7.99),
    "am_santa": (1.306, -4.22),
    "bf_alice": (1.100, -6.34),
    "bf_emma": (1.016, -6.43),
    "bf_isabella": (1.060, -9.50),
    "bf_lily": (1.121, -5.61),
    "bm_daniel": (1.078, -5.22),
    "bm_fable": (1.274, -6.34),
    "bm_george": (1.290, -5.09),
    "bm_lewis": (1.188, -2.97),
}
"""How many times as long as hibari's voice a voice takes, and the decibels that make it as loud. Measured on
the lines by which the voices of eSpeak NG are levelled."""


def kokoro_name(family: str) -> str:
    """The name of Kokoro's voice for a family of a profile."""
    return COUNTERPARTS.get(family, family)


def kokoro_voice_infos(names: Iterable[str]) -> list[VoiceInfo]:
    """Kokoro's voices, for the list of voices."""
    return [VoiceInfo(name, *KINDS.get(name[:2], ("en-us", ""))) for name in names]


def kokoro_home() -> Path:
    """The user's folder for Kokoro."""
    import platformdirs

    return Path(platformdirs.user_data_dir("codechoir", appauthor=False)) / "natural"


def pieces_folder(home: Path) -> Path:
    """Where the pieces are, or would be."""
    return home / "pieces"


def pieces_key(hashes: Iterable[str]) -> str:
    """Identifies the pieces that this version builds of files with these hashes."""
    return hashlib.sha256(" ".join([VERSION, *hashes]).encode()).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """What is known of the pieces in a folder; None if there are none, or those of another version."""
    try:
        manifest = read_json(folder / MANIFEST)
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or manifest.get("version") != VERSION:
        return None
    return manifest if {"key", "voices", "files"} <= manifest.keys() else None
