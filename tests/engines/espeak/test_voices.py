"""Seven voices that can be told apart, and are equally loud."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from codechoir.audio.samples import speech_level
from codechoir.bench.audio_metrics import level_spread, pitches, share_mistaken, synthesize
from codechoir.engines.espeak.helper_library import library
from codechoir.engines.espeak.parameters import synth_params
from codechoir.engines.espeak.safe_text import alphabet_of
from codechoir.engines.espeak.voice_data import SENTENCES
from codechoir.errors import InputError
from codechoir.model import Category, Voice
from codechoir.settings import Settings, VoiceOverride
from codechoir.voices.casting import check_families
from codechoir.voices.profile import load_profile
from support.speech import VOICED, engine, said, voice_of

VOICES = [voice_of(category) for category in VOICED]


def test_the_voices_are_told_apart_by_arithmetic_on_words_it_has_not_heard_before() -> None:
    assert share_mistaken(engine(), VOICES) <= 0.05


def test_any_two_voices_differ_in_pitch_or_in_colour() -> None:
    """Colour: the share of the sound above 2 kHz, in decibels."""
    measured = {}
    for category, voice in zip(VOICED, VOICES, strict=True):
        samples = synthesize(engine(), said(SENTENCES[0], voice)).samples.astype(float)
        power = np.abs(np.fft.rfft(samples)) ** 2
        bright = power[np.fft.rfftfreq(samples.size, 1 / 22050) > 2000].sum() / power.sum()
        measured[category] = (float(np.median(pitches(samples, 22050))), 10 * np.log10(bright))
    for one, other in combinations(VOICED, 2):
        apart = abs(12 * np.log2(measured[one][0] / measured[other][0]))
        colour = abs(measured[one][1] - measured[other][1])
        assert apart > 3 or colour > 3, (one, other, measured[one], measured[other])


def test_the_voices_are_levelled_within_a_decibel() -> None:
    assert level_spread(engine(), VOICES) <= 1.0


def test_a_variant_that_the_profile_does_not_use_is_levelled_too() -> None:
    heard = [synthesize(engine(), said(SENTENCES[0], Voice(f"en-us+{one}"))) for one in ("iven", "Hugo")]
    levels = [speech_level(one.samples[slice(*one.bounds)].astype(float), 22050) for one in heard]
    assert abs(levels[0] - levels[1]) < 2


def test_the_default_profile_names_only_families_that_are_there() -> None:
    check_families(load_profile("default", "espeak"), engine().voices())


def test_any_language_may_be_combined_with_any_variant_but_not_with_a_rogue_one() -> None:
    good = Settings(voices={Category.TYPE: VoiceOverride(family="de+f3")})
    rogue = Settings(voices={Category.TYPE: VoiceOverride(family="de+f33")})
    check_families(load_profile("default", "espeak"), engine().voices(), good)
    with pytest.raises(InputError, match=r"voice of type: the engine 'espeak' has no voice 'de\+f33'"):
        check_families(load_profile("default", "espeak"), engine().voices(), rogue)


def test_every_voice_of_the_profile_can_say_everything() -> None:
    assert {alphabet_of(voice.family) for voice in VOICES} == {alphabet_of("en-us")}


@pytest.mark.parametrize(
    ("family", "language", "spoken"),
    [
        ("en-us+f3", "hi", "hi+f3"),
        ("en-us", "zh", "cmn"),
        ("en-us", "fr", "fr-fr"),
        ("en-us+m7", "km", "en-us+m7"),
        ("hi+f3", "hi-IN", "hi+f3"),
    ],
)
def test_words_of_another_language_get_its_voice(family: str, language: str, spoken: str) -> None:
    voice = synth_params(Voice(family), language, library())
    assert voice.family == spoken
