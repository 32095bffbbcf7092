"""Caches that hold a limited number of bytes: one in memory, one in a folder that processes share.

In memory, the least recently used entries leave first; an entry may also have a maximum age.

In a folder:

1. The file system is the index. A file's name is its key, and its time of change is the time of its last use,
   so no process needs to know what another one did.
2. Files are written atomically and checked on reading. A file that fails its check is renamed to `….bad` and
   counts as missing.
3. Above the limit, the least recently used files are deleted, `.bad` ones and remains of interrupted writes
   included.
4. A disk that is full or read-only is not an error: nothing is stored then, and the log says so once.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from codechoir.storage.atomic import (
    BAD_SUFFIX,
    PART_SUFFIX,
    bad_path,
    make_private_folder,
    set_aside,
    write_atomically,
)

log = logging.getLogger(__name__)


class HasSize(Protocol):
    """A value that knows its size in bytes."""

    @property
    def size(self) -> int: ...


SizedValue = TypeVar("SizedValue", bound=HasSize)


@dataclass(frozen=True, slots=True)
class _Entry(Generic[SizedValue]):
    value: SizedValue
    stamp: object


class MemoryCache(Generic[SizedValue]):
    """At most `limit` bytes; an entry older than `lifetime` seconds is missing (None: entries do not age).

    A `stamp` identifies the version of the source that a value was made from, such as a file's size and time
    of change. `get` returns a value only for the stamp that it was stored with. Thread-safe.
    """

    def __init__(
        self, limit: int, lifetime: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        from cachetools import TTLCache

        self._lock = threading.Lock()
        self._entries: TTLCache[str, _Entry[SizedValue]] = TTLCache(
            limit, math.inf if lifetime is None else lifetime, clock, lambda entry: entry.value.size
        )

    def get(self, key: str, stamp: object = None) -> SizedValue | None:
        """The value of `key` if it is present with this stamp; it becomes the most recently used one."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.stamp != stamp:
                self._entries.pop(key, None)
                return None
            return entry.value

    def put(self, key: str, value: SizedValue, stamp: object = None) -> None:
        """Stores a value in place of an older one; a value larger than the limit is not stored."""
        with self._lock:
            self._entries.pop(key, None)
            if value.size <= self._entries.maxsize:
                self._entries[key] = _Entry(value, stamp)

    def forget(self, key: str) -> None:
        """Removes one entry, if it is present."""
        with self._lock:
            self._entries.pop(key, None)

    def clear(self) -> tuple[int, int]:
        """Removes everything; returns how many entries and bytes that was."""
        with self._lock:
            removed = self._usage()
            self._entries.clear()
            return removed

    @property
    def usage(self) -> tuple[int, int]:
        """How many entries and bytes are stored."""
        with self._lock:
            return self._usage()

    def _usage(self) -> tuple[int, int]:
        return len(self._entries), int(self._entries.currsize)


_RESCAN_SHARE = 1 / 16
"""Share of the limit: after writing this much, the folder is scanned for what other processes have
written."""

_CLOCK_NS = 3600 * 10**9
"""How far the clocks of two machines may differ."""

_PART_SECONDS = 3600.0
"""A write takes no longer than this: what is older was interrupted."""

_BAD_SECONDS = 7 * 24 * 3600.0
"""How long a damaged file is kept, for somebody to look at it."""

_PART = re.compile(rf"\..+\.[0-9a-f]{{8}}{re.escape(PART_SUFFIX)}")
"""Names of temporary files, those of statistics included."""

_UNREADABLE = "cannot be read from %s (%s)"
_UNWRITABLE = "cannot be written to %s (%s); they stay in memory only"

Value = TypeVar("Value")


class DamagedFileError(ValueError):
    """The bytes are not a valid file of this cache; the message says why, as in "its checksum is wrong"."""


@dataclass(frozen=True, slots=True)
class FileFormat(Generic[Value]):
    """How a cache stores its values.

    `plural`: what the log calls the values, such as "phrases". `suffix`: of the files' names. `encode`: key
    and value to the file's bytes. `decode`: the way back; raises `DamagedFileError` for bytes that are not a
    valid file, or not the one of this key. `max_bytes`: no valid file is larger. `durable`: files survive a
    power failure; otherwise they may be damaged then, which `decode` detects.
    """

    plural: str
    suffix: str
    encode: Callable[[str, Value], bytes]
    decode: Callable[[str, bytes], Value]
    max_bytes: int
    durable: bool = True


