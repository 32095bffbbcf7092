"""Word tables: the built-in ones are complete; the user's override them; mistakes are reported by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.errors import InputError
from codechoir.languages.detection import language_named
from codechoir.settings import WordingOptions
from codechoir.storage.data_files import resource_path
from codechoir.syntax.roles import ROLES
from codechoir.wording import Wording
from codechoir.wording.table_files import builtin_table, check_word_table, load_word_table, natural_languages
from codechoir.wording.token_words import needs_no_role_words
from support.fake_source import FakeSource

TABLES = sorted(resource_path("voices", "words").rglob("*.toml"))


def said(text: str, *tables: Path, language: str = "python") -> list[str]:
    wording = Wording(WordingOptions(user_words=tables))
    return [u.text for line in wording.lines(FakeSource(text, language)) for u in line if u.text]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_builtin_table_has_no_mistake(path: Path) -> None:
    assert check_word_table(path) == []


@pytest.mark.parametrize("natural", natural_languages())
def test_every_role_has_words(natural: str) -> None:
    words = load_word_table(natural, "")
    silent = [role for role in ROLES if words.role(role) is None and not needs_no_role_words(role)]
    assert silent == []


def test_every_natural_language_has_the_keys_of_the_first() -> None:
    free = {"words", "whole", "suffixes", "patterns", "string_kinds", "doc_tags", "prefixes"}
    english = builtin_table("en")
    for natural in natural_languages():
        table = builtin_table(natural)
        assert set(table) == set(english)
        for name in set(english) - free:
            letters = set(table["literal"]["letters"])
            assert set(table[name]) == set(english[name]) - letters, (natural, name)


@pytest.mark.parametrize("natural", natural_languages())
def test_a_language_overrides_the_same_keys_in_every_natural_language(natural: str) -> None:
    """Otherwise a language would get a base word that means something else there."""
    english = resource_path("voices", "words", "en").glob("*.toml")
    for language in sorted(path.stem for path in english):
        ours, theirs = builtin_table("en", language), builtin_table(natural, language)
        for section in ("language", "roles", "operators", "prefixes", "strings", "suffixes"):
            missing = set(ours.get(section, {})) - set(theirs.get(section, {}))
            assert missing == set(), (language, section)


def test_every_overlay_is_for_a_language_that_exists() -> None:
    folders = [path for path in resource_path("voices", "words").iterdir() if path.is_dir()]
    overlays = {path.stem for folder in folders for path in folder.glob("*.toml")}
    assert {name for name in overlays if language_named(name) is None} == set()


def test_the_user_is_stronger_than_the_project_and_both_than_the_language(tmp_path: Path) -> None:
    project = tmp_path / "project.toml"
    user = tmp_path / "user.toml"
    project.write_text('[operators]\n"==" = "same as"\n"!=" = "other than"\n')
    user.write_text('[operators]\n"==" = "the same as"\n')
    assert said("a == b != c", user, project) == ["a", "the same as", "b", "other than", "c"]


def test_a_table_can_be_for_one_language_only(tmp_path: Path) -> None:
    table = tmp_path / "words.toml"
    table.write_text('[for.rust.operators]\n"==" = "matches"\n')
    assert said("a == b", table, language="rust") == ["a", "matches", "b"]
    assert said("a == b", table, language="python") == ["a", "same as", "b"]


def test_words_are_pronounced_exactly_or_by_pattern(tmp_path: Path) -> None:
    table = tmp_path / "words.toml"
    table.write_text("[words]\nnginx = \"engine x\"\n[patterns]\n'(\\w+)svc' = '\\1 service'\n")
    assert said("nginx_cartsvc", table) == ["engine x cart service"]


@pytest.mark.parametrize(
    ("toml", "line", "complaint"),
    [
        ('[rolls]\n"plus" = "and"\n', 1, "unknown section 'rolls'. Did you mean 'roles'?"),
        ('[roles]\n"plus" = "and"\n"comparision.equal" = "is"\n', 3, "Did you mean 'comparison.equal'?"),
        ('[roles]\n"plus" = { says = "and" }\n', 2, "unknown key 'says'"),
        ('[symbols]\n"=>" = { say = "arrow" }\n', 2, "a symbol is one character"),
        ('[symbols]\n"#" = { say = "hash", level = "som" }\n', 2, "Did you mean 'some'?"),
        ('[phrases]\nblanc = "empty"\n', 2, "Did you mean 'blank'?"),
        ('[operators]\n"->" = "-- >"\n', 2, "cannot be spoken"),
        ("[patterns]\n'(a' = 'b'\n", 2, "not a regular expression"),
        ('[for.rust.roles]\n"plum" = "and"\n', 2, "Did you mean 'plus'?"),
        ('[roles]\n"times" = "\n', 2, "not valid TOML"),
        ("for = 3\n", 1, "'for' needs a language and a section"),
        ("[for]\nrust = 3\n", 2, "'rust' must be a section"),
        ('[words]\n[for.pyton.words]\nx = "y"\n', 2, "unknown language 'pyton'. Did you mean 'python'?"),
        ('[for.js.words]\nx = "y"\n', 1, "'js' is called javascript here"),
        ("[words]\nx = 3\n", 2, "'x' must be words in quotes, not 3"),
        ('[symbols]\n"~" = { level = "all" }\n', 2, "needs 'say'"),
        ("[roles]\nplus = 3\n", 2, "a role has words in quotes"),
        ('[roles]\nplus = { after = "long" }\n', 2, "'after' must be a whole number, not 'long'"),
        ('[roles]\nplus = { texts = { "+" = 3 } }\n', 2, "'+' must be followed by words"),
        ("[numbers]\nones = 3\n", 2, "'ones' must be a list of words"),
        ('[numbers]\nones = ["zero"]\n', 2, "'ones' must be a list of"),
        ('[phrases]\nclosers = "x"\n', 2, "Did you mean 'closer'?"),
        ('[phrases]\ncloser = "end {x}"\n', 2, "has the unknown placeholder {x}; known: {what}"),
        ('[phrases]\ncloser = "end {what"\n', 2, "has a brace that is not a placeholder"),
        ("[patterns]\n'a' = 3\n", 2, "must be followed by words in quotes"),
        ("[patterns]\n'a(.)' = '\\2'\n", 2, "the pattern has 1 groups"),
        ("[patterns]\n'a(?P<b>.)' = '\\g<c>'\n", 2, "no group of this name"),
        ("[patterns]\n'a(.)' = '\\q'\n", 2, "is not a group of the pattern"),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path: Path, toml: str, line: int, complaint: str) -> None:
    table = tmp_path / "words.toml"
    table.write_text(toml)
    with pytest.raises(InputError) as caught:
        said("a", table)
    assert str(caught.value).startswith(f"{table}:{line}: ")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "toml",
    [
        "[patterns]\n'a(?P<b>.)' = '\\g<b> \\1 \\g<1>'\n",
        '[phrases]\ncloser = "finish {what}"\n',
        '[phrases]\ncloser = "finish"\n',
        '[for.haskell.words]\nx = "y"\n',
    ],
)
def test_a_table_without_mistakes_has_no_errors(tmp_path: Path, toml: str) -> None:
    table = tmp_path / "words.toml"
    table.write_text(toml)
    assert check_word_table(table) == []


def test_a_missing_table_and_an_unknown_language_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        said("a", tmp_path / "none.toml")
    with pytest.raises(InputError, match="no words in 'dd'; known: de, en"):
        Wording(WordingOptions(natural_language="dd")).warm_up()
