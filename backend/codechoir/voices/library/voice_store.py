"""A folder of voice files: written atomically, checked on reading, and never a reason to fail a reading.

A file that does not pass its check is set aside as `….bad`, for somebody to look at, and counts as missing.
A folder that cannot be written is no error: `save` says False, and a warning is given once.

A store behind the disk that several machines share: any URL that fsspec opens (extra `shared`).
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from codechoir.errors import CodechoirError, InputError
from codechoir.storage import aside, set_aside, write_atomically
from codechoir.voices.library import voice_file
from codechoir.voices.library.cloned_voice import ClonedVoice, Provenance
from codechoir.voices.library.voice_file import SUFFIX, VoiceFileError

log = logging.getLogger(__name__)


class VoiceStore:
    """The voice files of one folder, by the stem of their names. The folder is made when first written.

    `belongs`: whether a file with that provenance may carry that stem; one that may not was swapped.
    """

    def __init__(self, folder: Path, belongs: Callable[[str, Provenance], bool]) -> None:
        self.folder = folder
        self._belongs = belongs
        self._warned = False

    def path(self, stem: str) -> Path:
        """Where the voice of that stem lies, or would lie."""
        return self.folder / f"{stem}{SUFFIX}"

    def load(self, stem: str) -> ClonedVoice | None:
        """The voice, or None when there is none; one that fails its check is set aside first."""
        path = self.path(stem)
        try:
            with path.open("rb") as file:
                opened = os.fstat(file.fileno())
                data = file.read(voice_file.MOST_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            log.warning("the voice file %s cannot be read: %s", path, error.strerror)
            return None
        try:
            voice = voice_file.from_bytes(data)
            if not self._belongs(stem, voice.provenance):
                raise VoiceFileError(f"it holds another voice ('{voice.provenance.name}')")
        except VoiceFileError as error:
            self._set_aside(path, opened, str(error))
            return None
        return voice

    def provenance(self, stem: str) -> Provenance | None:
        """What the file says about itself, from its header alone; None when there is no sound file."""
        provenance = read_provenance(self.path(stem))
        return provenance if provenance is not None and self._belongs(stem, provenance) else None

    def save(self, stem: str, voice: ClonedVoice) -> bool:
        """Write the voice; False, with one warning in this store's life, when the disk refuses it."""
        path = self.path(stem)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, voice_file.to_bytes(voice))
        except OSError as error:
            if not self._warned:
                self._warned = True
                log.warning(
                    "voices cannot be kept in %s (%s): they stay in memory only", self.folder, error.strerror
                )
            return False
        return True

    def remove(self, stem: str) -> bool:
        """Delete the voice's file; False when there was none. Raises `OSError` when it cannot be deleted."""
        try:
            self.path(stem).unlink()
        except FileNotFoundError:
            return False
        return True

    def stems(self) -> list[str]:
        """The stems of all files, sorted."""
        return sorted(entry.name.removesuffix(SUFFIX) for entry in self._entries())

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Bytes and time of last change (nanoseconds) of each file, by stem."""
        found = {}
        for entry in self._entries():
            with contextlib.suppress(FileNotFoundError):  # another process may be clearing
                about = entry.stat()
                found[entry.name.removesuffix(SUFFIX)] = (about.st_size, about.st_mtime_ns)
        return found

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(self.folder) as entries:
                yield from (e for e in entries if e.name.endswith(SUFFIX) and not e.name.startswith("."))
        except OSError:
            return

    def _set_aside(self, path: Path, opened: os.stat_result, why: str) -> None:
        try:
            is_aside = set_aside(path, opened)
        except OSError as error:
            log.warning("the voice file %s is not sound: %s; it stays (%s)", path, why, error.strerror)
            return
        if is_aside:
            name = aside(path).name
            log.warning("the voice file %s is not sound: %s; it was set aside as %s", path, why, name)


def read_provenance(path: Path) -> Provenance | None:
    """What a voice file says about itself, from its header alone; None when it says nothing that is sound."""
    try:
        with path.open("rb") as file:
            provenance, _ = voice_file.read_header(file.read(voice_file.MOST_HEADER + 8))
    except (OSError, VoiceFileError):
        return None
    return provenance


class SharedStore:
    """Latents by key under a URL such as `s3://bucket/voices`, `file:///mnt/voices` or `memory://voices`.

    It is far away and not ours: whatever fails there is logged once and counts as missing. What comes from it
    passes the same checks as a file on disk. Raises `InputError` for a URL that fsspec cannot open.
    """

    def __init__(self, url: str) -> None:
        try:
            import fsspec
        except ImportError as error:
            raise CodechoirError(
                "a shared store of voices needs fsspec: pip install 'codechoir[shared]'"
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
        except Exception as error:  # noqa: BLE001 (back ends raise what they like)
            self._warn("read", error)
            return None
        try:
            voice = voice_file.from_bytes(data)
        except VoiceFileError as error:
            log.warning("%s in the shared store is not sound: %s", key[:12], error)
            return None
        if voice.provenance.key != key:
            log.warning("%s in the shared store holds another voice", key[:12])
            return None
        return voice

    def save(self, key: str, voice: ClonedVoice) -> bool:
        """Put latents there for the others; False when the store does not take them."""
        path = self._path(key)
        temporary = f"{path}.{os.urandom(4).hex()}.part"
        try:
            self._files.makedirs(self._root, exist_ok=True)
            self._files.pipe_file(temporary, voice_file.to_bytes(voice))
            self._files.mv(temporary, path)
        except Exception as error:  # noqa: BLE001 (back ends raise what they like)
            self._warn("written", error)
            return False
        return True

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}{SUFFIX}"

    def _warn(self, what: str, error: Exception) -> None:
        """Tell the first failure; the others would only repeat it."""
        level = logging.DEBUG if self._warned else logging.WARNING
        self._warned = True
        log.log(level, "the shared store of voices cannot be %s: %s: %s", what, type(error).__name__, error)
