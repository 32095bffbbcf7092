"""The embedded engine's part in XTTS: its voices stand in where XTTS cannot speak, or is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from codechoir.engines.protocol import Engine
from codechoir.model import Spoken


def make_embedded() -> Engine:
    """The embedded engine."""
    from codechoir.engines.espeak import EspeakEngine

    return EspeakEngine()


class Recast:
    """Gives an utterance the voice that its category has with the embedded engine, at the same rate and
    volume. The profile is read at the first use."""

    def __init__(self, profile: str = "default") -> None:
        self._profile = profile
        self._recast: Callable[[Spoken], Spoken] | None = None

    def __call__(self, spoken: Spoken) -> Spoken:
        if self._recast is None:
            self._recast = self._loaded()
        return self._recast(spoken)

    def _loaded(self) -> Callable[[Spoken], Spoken]:
        from codechoir.settings import Settings
        from codechoir.voices.casting import Casting
        from codechoir.voices.profile import load_profile

        casting = Casting(load_profile(self._profile, "espeak"), Settings())

        def recast(spoken: Spoken) -> Spoken:
            voice = casting.cast(spoken.utterance)
            as_asked = replace(voice, rate=spoken.voice.rate, volume=spoken.voice.volume)
            return replace(spoken, voice=as_asked)

        return recast
