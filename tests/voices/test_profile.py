"""Profiles: what a file says, and what is said about a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.errors import InputError
from codechoir.model import Category, Utterance
from codechoir.settings import Settings, VoiceOverride
from codechoir.voices import full_casting
from codechoir.voices import profile as profiles
from codechoir.voices.profile import (
    DepthStep,
    ProfileEngines,
    engines_of_profile,
    load_profile,
    profile_names,
)
from codechoir.wording import CAPITAL


@pytest.fixture
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the user's profiles, in front of those that ship with Codechoir."""
    shipped = profiles.profile_folders()[-1]
    monkeypatch.setattr(profiles, "profile_folders", lambda: [tmp_path, shipped])
    return tmp_path


def written(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


GOOD = """\
[meta]
name = "mine"
description = "for tests"

[espeak.base]
family = "en-us"
rate = 200

[espeak.categories.keyword]
family = "en-us+f3"  # a comment

[espeak.captures."string.documentation"]
range = 10.5

[espeak.depth]
pitch = 3
balance = -10
"""


def test_a_profile_says_only_what_was_written(tmp_path: Path) -> None:
    profile = load_profile(str(written(tmp_path, GOOD)), "espeak")
    assert profile.name == "mine"
    assert profile.description == "for tests"
    assert profile.base == VoiceOverride(family="en-us", rate=200)
    assert profile.categories == {Category.KEYWORD: VoiceOverride(family="en-us+f3")}
    assert profile.captures == {"string.documentation": VoiceOverride(range=10.5)}
    assert profile.depth == DepthStep(pitch=3, balance=-10)


def test_an_engine_that_the_profile_does_not_know_gets_an_empty_one(tmp_path: Path) -> None:
    profile = load_profile(str(written(tmp_path, GOOD)), "orchestra")
    assert profile.base == VoiceOverride()
    assert not profile.categories


@pytest.mark.parametrize("engine", ["espeak", "xtts"])
def test_the_default_profile_gives_each_voiced_category_a_family_of_its_own(engine: str) -> None:
    profile = load_profile("default", engine)
    voiced = [category for category in Category if category.inherits is None]
    families = {profile.categories[category].family for category in voiced}
    assert len(voiced) == 7
    assert len(families) == 7


def test_a_profile_of_the_user_comes_before_one_that_ships(user_folder: Path) -> None:
    written(user_folder, GOOD.replace("f3", "f1"), "default")
    assert load_profile("default", "espeak").categories[Category.KEYWORD].family == "en-us+f1"
    assert "default" in profile_names()


def test_only_profiles_are_listed(user_folder: Path) -> None:
    written(user_folder, GOOD)
    written(user_folder, "[cues]\n", "sounds")
    assert profile_names() == ["classic", "default", "mine"]


def test_an_unknown_name_is_told_with_the_known_ones_and_the_near_one(user_folder: Path) -> None:
    with pytest.raises(InputError) as error:
        load_profile("defualt", "espeak")
    wanted = "unknown voice profile 'defualt'; known: classic, default. Did you mean 'default'?"
    assert str(error.value) == wanted


@pytest.mark.parametrize("path", ["no/such/file", "missing.toml"])
def test_a_missing_file_is_called_a_file(path: str) -> None:
    with pytest.raises(InputError, match="there is no voice profile"):
        load_profile(path, "espeak")


@pytest.mark.parametrize(
    ("line", "old", "new", "said"),
    [
        (6, 'family = "en-us"\n', 'famly = "en-us"\n', "unknown key 'famly'.*Did you mean 'family'"),
        (9, "categories.keyword]", "categories.keywords]", "unknown key 'keywords'.*Did you mean 'keyword'"),
        (9, "espeak.categories.keyword", "espeak.category.keyword", "unknown key 'category'"),
        (7, "rate = 200", "rate = 20", "rate must be a number between 80 and 900, got 20"),
        (7, "rate = 200", 'rate = "fast"', "rate must be a number between 80 and 900, got 'fast'"),
        (7, "rate = 200", "rate = true", "rate must be a number between 80 and 900, got True"),
        (7, "rate = 200", "rate = nan", "rate must be a number between 80 and 900, got nan"),
        (10, '"en-us+f3"', "3", "family must be a name, got 3"),
        (10, '"en-us+f3"', '" "', "family must be a name, got ' '"),
        (13, "range = 10.5", "range = [\n  1,\n]", r"range must be a number between 0 and 100, got \[1\]"),
        (13, "range = 10.5", "pich = 1", "unknown key 'pich'.*Did you mean 'pitch'"),
        (16, "pitch = 3", "pitch = '3'", "pitch must be a number between -100 and 100, got '3'"),
        (12, "string.documentation", "strng.documentation", "begins with 'strng'. Did you mean 'string'"),
        (16, "pitch = 3", "step = 3", "unknown key 'step'"),
        (2, "name", "nam", "unknown key 'nam'.*Did you mean 'name'"),
        (7, "rate = 200", "rate = = 200", "line 7"),
        (5, "[espeak.base]", "[espeak.bass]", "unknown key 'bass'.*Did you mean 'base'"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(
    tmp_path: Path, line: int, old: str, new: str, said: str
) -> None:
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(InputError, match=said) as error:
        load_profile(str(path), "espeak")
    assert str(error.value).startswith(f"{path}:{line}: ")
    assert "\n" not in str(error.value)


def test_what_is_no_file_is_no_profile(user_folder: Path) -> None:
    """A link to nowhere among the profiles was an unexpected error wherever they are listed."""
    (user_folder / "gone.toml").symlink_to(user_folder / "nowhere")
    (user_folder / "folder.toml").mkdir()
    written(user_folder, "[meta]\nname = 'mine'\n")
    assert profile_names() == ["classic", "default", "mine"]


@pytest.mark.parametrize("part", ["base", "categories.comment", "captures", "depth"])
def test_a_part_without_its_engine_is_told(tmp_path: Path, part: str) -> None:
    """It was taken for another engine's, and nothing of it was heard."""
    path = written(tmp_path, f"[meta]\nname = 'mine'\n\n[{part}]\nrate = 300\n")
    name = part.partition(".")[0]
    with pytest.raises(InputError, match=rf":4: \[{name}\] needs an engine; write \[espeak.{name}"):
        load_profile(str(path), "espeak")


def test_a_misspelt_engine_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("espeak", "espaek"))
    with pytest.raises(InputError, match=r":5: unknown engine 'espaek'. Did you mean 'espeak'\?"):
        load_profile(str(path), "espeak")


def test_a_section_without_a_base_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, '[espeak.categories.keyword]\nfamily = "en-us"\n')
    with pytest.raises(InputError, match=r":1: \[espeak\] has no \[espeak.base\]"):
        load_profile(str(path), "espeak")


def test_a_value_where_a_table_belongs_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, 'espeak = "loud"\n')
    with pytest.raises(InputError, match=":1: 'espeak' must be a table"):
        load_profile(str(path), "espeak")


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not UTF-8 text"):
        load_profile(str(path), "espeak")


def test_a_folder_is_no_profile(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_profile(str(tmp_path), "espeak")


def test_a_capital_is_raised_by_the_default_profile() -> None:
    profile = load_profile("default", "espeak")
    assert profile.captures[CAPITAL].pitch is not None


def test_classic_sounds_as_the_voices_of_espeak_did(user_folder: Path) -> None:
    casts = [
        full_casting(load_profile(profile, "espeak"), Settings(engine="espeak", profile=profile))
        for profile in ("classic", "default")
    ]
    assert casts[0].voice_of(Category.COMMENT).family == "en-us+m8"
    utterances = [
        Utterance("x", category, 0, 1, capture=capture, depth=depth, change=change)
        for category in Category
        for capture in ("", "string.escape", "number", "type.builtin", "capital")
        for depth in (0, 2)
        for change in ("", "removed.edited")
    ]
    assert [casts[0].cast(each) for each in utterances] == [casts[1].cast(each) for each in utterances]


def test_engines_that_a_profile_names(user_folder: Path) -> None:
    assert engines_of_profile("classic") == ProfileEngines("espeak", frozenset())
    default = engines_of_profile("default")
    assert default.meant == ""
    assert default.voiced == {"espeak", "natural", "silent", "xtts"}
    written(user_folder, "[meta]\nengine = 1\n", "wrong")
    with pytest.raises(InputError, match=r"wrong.toml:2: engine must be a text"):
        engines_of_profile("wrong")
