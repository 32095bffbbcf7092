"""Where voices are stored: the library's folders and limits, a folder on disk, and a store that is shared."""

from __future__ import annotations

import contextlib
import logging
import os
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codechoir.errors import CodechoirError, InputError
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
from codechoir.storage import DiskCache, FileFormat, bad_path
from codechoir.voices.library import voice_file
from codechoir.voices.library.voice_file import SUFFIX, ClonedVoice, Provenance, VoiceFileError

log = logging.getLogger(__name__)


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
        en="URL of a voice store that several machines share. Needs fsspec: `python -m pip install fsspec`, "
        "with the Python that runs Codechoir.",
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


Belongs = Callable[[str, Provenance], bool]
"""Whether a file with this provenance may have this key; if not, somebody has renamed or swapped files."""


class VoiceFolder(DiskCache[ClonedVoice]):
    """A folder of voice files by key: the name of a voice, or the key of computed latents."""

    def __init__(self, folder: Path, belongs: Belongs, limit: int | None = None) -> None:
        self._belongs = belongs
        super().__init__(folder, _voice_format(belongs), limit)

    def content_hash(self, key: str) -> str:
        """The hash of all that a voice's file contains, as its header says; empty if that is not valid."""
        header = _read_header(self.path(key))
        return "" if header is None else header[1].get("content", "")

    def path(self, key: str) -> Path:
        """See `DiskCache.path`. A file whose name is not in the composed Unicode form is found, too."""
        path = super().path(key)
        if key.isascii() or path.exists():
            return path
        return next((other for other in self._entries() if _composed(other.name) == path.name), path)

    def stored_keys(self) -> list[str]:
        """See `DiskCache.stored_keys`; in the composed Unicode form."""
        return sorted({_composed(key) for key in super().stored_keys()})

    def set_name_aside(self, key: str) -> str:
        """Renames a file whose name no voice can have to `….bad`; returns what was done, in words."""
        name = f"{key}{SUFFIX}"
        path = next((other for other in self._entries() if _composed(other.name) == name), self.folder / name)
        bad = bad_path(path)
        try:
            path.replace(bad)
        except OSError as error:
            return (
                f"{path} is ignored: no voice can have that name, and it cannot be renamed: {error.strerror}"
            )
        return (
            f"{path} was renamed to {bad.name}, since no voice can have that name; import it with "
            "'codechoir voices import FILE --name NAME'"
        )

    def remove_leftovers(self) -> None:
        """Deletes remains of interrupted writes, and files that were set aside and cannot be imported."""
        for file in self._list():
            if file.is_part or (file.is_bad and not _can_be_imported(file.path)):
                with contextlib.suppress(OSError):
                    file.delete()

    def _entries(self) -> list[Path]:
        try:
            return list(self.folder.iterdir())
        except OSError:
            return []

    def provenance(self, key: str) -> Provenance | None:
        """The provenance of a voice, read from the file's header only; None if the header is not valid."""
        provenance = read_provenance(self.path(key))
        return provenance if provenance is not None and self._belongs(key, provenance) else None


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _can_be_imported(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            voice_file.from_bytes(file.read(voice_file.MAX_BYTES + 1))
    except VoiceFileError:
        return False
    except OSError:
        return True  # perhaps, at another time
    return True


def read_provenance(path: Path) -> Provenance | None:
    """The provenance in a voice file's header; None if the header cannot be read or is not valid."""
    header = _read_header(path)
    return None if header is None else header[0]


def _read_header(path: Path) -> tuple[Provenance, Mapping[str, str]] | None:
    try:
        if not path.is_file():  # opening a pipe would wait for its writer
            return None
        with path.open("rb") as file:
            return voice_file.read_header(file.read(voice_file.MAX_HEADER_BYTES + 8))
    except (OSError, VoiceFileError):
        return None


class SharedStore:
    """Latents by key under a URL such as `s3://bucket/voices`, `file:///mnt/voices` or `memory://voices`.

    Opened by fsspec (extra `shared`). A failure is logged once, and the latents count as missing. Raises
    `InputError` for a URL that fsspec cannot open.
    """

    def __init__(self, url: str) -> None:
        try:
            import fsspec
        except ImportError as error:
            raise CodechoirError(
                "a shared store of voices needs fsspec; run 'python -m pip install fsspec' "
                "with the Python that runs Codechoir"
            ) from error
        try:
            files, root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError, OSError) as error:
            raise InputError(f"the shared store {url} cannot be opened: {error}") from error
        self._files: Any = files
        self._root = str(root).rstrip("/")
        self._warned = False

    def load(self, key: str) -> ClonedVoice | None:
        """The latents of `key`, or None."""
        try:
            data = self._files.cat_file(self._path(key))
        except FileNotFoundError:
            return None
        except Exception as error:  # noqa: BLE001 (back ends raise any exception)
            self._warn("read", error)
            return None
        try:
            voice = voice_file.from_bytes(data)
        except VoiceFileError as error:
            log.warning("%s in the shared store is damaged: %s", key[:12], error)
            return None
        if voice.provenance.key != key:
            log.warning("%s in the shared store contains another voice", key[:12])
            return None
        return voice

    def save(self, key: str, voice: ClonedVoice) -> bool:
        """Stores latents for other machines; False if the store refuses them."""
        path = self._path(key)
        temporary = f"{path}.{os.urandom(4).hex()}.part"
        try:
            self._files.makedirs(self._root, exist_ok=True)
            self._files.pipe_file(temporary, voice_file.to_bytes(voice))
            self._files.mv(temporary, path)
        except Exception as error:  # noqa: BLE001 (back ends raise any exception)
            self._warn("written", error)
            return False
        return True

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}{SUFFIX}"

    def _warn(self, action: str, error: Exception) -> None:
        """Reports the first failure; later ones would only repeat it."""
        level = logging.DEBUG if self._warned else logging.WARNING
        self._warned = True
        log.log(level, "the shared store of voices cannot be %s: %s: %s", action, type(error).__name__, error)


def _voice_format(belongs: Belongs) -> FileFormat[ClonedVoice]:
    def decode(key: str, data: bytes) -> ClonedVoice:
        voice = voice_file.from_bytes(data)
        if not belongs(key, voice.provenance):
            raise VoiceFileError(f"it contains another voice ('{voice.provenance.name}')")
        return voice

    return FileFormat(
        "voices", SUFFIX, lambda _, voice: voice_file.to_bytes(voice), decode, voice_file.MAX_BYTES
    )
