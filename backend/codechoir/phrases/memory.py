"""Phrases in memory: the least recently used leave first."""

from __future__ import annotations

import threading
from collections import OrderedDict

from codechoir.phrases.entry import Entry


class PhraseMemory:
    """At most `limit` bytes of entries. May be used by several threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> Entry | None:
        """The entry of a key, which is then the one used last."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry

    def put(self, key: str, entry: Entry) -> None:
        """Keep an entry; one larger than the limit is not kept."""
        with self._lock:
            if (old := self._entries.pop(key, None)) is not None:
                self._bytes -= old.size
            if entry.size > self._limit:
                return
            self._entries[key] = entry
            self._bytes += entry.size
            while self._bytes > self._limit:
                self._bytes -= self._entries.popitem(last=False)[1].size

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
