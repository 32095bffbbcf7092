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
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from codechoir.storage.atomic import bad_path, make_private_folder, set_aside, write_atomically

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
        """Store a value in place of an older one; a value larger than the limit is not stored."""
        with self._lock:
            self._entries.pop(key, None)
            if value.size <= self._entries.maxsize:
                self._entries[key] = _Entry(value, stamp)

    def forget(self, key: str) -> None:
        """Remove one entry, if it is present."""
        with self._lock:
            self._entries.pop(key, None)

    def clear(self) -> tuple[int, int]:
        """Remove everything; returns how many entries and bytes that was."""
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
        self._warned: set[str] = set()

    def path(self, key: str) -> Path:
        """The file of a key, whether it exists or not. Raises `ValueError` for one of another folder."""
        name = f"{key}{self._format.suffix}"
        if any(separator in name for separator in "/\\\0"):
            raise ValueError(f"the key {key!r} cannot be part of a file's name")
        return self.folder / name

    def load(self, key: str) -> Value | None:
        """The value of a key, or None if there is no valid file. A damaged file is set aside."""
        path = self.path(key)
        try:
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
            self._set_aside(path, opened, str(error))
            return None

    def save(self, key: str, value: Value) -> bool:
        """Write a value; False if it is larger than the limit or the disk refuses it."""
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
        """Delete the file of a key; False if there was none. Raises `OSError` if it cannot be deleted."""
        try:
            self.path(key).unlink()
        except FileNotFoundError:
            return False
        return True

    def clear(self) -> tuple[int, int]:
        """Delete all files; returns how many values and bytes that was. Raises `OSError`."""
        removed = freed = 0
        with self._lock:
            for file in self._files():
                file.path.unlink(missing_ok=True)
                removed += file.is_value
                freed += file.size
            self._bytes = None
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
        """Delete the least recently used files if the folder exceeds the limit."""
        if self._limit is None:
            return
        with self._lock:
            self._written += written
            if self._bytes is not None:
                self._bytes += written
                if self._bytes <= self._limit and self._written < self._limit * _RESCAN_SHARE:
                    return
            files = self._list()
            self._bytes, self._written = sum(file.size for file in files), 0
            if self._bytes <= self._limit:
                return
            for file in sorted(files, key=lambda file: file.used):
                with contextlib.suppress(OSError):  # another process may have deleted it
                    file.path.unlink()
                self._bytes -= file.size
                if self._bytes <= self._limit * self._evict_to:
                    return

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
                if suffix not in entry.name:
                    continue
                with contextlib.suppress(FileNotFoundError):  # another process may be deleting
                    status = entry.stat(follow_symlinks=False)
                    is_value = entry.name.endswith(suffix) and not entry.name.startswith(".")
                    yield _File(Path(entry.path), status.st_size, status.st_mtime_ns, is_value)

    def _set_aside(self, path: Path, opened: os.stat_result, why: str) -> None:
        # Files that are not durable may be damaged by any power failure; nobody needs to look at them.
        level = logging.WARNING if self._format.durable else logging.INFO
        try:
            if set_aside(path, opened):
                log.log(level, "%s is damaged: %s; it was renamed to %s", path, why, bad_path(path).name)
        except OSError as error:
            log.log(level, "%s is damaged: %s; it cannot be renamed: %s", path, why, error.strerror)

    def _warn(self, problem: str, error: OSError) -> None:
        """Report a problem once; later failures would only repeat it."""
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
