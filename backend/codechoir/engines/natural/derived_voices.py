"""The voices that are made of the one real voice, by the size and the pitch of the speaker.

The factors are those of a grid by which words cut from lines are best told apart, by cepstrum and fundamental
frequency, with the narrow melodies of the default profile. The real one, `heart`, sounds best;
the farther a voice is from it, the more it sounds processed.
"""

from __future__ import annotations

from dataclasses import dataclass

from codechoir.model import Capabilities, VoiceInfo

ENGINE_NAME = "natural"
SAMPLE_RATE = 24_000
CAPABILITIES = Capabilities(SAMPLE_RATE, inline_prosody=True, concurrent=True, can_be_lost=True)
"""What both processes of the engine know; the child, which somebody waits for, loads nothing else of ours."""


@dataclass(frozen=True, slots=True)
class DerivedVoice:
    """A speaker. `pitch`, `formants`: factors of the real voice's. `level`: of its amplitude, so that all are
    equally loud."""

    description: str
    pitch: float = 1.0
    formants: float = 1.0
    level: float = 1.0


DERIVED_VOICES = {
    "heart": DerivedVoice("female, as recorded"),
    "heart-bass": DerivedVoice("male, deep", 0.50, 0.86, 0.81),
    "heart-baritone": DerivedVoice("male, large", 0.74, 0.80, 1.03),
    "heart-alto": DerivedVoice("androgynous, low and bright", 0.58, 1.12, 0.77),
    "heart-small": DerivedVoice("small, low", 0.84, 1.20, 0.86),
    "heart-large": DerivedVoice("large, high", 1.20, 0.80, 1.60),
    "heart-child": DerivedVoice("child", 1.35, 1.20, 1.07),
}


def voice_infos() -> list[VoiceInfo]:
    """All of them, for the list of voices."""
    return [VoiceInfo(name, "en-us", voice.description) for name, voice in DERIVED_VOICES.items()]
