"""The phrase cache: audio of phrases in memory and on disk, with statistics by engine."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from codechoir.engines.cache.cached_phrase import PHRASE_FORMAT, CachedPhrase
from codechoir.errors import InputError
from codechoir.settings import MEGABYTE, Choice, Megabytes, cache_folder, read_environment, setting
from codechoir.storage import (
    CacheFigures,
    CacheStatistics,
    DiskCache,
    KeyLocks,
    MemoryCache,
)

CacheMode = Literal["auto", "on", "off"]


@dataclass(frozen=True, slots=True)
class PhraseSettings:
    """Where phrases are cached, and how many. `memory`, `disk`: limits in bytes."""

    folder: Path
    memory: int = setting(
        Megabytes(0),
        64 * MEGABYTE,
        en="Megabytes of phrases in memory. The least recently used are removed; 0 keeps none.",
        variable="CODECHOIR_PHRASE_MEMORY",
    )
    disk: int = setting(
        Megabytes(0),
        512 * MEGABYTE,
        en="Megabytes of phrases on disk. The least recently used are removed; 0 keeps none.",
        variable="CODECHOIR_PHRASE_DISK",
    )
    mode: CacheMode = setting(
        Choice(
            {
                "auto": ("Of the engines for which it pays: the neural ones.", ""),
                "on": ("Of all engines that can, eSpeak NG included.", ""),
                "off": ("Of none.", ""),
            }
        ),
        "auto",
        en="Which engines' phrases are cached.",
        variable="CODECHOIR_PHRASES",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> PhraseSettings:
        """The user's settings. Raises `InputError` naming a variable with a bad value."""
        return read_environment(cls, environment, folder=cache_folder(environment) / "phrases")


EVICT_TO = 0.9
"""Share of the disk limit that eviction leaves, so that not every new phrase evicts an old one."""

MOST_TOUCHES = 20_000
"""Entries whose use is remembered until it is written to the disk."""


class PhraseCache:
    """The phrases of this user. May be used by several threads, and several processes share its folder."""

    def __init__(self, settings: PhraseSettings) -> None:
        self.settings = settings
        self.memory = MemoryCache[CachedPhrase](settings.memory)
        self.disk = DiskCache(settings.folder, PHRASE_FORMAT, settings.disk, EVICT_TO)
        locks = KeyLocks(settings.folder / ".locks", patience=1.0)
        self.statistics = CacheStatistics(settings.folder / "statistics.json", locks)
        self._lock = threading.Lock()
        self._used: set[str] = set()

    def find(self, key: str, engine: str) -> CachedPhrase | None:
        """What was kept under a key, counted for an engine."""
        if (entry := self.memory.get(key)) is not None:
            self.statistics.count_hit(engine, "memory", entry.seconds)
            self._use(key)
            return entry
        if not self.settings.disk or (entry := self.disk.load(key)) is None:
            return None
        self.memory.put(key, entry)
        self.statistics.count_hit(engine, "disk", entry.seconds)
        self._use(key)
        return entry

    def keep(self, key: str, entry: CachedPhrase, engine: str) -> None:
        """Keep what an engine has made, in memory and on disk."""
        self.memory.put(key, entry)
        if self.settings.disk:
            self.disk.save(key, entry)
        self.statistics.count_miss(engine, entry.seconds)

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

    def figures(self) -> CacheFigures:
        """What is there, and what it was good for, by engine."""
        return self.statistics.figures(self.disk, self.memory)

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
