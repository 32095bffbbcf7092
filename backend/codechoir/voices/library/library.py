"""The user's named voices: computed from recordings, mixed, stored, exported and imported.

The weighted mean of the tensors of several voices is a new voice, with the recipe in its metadata. Most
tensors are averaged linearly. A speaker embedding is a direction: it is averaged on the sphere, and its
length, which the vocoder expects, is restored.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from codechoir.errors import CodechoirError, InputError, did_you_mean
from codechoir.storage import AtomicFile, bad_path
from codechoir.voices.library import voice_file
from codechoir.voices.library.latent_cache import Conditioner, LatentCache, mixture_key
from codechoir.voices.library.voice_file import (
    ClonedVoice,
    Provenance,
    Tensors,
    VoiceFileError,
    check_voice_name,
    is_same_name,
)
from codechoir.voices.library.voice_store import LibrarySettings, VoiceFolder, read_provenance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

log = logging.getLogger(__name__)


class VoiceLibrary:
    """Voices by name, each a file in the user's folder. Use it with `with`, or call `close`.

    Every method checks the names that it is given, and raises `InputError` for one that could lead out of the
    folder. A voice that the disk does not accept exists as long as this object.
    """

    def __init__(
        self, settings: LibrarySettings | None = None, report: Callable[[str], object] | None = None
    ) -> None:
        """`report`: is told of each file that is damaged, once; without it, the log is."""
        self._report = report or log.warning
        self._reported: set[str] = set()
        self.settings = settings or LibrarySettings.from_environment()
        self.latents = LatentCache(self.settings)
        self._folder = VoiceFolder(self.settings.voices, lambda key, about: is_same_name(key, about.name))
        self._unsaved: dict[str, ClonedVoice] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Writes the statistics of the cache."""
        self.latents.statistics.flush()

    # ---- list and load -------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """The names of all voices, sorted."""
        names = {name for name in self._folder.stored_keys() if self._is_valid(name)}
        return sorted(names | self._unsaved.keys())

    def is_saved(self, name: str) -> bool:
        """Whether the voice is on disk; False for one that a full or read-only disk did not accept."""
        return name not in self._unsaved

    def voices(self) -> list[Provenance]:
        """The provenance of each voice, by name; damaged files are set aside, reported and left out."""
        found = []
        for name in self.names():
            about = None if name in self._unsaved else self._folder.provenance(name)
            voice = self._load_or_report(name) if about is None else None
            if (about := voice.provenance if voice is not None else about) is not None:
                found.append(about)
        return found

    def content_hashes(self, engine: str) -> dict[str, str]:
        """What the sound of each voice of an engine depends on, by name: a hash of all that it contains.

        The key in a file that came from elsewhere proves nothing: two voices may have the same.
        """
        hashes = {}
        for about in self.voices():
            if about.engine == engine and (voice := self._unsaved.get(about.name)) is not None:
                hashes[about.name] = voice_file.content_hash(about.as_metadata(), voice.tensors)
            elif about.engine == engine:
                hashes[about.name] = self._folder.content_hash(about.name)
        return hashes

    def voice(self, name: str) -> ClonedVoice:
        """The voice called `name`. Raises `InputError` if there is none, or if its file is damaged."""
        name = check_voice_name(name)
        if name in self._unsaved:
            return self._unsaved[name]
        path = self._folder.path(name)
        try:
            about = path.stat()
            stamp = (about.st_ino, about.st_mtime_ns, about.st_size)
        except OSError:
            raise self._unknown(name) from None
        if (voice := self.latents.memory.get(f"voice {name}", stamp)) is not None:
            return voice
        if (voice := self._folder.load(name)) is None:
            return self._restore(name)
        self.latents.memory.put(f"voice {name}", voice, stamp)
        return voice

    def preload(self, names: Sequence[str] = ()) -> list[ClonedVoice]:
        """Loads voices into memory, so that no reading waits for a file.

        Without `names`, those of the settings; without these, all, and a damaged one is reported and left
        out. Raises `InputError` for a voice that was named and is damaged or missing.
        """
        if names := names or self.settings.preload:
            return [self.voice(name) for name in names]
        voices = map(self._load_or_report, self.names())
        return [voice for voice in voices if voice is not None]

    # ---- add, mix, remove ----------------------------------------------------------------------------------

    def add(
        self,
        name: str,
        recordings: Sequence[Path],
        conditioner: Conditioner,
        refresh: bool = False,
        replace: bool = False,
    ) -> ClonedVoice:
        """Computes a voice from recordings.

        `refresh`: compute it even if it is in the cache. `replace`: replace a voice of that name, which
        otherwise raises `InputError`.
        """
        name = self._free_name(name, replace)
        return self._save(self.latents.condition(recordings, conditioner, name, refresh).renamed(name))

    def mix(
        self,
        name: str,
        weights: Mapping[str, float],
        replace: bool = False,
        others: Mapping[str, ClonedVoice] | None = None,
    ) -> ClonedVoice:
        """Mixes voices, by the weight of each. `others`: voices that are not in the library, by name.

        Raises `InputError` if the weights are not valid, or the voices cannot be mixed.
        """
        others = others or {}
        name = self._free_name(name, replace)
        shares = check_weights({check_voice_name(each): weight for each, weight in weights.items()})
        parts = [others[each] if each in others else self.voice(each) for each in shares]
        first = parts[0].provenance
        provenance = Provenance(
            name,
            first.engine,
            first.fingerprint,
            mixture_key({p.provenance.key: s for p, s in zip(parts, shares.values(), strict=True)}),
            recordings=tuple(dict.fromkeys(each for part in parts for each in part.provenance.recordings)),
            recipe=shares,
            created=datetime.now(UTC).isoformat(timespec="microseconds"),
        )
        tensors = mix_tensors(parts, list(shares.values()))
        voice = ClonedVoice(provenance, voice_file.stored_form(tensors))
        self.latents.store(voice)
        return self._save(voice)

    def remove(self, name: str) -> None:
        """Deletes a voice; its computed latents stay in the cache. Raises `InputError` if there is none."""
        name = check_voice_name(name)
        try:
            existed = self._unsaved.pop(name, None) is not None or self._folder.remove(name)
        except OSError as error:
            raise CodechoirError(f"the voice '{name}' cannot be removed: {error.strerror}") from error
        if not existed:
            raise self._unknown(name)
        self.latents.memory.forget(f"voice {name}")

    # ---- export and import ---------------------------------------------------------------------------------

    def export_voice(self, name: str, to: Path, replace: bool = False) -> Path:
        """Writes a voice to a file, or into a folder under its own name; returns the file.

        Raises `InputError` if no file can be written there.
        """
        voice = self.voice(name)
        target = to / self._folder.path(voice.provenance.name).name if to.is_dir() else to
        if target.exists() and not replace:
            raise InputError(f"{target} exists; choose another name or add --replace")
        with AtomicFile(target) as file:
            file.write(voice_file.to_bytes(voice))
        return target

    def import_voice(self, file: Path, name: str | None = None, replace: bool = False) -> ClonedVoice:
        """Adds an exported voice, under its own name or another. Raises `InputError` if the file is not
        valid."""
        try:
            if file.exists() and not file.is_file():  # opening a pipe would wait for its writer
                raise InputError(f"{file} cannot be imported: it is not a regular file")
            with file.open("rb") as stream:
                voice = voice_file.from_bytes(stream.read(voice_file.MAX_BYTES + 1))
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}") from error
        except VoiceFileError as error:
            raise InputError(
                f"{file} cannot be imported: {error}; use a file of 'codechoir voices export'"
            ) from error
        return self._save(voice.renamed(self._free_name(name or voice.provenance.name, replace)))

    # ---- internals -----------------------------------------------------------------------------------------

    def _free_name(self, name: str, replace: bool) -> str:
        name = check_voice_name(name)
        taken = next((other for other in self.names() if is_same_name(other, name)), None)
        if taken is None or (replace and taken == name):
            return name
        if taken != name:
            raise InputError(
                f"the voice '{taken}' exists, which differs from '{name}' only in upper and lower case; "
                f"choose another name, or use '{taken}'"
            )
        raise InputError(f"the voice '{taken}' exists; choose another name or add --replace")

    def _is_valid(self, name: str) -> bool:
        """Whether a file's name is one of a voice; if not, it is set aside and reported."""
        try:
            return check_voice_name(name) == name
        except InputError:
            if name not in self._reported:
                self._reported.add(name)
                self._report(self._folder.set_name_aside(name))
        return False

    def _load_or_report(self, name: str) -> ClonedVoice | None:
        try:
            return self.voice(name)
        except InputError as error:
            if name not in self._reported:
                self._reported.add(name)
                self._report(str(error))
        return None

    def _save(self, voice: ClonedVoice) -> ClonedVoice:
        name = voice.provenance.name
        self.latents.memory.forget(f"voice {name}")
        if self._folder.save(name, voice):
            self._unsaved.pop(name, None)
        else:
            self._unsaved[name] = voice
        return voice

    def _restore(self, name: str) -> ClonedVoice:
        """The voice whose damaged file was just set aside, from its latents in the cache."""
        bad = bad_path(self._folder.path(name))
        about = read_provenance(bad)
        latents = None
        if about is not None and is_same_name(about.name, name):
            latents = self.latents.disk.load(about.key)
        if latents is None and (latents := self.latents.find_by_name(name)) is None:
            problem = self._folder.damage.get(name, "its file cannot be read")
            raise InputError(f"the voice '{name}' is damaged: {problem}; add the voice again")
        voice = latents.renamed(name)
        self._folder.save(name, voice)
        self._report(f"the voice '{name}' was damaged and was restored from its cached latents")
        return voice

    def _unknown(self, name: str) -> InputError:
        names = self.names()
        hint = did_you_mean(name, names)
        if not hint:
            hint = f"; known: {', '.join(names)}." if names else "; the library is empty."
        return InputError(f"there is no voice '{name}'{hint if hint.startswith(';') else '.' + hint}")


