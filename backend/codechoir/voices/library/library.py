"""The named voices of a user: made from recordings or mixed from others, kept, shown, carried elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from codechoir.errors import CodechoirError, InputError, did_you_mean
from codechoir.storage import aside, write_atomically
from codechoir.voices.library import voice_file
from codechoir.voices.library.cloned_voice import ClonedVoice, Provenance, checked_name, same_name
from codechoir.voices.library.conditioning_cache import Conditioner, LatentCache, mixture_key, renamed
from codechoir.voices.library.library_settings import LibrarySettings
from codechoir.voices.library.mixing import checked_weights, mixed
from codechoir.voices.library.voice_file import VoiceFileError
from codechoir.voices.library.voice_store import VoiceStore, read_provenance

log = logging.getLogger(__name__)


class VoiceLibrary:
    """Voices by name. Use with `with`, or call `close`, so that its statistics are kept.

    Names are checked at every door; one that could leave the folder is refused with `InputError`. A voice
    that the disk does not take lives as long as this object.
    """

    def __init__(self, settings: LibrarySettings | None = None) -> None:
        self.settings = settings or LibrarySettings.from_environment()
        self.latents = LatentCache(self.settings)
        self._homeless: dict[str, ClonedVoice] = {}
        self._store = VoiceStore(self.settings.voices, lambda stem, about: same_name(stem, about.name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Keep the statistics."""
        self.latents.statistics.flush()

    # ---- looking -------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """The names of all voices, sorted."""
        return sorted({*self._store.stems(), *self._homeless})

    def is_kept(self, name: str) -> bool:
        """Whether the voice is on disk; False for one that a full or read-only disk did not take."""
        return name not in self._homeless

    def voices(self) -> list[Provenance]:
        """What is known of each voice, by name; files that are not sound are left out."""
        homeless = {name: voice.provenance for name, voice in self._homeless.items()}
        found = (homeless.get(name) or self._store.provenance(name) for name in self.names())
        return [about for about in found if about is not None]

    def voice(self, name: str) -> ClonedVoice:
        """The voice called `name`. Raises `InputError` when there is none, or its file was damaged."""
        name = checked_name(name)
        if name in self._homeless:
            return self._homeless[name]
        path = self._store.path(name)
        try:
            about = path.stat()
            stamp = (about.st_ino, about.st_mtime_ns, about.st_size)
        except OSError:
            raise self._unknown(name) from None
        if (voice := self.latents.memory.get(f"voice {name}", stamp)) is not None:
            return voice
        if (voice := self._store.load(name)) is None:
            return self._restored(name)
        self.latents.memory.put(f"voice {name}", voice, stamp)
        return voice

    def preload(self, names: Sequence[str] = ()) -> list[ClonedVoice]:
        """Load voices into memory, all of them without `names`, so that no reading waits for a file."""
        return [self.voice(name) for name in (names or self.settings.preload or self.names())]

    # ---- making --------------------------------------------------------------------------------------------

    def add(
        self,
        name: str,
        recordings: Sequence[Path],
        conditioner: Conditioner,
        refresh: bool = False,
        replace: bool = False,
    ) -> ClonedVoice:
        """Make a voice from recordings. `refresh` computes it anew, `replace` allows a name that is taken."""
        name = self._free_name(name, replace)
        voice = renamed(self.latents.condition(recordings, conditioner, name, refresh), name)
        return self._keep(voice)

    def mix(
        self,
        name: str,
        weights: Mapping[str, float],
        replace: bool = False,
        guests: Mapping[str, ClonedVoice] | None = None,
    ) -> ClonedVoice:
        """Make a voice between others, by the weight of each. `guests`: voices that are not in the library.

        Raises `InputError` where they do not fit.
        """
        others = guests or {}
        name = self._free_name(name, replace)
        shares = checked_weights({checked_name(each): weight for each, weight in weights.items()})
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
        voice = ClonedVoice(provenance, voice_file.stored_form(mixed(parts, list(shares.values()))))
        self.latents.keep(voice)
        return self._keep(voice)

    def remove(self, name: str) -> None:
        """Delete a voice; its computed latents stay in the cache."""
        name = checked_name(name)
        try:
            there = self._homeless.pop(name, None) is not None or self._store.remove(name)
        except OSError as error:
            raise CodechoirError(f"the voice '{name}' cannot be removed: {error.strerror}") from error
        if not there:
            raise self._unknown(name)
        self.latents.memory.forget(f"voice {name}")

    # ---- carrying ------------------------------------------------------------------------------------------

    def export_voice(self, name: str, to: Path, replace: bool = False) -> Path:
        """Write the voice to a file, or into a folder under its own name; returns the file."""
        voice = self.voice(name)
        target = to / self._store.path(voice.provenance.name).name if to.is_dir() else to
        if target.exists() and not replace:
            raise InputError(f"{target} exists; choose another name or add --replace")
        try:
            write_atomically(target, voice_file.to_bytes(voice))
        except OSError as error:
            raise InputError(f"{target} cannot be written: {error.strerror}") from error
        return target

    def import_voice(self, file: Path, name: str | None = None, replace: bool = False) -> ClonedVoice:
        """Take in a voice that was exported, under its own name or another. Raises `InputError`."""
        try:
            with file.open("rb") as stream:
                voice = voice_file.from_bytes(stream.read(voice_file.MOST_BYTES + 1))
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}") from error
        except VoiceFileError as error:
            raise InputError(
                f"{file} is not taken: {error}; only files of 'codechoir voices export' are"
            ) from error
        name = self._free_name(name or voice.provenance.name, replace)
        return self._keep(renamed(voice, name))

    # ---- inside --------------------------------------------------------------------------------------------

    def _free_name(self, name: str, replace: bool) -> str:
        name = checked_name(name)
        taken = next((other for other in self.names() if same_name(other, name)), None)
        if taken is not None and not (replace and taken == name):
            raise InputError(f"there is a voice '{taken}' already; choose another name or add --replace")
        return name

    def _keep(self, voice: ClonedVoice) -> ClonedVoice:
        name = voice.provenance.name
        self.latents.memory.forget(f"voice {name}")
        if self._store.save(name, voice):
            self._homeless.pop(name, None)
        else:
            self._homeless[name] = voice
        return voice

    def _restored(self, name: str) -> ClonedVoice:
        """The voice whose file was just set aside, from the latents that it was made of."""
        about = read_provenance(aside(self._store.path(name)))
        made = None
        if about is not None and same_name(about.name, name):
            made = self.latents.store.load(about.key)
        if made is None and (made := self.latents.find_by_name(name)) is None:
            raise InputError(f"the file of the voice '{name}' was damaged and set aside; add the voice again")
        voice = renamed(made, name)
        self._store.save(name, voice)
        log.warning("the voice '%s' was made again from its latents", name)
        return voice

    def _unknown(self, name: str) -> InputError:
        names = self.names()
        hint = did_you_mean(name, names)
        if not hint:
            hint = f"; known: {', '.join(names)}." if names else "; the library is empty."
        return InputError(f"there is no voice '{name}'{hint if hint.startswith(';') else '.' + hint}")
