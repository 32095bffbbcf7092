"""A cache in memory, limited in bytes and in age; the least recently used entries leave first."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class HasSize(Protocol):
    """A value that knows its size in bytes."""

    @property
    def size(self) -> int: ...


Value = TypeVar("Value", bound=HasSize)


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Value]):
    value: Value
    stamp: object


class MemoryCache(Generic[Value]):
    """At most `limit` bytes; an entry older than `lifetime` seconds is missing (None: entries do not age).

    A `stamp` identifies the version of the source that a value was made from, such as a file's size and time
    of change. `get` returns a value only for the stamp that it was stored with. Thread-safe.
    """

    def __init__(
        self, limit: int, lifetime: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        from cachetools import TTLCache

        self._lock = threading.Lock()
        self._entries: TTLCache[str, _Entry[Value]] = TTLCache(
            limit, math.inf if lifetime is None else lifetime, clock, lambda entry: entry.value.size
        )

    def get(self, key: str, stamp: object = None) -> Value | None:
        """The value of `key` if it is present with this stamp; it becomes the most recently used one."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.stamp != stamp:
                self._entries.pop(key, None)
                return None
            return entry.value

    def put(self, key: str, value: Value, stamp: object = None) -> None:
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
