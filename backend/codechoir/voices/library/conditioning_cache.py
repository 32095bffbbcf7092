"""What a computed latent is known by: the content of its recordings, the model, and every parameter.

Latents computed once: from memory, else from disk, else from the shared store, else from the engine.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from codechoir.errors import EngineError, InputError
from codechoir.storage import FileHashes, KeyLocks, MemoryCache
from codechoir.voices.library import voice_file
from codechoir.voices.library.cloned_voice import ClonedVoice, Parameter, Provenance, Tensors
from codechoir.voices.library.library_settings import LibrarySettings
from codechoir.voices.library.statistics import Counts, Statistics
from codechoir.voices.library.voice_store import SharedStore, VoiceStore

log = logging.getLogger(__name__)


def latent_key(
    engine: str, fingerprint: str, recordings: Sequence[str], parameters: Mapping[str, Parameter]
) -> str:
    """The key of latents made from recordings, given by their hashes; their order counts."""
    return _hash({"made": [engine, fingerprint, list(recordings), dict(parameters)]})


def mixture_key(shares: Mapping[str, float]) -> str:
    """The key of a mixture, from the weight of each ingredient by the ingredient's key."""
    return _hash({"mixed": dict(shares)})


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, allow_nan=False).encode()).hexdigest()


class Conditioner(Protocol):
    """An engine's way from recordings to tensors.

    `fingerprint`: of the model. `parameters`: every one that changes the result, defaults included.
    """

    engine: str
    fingerprint: str
    parameters: Mapping[str, Parameter]

    def warm_up(self) -> None:
        """Load what `condition` needs; the time for this is not counted as the voice's."""

    def condition(self, recordings: Sequence[Path]) -> Tensors:
        """The tensors of the voice in these recordings. Raises `InputError` for unfit recordings."""


@runtime_checkable
class CloningEngine(Protocol):
    """An engine that makes voices from recordings."""

    def conditioner(self, parameters: Mapping[str, Parameter]) -> Conditioner:
        """The way to make one. Raises `InputError` for a parameter that the engine does not know."""


@runtime_checkable
class Speakers(Protocol):
    """An engine with speakers of its own, which can be mixed with the user's voices."""

    def speaker(self, name: str) -> ClonedVoice | None:
        """The speaker of that name as a voice; None where there is none."""


@runtime_checkable
class LatentKeeping(Protocol):
    """An engine that keeps latents in memory and on disk."""

    def latents(self, clear_memory: bool = False, clear_disk: bool = False) -> Mapping[str, int]:
        """What it keeps, after what is asked for was cleared; see `LatentCache.cleared`."""


@dataclass(frozen=True, slots=True)
class CacheFigures:
    """What the cache holds and did: entries and bytes on disk and in memory, counts in all and by voice."""

    folder: Path
    entries: int
    bytes: int
    memory_entries: int
    memory_bytes: int
    total: Counts
    voices: Mapping[str, Counts]


