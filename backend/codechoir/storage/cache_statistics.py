"""What a cache did: hits, misses, seconds spent and saved, in all and by name.

Each process adds its counts to a file, because a command lives for a moment only, and `codechoir cache stats`
reports what earlier ones did.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from codechoir.storage.atomic import KeyLocks, make_private_folder, write_atomically
from codechoir.storage.caches import DiskCache, MemoryCache
from codechoir.storage.data_files import read_json

log = logging.getLogger(__name__)

Tier = Literal["memory", "disk", "shared"]
"""Where a value was found."""

MAX_NAMES = 500
"""Names whose counts are stored; those with the fewest hits leave first."""


@dataclass(slots=True)
class CacheCounts:
    """Hits by tier, misses, and the seconds that computing took (`seconds`) and would have taken
    (`seconds_saved`)."""

    memory: int = 0
    disk: int = 0
    shared: int = 0
    misses: int = 0
    seconds: float = 0.0
    seconds_saved: float = 0.0

    @property
    def hits(self) -> int:
        """How often a value was found."""
        return self.memory + self.disk + self.shared

    def add(self, other: CacheCounts) -> None:
        """Adds the counts of `other` to these."""
        for each in fields(CacheCounts):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True, slots=True)
class CacheFigures:
    """What a cache contains, on disk and in memory, and what it did, in all and by name."""

    folder: Path
    entries: int
    bytes: int
    memory_entries: int
    memory_bytes: int
    total: CacheCounts
    by_name: Mapping[str, CacheCounts]


class CacheStatistics:
    """Counts by name (a voice, an engine) of this process, and of all processes in the file `path`.
    Thread-safe."""

    def __init__(self, path: Path, locks: KeyLocks) -> None:
        self._path = path
        self._locks = locks
        self._lock = threading.Lock()
        self._new: dict[str, CacheCounts] = {}

    def count_hit(self, name: str, tier: Tier, seconds: float) -> None:
        """Counts a value that was found; computing it had taken `seconds`."""
        with self._lock:
            counts = self._new.setdefault(name, CacheCounts())
            setattr(counts, tier, getattr(counts, tier) + 1)
            counts.seconds_saved += seconds

    def count_miss(self, name: str, seconds: float) -> None:
        """Counts a value that had to be computed, which took `seconds`."""
        with self._lock:
            counts = self._new.setdefault(name, CacheCounts())
            counts.misses += 1
            counts.seconds += seconds

    def by_name(self) -> dict[str, CacheCounts]:
        """The counts of this process and of all that have called `flush`."""
        with self._lock:
            return _sum(_read_counts(self._path), self._new)

    def figures(self, disk: DiskCache[Any], memory: MemoryCache[Any]) -> CacheFigures:
        """The figures of a cache that has these two tiers."""
        by_name = self.by_name()
        total = CacheCounts()
        for counts in by_name.values():
            total.add(counts)
        return CacheFigures(disk.folder, *disk.usage, *memory.usage, total, by_name)

    def flush(self) -> None:
        """Adds this process's counts to the file. If it cannot be written, the next call tries again."""
        with self._lock:
            if not self._new:
                return
            try:
                make_private_folder(self._path.parent)
                with self._locks.hold("0"):
                    counts = _sum(_read_counts(self._path), self._new)
                    most_used = sorted(counts.items(), key=lambda item: -item[1].hits)[:MAX_NAMES]
                    values = {name: asdict(each) for name, each in most_used}
                    write_atomically(self._path, json.dumps(values).encode())
            except OSError as error:
                log.debug("cache statistics are not stored: %s", error)
                return
            self._new.clear()

    def clear(self) -> None:
        """Forgets all counts, in the file too."""
        with self._lock:
            self._new.clear()
            try:
                self._path.unlink(missing_ok=True)
            except OSError as error:
                log.debug("cache statistics are not cleared: %s", error)


def _sum(one: Mapping[str, CacheCounts], other: Mapping[str, CacheCounts]) -> dict[str, CacheCounts]:
    total: dict[str, CacheCounts] = {}
    for each in (one, other):
        for name, counts in each.items():
            total.setdefault(name, CacheCounts()).add(counts)
    return total


def _read_counts(path: Path) -> dict[str, CacheCounts]:
    """The counts in the file, without those that are not valid."""
    try:
        values: Any = read_json(path)
    except (OSError, ValueError):
        return {}
    found = {}
    for name, values_of_name in values.items() if isinstance(values, dict) else ():
        try:
            counts = CacheCounts(**values_of_name)
            counts.add(CacheCounts())  # raises `TypeError` for values that are not numbers
        except TypeError:
            continue
        found[name] = counts
    return found
