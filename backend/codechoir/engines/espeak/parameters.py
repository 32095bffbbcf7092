"""From a `Voice` and the pauses of a phrase to the library's parameters and samples.

Voices are leveled here, so that 100 is equally loud for all; pauses inside a phrase are compensated by
speaking slightly faster, so that they cost the listener no time.
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
"""Words per minute that the library speaks itself. From 450 on its word events are wrong."""

COMPRESSED_FROM = 350
"""Words per minute at which the library speaks what is then compressed to a rate beyond `FASTEST`."""


def compression_factor(rate: float) -> float:
    """The factor of time compression for a rate in words per minute."""
    return rate / COMPRESSED_FROM if rate > FASTEST else 1.0


_OCTAVE = 56
"""Points of pitch in which the frequency of a voice doubles, about."""


@functools.lru_cache(maxsize=1024)
def synth_params(voice: Voice, language: str, library: Library, speedup: float = 1.0) -> SynthParams:
    """The parameters for words of a language in a voice, `speedup` times faster than its rate."""
    rate = voice.rate * speedup
    return SynthParams(
        family=_localized(voice.family or DEFAULT_FAMILY, language, library),
        rate=max(round(rate), SLOWEST) if rate <= FASTEST else COMPRESSED_FROM,
        pitch=min(max(round(voice.pitch), 0), 99),
        range=min(max(round(voice.range), 0), 99),
        volume=round(min(max(voice.volume, 0), 100) / 100 * _level(voice.family, voice.pitch)),
    )


def _level(family: str, pitch: float) -> float:
    """The volume at which a voice is as loud as the others, in the library's percent.

    The power grows with the number of periods per second, which doubles over `_OCTAVE` points of pitch.
    """
    levels = _levels()
    level = levels.get(family.partition("+")[2], levels[""])
    return min(level * 2 ** ((50 - pitch) / _OCTAVE / 2), 200.0)


@functools.cache
def _levels() -> dict[str, int]:
    table = tomllib.loads(resource_path("voices", "loudness.toml").read_text(encoding="utf-8"))
    levels: dict[str, int] = table["espeak"]
    return levels


_TAGS = {"fr": "fr-fr", "no": "nb", "zh": "cmn"}
"""Languages whose voice has another tag."""


def _localized(family: str, language: str, library: Library) -> str:
    """The family in the language of the words: German words turn `en-us+f3` into `de+f3`."""
    tag = language.lower()
    spoken, _, variant = family.partition("+")
    if tag.partition("-")[0] == spoken.partition("-")[0]:
        return family
    language_alone = tag.partition("-")[0]
    for candidate in (tag, language_alone, _TAGS.get(language_alone, "")):
        if candidate in library.languages:
            return f"{candidate}+{variant}" if variant else candidate
    return family


NORMAL_RATE = 175
"""Words per minute at which pauses have the length that the utterance gives."""

_LETTERS_PER_SECOND = 15.0
"""How fast the library speaks at the normal rate, without spaces."""

_MAX_SPEEDUP = 1.08
"""Listeners do not notice a smaller one."""

_ADDED_SHARE = 0.7
"""The share of the pauses between words that adds silence; the rest is silent already."""

_CUE_GAP = 15
"""Milliseconds between a cue and the first syllable after it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What is between two words: a pause of at least `pause` samples, then a cue if there is one."""

    pause: int = 0
    cue: array[int] | None = None

    def lengthened(self, samples: int) -> Gap:
        """The same gap with at least so many samples of pause and cue together."""
        return Gap(max(self.pause, samples - len(self.cue or ())), self.cue)


class PauseTiming:
    """The gaps of one phrase, in samples. `before` is called for parts in ascending order.

    `speedup`: the factor by which the words are spoken faster, so that the pauses inside the phrase cost no
    time. It has steps of a hundredth, so that phrases share their parameters.
    """

    def __init__(self, parts: tuple[CastUtterance, ...], sample_rate: int) -> None:
        self._parts = parts
        self._rate = sample_rate
        self._next = 0  # the first part whose pauses are not part of a gap yet
        self.speedup = self._compensation()

    def before(self, part: int) -> Gap:
        """The gap before a part that has words, with the pauses and cues of wordless parts before it.

        Empty when called again for a part, which continues in the next breath.
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

    def _compensation(self) -> float:
        spoken = [index for index, part in enumerate(self._parts) if part.utterance.text]
        if len(spoken) < 2:
            return 1.0
        inside = self._parts[spoken[0] : spoken[-1] + 1]
        pauses = sum(part.utterance.pause_before + part.utterance.pause_after for part in inside)
        pauses -= inside[0].utterance.pause_before + inside[-1].utterance.pause_after
        letters = sum(len(part.utterance.text.replace(" ", "")) for part in inside)
        time = 1000 * letters / _LETTERS_PER_SECOND
        added = pauses * _ADDED_SHARE
        if added <= 0:
            return 1.0
        return min(round(time / max(time - added, time / 2) + 0.004, 2), _MAX_SPEEDUP)