class LatentCache:
    """The latents of this user. May be used by several threads, and several processes share its folder."""

    def __init__(self, settings: LibrarySettings) -> None:
        """Raises `InputError` where the settings name a shared store that cannot be opened."""
        folder = settings.cache / "latents"
        self._disk_limit = settings.disk
        self.memory = MemoryCache[ClonedVoice](settings.memory, settings.lifetime)
        self.store = VoiceStore(folder, lambda stem, provenance: provenance.key == stem)
        self._locks = KeyLocks(folder / ".locks")
        self._hashes = FileHashes(folder / "recordings.json")
        self._shared = SharedStore(settings.shared) if settings.shared else None
        self.statistics = Statistics(folder / "statistics.json", self._locks)

    def condition(
        self, recordings: Sequence[Path], conditioner: Conditioner, name: str, refresh: bool = False
    ) -> ClonedVoice:
        """The voice in the recordings, computed only if nobody has done it before, or with `refresh`.

        `name`: what to count it under. Raises `InputError` for recordings that cannot be used, and what the
        engine raises.
        """
        if not recordings:
            raise InputError("a voice takes at least one recording")
        hashes = tuple(map(self._hashes.of, recordings))
        key = latent_key(conditioner.engine, conditioner.fingerprint, hashes, conditioner.parameters)
        if not refresh and (voice := self._find(key, name)) is not None:
            return voice
        with self._locks.hold(key):
            if not refresh and (voice := self._find(key, name)) is not None:
                return voice
            return self._compute(key, hashes, recordings, conditioner, name)

    def keep(self, voice: ClonedVoice) -> None:
        """Put a voice that was made in another way, such as a mixture, where `find` finds it."""
        key = voice.provenance.key
        self.memory.put(key, voice)
        if self.store.save(key, voice):
            self._prune()

    def find_by_name(self, name: str) -> ClonedVoice | None:
        """The newest latents on disk that were made under that name."""
        about = ((stem, self.store.provenance(stem)) for stem in self.store.stems())
        named = [(p.created, stem) for stem, p in about if p is not None and p.name == name]
        return self.store.load(max(named)[1]) if named else None

    def clear(self, memory: bool = True, disk: bool = True) -> tuple[int, int]:
        """Forget latents in memory, on disk, or both; returns files removed and bytes freed on disk.

        Named voices and the shared store stay. Raises `InputError` when a file cannot be removed.
        """
        if memory:
            self.memory.clear()
        removed = freed = 0
        if disk:
            for stem, (size, _) in self.store.sizes().items():
                try:
                    removed += self.store.remove(stem)
                except OSError as error:
                    raise InputError(
                        f"the cache {self.store.folder} cannot be cleared: {error.strerror}"
                    ) from error
                freed += size
            self.statistics.clear()
        return removed, freed

    def cleared(self, memory: bool, disk: bool) -> dict[str, int]:
        """Clear memory, disk, both or neither; then `removed` and `freed` (bytes on disk), and what is left:
        `entries` and `bytes` on disk, `memory_entries` and `memory_bytes`."""
        removed, freed = self.clear(memory, disk) if memory or disk else (0, 0)
        left = self.figures()
        return {
            "removed": removed,
            "freed": freed,
            "entries": left.entries,
            "bytes": left.bytes,
            "memory_entries": left.memory_entries,
            "memory_bytes": left.memory_bytes,
        }

    def figures(self) -> CacheFigures:
        """What is there, and what it was good for."""
        sizes = self.store.sizes()
        voices = self.statistics.voices()
        total = Counts()
        for counts in voices.values():
            total.add(counts)
        on_disk = sum(size for size, _ in sizes.values())
        return CacheFigures(self.store.folder, len(sizes), on_disk, *self.memory.usage, total, voices)

    def _find(self, key: str, name: str) -> ClonedVoice | None:
        if (voice := self.memory.get(key)) is not None:
            self.statistics.found(name, "memory", voice.provenance.seconds)
            return voice
        if (voice := self.store.load(key)) is not None:
            self.memory.put(key, voice)
            self.statistics.found(name, "disk", voice.provenance.seconds)
            return voice
        if self._shared is not None and (voice := self._shared.load(key)) is not None:
            self.keep(voice)
            self.statistics.found(name, "shared", voice.provenance.seconds)
            return voice
        return None

    def _compute(
        self,
        key: str,
        hashes: tuple[str, ...],
        recordings: Sequence[Path],
        conditioner: Conditioner,
        name: str,
    ) -> ClonedVoice:
        conditioner.warm_up()
        began = time.perf_counter()
        tensors = voice_file.stored_form(conditioner.condition(recordings))
        seconds = round(time.perf_counter() - began, 6)
        provenance = Provenance(
            name,
            conditioner.engine,
            conditioner.fingerprint,
            key,
            dict(conditioner.parameters),
            hashes,
            seconds=seconds,
            created=datetime.now(UTC).isoformat(timespec="microseconds"),
        )
        voice = ClonedVoice(provenance, tensors)
        try:
            self.keep(voice)
        except voice_file.VoiceFileError as error:
            raise EngineError(f"the engine '{conditioner.engine}' made a voice that has {error}") from error
        if self._shared is not None:
            self._shared.save(key, voice)
        self.statistics.computed(name, seconds)
        return voice

    def _prune(self) -> None:
        """Keep the folder within its limit: the files written longest ago leave first."""
        sizes = self.store.sizes()
        total = sum(size for size, _ in sizes.values())
        for stem, (size, _) in sorted(sizes.items(), key=lambda item: item[1][1]):
            if total <= self._disk_limit:
                return
            try:
                self.store.remove(stem)
            except OSError as error:
                log.debug("the cache is larger than its limit: %s", error)
                return
            total -= size


def renamed(voice: ClonedVoice, name: str) -> ClonedVoice:
    """The same voice under another name."""
    return replace(voice, provenance=replace(voice.provenance, name=name))
