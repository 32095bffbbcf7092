"""What the cache of latents did: hits, misses, seconds spent and saved, in all and for each voice.

Counts of this process are added to a file now and then, since a command lives for a moment only and its
user asks what happened before it.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from codechoir.storage import KeyLocks, write_atomically

log = logging.getLogger(__name__)

Where = Literal["memory", "disk", "shared"]
MOST_VOICES = 500
"""Voices whose counts are kept; those heard least leave first."""


@dataclass(slots=True)
class Counts:
    """How often latents were found, and where; how often computed; seconds that this took, and saved."""

    memory: int = 0
    disk: int = 0
    shared: int = 0
    misses: int = 0
    seconds: float = 0.0
    seconds_saved: float = 0.0

    @property
    def hits(self) -> int:
        """Latents that did not have to be computed."""
        return self.memory + self.disk + self.shared

    def add(self, other: Counts) -> None:
        """Add another's counts to these."""
        for each in fields(Counts):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


class Statistics:
    """Counts by voice, in this process and, after `flush`, in the file `path`."""

    def __init__(self, path: Path, locks: KeyLocks) -> None:
        self._path = path
        self._locks = locks
        self._lock = threading.Lock()
        self._fresh: dict[str, Counts] = {}

    def found(self, voice: str, where: Where, seconds: float) -> None:
        """Latents of a voice were found; computing them had taken `seconds`."""
        with self._lock:
            counts = self._fresh.setdefault(voice, Counts())
            setattr(counts, where, getattr(counts, where) + 1)
            counts.seconds_saved += seconds

    def computed(self, voice: str, seconds: float) -> None:
        """Latents of a voice had to be computed, which took `seconds`."""
        with self._lock:
            counts = self._fresh.setdefault(voice, Counts())
            counts.misses += 1
            counts.seconds += seconds

    def voices(self) -> dict[str, Counts]:
        """The counts of each voice, by all processes that have flushed, and this one."""
        with self._lock:
            return _sum(_read(self._path), self._fresh)

    def flush(self) -> None:
        """Add this process's counts to the file; when it cannot be written, they are kept for later."""
        with self._lock:
            if not self._fresh:
                return
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._locks.hold("0"):
                    together = _sum(_read(self._path), self._fresh)
                    most = sorted(together.items(), key=lambda item: -item[1].hits)[:MOST_VOICES]
                    values = {voice: asdict(counts) for voice, counts in most}
                    write_atomically(self._path, json.dumps(values).encode())
            except OSError as error:
                log.debug("statistics are not kept: %s", error)
                return
            self._fresh.clear()

    def clear(self) -> None:
        """Forget all counts, in the file too."""
        with self._lock:
            self._fresh.clear()
            try:
                self._path.unlink(missing_ok=True)
            except OSError as error:
                log.debug("statistics are not cleared: %s", error)


def _sum(one: Mapping[str, Counts], other: Mapping[str, Counts]) -> dict[str, Counts]:
    total: dict[str, Counts] = {}
    for each in (one, other):
        for voice, counts in each.items():
            total.setdefault(voice, Counts()).add(counts)
    return total


def _read(path: Path) -> dict[str, Counts]:
    """The file's counts; whatever is not as it should be counts as nothing."""
    try:
        values: Any = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    found = {}
    for voice, counts in values.items() if isinstance(values, dict) else ():
        try:
            made = Counts(**counts)
            made.add(Counts())
        except TypeError:
            continue
        found[voice] = made
    return found
