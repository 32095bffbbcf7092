"""Settings as editors send them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from codechoir.errors import InputError
from codechoir.lsp import configuration as module
from codechoir.lsp.configuration import audio_mode, configuration, section
from codechoir.model import Category
from codechoir.settings import Settings, VoiceChange


def test_nothing_given_is_the_default() -> None:
    for given in (None, {}, {"rate": None, "engine": None}):
        assert configuration(given) == module.Configuration(Settings())


def test_every_setting_is_read() -> None:
    given = {
        "engine": "silent",
        "profile": "night",
        "level": "all",
        "rate": 300,
        "volume": 40,
        "voices": {"comment": {"family": "en+f3", "pitch": 30, "range": None}, "keyword": {"balance": -50}},
    }
    assert set(given) == set(module.READERS)
    found = configuration(given)
    assert found.warnings == ()
    assert found.settings == Settings(
        "silent",
        "night",
        "all",
        300.0,
        40.0,
        {
            Category.COMMENT: VoiceChange(family="en+f3", pitch=30),
            Category.KEYWORD: VoiceChange(balance=-50),
        },
    )


def test_every_setting_has_a_reader() -> None:
    assert {field.name for field in fields(Settings)} == set(module.READERS)


@pytest.mark.parametrize(
    ("given", "warning"),
    [
        ({"engin": "espeak"}, "unknown setting 'codechoir.engin'. Did you mean 'engine'?"),
        ({"wobble": 1}, "unknown setting 'codechoir.wobble'."),
        ({"engine": 3}, "setting 'codechoir.engine': 3 is no name"),
        ({"level": "mots"}, "Did you mean 'most'?"),
        ({"rate": 5}, "choose one from 80 to 900"),
        ({"rate": "fast"}, "'fast' is no number"),
        ({"volume": 300}, "choose one from 0 to 100"),
        ({"volume": True}, "True is no number"),
        ({"voices": []}, "an object with a voice for each category"),
        ({"voices": {"coment": {}}}, "Did you mean 'comment'?"),
        ({"voices": {"comment": "deep"}}, "comment has to be an object"),
        ({"voices": {"comment": {"pich": 3}}}, "unknown setting 'codechoir.voices.comment.pich'"),
        ({"voices": {"comment": {"pitch": 300}}}, "it is a number from 0 to 100"),
        ({"voices": {"comment": {"family": ""}}}, "it is the name of a voice"),
        ("loud", "no JSON object"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_and_left_at_its_default(given: Any, warning: str) -> None:
    found = configuration(given)
    assert len(found.warnings) == 1
    assert warning in found.warnings[0] and "\n" not in found.warnings[0]
    assert found.settings in (Settings(), Settings(voices={Category.COMMENT: VoiceChange()}))


def test_a_mistake_does_not_spoil_the_rest() -> None:
    given = {"rate": 1, "level": "most", "voices": {"comment": {"pitch": 999, "range": 20}}}
    found = configuration(given)
    assert found.settings.level == "most"
    assert found.settings.voices == {Category.COMMENT: VoiceChange(range=20)}
    assert len(found.warnings) == 2


def test_keys_that_an_editor_keeps_for_itself_are_no_mistakes() -> None:
    assert configuration({"audio": "client", "highlight": True, "trace": {"server": "off"}}).warnings == ()


def test_the_section_is_found_bare_or_under_its_name() -> None:
    assert section({"codechoir": {"rate": 200}}) == {"rate": 200}
    assert section({"rate": 200}) == {"rate": 200}
    assert section(None) is None


@pytest.mark.parametrize("mode", ["client", "server", "none"])
def test_audio_modes(mode: str) -> None:
    assert audio_mode({"audio": mode}) == mode


def test_the_server_plays_unless_told_otherwise() -> None:
    assert audio_mode({}) == "server"


@pytest.mark.parametrize("mode", ["clint", 3, None, ["client"]])
def test_an_unknown_audio_mode_is_refused(mode: Any) -> None:
    with pytest.raises(InputError, match="known: client, server, none"):
        audio_mode({"audio": mode})
