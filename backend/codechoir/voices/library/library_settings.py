"""Settings of the voice library and its cache, which a user gives in environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codechoir.storage import MEGABYTE, cache_folder, environment_number


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """Folders and limits; sizes in bytes, in the environment in megabytes.

    `voices`: folder of named voices (`CODECHOIR_VOICES`). `cache`: folder of the caches (`CODECHOIR_CACHE`).
    `memory`, `disk`: limits of the computed latents (`CODECHOIR_VOICE_MEMORY`, `CODECHOIR_VOICE_DISK`).
    `lifetime`: seconds that latents stay in memory, None for no limit (`CODECHOIR_VOICE_LIFETIME`, 0 for no
    limit). `shared`: URL of a store that several machines share (`CODECHOIR_SHARED_VOICES`). `preload`:
    voices to load at start (`CODECHOIR_PRELOAD_VOICES`, separated by commas; empty for all).
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
        """The user's settings. Raises `InputError` with the name of a variable that has a bad value."""
        import platformdirs

        given = os.environ if environment is None else environment
        folders = platformdirs.PlatformDirs("codechoir", appauthor=False)
        return cls(
            voices=Path(given.get("CODECHOIR_VOICES") or Path(folders.user_data_dir) / "voices"),
            cache=cache_folder(given),
            memory=round(environment_number(given, "CODECHOIR_VOICE_MEMORY", 64.0) * MEGABYTE),
            disk=round(environment_number(given, "CODECHOIR_VOICE_DISK", 512.0) * MEGABYTE),
            lifetime=environment_number(given, "CODECHOIR_VOICE_LIFETIME", 0.0) or None,
            shared=given.get("CODECHOIR_SHARED_VOICES", ""),
            preload=tuple(
                name.strip() for name in given.get("CODECHOIR_PRELOAD_VOICES", "").split(",") if name.strip()
            ),
        )
