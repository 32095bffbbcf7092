"""Which engine speaks: the table of `decide_engine`, and what it is asked with on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from codechoir.engines import (
    AUTOMATIC_ENGINES,
    FAST_RATE,
    ReadyModels,
    decide_engine,
    engine_names,
    select_engine,
)
from codechoir.model import Category
from codechoir.settings import Settings, VoiceOverride
from codechoir.voices import ProfileEngines

VOICES = frozenset({"heart", "heart-bass", "af_bella"})
BOTH = {"kokoro": "", "hibari": ""}
FAST = {"kokoro": "not installed", "hibari": ""}
NONE = {"kokoro": "not installed", "hibari": "no onnxruntime"}

COMMENT = Category.COMMENT
DEFAULT = ProfileEngines(voiced=frozenset({"espeak", "natural", "xtts"}))
CLASSIC = ProfileEngines(meant="espeak")
OLD = ProfileEngines(voiced=frozenset({"espeak", "xtts"}))
NATURAL = ProfileEngines(meant="natural", voiced=frozenset({"natural"}))
OF_ESPEAK = {COMMENT: VoiceOverride("en-us+f3")}
OF_NATURAL = {COMMENT: VoiceOverride("heart-bass")}
FASTER = {COMMENT: VoiceOverride(rate=FAST_RATE + 1)}
PITCHED = {COMMENT: VoiceOverride(pitch=40)}

ESPEAK = ("espeak", "")
KOKORO, HIBARI = ("natural", "kokoro"), ("natural", "hibari")


@pytest.mark.parametrize(
    ("given", "problems", "profile", "wanted"),
    [
        # what is ready
        ({"engine": "auto"}, BOTH, DEFAULT, KOKORO),
        ({"engine": "auto"}, FAST, DEFAULT, HIBARI),
        ({"engine": "auto"}, NONE, DEFAULT, ESPEAK),
        ({"engine": "finest"}, BOTH, DEFAULT, KOKORO),
        ({"engine": "finest"}, FAST, DEFAULT, HIBARI),
        ({"engine": "finest"}, NONE, DEFAULT, ESPEAK),
        ({"engine": "fastest"}, BOTH, DEFAULT, HIBARI),
        ({"engine": "fastest"}, FAST, DEFAULT, HIBARI),
        ({"engine": "fastest"}, {"kokoro": "", "hibari": "no onnxruntime"}, DEFAULT, ESPEAK),
        # an engine that is named speaks, whatever is ready
        ({"engine": "espeak"}, BOTH, DEFAULT, ESPEAK),
        ({"engine": "natural"}, NONE, DEFAULT, ("natural", "")),
        ({"engine": "xtts"}, BOTH, CLASSIC, ("xtts", "")),
        ({"engine": "silent", "rate": 800.0}, BOTH, DEFAULT, ("silent", "")),
        # the rate: `auto` only
        ({"engine": "auto", "rate": FAST_RATE}, BOTH, DEFAULT, KOKORO),
        ({"engine": "auto", "rate": FAST_RATE + 1}, BOTH, DEFAULT, ESPEAK),
        ({"engine": "auto", "voices": FASTER}, BOTH, DEFAULT, ESPEAK),
        ({"engine": "auto", "voices": FASTER, "rate": 200.0}, BOTH, DEFAULT, KOKORO),
        ({"engine": "finest", "rate": 900.0}, BOTH, DEFAULT, KOKORO),
        ({"engine": "fastest", "rate": 900.0}, BOTH, DEFAULT, HIBARI),
        # the language
        ({"engine": "auto", "natural_language": "de"}, BOTH, DEFAULT, ESPEAK),
        ({"engine": "finest", "natural_language": "de"}, BOTH, DEFAULT, KOKORO),
        # voices that are chosen by name
        ({"engine": "auto", "voices": OF_ESPEAK}, BOTH, DEFAULT, ESPEAK),
        ({"engine": "auto", "voices": OF_NATURAL}, BOTH, DEFAULT, KOKORO),
        ({"engine": "auto", "voices": PITCHED}, BOTH, DEFAULT, KOKORO),
        ({"engine": "auto", "speakers": {"espeak": {COMMENT: "en-gb"}}}, BOTH, DEFAULT, ESPEAK),
        ({"engine": "auto", "speakers": {"espeak": {}}}, BOTH, DEFAULT, KOKORO),
        ({"engine": "auto", "speakers": {"xtts": {COMMENT: "anna"}}}, BOTH, DEFAULT, KOKORO),
        (
            {"engine": "auto", "speakers": {"espeak": {COMMENT: "de"}, "natural": {COMMENT: "heart"}}},
            BOTH,
            DEFAULT,
            KOKORO,
        ),
        # the profile
        ({"engine": "auto"}, BOTH, CLASSIC, ESPEAK),
        ({"engine": "auto"}, BOTH, OLD, ESPEAK),
        ({"engine": "auto"}, BOTH, NATURAL, ("natural", "")),
        ({"engine": "auto"}, BOTH, ProfileEngines(), KOKORO),
        ({"engine": "finest"}, BOTH, CLASSIC, KOKORO),
    ],
)
def test_choice(
    given: Mapping[str, object],
    problems: Mapping[str, str],
    profile: ProfileEngines,
    wanted: tuple[str, str],
) -> None:
    choice = decide_engine(Settings(**given), ReadyModels(problems, VOICES), profile)  # type: ignore[arg-type]
    assert (choice.engine, choice.model) == wanted
    assert choice.reason


def test_reasons_name_what_decided() -> None:
    def reason(problems: Mapping[str, str], **given: object) -> str:
        settings = Settings(engine="auto", **given)  # type: ignore[arg-type]
        return decide_engine(settings, ReadyModels(problems, VOICES), DEFAULT).reason

    assert reason(FAST) == "hibari is the finest that is ready; kokoro: not installed"
    assert "no onnxruntime" in reason(NONE)
    assert f"more than {FAST_RATE:g} words" in reason(BOTH, rate=FAST_RATE + 1)
    assert "'de'" in reason(BOTH, natural_language="de")


def test_names_that_stand_for_an_engine_are_no_engines() -> None:
    assert not set(AUTOMATIC_ENGINES) & set(engine_names())


def test_settings_then_name_the_engine_and_keep_everything_else() -> None:
    asked = Settings(engine="auto", rate=210, natural_language="de")
    named = select_engine(asked).applied_to(asked)
    assert named == Settings(engine="espeak", rate=210, natural_language="de")
    assert select_engine(named).applied_to(named) == named


def test_a_model_that_has_failed_is_not_chosen_again() -> None:
    broken = {"kokoro": "it crashed", "hibari": "cannot be loaded"}
    choice = select_engine(Settings(engine="auto"), broken)
    assert choice.engine == "espeak"
    assert "cannot be loaded" in choice.reason


def test_classic_profile_is_espeak_unless_an_engine_is_named() -> None:
    assert select_engine(Settings(engine="auto", profile="classic")).engine == "espeak"
    assert select_engine(Settings(engine="silent", profile="classic")).engine == "silent"


def test_a_profile_with_a_mistake_is_left_to_who_loads_it(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text("[meta]\nengine = 3\n")
    settings = Settings(engine="auto", profile=str(profile))
    assert select_engine(settings) == select_engine(Settings(engine="auto"))


def test_finest_does_not_take_voices_of_espeak() -> None:
    voices = {COMMENT: VoiceOverride("en-us+f3", pitch=40), Category.KEYWORD: VoiceOverride("heart-bass")}
    settings = Settings(engine="finest", voices=voices)
    applied = decide_engine(settings, ReadyModels(BOTH, VOICES), DEFAULT).applied_to(settings)
    assert applied.voices == {COMMENT: VoiceOverride(pitch=40), Category.KEYWORD: VoiceOverride("heart-bass")}
    named = Settings(engine="natural", voices=voices)
    assert decide_engine(named, ReadyModels(BOTH, VOICES), DEFAULT).applied_to(named) == named
