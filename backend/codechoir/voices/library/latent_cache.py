"""Recordings of a speaker, and the conditioning latents that are computed from them, once.

A latent comes from memory, else from disk, else from a shared store, else from the engine. It is found by a
key made of everything that determines it: the content of the recordings, the model, and every parameter of
the engine.

Recordings are files of any format that libsndfile reads, refused before they take memory. A few hundred bytes
can announce hours of sound in a thousand channels, so what a header says is checked before a sample is read,
and samples are mixed to mono as they are read.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from codechoir.errors import EngineError, InputError
from codechoir.storage import (
    CacheFigures,
    CacheStatistics,
    FileHashes,
    KeyLocks,
    MemoryCache,
    check_regular_file,
)
from codechoir.voices.library import voice_file
from codechoir.voices.library.voice_file import ClonedVoice, Parameter, Provenance, Tensors, is_same_name
from codechoir.voices.library.voice_store import LibrarySettings, SharedStore, VoiceFolder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_SECONDS = 1.0
MAX_SECONDS = 600.0

MAX_FILE_BYTES = 512 * 1024 * 1024

MAX_CHANNELS = 8

MAX_VALUES = 64_000_000
"""Samples times channels: ten minutes of stereo at 48,000 Hz, and a little more."""

MIN_RATE, MAX_RATE = 8_000, 192_000
"""Sample rates in hertz."""

MAX_FILTER = 1_000_000
"""Coefficients of the filter that resamples: rates without a large common divisor need gigabytes."""

_MIN_LOUDNESS = 0.003
"""RMS below which a recording counts as silent."""

_MAX_CLIPPED = 0.01
"""Share of samples at the peak above which a recording counts as clipped."""

_BLOCK = 65_536
"""Frames that are read at once."""


def check_recording_file(path: Path) -> None:
    """Raises `InputError` for what is no regular file, or too large a file to be a recording."""
    check_regular_file(path, MAX_FILE_BYTES, "cut out 6 to 30 seconds of clear speech")


def read_recording(path: Path, target_rate: int) -> tuple[NDArray[np.float32], int]:
    """The samples of a recording, mono, and its sample rate, from which it can be resampled to `target_rate`.

    Raises `InputError` naming a recording that is too short, too long, silent, clipped, of an odd sample rate
    or unreadable.
    """
    import numpy as np
    import soundfile

    check_recording_file(path)
    try:
        with soundfile.SoundFile(path) as file, np.errstate(invalid="ignore"):
            _check_header(path.name, file.frames, file.samplerate, file.channels, target_rate)
            blocks = [
                block.mean(axis=1, dtype=np.float32)
                for block in file.blocks(_BLOCK, dtype="float32", always_2d=True)
            ]
            rate = int(file.samplerate)
    except (soundfile.LibsndfileError, OSError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).rstrip(".")
        raise InputError(
            f"{path.name} cannot be read as sound ({reason}); use a WAV, FLAC, Ogg or MP3 file"
        ) from error
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    _check_samples(path.name, samples, rate)
    return samples, rate


def _check_header(name: str, frames: int, rate: int, channels: int, target_rate: int) -> None:
    if rate > 0 and frames / rate > MAX_SECONDS:
        minutes = frames / rate / 60
        raise InputError(f"{name} lasts {minutes:.0f} minutes; cut out 6 to 30 seconds of clear speech")
    if channels > MAX_CHANNELS:
        raise InputError(f"{name} has {channels} channels; mix it to mono or stereo")
    if not MIN_RATE <= rate <= MAX_RATE:
        raise InputError(
            f"{name} has {rate} samples per second; convert it to a sample rate between {MIN_RATE:,} "
            f"and {MAX_RATE:,} Hz"
        )
    common = gcd(rate, target_rate)
    if (rate // common) * (target_rate // common) > MAX_FILTER:
        raise InputError(f"{name} has the unusual sample rate of {rate} Hz; convert it to 48,000 Hz")
    if frames * channels > MAX_VALUES:
        raise InputError(
            f"{name} has {frames * channels:,} samples in {channels} channels; mix it to mono, "
            "or cut out 6 to 30 seconds of clear speech"
        )


def _check_samples(name: str, samples: NDArray[np.float32], rate: int) -> None:
    import numpy as np

    seconds = len(samples) / rate
    if seconds < MIN_SECONDS:
        raise InputError(
            f"{name} lasts {seconds:.1f} seconds; a voice needs at least {MIN_SECONDS:g}, better 6"
        )
    if not np.isfinite(samples).all():
        raise InputError(f"{name} has samples that are not finite numbers; record it again")
    loudness = float(np.sqrt(np.square(samples, dtype=np.float64).mean()))
    if loudness < _MIN_LOUDNESS:
        raise InputError(f"{name} is silent or nearly silent; record it louder")
    peak = float(np.abs(samples).max())
    if peak > 0.98 and float((np.abs(samples) > 0.995 * peak).mean()) > _MAX_CLIPPED:
        raise InputError(f"{name} is clipped: its peaks are cut off; record it with less gain")


def latent_key(
    engine: str, fingerprint: str, recordings: Sequence[str], parameters: Mapping[str, Parameter]
) -> str:
    """The key of latents computed from recordings, given by their hashes; the order of recordings counts."""
    return _hash({"made": [engine, fingerprint, list(recordings), dict(parameters)]})


def mixture_key(weights: Mapping[str, float]) -> str:
    """The key of a mixture, from the weight of each voice by that voice's key."""
    return _hash({"mixed": dict(weights)})


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, allow_nan=False).encode()).hexdigest()


