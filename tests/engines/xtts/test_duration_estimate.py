"""How long a text should last, by its letters and by the fallback engine."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from codechoir.engines.base import AudioListener
from codechoir.engines.espeak import EspeakEngine
from codechoir.engines.silent import SilentEngine
from codechoir.engines.xtts import short_text
from codechoir.engines.xtts.capabilities import XTTS_LANGUAGES
from codechoir.engines.xtts.short_text import ESPEAK_LANGUAGES, DurationEstimator
from codechoir.model import Phrase, VoiceInfo

ENGLISH = XTTS_LANGUAGES["en"]


@pytest.fixture(scope="module")
def estimator() -> DurationEstimator:
    return DurationEstimator(EspeakEngine())


@pytest.mark.parametrize(("text", "least"), [("3.14159", 1.5), ("HTML.", 0.7), ("1000000.", 0.45)])
def test_text_with_few_letters_and_many_syllables_lasts_longer(
    estimator: DurationEstimator, text: str, least: float
) -> None:
    assert estimator(text, ENGLISH) > max(least, short_text.expected_seconds(text, ENGLISH))


def test_ordinary_words_last_about_as_long_as_their_letters_suggest(estimator: DurationEstimator) -> None:
    text = "return the total price of all items in the cart."
    by_letters = short_text.expected_seconds(text, ENGLISH)
    assert by_letters <= estimator(text, ENGLISH) <= 1.5 * by_letters


def test_the_fallback_engine_speaks_every_language_of_xtts() -> None:
    known = {voice.name for voice in EspeakEngine().voices()}
    assert {ESPEAK_LANGUAGES.get(code, code) for code in XTTS_LANGUAGES} <= known


class Counting(SilentEngine):
    """Speaks English only, and counts."""

    asked = 0

    def voices(self) -> list[VoiceInfo]:
        return [VoiceInfo("en-us", "en-us")]

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        self.asked += 1
        super().speak(phrases, listener)


def test_a_text_is_synthesized_once_for_its_duration() -> None:
    engine = Counting()
    estimator = DurationEstimator(engine)
    assert estimator("or", ENGLISH) == estimator("or", ENGLISH)
    assert engine.asked == 1


def test_a_language_without_a_fallback_voice_is_estimated_by_letters() -> None:
    engine = Counting()
    hindi = XTTS_LANGUAGES["hi"]
    assert DurationEstimator(engine)("नमस्ते", hindi) == short_text.expected_seconds("नमस्ते", hindi)
    assert engine.asked == 0
