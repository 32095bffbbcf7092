"""Phrases on disk: one file each, written atomically, checked on reading, shared by several processes.

The file system is the index: the time of a file's last use is its time of change, so that no process needs to
know what another one did. A folder that cannot be written is no error, it is told once; a file that fails
its check is set aside as `….bad` and counts as missing.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codechoir.engines.cache.cached_phrase import (
    MOST_BYTES,
    CachedPhrase,
    CachedPhraseError,
    phrase_from_bytes,
    phrase_to_bytes,
)
from codechoir.storage import set_aside, write_atomically

log = logging.getLogger(__name__)

SUFFIX = ".phrase"

_SHARE_AFTER_EVICTION = 0.9
"""Of the limit: so much is left, so that not every new phrase has to look for an old one."""

_LOOK_AGAIN = 1 / 16
"""Of the limit: after writing so much we look what other processes have written."""


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    size: int
    used: int


class PhraseFiles:
    """At most about `limit` bytes of files in `folder`, which is made when first written."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self._limit = limit
        self._lock = threading.Lock()
        self._bytes: int | None = None  # in the folder, as far as we know
        self._unseen = 0  # written since we looked
        self._warned = False

    def load(self, key: str) -> CachedPhrase | None:
        """The entry of a key; None where there is none that is sound."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                opened = os.fstat(file.fileno())
                data = file.read(MOST_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._warn(error)
            return None
        try:
            return phrase_from_bytes(key, data)
        except CachedPhraseError as error:
            self._set_aside(path, opened, str(error))
            return None

    def save(self, key: str, entry: CachedPhrase) -> bool:
        """Write an entry; False, with one warning in this object's life, when the disk refuses it."""
        data = phrase_to_bytes(key, entry)
        if len(data) > self._limit:
            return False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path(key), data, lasting=False)
        except FileNotFoundError:
            return False  # another process is clearing
        except OSError as error:
            self._warn(error)
            return False
        self._evict(len(data))
        return True

    def touch(self, key: str) -> None:
        """The entry was used now; one that is gone, or a disk that is read-only, does not matter."""
        with contextlib.suppress(OSError):
            os.utime(self._path(key))

    def clear(self) -> tuple[int, int]:
        """Remove all files; returns how many entries and bytes there were. Raises `OSError`."""
        removed = freed = 0
        with self._lock:
            for file in self._files():
                file.path.unlink(missing_ok=True)
                removed += file.path.suffix == SUFFIX
                freed += file.size
            self._bytes = None
        return removed, freed

    @property
    def usage(self) -> tuple[int, int]:
        """Entries and bytes in the folder now."""
        files = [file for file in self._files() if file.path.suffix == SUFFIX]
        return len(files), sum(file.size for file in files)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{SUFFIX}"

    def _evict(self, written: int) -> None:
        """Keep the folder within its limit: what was used longest ago leaves first."""
        with self._lock:
            self._unseen += written
            if self._bytes is not None:
                self._bytes += written
                if self._bytes <= self._limit and self._unseen < self._limit * _LOOK_AGAIN:
                    return
            files = list(self._files())
            self._bytes, self._unseen = sum(file.size for file in files), 0
            if self._bytes <= self._limit:
                return
            for file in sorted(files, key=lambda file: file.used):
                with contextlib.suppress(OSError):  # another process was faster
                    file.path.unlink()
                self._bytes -= file.size
                if self._bytes <= self._limit * _SHARE_AFTER_EVICTION:
                    return

    def _files(self) -> Iterator[_File]:
        """All that lies here and is ours: entries, and what was set aside or left half-written."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(self.folder) as found:
            for each in found:
                if SUFFIX not in each.name:
                    continue
                with contextlib.suppress(FileNotFoundError):  # another process may be clearing
                    about = each.stat(follow_symlinks=False)
                    yield _File(Path(each.path), about.st_size, about.st_mtime_ns)

    def _set_aside(self, path: Path, opened: os.stat_result, why: str) -> None:
        try:
            is_aside = set_aside(path, opened)
        except OSError as error:
            self._warn(error)
            return
        if is_aside:
            log.info("the phrase %s is not sound: %s; it was set aside", path, why)

    def _warn(self, error: OSError) -> None:
        if not self._warned:
            self._warned = True
            log.warning(
                "phrases cannot be kept in %s (%s): they stay in memory only", self.folder, error.strerror
            )
