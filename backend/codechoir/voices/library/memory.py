"""Voices in memory: the least recently used leave first, and none stays longer than its lifetime."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from codechoir.voices.library.provenance import ClonedVoice


@dataclass(frozen=True, slots=True)
class _Entry:
    voice: ClonedVoice
    stamp: object
    since: float


class MemoryCache:
    """At most `limit` bytes of tensors; an entry older than `lifetime` seconds counts as missing.

    With `lifetime` None, entries do not age. A `stamp` that was given with a voice must be given again to get
    it back: it tells whether the file that the voice came from is still the same.
    """

    def __init__(
        self, limit: int, lifetime: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._bytes = 0

    def get(self, key: str, stamp: object = None) -> ClonedVoice | None:
        """The voice of `key`, if it is here, young enough and of the same stamp."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.stamp != stamp or self._is_old(entry):
                self._drop(key)
                return None
            self._entries.move_to_end(key)
            return entry.voice

    def put(self, key: str, voice: ClonedVoice, stamp: object = None) -> None:
        """Keep a voice; one larger than the limit is not kept."""
        with self._lock:
            self._drop(key)
            if voice.size > self._limit:
                return
            self._entries[key] = _Entry(voice, stamp, self._clock())
            self._bytes += voice.size
            for old in [key for key, entry in self._entries.items() if self._is_old(entry)]:
                self._drop(old)
            while self._bytes > self._limit:
                self._drop(next(iter(self._entries)))

    def forget(self, key: str) -> None:
        """Drop one voice, if it is here."""
        with self._lock:
            self._drop(key)

    def clear(self) -> int:
        """Drop everything; returns how many voices there were."""
        with self._lock:
            count = len(self._entries)
            self._entries.clear()
            self._bytes = 0
            return count

    @property
    def usage(self) -> tuple[int, int]:
        """Voices and bytes that are here now."""
        with self._lock:
            return len(self._entries), self._bytes

    def _is_old(self, entry: _Entry) -> bool:
        return self._lifetime is not None and self._clock() - entry.since > self._lifetime

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.voice.size
