"""The phrase cache: from memory, else from disk; what it did is counted by engine."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from codechoir.errors import InputError
from codechoir.memory import MemoryCache
from codechoir.phrases.disk import PhraseDisk
from codechoir.phrases.entry import Entry
from codechoir.phrases.places import PhraseSettings
from codechoir.voices.library.locks import KeyLocks
from codechoir.voices.library.statistics import Counts, Statistics

MOST_TOUCHES = 20_000
"""Entries whose use is remembered until it is written to the disk."""


@dataclass(frozen=True, slots=True)
class PhraseFigures:
    """What the cache holds and did; `engines`: the counts of each."""

    folder: str
    entries: int
    bytes: int
    memory_entries: int
    memory_bytes: int
    total: Counts
    engines: Mapping[str, Counts]


class PhraseCache:
    """The phrases of this user. May be used by several threads, and several processes share its folder."""

    def __init__(self, settings: PhraseSettings) -> None:
        self.settings = settings
        self.memory = MemoryCache[Entry](settings.memory)
        self.disk = PhraseDisk(settings.folder, settings.disk)
        locks = KeyLocks(settings.folder / ".locks", patience=1.0)
        self.statistics = Statistics(settings.folder / "statistics.json", locks)
        self._lock = threading.Lock()
        self._used: set[str] = set()

    def find(self, key: str, engine: str) -> Entry | None:
        """What was kept under a key, counted for an engine."""
        if (entry := self.memory.get(key)) is not None:
            self.statistics.found(engine, "memory", entry.seconds)
            self._use(key)
            return entry
        if not self.settings.disk or (entry := self.disk.load(key)) is None:
            return None
        self.memory.put(key, entry)
        self.statistics.found(engine, "disk", entry.seconds)
        self._use(key)
        return entry

    def keep(self, key: str, entry: Entry, engine: str) -> None:
        """Keep what an engine has made, in memory and on disk."""
        self.memory.put(key, entry)
        if self.settings.disk:
            self.disk.save(key, entry)
        self.statistics.computed(engine, entry.seconds)

    def clear(self, memory: bool = True, disk: bool = True) -> tuple[int, int]:
        """Forget what is in memory, on disk (the counts with it), or both; returns entries and bytes.

        Of both together the entries and bytes are those on disk. Raises `InputError` when a file cannot be
        removed.
        """
        had = self.memory.clear() if memory else (0, 0)
        if not disk:
            return had
        try:
            had = self.disk.clear()
        except OSError as error:
            folder = self.settings.folder
            raise InputError(f"the cache {folder} cannot be cleared: {error.strerror}") from error
        self.statistics.clear()
        return had

    def figures(self) -> PhraseFigures:
        """What is there, and what it was good for."""
        engines = self.statistics.voices()
        total = Counts()
        for counts in engines.values():
            total.add(counts)
        usage = *self.disk.usage, *self.memory.usage
        return PhraseFigures(str(self.settings.folder), *usage, total, engines)

    def flush(self) -> None:
        """Tell the other processes, by the disk, what was used and counted here."""
        with self._lock:
            used, self._used = self._used, set()
        for key in used:
            self.disk.touch(key)
        self.statistics.flush()

    def _use(self, key: str) -> None:
        with self._lock:
            if len(self._used) < MOST_TOUCHES:
                self._used.add(key)