class DiskCache(Generic[Value]):
    """Values by key in the files of a folder, which is created by the first `save`. Thread-safe.

    `limit`: of all files together, in bytes; None for no limit. Another process's files may exceed it by a
    sixteenth. `evict_to`: the share of the limit that eviction leaves; below 1, not every `save` into a full
    cache has to evict.
    """

    def __init__(
        self, folder: Path, file_format: FileFormat[Value], limit: int | None = None, evict_to: float = 1.0
    ) -> None:
        self.folder = folder
        self._format = file_format
        self._limit = limit
        self._evict_to = evict_to
        self._lock = threading.Lock()
        self._bytes: int | None = None  # in the folder, as far as this process knows
        self._written = 0  # bytes written since the last scan
        self._is_swept = False
        self._warned: set[str] = set()
        self.damage: dict[str, str] = {}
        """What was wrong with the file of a key, and what became of it, in words."""

    def path(self, key: str) -> Path:
        """The file of a key, whether it exists or not. Raises `ValueError` for one of another folder."""
        name = f"{key}{self._format.suffix}"
        if any(separator in name for separator in ("/", os.sep, "\0")):
            raise ValueError(f"the key {key!r} cannot be part of a file's name")
        return self.folder / name

    def load(self, key: str) -> Value | None:
        """The value of a key, or None if there is no valid file. A damaged file is set aside."""
        path = self.path(key)
        try:
            about = path.stat()
            if not stat.S_ISREG(about.st_mode):  # opening a pipe would wait for its writer
                self._set_aside(key, about, "it is not a regular file")
                return None
            with path.open("rb") as file:
                opened = os.fstat(file.fileno())
                data = file.read(self._format.max_bytes + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._warn(_UNREADABLE, error)
            return None
        try:
            return self._format.decode(key, data)
        except DamagedFileError as error:
            self._set_aside(key, opened, str(error))
            return None

    def save(self, key: str, value: Value) -> bool:
        """Writes a value; False if it is larger than the limit or the disk refuses it."""
        data = self._format.encode(key, value)
        if self._limit is not None and len(data) > self._limit:
            return False
        try:
            make_private_folder(self.folder)
            write_atomically(self.path(key), data, self._format.durable)
        except FileNotFoundError:
            return False  # another process is deleting the folder
        except OSError as error:
            self._warn(_UNWRITABLE, error)
            return False
        self._evict(len(data))
        return True

    def touch(self, key: str) -> None:
        """Mark a value as used now, for eviction. A missing file or a read-only disk does not matter."""
        with contextlib.suppress(OSError):
            os.utime(self.path(key))

    def remove(self, key: str) -> bool:
        """Deletes the file of a key; False if there was none. Raises `OSError` if it cannot be deleted."""
        try:
            self.path(key).unlink()
        except FileNotFoundError:
            return False
        return True

    def clear(self) -> tuple[int, int]:
        """Deletes all files; returns how many values and bytes that was.

        Raises `OSError` for the first file that cannot be deleted, after all others were. A folder in the
        place of a file is deleted if it is empty.
        """
        removed = freed = 0
        failed = None
        with self._lock:
            for file in self._files():
                try:
                    file.delete()
                except OSError as error:
                    failed = failed or error
                    continue
                removed += file.is_value
                freed += file.size
            self._bytes = None
        if failed is not None:
            raise failed
        return removed, freed

    def stored_keys(self) -> list[str]:
        """The keys of all files, sorted; the files may be damaged."""
        suffix = self._format.suffix
        return sorted(file.path.name.removesuffix(suffix) for file in self._list() if file.is_value)

    @property
    def usage(self) -> tuple[int, int]:
        """How many values and bytes are in the folder."""
        sizes = [file.size for file in self._list() if file.is_value]
        return len(sizes), sum(sizes)

    def _evict(self, written: int) -> None:
        """Deletes leftovers, and the least recently used files if the folder exceeds the limit."""
        with self._lock:
            self._written += written
            if self._bytes is not None:
                self._bytes += written
            limit = math.inf if self._limit is None else self._limit
            is_below = self._bytes is None or self._bytes <= limit
            is_known = self._limit is None or (
                self._bytes is not None and self._written < limit * _RESCAN_SHARE
            )
            if self._is_swept and is_below and is_known:
                return
            files = self._sweep(self._list())
            self._bytes, self._written = sum(file.size for file in files), 0
            if self._bytes <= limit:
                return
            latest = time.time_ns() + _CLOCK_NS
            # A use in the future, noted while a clock was wrong, would keep the file for ever.
            for file in sorted(files, key=lambda file: file.used if file.used <= latest else 0):
                with contextlib.suppress(OSError):  # another process may have deleted it
                    file.delete()
                self._bytes -= file.size
                if self._bytes <= limit * self._evict_to:
                    return

    def _sweep(self, files: list[_File]) -> list[_File]:
        """Deletes remains of interrupted writes and, where there is a limit, damaged files, if they are old.

        Returns the other files.
        """
        self._is_swept = True
        now, left = time.time_ns(), []
        for file in files:
            seconds = abs(now - file.used) / 1e9
            is_old = seconds > (_BAD_SECONDS if file.is_bad else _PART_SECONDS)
            if is_old and (file.is_part or (file.is_bad and self._limit is not None)):
                with contextlib.suppress(OSError):
                    file.delete()
                    continue
            left.append(file)
        return left

    def _list(self) -> list[_File]:
        """All files; none where the folder cannot be read, from which `load` gets nothing either."""
        try:
            return list(self._files())
        except OSError:
            return []

    def _files(self) -> Iterator[_File]:
        """All files of this cache: values, damaged files, and remains of interrupted writes."""
        suffix = self._format.suffix
        missing = FileNotFoundError, NotADirectoryError
        with contextlib.suppress(*missing), os.scandir(self.folder) as entries:
            for entry in entries:
                if suffix not in entry.name and not _PART.fullmatch(entry.name):
                    continue
                with contextlib.suppress(FileNotFoundError):  # another process may be deleting
                    status = entry.stat(follow_symlinks=False)
                    is_value = entry.name.endswith(suffix) and not entry.name.startswith(".")
                    is_value = is_value and not stat.S_ISDIR(status.st_mode)
                    size = 0 if stat.S_ISDIR(status.st_mode) else status.st_size
                    yield _File(Path(entry.path), size, status.st_mtime_ns, is_value)

    def _set_aside(self, key: str, opened: os.stat_result, why: str) -> None:
        # Files that are not durable may be damaged by any power failure; nobody needs to look at them.
        level = logging.WARNING if self._format.durable else logging.INFO
        path = self.path(key)
        try:
            if not set_aside(path, opened):
                return
            self.damage[key] = f"{why}; it was renamed to {bad_path(path).name}"
        except OSError as error:
            self.damage[key] = f"{why}; it cannot be renamed: {error.strerror}"
        log.log(level, "%s is damaged: %s", path, self.damage[key])

    def _warn(self, problem: str, error: OSError) -> None:
        """Reports a problem once; later failures would only repeat it."""
        if problem not in self._warned:
            self._warned.add(problem)
            log.warning("%s " + problem, self._format.plural, self.folder, error.strerror)


@dataclass(frozen=True, slots=True)
class _File:
    """`used`: time of last use in nanoseconds. `is_value`: not damaged and completely written, by its
    name."""

    path: Path
    size: int
    used: int
    is_value: bool

    @property
    def is_part(self) -> bool:
        """Whether a writer has not completed it, or never will."""
        return self.path.name.startswith(".") and self.path.name.endswith(PART_SUFFIX)

    @property
    def is_bad(self) -> bool:
        """Whether it was set aside."""
        return self.path.name.endswith(BAD_SUFFIX)

    def delete(self) -> None:
        """Deletes the file, or the folder in its place if that is empty. Raises `OSError` for a file only."""
        if self.path.is_dir() and not self.path.is_symlink():
            with contextlib.suppress(OSError):  # what is in it is not the cache's
                self.path.rmdir()
        else:
            self.path.unlink(missing_ok=True)
