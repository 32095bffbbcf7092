"""From a `Voice`, in everybody's units, to a `Manner`, in the library's."""

from __future__ import annotations

import functools
import tomllib

from codechoir.data import data_path
from codechoir.engines.espeak._library import Library, Manner
from codechoir.model import Voice

DEFAULT_FAMILY = "en-us"
SLOWEST, FASTEST = 80, 449
"""Words a minute that the library itself speaks; from 450 on it squeezes, and its word events go astray."""

SQUEEZED_FROM = 350
"""Words a minute at which the library speaks what shall be faster than it can: fast, and not yet hasty."""


def squeeze_of(rate: float) -> float:
    """By what factor the library's speech is to be squeezed for a rate in words a minute."""
    return rate / SQUEEZED_FROM if rate > FASTEST else 1.0


_OCTAVE = 56


@functools.lru_cache(maxsize=1024)
def manner_of(voice: Voice, language: str, library: Library, hurry: float = 1.0) -> Manner:
    """How the library is told to say words of a language with a voice, `hurry` times faster than it says."""
    rate = voice.rate * hurry
    return Manner(
        family=_localised(voice.family or DEFAULT_FAMILY, language, library),
        rate=max(round(rate), SLOWEST) if rate <= FASTEST else SQUEEZED_FROM,
        pitch=min(max(round(voice.pitch), 0), 99),
        range=min(max(round(voice.range), 0), 99),
        volume=round(min(max(voice.volume, 0), 100) / 100 * _level(voice.family, voice.pitch)),
    )


def _level(family: str, pitch: float) -> float:
    """The volume at which a voice is as loud as the others, in the library's per cent.

    The power grows with the number of periods a second, which doubles over `_OCTAVE` points of pitch.
    """
    levels = _levels()
    level = levels.get(family.partition("+")[2], levels[""])
    return min(level * 2 ** ((50 - pitch) / _OCTAVE / 2), 200.0)


@functools.cache
def _levels() -> dict[str, int]:
    table = tomllib.loads(data_path("voices", "loudness.toml").read_text(encoding="utf-8"))
    levels: dict[str, int] = table["espeak"]
    return levels


def _localised(family: str, language: str, library: Library) -> str:
    """The family, but in the language of the words: German words turn `en-us+f3` into `de+f3`."""
    tag = language.lower()
    spoken, _, variant = family.partition("+")
    if tag.partition("-")[0] == spoken.partition("-")[0]:
        return family
    for candidate in (tag, tag.partition("-")[0]):
        if candidate in library.languages:
            return f"{candidate}+{variant}" if variant else candidate
    return family
