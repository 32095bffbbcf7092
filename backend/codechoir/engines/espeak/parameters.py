"""From a `Voice`, in everybody's units, to a `SynthParams`, in the library's.

Pauses and cues between the parts of a phrase, and how the time for them is made up.
"""

from __future__ import annotations

import functools
import tomllib
from array import array
from dataclasses import dataclass

from codechoir.audio import render_earcon, scale, silence
from codechoir.engines.espeak.espeak_library import Library, SynthParams
from codechoir.model import CastUtterance, Voice
from codechoir.storage import resource_path

DEFAULT_FAMILY = "en-us"
SLOWEST, FASTEST = 80, 449
"""Words a minute that the library itself speaks; from 450 on it squeezes, and its word events go astray."""

SQUEEZED_FROM = 350
"""Words a minute at which the library speaks what shall be faster than it can: fast, and not yet hasty."""


def compression_factor(rate: float) -> float:
    """By what factor the library's speech is to be squeezed for a rate in words a minute."""
    return rate / SQUEEZED_FROM if rate > FASTEST else 1.0


_OCTAVE = 56


@functools.lru_cache(maxsize=1024)
def synth_params(voice: Voice, language: str, library: Library, hurry: float = 1.0) -> SynthParams:
    """How the library is told to say words of a language with a voice, `hurry` times faster than it says."""
    rate = voice.rate * hurry
    return SynthParams(
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
    table = tomllib.loads(resource_path("voices", "loudness.toml").read_text(encoding="utf-8"))
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


NORMAL_RATE = 175
"""Words a minute for which pauses are given."""

_LETTERS_A_SECOND = 15.0
"""How fast the library speaks at the normal rate, spaces not counted."""

_MOST_HURRY = 1.08
"""Nobody hears that speech is faster by less than this."""

_ABSORBED = 0.7
"""How much of the pauses between words is really added: the rest is silence already."""

_CUE_GAP = 15
"""Milliseconds between a cue and the first syllable after it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What is between two words: a pause of `pause` samples at least, then perhaps a cue."""

    pause: int = 0
    cue: array[int] | None = None

    def with_pause(self, least: int) -> Gap:
        """The same, with a pause of at least `least` samples, in which a cue may sound."""
        return Gap(max(self.pause, least - len(self.cue or ())), self.cue)


class PauseTiming:
    """The gaps of one phrase, in samples, asked for in order."""

    def __init__(self, parts: tuple[CastUtterance, ...], sample_rate: int) -> None:
        self._parts = parts
        self._rate = sample_rate
        self._next = 0  # the first part whose pauses were not asked for yet
        self.hurry = self._hurry()

    def before(self, part: int) -> Gap:
        """The gap before a part that has words, with what the wordless parts before it add to it.

        Empty for a part that was asked for already, since it goes on after a breath.
        """
        pause, sounds = 0, array("h")
        for index in range(self._next, part + 1):
            if index > 0:
                pause += self.samples(self._parts[index - 1].utterance.pause_after, index - 1)
            if index < len(self._parts):
                pause += self.samples(self._parts[index].utterance.pause_before, index)
                sounds += self._cue(index)
        self._next = max(self._next, part + 1)
        return Gap(pause, sounds or None)

    def samples(self, milliseconds: float, part: int) -> int:
        """A pause, given for the normal rate, in samples at the rate of a part."""
        rate = self._parts[part].voice.rate
        return round(self._rate * milliseconds * NORMAL_RATE / rate / 1000)

    def _cue(self, index: int) -> array[int]:
        spoken = self._parts[index]
        if not spoken.utterance.cue:
            return array("h")
        sound = scale(array("h", render_earcon(spoken.utterance.cue, self._rate)), spoken.voice.volume / 100)
        return sound + silence(self._rate * _CUE_GAP // 1000)

    def _hurry(self) -> float:
        """By what factor the words are said faster so that the pauses inside cost the listener no time.

        In steps of a hundredth, so that voices are not all different in every phrase.
        """
        spoken = [index for index, part in enumerate(self._parts) if part.utterance.text]
        if len(spoken) < 2:
            return 1.0
        inside = self._parts[spoken[0] : spoken[-1] + 1]
        pauses = sum(part.utterance.pause_before + part.utterance.pause_after for part in inside)
        pauses -= inside[0].utterance.pause_before + inside[-1].utterance.pause_after
        letters = sum(len(part.utterance.text.replace(" ", "")) for part in inside)
        time = 1000 * letters / _LETTERS_A_SECOND
        lost = pauses * _ABSORBED
        if lost <= 0:
            return 1.0
        return min(round(time / max(time - lost, time / 2) + 0.004, 2), _MOST_HURRY)
