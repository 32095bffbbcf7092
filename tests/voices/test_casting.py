"""Casting: who says it, from the profile's base to the user's last word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from codechoir.engines.silent import SilentEngine
from codechoir.errors import InputError
from codechoir.model import CastUtterance, Category, Utterance, Voice
from codechoir.settings import Settings, VoiceOverride
from codechoir.voices.casting import Casting, FallbackVoices, check_families, full_casting, ignored_properties
from codechoir.voices.profile import DepthStep, Profile, load_profile

PROFILE = Profile(
    name="tests",
    engine="silent",
    base=VoiceOverride(family="base", rate=200, pitch=40),
    categories={
        Category.VARIABLE: VoiceOverride(family="variable", pitch=60),
        Category.FUNCTION: VoiceOverride(pitch=70),
        Category.LITERAL: VoiceOverride(rate=250),
    },
    captures={
        "string": VoiceOverride(pitch=10),
        "string.documentation": VoiceOverride(range=5, rate=120),
    },
    depth=DepthStep(pitch=5, balance=-20, deepest=2),
)


def cast(category: Category, capture: str = "", depth: int = 0, settings: Settings | None = None) -> Voice:
    casting = Casting(PROFILE, settings or Settings())
    return casting.voice_for(Utterance("words", category, 0, 1, capture=capture, depth=depth))


def test_what_a_category_does_not_say_comes_from_the_base() -> None:
    assert cast(Category.LITERAL) == Voice("base", rate=250, pitch=40)
    assert cast(Category.KEYWORD) == Voice("base", rate=200, pitch=40)


def test_a_function_speaks_like_a_variable_where_nothing_else_is_said() -> None:
    assert cast(Category.FUNCTION) == Voice("variable", rate=200, pitch=70)
    assert cast(Category.PUNCTUATION) == cast(Category.OPERATOR)


def test_the_longest_prefix_of_the_capture_is_laid_over_the_category() -> None:
    assert cast(Category.LITERAL, "string.escape") == Voice("base", rate=250, pitch=10)
    assert cast(Category.LITERAL, "string.documentation.x") == Voice("base", rate=120, pitch=40, range=5)
    assert cast(Category.LITERAL, "strings") == cast(Category.LITERAL)


def test_depth_moves_pitch_and_balance_so_far_and_no_further() -> None:
    assert cast(Category.KEYWORD, depth=1) == Voice("base", rate=200, pitch=45, balance=-20)
    assert cast(Category.KEYWORD, depth=9) == Voice("base", rate=200, pitch=50, balance=-40)
    assert cast(Category.KEYWORD, depth=-1) == cast(Category.KEYWORD)


def test_depth_stays_within_the_limits_of_pitch() -> None:
    high = Settings(voices={Category.KEYWORD: VoiceOverride(pitch=98)})
    assert cast(Category.KEYWORD, depth=2, settings=high).pitch == 100


def test_the_users_rate_holds_for_all_voices_but_the_users_own_exceptions() -> None:
    settings = Settings(rate=300, voices={Category.KEYWORD: VoiceOverride(rate=400)})
    assert cast(Category.LITERAL, "string.documentation", settings=settings).rate == 300
    assert cast(Category.KEYWORD, settings=settings).rate == 400


def test_the_users_change_of_a_category_is_inherited_too() -> None:
    settings = Settings(voices={Category.VARIABLE: VoiceOverride(family="mine")})
    assert cast(Category.FUNCTION, settings=settings).family == "mine"
    assert cast(Category.FUNCTION, settings=settings).pitch == 70


def test_volume_is_on_top_of_each_voices_own() -> None:
    settings = Settings(volume=50, voices={Category.KEYWORD: VoiceOverride(volume=60)})
    assert cast(Category.KEYWORD, settings=settings).volume == 30
    assert cast(Category.LITERAL, settings=settings).volume == 50


def test_the_same_kind_of_utterance_gets_the_very_same_voice() -> None:
    casting = Casting(PROFILE, Settings())
    utterances = [Utterance(text, Category.TYPE, 0, 1) for text in ("one", "two")]
    assert casting.voice_for(utterances[0]) is casting.voice_for(utterances[1])


def test_a_value_out_of_its_limits_is_told() -> None:
    with pytest.raises(
        InputError, match="voice of keyword: pitch must be a number between 0 and 100, got 400"
    ):
        Casting(PROFILE, Settings(voices={Category.KEYWORD: VoiceOverride(pitch=400)}))


def test_families_that_the_engine_has_pass() -> None:
    profile = Profile("tests", "silent", base=VoiceOverride(family="silence"))
    check_families(profile, SilentEngine().voices(), Settings(voices={Category.TYPE: VoiceOverride(pitch=3)}))


def test_an_unknown_family_of_the_profile_is_told_with_the_near_one() -> None:
    profile = Profile("tests", "silent", categories={Category.TYPE: VoiceOverride(family="silense")})
    with pytest.raises(InputError, match=r"profile 'tests', type: .*'silense'.*Did you mean 'silence'\?"):
        check_families(profile, SilentEngine().voices())


def test_an_unknown_family_of_the_settings_is_told_with_its_category() -> None:
    settings = Settings(voices={Category.TYPE: VoiceOverride(family="loud")})
    with pytest.raises(InputError, match="voice of type: the engine 'silent' has no voice 'loud'"):
        check_families(Profile("tests", "silent"), SilentEngine().voices(), settings)


PLAIN = """\
[espeak.base]
family = "en-gb"
rate = 300
[espeak.categories.comment]
family = "de"
[silent.base]
family = "silence"
[silent.categories.comment]
family = "hush"
"""


def both(folder: Path, category: Category, settings: Settings, text: str = PLAIN) -> CastUtterance:
    """A word of a category, cast by a profile for the silent engine and its stand-in."""
    file = folder / "mine.toml"
    file.write_text(text)
    settings = replace(settings, engine="silent", profile=str(file))
    casting = full_casting(load_profile(str(file), "silent"), settings)
    return casting.cast(Utterance("words", category, 0, 1))


def test_one_profile_casts_an_engine_and_the_one_that_stands_in_for_it(tmp_path: Path) -> None:
    spoken = both(tmp_path, Category.COMMENT, Settings())
    assert spoken.fallback_voice is not None
    assert (spoken.voice.family, spoken.fallback_voice.family, spoken.fallback_voice.rate) == (
        "hush",
        "de",
        300,
    )


def test_a_family_of_the_settings_is_no_family_of_the_stand_in(tmp_path: Path) -> None:
    change = {Category.COMMENT: VoiceOverride(family="quiet", pitch=80)}
    spoken = both(tmp_path, Category.COMMENT, Settings(voices=change))
    assert spoken.fallback_voice is not None
    assert (spoken.voice.family, spoken.voice.pitch) == ("quiet", 80)
    assert (spoken.fallback_voice.family, spoken.fallback_voice.pitch) == ("de", 80)


def test_a_speaker_is_chosen_for_one_engine(tmp_path: Path) -> None:
    speakers = {"silent": {Category.VARIABLE: "mute"}, "espeak": {Category.COMMENT: "fr"}}
    change = {Category.VARIABLE: VoiceOverride(family="quiet")}
    settings = Settings(speakers=speakers, voices=change)
    spoken = [both(tmp_path, category, settings) for category in (Category.COMMENT, Category.FUNCTION)]
    assert [each.voice.family for each in spoken] == ["hush", "mute"]
    assert [each.fallback_voice.family for each in spoken if each.fallback_voice] == ["fr", "en-gb"]


def test_a_profile_without_a_word_about_an_engine_leaves_it_the_default_casting(tmp_path: Path) -> None:
    only = '[silent.base]\nfamily = "silence"\n'
    families = set()
    for category in Category:
        spoken = both(tmp_path, category, Settings(), only)
        assert spoken.fallback_voice is not None
        families.add(spoken.fallback_voice.family)
    assert len(families) == 7


def test_the_embedded_engine_needs_no_stand_in() -> None:
    casting = full_casting(load_profile("default", "espeak"), Settings())
    assert casting.cast(Utterance("words", Category.COMMENT, 0, 1)).fallback_voice is None


def test_what_the_engine_ignores_is_told_where_somebody_set_it() -> None:
    capabilities = replace(SilentEngine.capabilities, ignores=("range", "pitch"))
    plain = replace(PROFILE, base=VoiceOverride("base"), categories={}, captures={})
    assert ignored_properties(plain, Settings(), capabilities) is None
    lively = Settings(voices={Category.COMMENT: VoiceOverride(range=80)})
    assert "ignores the voice property 'range'" in str(ignored_properties(plain, lively, capabilities))
    assert "ignores the voice properties 'pitch' and 'range'" in str(
        ignored_properties(PROFILE, lively, capabilities)
    )
    assert ignored_properties(PROFILE, lively, SilentEngine().capabilities) is None


def test_the_stand_in_has_the_voice_that_the_user_s_profile_gives_it() -> None:
    mine = Voice("de+f3", rate=400, pitch=20)
    spoken = CastUtterance(Utterance("x", Category.COMMENT, 0, 1), Voice("Ana"), mine)
    assert FallbackVoices()(spoken).voice == mine


def test_without_one_the_stand_in_keeps_rate_and_volume_and_has_the_category_s_voice() -> None:
    said = [CastUtterance(Utterance("x", c, 0, 1), Voice("Ana", rate=300, volume=40)) for c in Category]
    voices = [recast.voice for recast in map(FallbackVoices(), said)]
    assert {(voice.rate, voice.volume) for voice in voices} == {(300, 40)}
    assert len({voice.family for voice in voices}) == 7
