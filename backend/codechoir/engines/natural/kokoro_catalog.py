"""What is known of Kokoro without loading anything: its voices, and whether its pieces are there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from codechoir.model import VoiceInfo
from codechoir.storage import read_json

VERSION = "1"
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
    return manifest if isinstance(manifest, dict) and manifest.get("version") == VERSION else None
