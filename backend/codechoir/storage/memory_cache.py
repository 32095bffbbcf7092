"""Things kept in memory: the least recently used leave first, and none stays longer than its lifetime."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """Something that can be kept: it knows its size in bytes."""

    @property
    def size(self) -> int: ...


Kept = TypeVar("Kept", bound=Sized)


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Kept]):
    value: Kept
    stamp: object
    since: float


class MemoryCache(Generic[Kept]):
    """At most `limit` bytes; an entry older than `lifetime` seconds counts as missing.

    With `lifetime` None, entries do not age. A `stamp` that was given with a value must be given again to get
    it back: it tells whether the file that the value came from is still the same. May be used by several
    threads.
    """

    def __init__(
        self, limit: int, lifetime: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry[Kept]] = OrderedDict()
        self._bytes = 0

    def get(self, key: str, stamp: object = None) -> Kept | None:
        """The value of `key`, if it is here, young enough and of that stamp; it is then the one used last."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.stamp != stamp or self._is_old(entry):
                self._drop(key)
                return None
            self._entries.move_to_end(key)
            return entry.value

    def put(self, key: str, value: Kept, stamp: object = None) -> None:
        """Keep a value; one larger than the limit is not kept."""
        with self._lock:
            self._drop(key)
            if value.size > self._limit:
                return
            self._entries[key] = _Entry(value, stamp, self._clock())
            self._bytes += value.size
            if self._lifetime is not None:
                for old in [key for key, entry in self._entries.items() if self._is_old(entry)]:
                    self._drop(old)
            while self._bytes > self._limit:
                self._drop(next(iter(self._entries)))

    def forget(self, key: str) -> None:
        """Drop one entry, if it is here."""
        with self._lock:
            self._drop(key)

    def clear(self) -> tuple[int, int]:
        """Drop everything; returns how many entries and bytes there were."""
        with self._lock:
            had = len(self._entries), self._bytes
            self._entries.clear()
            self._bytes = 0
            return had

    @property
    def usage(self) -> tuple[int, int]:
        """Entries and bytes that are here now."""
        with self._lock:
            return len(self._entries), self._bytes

    def _is_old(self, entry: _Entry[Kept]) -> bool:
        return self._lifetime is not None and self._clock() - entry.since > self._lifetime

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.value.size
