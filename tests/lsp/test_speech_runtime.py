"""Pipeline and engine follow the settings; wrong settings are reported and leave what works."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.lsp.speech_runtime import SpeechRuntime
from codechoir.model import Category
from codechoir.settings import Settings, VoiceChange


@pytest.fixture
def warnings() -> list[str]:
    return []


def runtime(warnings: list[str], **settings: object) -> SpeechRuntime:
    return SpeechRuntime(Settings(**{"engine": "silent", **settings}), "none", warnings.append)


def test_what_was_asked_for_is_made_once(warnings: list[str]) -> None:
    made = runtime(warnings)
    assert made.engine.name == "silent"
    assert made.engine is made.engine and made.pipeline is made.pipeline
    assert warnings == []


def test_an_unknown_engine_is_told_and_the_embedded_one_speaks(warnings: list[str]) -> None:
    made = runtime(warnings, engine="espeek")
    assert made.engine.name == made.settings.engine == "espeak"
    assert len(warnings) == 1 and "Did you mean 'espeak'?" in warnings[0]


def test_an_unknown_profile_is_told_and_the_default_one_is_used(warnings: list[str]) -> None:
    made = runtime(warnings, profile="defautl")
    assert made.pipeline.settings.profile == made.settings.profile == "default"
    assert len(warnings) == 1 and "Did you mean 'default'?" in warnings[0]


def test_a_change_retires_the_old_engine(warnings: list[str]) -> None:
    made = runtime(warnings)
    old = made.engine
    assert made.change(Settings(engine="espeak")) is old
    assert made.engine.name == made.pipeline.settings.engine == "espeak"


def test_a_change_before_anything_was_made_costs_nothing(warnings: list[str]) -> None:
    made = runtime(warnings, engine="espeak")
    assert made.change(Settings(engine="silent")) is None
    assert made.engine.name == "silent"


def test_a_change_to_what_does_not_exist_keeps_what_there_is(warnings: list[str]) -> None:
    made = runtime(warnings)
    engine, _ = made.engine, made.pipeline
    assert made.change(Settings(engine="silnt", profile="nothing", rate=300)) is None
    assert made.engine is engine
    assert (made.settings.engine, made.settings.profile, made.settings.rate) == ("silent", "default", 300)
    assert made.pipeline.settings == made.settings
    assert len(warnings) == 2


def test_a_voice_that_the_engine_does_not_have_is_told(warnings: list[str]) -> None:
    made = runtime(warnings, engine="espeak", voices={Category.COMMENT: VoiceChange(family="en-us+f33")})
    made.check()
    assert len(warnings) == 1 and "en-us+f33" in warnings[0]


def test_a_word_table_that_is_saved_anew_is_followed(warnings: list[str], tmp_path: Path) -> None:
    table = tmp_path / "mine.toml"
    table.write_text('[words]\nx = "ex"\n')
    made = runtime(warnings, user_words=(table,))
    words = made.pipeline.wording
    made.follow_tables()
    assert made.pipeline.wording is words
    table.write_text('[words]\nx = "iks"\n\n')
    made.follow_tables()
    assert made.pipeline.wording is not words
    words = made.pipeline.wording
    table.write_text("[rolls]\n")
    made.follow_tables()
    assert made.pipeline.wording is words
    assert len(warnings) == 1 and f"{table}:1: unknown section 'rolls'" in warnings[0]
    table.unlink()
    made.follow_tables()
    assert len(warnings) == 2 and "cannot be read" in warnings[1]
    made.close()


def test_warming_up_does_not_raise(warnings: list[str]) -> None:
    made = runtime(warnings)
    made.warm_up()
    made.close()
    assert warnings == []