SPHERICAL = frozenset({"speaker_embedding"})
"""Tensors that are directions, by name."""

MAX_STEPS = 100
"""The mean on the sphere converges in about ten steps."""


def check_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights, scaled to sum to one: parts (`2` and `1`), or fractions whose sum is close to one.

    Raises `InputError` for weights that are not positive, for fewer than two voices, and for fractions with
    another sum, because then one of them is probably a typing error.
    """
    if len(weights) < 2:
        raise InputError("a mixture needs at least two voices, such as anna=0.6 ben=0.4")
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight > 0):
            raise InputError(f"the weight of '{name}' must be greater than 0, got {weight:g}")
    total = math.fsum(weights.values())
    whole_parts = all(float(weight).is_integer() for weight in weights.values())
    if not whole_parts and abs(total - 1) > 0.005:
        raise InputError(
            f"the weights must sum to 1, got {total:g}; or use whole parts, such as anna=2 ben=1"
        )
    return {name: weight / total for name, weight in weights.items()}


def mix_tensors(voices: Sequence[ClonedVoice], weights: Sequence[float]) -> Tensors:
    """The tensors of the mixture, 32-bit floats in the voices' shapes; `weights` sum to one.

    Raises `InputError` for voices of different engines, models or shapes, and for tensors that are not
    floating-point numbers.
    """
    import numpy as np

    first = voices[0]
    for other in voices[1:]:
        _check_compatible(first, other)
    made: dict[str, Any] = {}
    for name, tensor in first.tensors.items():
        stack = [voice.tensors[name].astype(np.float64) for voice in voices]
        mix = _spherical_mean if name in SPHERICAL else _linear_mean
        made[name] = mix(stack, weights).reshape(tensor.shape).astype(np.float32)
    return made


def _check_compatible(one: ClonedVoice, other: ClonedVoice) -> None:
    here, there = one.provenance, other.provenance
    if (here.engine, here.fingerprint) != (there.engine, there.fingerprint):
        raise InputError(
            f"'{here.name}' and '{there.name}' belong to different models "
            f"({here.engine} {here.fingerprint[:8]}, {there.engine} {there.fingerprint[:8]}); "
            "mix voices of the same model"
        )
    shapes = [{name: t.shape for name, t in voice.tensors.items()} for voice in (one, other)]
    if shapes[0] != shapes[1]:
        raise InputError(
            f"'{here.name}' and '{there.name}' have tensors of different shapes and cannot be mixed"
        )
    if any(tensor.dtype.kind != "f" for tensor in one.tensors.values()):
        raise InputError(f"voices of the engine '{here.engine}' consist of tokens and cannot be mixed")


def _linear_mean(tensors: Sequence[Floats], weights: Sequence[float]) -> Floats:
    total = tensors[0] * weights[0]
    for tensor, weight in zip(tensors[1:], weights[1:], strict=True):
        total = total + tensor * weight
    return total


def _spherical_mean(tensors: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """The weighted mean of the directions (Karcher mean), with the weighted mean of the lengths.

    For two vectors it is spherical linear interpolation; for more, it does not depend on their order. It is
    found by gradient descent: each step moves along the weighted sum of the logarithms of the directions at
    the mean.
    """
    import numpy as np

    lengths = [float(np.linalg.norm(tensor)) for tensor in tensors]
    if not all(lengths):
        return _linear_mean(tensors, weights)
    directions = [tensor.ravel() / length for tensor, length in zip(tensors, lengths, strict=True)]
    mean = _linear_mean(directions, weights)
    size = float(np.linalg.norm(mean))
    if size < 1e-6:  # opposite directions have no unique mean: take the one with the largest weight
        mean, size = directions[int(np.argmax(weights))], 1.0
    mean = mean / size
    for _ in range(MAX_STEPS):
        tangents = [_sphere_log(mean, direction) for direction in directions]
        step = _linear_mean(tangents, weights)
        length = float(np.linalg.norm(step))
        if length < 1e-12:
            break
        mean = mean * math.cos(length) + step / length * math.sin(length)
        mean = mean / np.linalg.norm(mean)
    return mean * math.fsum(length * weight for length, weight in zip(lengths, weights, strict=True))


def _sphere_log(here: Floats, there: Floats) -> Floats:
    """The tangent at the unit vector `here` that leads along the great circle to `there`, as long as the
    arc."""
    import numpy as np

    cosine = min(1.0, max(-1.0, float(here @ there)))
    across = there - here * cosine
    length = float(np.linalg.norm(across))
    return across * (math.acos(cosine) / length) if length > 1e-12 else across
