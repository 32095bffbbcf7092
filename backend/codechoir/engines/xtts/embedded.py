"""The embedded engine's part in XTTS: its voices stand in where XTTS cannot speak, or is away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codechoir.engines.protocol import Engine
from codechoir.model import Spoken

if TYPE_CHECKING:
    from codechoir.voices.casting import Casting


def make_embedded() -> Engine:
    """The embedded engine."""
    from codechoir.engines.espeak import EspeakEngine

    return EspeakEngine()


class Recast:
    """Gives an utterance the voice that stands in for its own. Where nobody cast it for the embedded engine,
    it is the one of the default profile at the same rate and volume, which is read at the first use."""

    def __init__(self) -> None:
        self._casting: Casting | None = None

    def __call__(self, spoken: Spoken) -> Spoken:
        if spoken.stand_in is not None:
            return replace(spoken, voice=spoken.stand_in)
        voice = self._default().cast(spoken.utterance)
        return replace(spoken, voice=replace(voice, rate=spoken.voice.rate, volume=spoken.voice.volume))

    def _default(self) -> Casting:
        if self._casting is None:
            from codechoir.settings import Settings
            from codechoir.voices.casting import EMBEDDED, Casting
            from codechoir.voices.profile import load_profile

            self._casting = Casting(load_profile(Settings().profile, EMBEDDED), Settings())
        return self._casting
