"""How code is said and how much of it, by options; mistakes in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from codechoir.settings import WordingOptions, declared
from support.command_line import Codechoir

Source = Callable[..., Path]

CODE = "if total != 1:  # see `x == 2`\n    pay(Tax, 'it')\n"


@pytest.fixture
def code(source: Source) -> Path:
    return source(CODE, "cart.py")


@pytest.fixture
def words(codechoir: Codechoir, code: Path) -> Callable[..., str]:
    """What is said of the code, in one line."""

    def run(*options: str) -> str:
        said = json.loads(codechoir("words", code, "--json", *options).out)
        return " ".join(item["text"] for item in said if item["text"])

    return run


def test_every_option_of_the_wording_is_one_of_the_command_line() -> None:
    assert all(setting.option for setting in declared(WordingOptions).values())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", "if total not equal one see x same as two pay tax it"),
        ("--level operator=all", "if total bang equals one see x same as two pay tax it"),
        ("--level python:operator=all", "if total bang equals one see x same as two pay tax it"),
        ("--level all --level py=some", "if total not equal one see x same as two pay tax it"),
        ("--indentation words", "if total not equal one see x same as two in pay tax it"),
        ("--mute comment,keyword --mute operator", "total one pay tax it"),
        ("--solo literal", "one it"),
        ("--only literals", "one it"),
        ("--only comments", "see x same as two"),
        ("--capitals word --mute comment", "if total not equal one pay cap tax it"),
        ("--natural-language de --solo operator", "ungleich"),
    ],
)
def test_an_option_changes_the_words(words: Callable[..., str], options: str, said: str) -> None:
    assert words(*options.split()) == said


def test_brackets_as_sounds_words_or_parentheses(codechoir: Codechoir, source: Source) -> None:
    code = source("pay(tax)\nusers[0]\n", "cart.py")

    def told(how: str) -> list[tuple[str, str]]:
        out = codechoir("words", code, "--json", "--brackets", how, "--indentation", "off").out
        return [(item["text"], item["cue"]) for item in json.loads(out) if item["text"] or item["cue"]]

    assert "paren-open" in [cue for _, cue in told("sound")]
    assert ("left bracket", "") in told("words") and ("left paren", "") in told("words")
    assert ("left bracket", "") not in told("parentheses") and ("left paren", "") in told("parentheses")


def test_your_words_are_stronger_than_a_projects(words: Callable[..., str], tmp_path: Path) -> None:
    user, project = tmp_path / "user.toml", tmp_path / "project.toml"
    user.write_text('[words]\ntotal = "sum"\n\n[for.python.words]\npay = "hand over"\n')
    project.write_text(
        '[words]\ntotal = "whole"\nit = "that"\n\n[roles]\n"comparison.not.equal" = "is not"\n'
    )
    said = words("--user-words", str(user), "--project-words", str(project), "--mute", "comment")
    assert said == "if sum is not one hand over tax that"


def test_characters_one_by_one(codechoir: Codechoir, code: Path) -> None:
    spelled = codechoir("words", code, "--spell", "--phonetic", "--lines", "1", "--json").out
    assert [item["text"] for item in json.loads(spelled)][:3] == ["india", "foxtrot", "space"]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (
            "--level mots",
            "--level must be one of terse, some, most, all, literal, got 'mots'. Did you mean 'most'?",
        ),
        ("--level coment=all", "'coment' is neither a category nor a language"),
        ("--level coment=all", "Did you mean 'comment'?"),
        ("--level pyton=all", "Did you mean 'python'?"),
        ("--level pyton.comment=all", "unknown language 'pyton'. Did you mean 'python'?"),
        ("--level python.coment=all", "unknown category 'coment'"),
        ("--indentation tones", "--indentation must be one of tone, words, both, off, got 'tones'."),
        ("--brackets sounds", "Did you mean 'sound'?"),
        ("--only signature", "Did you mean 'signatures'?"),
        ("--mute coment", "Did you mean 'comment'?"),
        ("--solo narration", "--solo: narration cannot be filtered"),
        ("--depth deep", "--depth must be a whole number between 0 and 20, got 'deep'"),
        ("--depth inf", "--depth must be a whole number between 0 and 20, got inf"),
        ("--depth nan", "--depth must be a whole number between 0 and 20, got nan"),
        ("--natural-language fr", "there are no words in 'fr'; known: de, en."),
        ("--user-words nowhere.toml", "nowhere.toml cannot be read"),
        ("--no-closer", "Did you mean '--no-closers'?"),
    ],
)
def test_a_mistake_is_one_line(codechoir: Codechoir, code: Path, options: str, line: str) -> None:
    outcome = codechoir("words", code, *options.split())
    assert outcome.status == 2
    assert line in outcome.error


def test_a_mistake_in_a_table_names_file_and_line(codechoir: Codechoir, code: Path, tmp_path: Path) -> None:
    table = tmp_path / "mine.toml"
    table.write_text('[words]\nx = "ex"\n\n[roles]\n"comparision.equal" = "is"\nplus = "!"\n')
    outcome = codechoir("words", code, "--user-words", table)
    assert f"{table}:5: unknown role 'comparision.equal'. Did you mean 'comparison.equal'?" in outcome.error


def test_the_outline_speaks_into_a_file(codechoir: Codechoir, source: Source, tmp_path: Path) -> None:
    cart = source("def total(tax):\n    return tax\n", "cart.py")
    marks = tmp_path / "marks.json"
    outcome = codechoir("outline", cart, "--engine", "silent", "--marks", marks, "--no-play")
    assert outcome.out.splitlines()[1] == "function total, takes tax, two lines, one return"
    said = [mark["text"] for mark in json.loads(marks.read_text())["marks"]]
    assert " ".join(said).endswith("function total, takes tax, two lines, one return")


def test_the_outline_in_other_words(codechoir: Codechoir, source: Source) -> None:
    cart = source("def total(tax):\n    return tax\n", "cart.py")
    assert (
        codechoir("outline", cart, "--natural-language", "de")
        .out.splitlines()[1]
        .startswith("Funktion total")
    )
