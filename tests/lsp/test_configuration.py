"""Settings as editors send them."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from codechoir.errors import InputError
from codechoir.lsp import configuration as module
from codechoir.lsp.configuration import NAMES, as_json, audio_mode, configuration, open_folder, section
from codechoir.model import Category
from codechoir.settings import Settings, VoiceChange
from lsprotocol import types


def test_nothing_given_is_the_default() -> None:
    for given in (None, {}, {"rate": None, "engine": None}):
        assert configuration(given) == module.Configuration(Settings())


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    """Two word tables without a mistake."""
    paths = (tmp_path / "mine.toml", tmp_path / "theirs.toml")
    for path in paths:
        path.write_text('[words]\nnginx = "engine x"\n')
    return paths


def test_every_setting_is_read(tables: tuple[Path, Path]) -> None:
    mine, theirs = tables
    given = {
        "engine": "silent",
        "profile": "night",
        "level": "all",
        "rate": 300,
        "volume": 40,
        "voices": {"comment": {"family": "en+f3", "pitch": 30, "range": None}, "keyword": {"balance": -50}},
        "speakers": {"xtts": {"comment": "anna"}},
        "levels": {"comment": "some", "py:operator": "most", "rust": "literal"},
        "indentation": "both",
        "brackets": "sound",
        "depth": 5,
        "cues": False,
        "capitals": "word",
        "balance": "column",
        "phonetic": True,
        "closers": False,
        "docCode": False,
        "naturalLanguage": "de",
        "userWords": [str(mine)],
        "projectWords": theirs.name,
        "resumeAfter": 2.5,
        "resumeWords": 4,
        "mute": ["comment", "operator"],
        "solo": "keyword",
        "only": "signatures",
    }
    assert {NAMES[name] for name in given} == set(module.READERS)
    found = configuration(given, theirs.parent)
    assert found.warnings == ()
    assert found.settings == Settings(
        engine="silent",
        profile="night",
        level="all",
        rate=300.0,
        volume=40.0,
        voices={
            Category.COMMENT: VoiceChange(family="en+f3", pitch=30),
            Category.KEYWORD: VoiceChange(balance=-50),
        },
        speakers={"xtts": {Category.COMMENT: "anna"}},
        levels={"comment": "some", "python.operator": "most", "rust": "literal"},
        indentation="both",
        brackets="sound",
        depth=5,
        cues=False,
        capitals="word",
        balance="column",
        phonetic=True,
        closers=False,
        doc_code=False,
        natural_language="de",
        user_words=(mine,),
        project_words=(theirs,),
        resume_after=2.5,
        resume_words=4,
        mute=frozenset({Category.COMMENT, Category.OPERATOR}),
        solo=frozenset({Category.KEYWORD}),
        only="signatures",
    )


def test_settings_are_told_as_they_were_given(tables: tuple[Path, Path]) -> None:
    given = {
        "levels": {"comment": "all"},
        "mute": ["comment", "type"],
        "docCode": False,
        "userWords": [str(tables[0])],
    }
    told = as_json(configuration(given).settings)
    assert {name: told[name] for name in given} == given
    assert set(json.loads(json.dumps(told))) == set(NAMES)


def test_a_words_file_of_the_user_may_lie_beside_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    table = tmp_path / "codechoir" / "words.toml"
    table.parent.mkdir()
    table.write_text('[words]\nx = "ex"\n')
    assert configuration({"userWords": ["words.toml"]}).settings.user_words == (table,)


def test_a_mistake_in_a_word_table_is_told_with_its_line(tables: tuple[Path, Path]) -> None:
    mine, theirs = tables
    theirs.write_text('[words]\nx = "ex"\n[rolls]\n')
    found = configuration({"userWords": [str(mine), str(theirs)]})
    assert found.settings.user_words == (mine,)
    assert found.warnings == (
        f"setting 'codechoir.userWords': {theirs}, line 3: unknown section 'rolls'. Did you mean 'roles'?",
    )


@pytest.mark.parametrize(
    ("folders", "root", "found"),
    [
        (["file:///a%20b", "file:///c"], None, Path("/a b")),
        ([], "file:///c", Path("/c")),
        (["vscode-vfs://github/c"], None, None),
        ([], None, None),
    ],
)
def test_the_folder_that_is_open(folders: list[str], root: str | None, found: Path | None) -> None:
    open_folders = [types.WorkspaceFolder(uri=uri, name="") for uri in folders]
    params = types.InitializeParams(types.ClientCapabilities(), root_uri=root, workspace_folders=open_folders)
    assert open_folder(params) == found


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
        ({"levels": "most"}, "it has to be an object such as"),
        ({"levels": {"coment": "all"}}, "Did you mean 'comment'?"),
        ({"levels": {"comment": "al"}}, "unknown level 'al'"),
        ({"levels": {"pyton.comment": "all"}}, "unknown language 'pyton'. Did you mean 'python'?"),
        ({"indentation": "tones"}, "Did you mean 'tone'?"),
        ({"brackets": 3}, "3 is no name"),
        ({"only": "signature"}, "Did you mean 'signatures'?"),
        ({"cues": "yes"}, "'yes' is neither true nor false"),
        ({"depth": 2.5}, "choose a whole number"),
        ({"depth": float("nan")}, "choose a whole number"),
        ({"doc_code": True}, "Did you mean 'docCode'?"),
        ({"naturalLanguage": "fr"}, "there are no words in 'fr'; known: de, en."),
        ({"userWords": ["/nowhere/words.toml"]}, "cannot read the word table /nowhere/words.toml"),
        ({"userWords": [3]}, "3 is no name"),
        ({"userWords": ["/a\x00b"]}, "cannot read the word table"),
        ({"projectWords": ["words.toml"]}, "no folder is open"),
        ({"mute": ["coment"]}, "Did you mean 'comment'?"),
        ({"mute": "narration"}, "the narrator is always heard"),
        ({"solo": [["comment"]]}, "is no name"),
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
