"""Settings of the voice library and its cache, which a user gives in environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codechoir.settings import (
    MEGABYTE,
    AnyText,
    FilePath,
    Megabytes,
    Names,
    Seconds,
    cache_folder,
    read_environment,
    setting,
)


def _user_voices() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("codechoir", appauthor=False)) / "voices"


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """Folders and limits. `memory`, `disk`: bytes of latents. `lifetime`: seconds, None for forever."""

    voices: Path = setting(
        FilePath(),
        _user_voices,
        en="Folder of named voices.",
        variable="CODECHOIR_VOICES",
        default_text="the user's data folder",
    )
    cache: Path = field(default_factory=cache_folder)
    memory: int = setting(
        Megabytes(0),
        64 * MEGABYTE,
        en="Megabytes of conditioning latents in memory. The oldest are removed.",
        variable="CODECHOIR_VOICE_MEMORY",
    )
    disk: int = setting(
        Megabytes(0),
        512 * MEGABYTE,
        en="Megabytes of conditioning latents on disk. The oldest are removed.",
        variable="CODECHOIR_VOICE_DISK",
    )
    lifetime: float | None = setting(
        Seconds(0),
        None,
        en="Seconds that latents stay in memory. 0 keeps them forever.",
        variable="CODECHOIR_VOICE_LIFETIME",
        default_text="`0`",
    )
    shared: str = setting(
        AnyText(),
        "",
        en="URL of a voice store that several machines share (`pip install 'codechoir[shared]'`).",
        variable="CODECHOIR_SHARED_VOICES",
        default_text="unset",
    )
    preload: tuple[str, ...] = setting(
        Names(),
        (),
        en="Voices that `codechoir voices preload` loads, separated by commas.",
        variable="CODECHOIR_PRELOAD_VOICES",
        default_text="all",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> LibrarySettings:
        """The user's settings. Raises `InputError` naming a variable with a bad value."""
        return read_environment(cls, environment, cache=cache_folder(environment))
