"""The voices that are made of the one real voice, by the size and the pitch of the speaker.

Told apart on single words to 98 % (by MFCC and fundamental frequency). The real one, `heart`, sounds best;
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
    "heart-bass": DerivedVoice("male, deep", 0.50, 0.84, 0.87),
    "heart-baritone": DerivedVoice("male, large", 0.72, 0.80, 1.07),
    "heart-alto": DerivedVoice("androgynous, low and dark", 0.62, 1.04, 0.83),
    "heart-small": DerivedVoice("small, low", 0.84, 1.20, 0.90),
    "heart-large": DerivedVoice("large, high", 1.22, 0.84, 1.53),
    "heart-child": DerivedVoice("child", 1.50, 1.18, 1.24),
}


def voice_infos() -> list[VoiceInfo]:
    """All of them, for the list of voices."""
    return [VoiceInfo(name, "en-us", voice.description) for name, voice in DERIVED_VOICES.items()]
