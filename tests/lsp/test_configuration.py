"""Settings as editors send them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from codechoir.errors import InputError
from codechoir.lsp.configuration import (
    Configuration,
    as_json,
    audio_mode,
    configuration,
    open_folder,
    section,
)
from codechoir.model import Category
from codechoir.settings import Settings, VoiceOverride, declared
from lsprotocol import types

NAMES = {setting.json_name for setting in declared(Settings).values()}

pytestmark = pytest.mark.usefixtures("engine_left_to_us")


def test_nothing_given_is_the_default() -> None:
    for given in (None, {}, {"rate": None, "engine": None}):
        assert configuration(given) == Configuration(Settings())


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
        "abbreviations": False,
        "docCode": False,
        "diffContext": False,
        "naturalLanguage": "de",
        "otherLanguages": "words",
        "userWords": [str(mine)],
        "projectWords": theirs.name,
        "resumeAfter": 2.5,
        "resumeWords": 4,
        "mute": ["comment", "operator"],
        "solo": "keyword",
        "only": "signatures",
    }
    assert set(given) == NAMES
    found = configuration(given, theirs.parent)
    assert found.warnings == ()
    assert found.settings == Settings(
        engine="silent",
        profile="night",
        level="all",
        rate=300.0,
        volume=40.0,
        voices={
            Category.COMMENT: VoiceOverride(family="en+f3", pitch=30),
            Category.KEYWORD: VoiceOverride(balance=-50),
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
        abbreviations=False,
        doc_code=False,
        diff_context=False,
        natural_language="de",
        other_languages="words",
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
    assert set(json.loads(json.dumps(told))) == NAMES


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
        f"codechoir.userWords: {theirs}:3: unknown section 'rolls'. Did you mean 'roles'?",
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


@pytest.mark.parametrize(
    ("given", "warning"),
    [
        ({"engin": "espeak"}, "unknown setting 'codechoir.engin'. Did you mean 'engine'?"),
        ({"wobble": 1}, "unknown setting 'codechoir.wobble'."),
        ({"engine": 3}, "codechoir.engine must be a name, got 3"),
        ({"level": "mots"}, "Did you mean 'most'?"),
        ({"rate": 5}, "codechoir.rate must be a number between 80 and 900, got 5"),
        ({"rate": "fast"}, "must be a number between 80 and 900, got 'fast'"),
        ({"volume": 300}, "codechoir.volume must be a number between 0 and 100, got 300"),
        ({"volume": True}, "must be a number between 0 and 100, got True"),
        ({"voices": []}, "codechoir.voices must be an object, got []"),
        ({"voices": {"coment": {}}}, "Did you mean 'comment'?"),
        ({"voices": {"comment": "deep"}}, "codechoir.voices.comment must be an object, got 'deep'"),
        ({"voices": {"comment": {"pich": 3}}}, "unknown setting 'codechoir.voices.comment.pich'"),
        (
            {"voices": {"comment": {"pitch": 300}}},
            "codechoir.voices.comment.pitch must be a number between 0 and 100, got 300",
        ),
        ({"voices": {"comment": {"family": ""}}}, "codechoir.voices.comment.family must be a name, got ''"),
        ({"levels": "most"}, "codechoir.levels must be an object, got 'most'"),
        ({"levels": {"coment": "all"}}, "Did you mean 'comment'?"),
        (
            {"levels": {"comment": "al"}},
            "codechoir.levels.comment must be one of terse, some, most, all, literal, got 'al'",
        ),
        ({"levels": {"pyton.comment": "all"}}, "unknown language 'pyton'. Did you mean 'python'?"),
        ({"indentation": "tones"}, "Did you mean 'tone'?"),
        ({"brackets": 3}, "must be one of pause, sound, words, parentheses, got 3"),
        ({"only": "signature"}, "Did you mean 'signatures'?"),
        ({"cues": "yes"}, "codechoir.cues must be true or false, got 'yes'"),
        ({"depth": 2.5}, "codechoir.depth must be a whole number between 0 and 20, got 2.5"),
        ({"depth": float("nan")}, "codechoir.depth must be a whole number between 0 and 20, got nan"),
        ({"doc_code": True}, "Did you mean 'docCode'?"),
        ({"naturalLanguage": "fr"}, "there are no words in 'fr'; known: de, en."),
        ({"userWords": ["/nowhere/words.toml"]}, "/nowhere/words.toml cannot be read"),
        ({"userWords": [3]}, "codechoir.userWords must be a name, got 3"),
        ({"userWords": ["/a\x00b"]}, "cannot read the word table"),
        ({"projectWords": ["words.toml"]}, "no folder is open"),
        ({"mute": ["coment"]}, "Did you mean 'comment'?"),
        ({"mute": "narration"}, "codechoir.mute: narration cannot be filtered"),
        ({"solo": [["comment"]]}, "codechoir.solo must be a name, got ['comment']"),
        ("loud", "must be a JSON object, got 'loud'"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_and_left_at_its_default(given: Any, warning: str) -> None:
    found = configuration(given)
    assert len(found.warnings) == 1
    assert warning in found.warnings[0] and "\n" not in found.warnings[0]
    assert found.settings in (Settings(), Settings(voices={Category.COMMENT: VoiceOverride()}))


def test_a_mistake_does_not_spoil_the_rest() -> None:
    given = {"rate": 1, "level": "most", "voices": {"comment": {"pitch": 999, "range": 20}}}
    found = configuration(given)
    assert found.settings.level == "most"
    assert found.settings.voices == {Category.COMMENT: VoiceOverride(range=20)}
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
    with pytest.raises(InputError, match="must be one of client, server, none, got"):
        audio_mode({"audio": mode})


def speakers_configured(speakers: Any) -> Configuration[Settings]:
    return configuration({"speakers": speakers})


def test_speakers_are_families_by_engine_and_category() -> None:
    found = speakers_configured({"xtts": {"comment": "anna", "type": None}, "espeak": None})
    assert found.settings.speakers == {"xtts": {Category.COMMENT: "anna"}}
    assert found.warnings == ()


def test_wrong_speakers_are_left_out_with_a_warning() -> None:
    found = speakers_configured({"xtts": {"coment": "anna", "type": 3, "keyword": "ben"}, "espeak": "en"})
    assert found.settings.speakers == {"xtts": {Category.KEYWORD: "ben"}}
    assert len(found.warnings) == 3
    assert "Did you mean 'comment'" in found.warnings[0]


def test_a_list_of_speakers_is_refused() -> None:
    found = speakers_configured(["anna"])
    assert found.settings.speakers == {}
    assert found.warnings == ("codechoir.speakers must be an object, got ['anna']",)
