"""The choir and the engine that settings ask for, and what happens to wishes that cannot be met."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.lsp.runtime import Runtime
from codechoir.model import Category
from codechoir.settings import Settings, VoiceChange


@pytest.fixture
def warnings() -> list[str]:
    return []


def ensemble(warnings: list[str], **settings: object) -> Runtime:
    return Runtime(Settings(**{"engine": "silent", **settings}), warnings.append)


def test_what_was_asked_for_is_made_once(warnings: list[str]) -> None:
    made = ensemble(warnings)
    assert made.engine.name == "silent"
    assert made.engine is made.engine and made.choir is made.choir
    assert warnings == []


def test_an_unknown_engine_is_told_and_the_embedded_one_speaks(warnings: list[str]) -> None:
    made = ensemble(warnings, engine="espeek")
    assert made.engine.name == made.settings.engine == "espeak"
    assert len(warnings) == 1 and "Did you mean 'espeak'?" in warnings[0]


def test_an_unknown_profile_is_told_and_the_default_one_is_used(warnings: list[str]) -> None:
    made = ensemble(warnings, profile="defautl")
    assert made.choir.settings.profile == made.settings.profile == "default"
    assert len(warnings) == 1 and "Did you mean 'default'?" in warnings[0]


def test_a_change_retires_the_old_engine(warnings: list[str]) -> None:
    made = ensemble(warnings)
    old = made.engine
    assert made.change(Settings(engine="espeak")) is old
    assert made.engine.name == made.choir.settings.engine == "espeak"


def test_a_change_before_anything_was_made_costs_nothing(warnings: list[str]) -> None:
    made = ensemble(warnings, engine="espeak")
    assert made.change(Settings(engine="silent")) is None
    assert made.engine.name == "silent"


def test_a_change_to_what_does_not_exist_keeps_what_there_is(warnings: list[str]) -> None:
    made = ensemble(warnings)
    engine, _ = made.engine, made.choir
    assert made.change(Settings(engine="silnt", profile="nothing", rate=300)) is None
    assert made.engine is engine
    assert (made.settings.engine, made.settings.profile, made.settings.rate) == ("silent", "default", 300)
    assert made.choir.settings == made.settings
    assert len(warnings) == 2


def test_a_voice_that_the_engine_does_not_have_is_told(warnings: list[str]) -> None:
    made = ensemble(warnings, engine="espeak", voices={Category.COMMENT: VoiceChange(family="en-us+f33")})
    made.check()
    assert len(warnings) == 1 and "en-us+f33" in warnings[0]


def test_a_word_table_that_is_saved_anew_is_followed(warnings: list[str], tmp_path: Path) -> None:
    table = tmp_path / "mine.toml"
    table.write_text('[words]\nx = "ex"\n')
    made = ensemble(warnings, user_words=(table,))
    words = made.choir.wording
    made.follow_tables()
    assert made.choir.wording is words
    table.write_text('[words]\nx = "iks"\n\n')
    made.follow_tables()
    assert made.choir.wording is not words
    words = made.choir.wording
    table.write_text("[rolls]\n")
    made.follow_tables()
    assert made.choir.wording is words
    assert len(warnings) == 1 and f"{table}, line 1: unknown section 'rolls'" in warnings[0]
    table.unlink()
    made.follow_tables()
    assert len(warnings) == 2 and "cannot read the word table" in warnings[1]
    made.close()


def test_warming_up_does_not_raise(warnings: list[str]) -> None:
    made = ensemble(warnings)
    made.warm_up()
    made.close()
    assert warnings == []
