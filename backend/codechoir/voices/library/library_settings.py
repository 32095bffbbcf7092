"""Where voices lie, and how much of them is kept: settings that a user gives by environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codechoir.errors import InputError

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """The library's folders and limits.

    `voices`: folder of named voices (`CODECHOIR_VOICES`). `cache`: folder of computed latents
    (`CODECHOIR_CACHE`). `memory`, `disk`: bytes of latents kept in memory and on disk
    (`CODECHOIR_VOICE_MEMORY`, `CODECHOIR_VOICE_DISK`, both in megabytes). `lifetime`: seconds that one stays
    in memory, None for ever (`CODECHOIR_VOICE_LIFETIME`). `shared`: URL of a store behind the disk
    (`CODECHOIR_SHARED_VOICES`). `preload`: voices to load at start (`CODECHOIR_PRELOAD_VOICES`, separated by
    commas; empty for all).
    """

    voices: Path
    cache: Path
    memory: int = 64 * MEGABYTE
    disk: int = 512 * MEGABYTE
    lifetime: float | None = None
    shared: str = ""
    preload: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> LibrarySettings:
        """The settings of this user. Raises `InputError` naming a variable with a bad value."""
        import platformdirs

        given = os.environ if environment is None else environment
        folders = platformdirs.PlatformDirs("codechoir", appauthor=False)
        lifetime = number(given, "CODECHOIR_VOICE_LIFETIME", 0.0)
        return cls(
            voices=Path(given.get("CODECHOIR_VOICES") or Path(folders.user_data_dir) / "voices"),
            cache=cache_folder(given),
            memory=round(number(given, "CODECHOIR_VOICE_MEMORY", 64.0) * MEGABYTE),
            disk=round(number(given, "CODECHOIR_VOICE_DISK", 512.0) * MEGABYTE),
            lifetime=lifetime or None,
            shared=given.get("CODECHOIR_SHARED_VOICES", ""),
            preload=tuple(
                name.strip() for name in given.get("CODECHOIR_PRELOAD_VOICES", "").split(",") if name.strip()
            ),
        )


def cache_folder(given: Mapping[str, str]) -> Path:
    """The folder of all that can be computed again: `CODECHOIR_CACHE`, or the system's place for that."""
    if folder := given.get("CODECHOIR_CACHE"):
        return Path(folder)
    import platformdirs

    return Path(platformdirs.user_cache_dir("codechoir", appauthor=False))


def number(given: Mapping[str, str], name: str, default: float) -> float:
    """The number that a variable holds. Raises `InputError` for a bad one."""
    text = given.get(name, "").strip()
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9:
        raise InputError(f"{name} is {text!r}; give a number that is not negative")
    return number