class Conditioner(Protocol):
    """An engine's way from recordings to tensors.

    `fingerprint`: of the model. `parameters`: every one that changes the result, defaults included.
    """

    @property
    def engine(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def parameters(self) -> Mapping[str, Parameter]: ...

    def warm_up(self) -> None:
        """Loads what `condition` needs; the time for this is not counted as the voice's."""

    def condition(self, recordings: Sequence[Path]) -> Tensors:
        """The tensors of the voice in these recordings. Raises `InputError` for unfit recordings."""


class LatentCache:
    """The latents of this user, with statistics by voice. Thread-safe; processes share its folder."""

    def __init__(self, settings: LibrarySettings) -> None:
        """Raises `InputError` if the settings name a shared store that cannot be opened."""
        folder = settings.cache / "latents"
        self.memory = MemoryCache[ClonedVoice](settings.memory, settings.lifetime)
        self.disk = VoiceFolder(folder, lambda key, provenance: provenance.key == key, settings.disk)
        self._named = VoiceFolder(settings.voices, lambda key, about: is_same_name(key, about.name))
        self._locks = KeyLocks(folder / ".locks")
        self._hashes = FileHashes(folder / "recordings.json")
        self._shared = SharedStore(settings.shared) if settings.shared else None
        self.statistics = CacheStatistics(folder / "statistics.json", self._locks)

    def condition(
        self, recordings: Sequence[Path], conditioner: Conditioner, name: str, refresh: bool = False
    ) -> ClonedVoice:
        """The voice in the recordings; computed only if it is not stored yet, or with `refresh`.

        `name`: of the voice, for the statistics and for a computed voice. Raises `InputError` for recordings
        that cannot be used, and what the engine raises.
        """
        if not recordings:
            raise InputError("a voice needs at least one recording")
        for path in recordings:
            check_recording_file(path)
        hashes = tuple(map(self._hashes.of, recordings))
        key = latent_key(conditioner.engine, conditioner.fingerprint, hashes, conditioner.parameters)
        if not refresh and (voice := self._find(key, name)) is not None:
            return voice
        with self._locks.hold(key):
            if not refresh and (voice := self._find(key, name)) is not None:
                return voice
            return self._compute(key, hashes, recordings, conditioner, name)

    def store(self, voice: ClonedVoice) -> None:
        """Stores a voice that was made in another way, such as a mixture, in memory and on disk."""
        key = voice.provenance.key
        self.memory.put(key, voice)
        self.disk.save(key, voice)

    def find_by_name(self, name: str) -> ClonedVoice | None:
        """The newest latents on disk that were computed under that name."""
        found = ((key, self.disk.provenance(key)) for key in self.disk.stored_keys())
        named = [(about.created, key) for key, about in found if about is not None and about.name == name]
        return self.disk.load(max(named)[1]) if named else None

    def clear(self, memory: bool = True, disk: bool = True) -> tuple[int, int]:
        """Forgets latents in memory, on disk (with the statistics), or both; returns files and bytes removed
        from disk.

        Named voices and the shared store stay; what interrupted writes left among the voices is removed.
        Raises `InputError` if a file cannot be removed.
        """
        if memory:
            self.memory.clear()
        if not disk:
            return 0, 0
        try:
            removed = self.disk.clear()
        except OSError as error:
            raise InputError(f"the cache {self.disk.folder} cannot be cleared: {error.strerror}") from error
        self.statistics.clear()
        self._named.remove_leftovers()
        return removed

    def cleared(self, memory: bool, disk: bool) -> dict[str, int]:
        """Clears memory, disk, both or neither; returns what was removed and what is left.

        `removed` and `freed`: files and bytes removed from disk. `entries`, `bytes`, `memory_entries`,
        `memory_bytes`: what is on disk and in memory now.
        """
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
        """What the cache contains and what it did, by voice."""
        return self.statistics.figures(self.disk, self.memory)

    def _find(self, key: str, name: str) -> ClonedVoice | None:
        if (voice := self.memory.get(key)) is not None:
            self.statistics.count_hit(name, "memory", voice.provenance.seconds)
            return voice
        if (voice := self.disk.load(key)) is not None:
            self.memory.put(key, voice)
            self.statistics.count_hit(name, "disk", voice.provenance.seconds)
            return voice
        if self._shared is not None and (voice := self._shared.load(key)) is not None:
            self.store(voice)
            self.statistics.count_hit(name, "shared", voice.provenance.seconds)
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
            self.store(voice)
        except voice_file.VoiceFileError as error:
            raise EngineError(
                f"the engine '{conditioner.engine}' computed a voice that cannot be stored: {error}"
            ) from error
        if self._shared is not None:
            self._shared.save(key, voice)
        self.statistics.count_miss(name, seconds)
        return voice
