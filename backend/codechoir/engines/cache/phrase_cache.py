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
from codechoir.storage import CacheFigures, CacheStatistics, DiskCache, KeyLocks, MemoryCache

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

MAX_USED = 20_000
"""Keys whose use is remembered until `flush` writes it to the disk."""


class PhraseCache:
    """The phrases of this user, with statistics by engine. Thread-safe; processes share its folder."""

    def __init__(self, settings: PhraseSettings) -> None:
        self.settings = settings
        self.memory = MemoryCache[CachedPhrase](settings.memory)
        self.disk = DiskCache(settings.folder, PHRASE_FORMAT, settings.disk, EVICT_TO)
        locks = KeyLocks(settings.folder / ".locks", patience=1.0)
        self.statistics = CacheStatistics(settings.folder / "statistics.json", locks)
        self._lock = threading.Lock()
        self._used: set[str] = set()

    def find(self, key: str, engine: str) -> CachedPhrase | None:
        """The phrase with this key, or None. Counts a hit of `engine`."""
        if (phrase := self.memory.get(key)) is not None:
            self.statistics.count_hit(engine, "memory", phrase.seconds)
            self._use(key)
            return phrase
        if not self.settings.disk or (phrase := self.disk.load(key)) is None:
            return None
        self.memory.put(key, phrase)
        self.statistics.count_hit(engine, "disk", phrase.seconds)
        self._use(key)
        return phrase

    def put(self, key: str, phrase: CachedPhrase, engine: str) -> None:
        """Store what an engine has synthesized, in memory and on disk. Counts a miss of `engine`."""
        self.memory.put(key, phrase)
        if self.settings.disk:
            self.disk.save(key, phrase)
        self.statistics.count_miss(engine, phrase.seconds)

    def clear(self, memory: bool = True, disk: bool = True) -> tuple[int, int]:
        """Clear memory, disk (with the statistics), or both; returns the entries and bytes removed.

        With both, these are the entries and bytes on disk. Raises `InputError` when a file cannot be removed.
        """
        removed = self.memory.clear() if memory else (0, 0)
        if not disk:
            return removed
        try:
            removed = self.disk.clear()
        except OSError as error:
            folder = self.settings.folder
            raise InputError(f"the cache {folder} cannot be cleared: {error.strerror}") from error
        self.statistics.clear()
        return removed

    def figures(self) -> CacheFigures:
        """Entries, bytes, hits, misses and seconds saved, by engine."""
        return self.statistics.figures(self.disk, self.memory)

    def flush(self) -> None:
        """Write to the disk, for the other processes, which phrases were used and how often."""
        with self._lock:
            used, self._used = self._used, set()
        for key in used:
            self.disk.touch(key)
        self.statistics.flush()

    def _use(self, key: str) -> None:
        with self._lock:
            if len(self._used) < MAX_USED:
                self._used.add(key)
