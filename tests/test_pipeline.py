"""The speech pipeline: each setting changes the words, from the next phrase on."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from codechoir.languages import detection
from codechoir.model import Category, Phrase
from codechoir.pipeline import SpeechPipeline
from codechoir.settings import Choice, Settings, Switch, WordingOptions, declared
from codechoir.syntax.document import Document, Snapshot

CODE = "def total(Tax):\n    # see `x == 1`\n    return [[Tax], 'it']\n"
PLAIN = replace(Settings(), engine="silent", indentation="off")


def snapshot(code: str = CODE) -> Snapshot:
    python = detection.language_named("python")
    assert python is not None
    return Document(code, python).snapshot()


def said(phrase: Phrase) -> str:
    return " ".join(spoken.utterance.text for spoken in phrase.parts if spoken.utterance.text)


def words(settings: Settings, code: str = CODE) -> list[str]:
    return [said(phrase) for phrase in SpeechPipeline(settings).phrases(snapshot(code))]


def told(settings: Settings) -> list[tuple[str, str]]:
    """Words and cues."""
    phrases = SpeechPipeline(settings).phrases(snapshot())
    return [(part.utterance.text, part.utterance.cue) for phrase in phrases for part in phrase.parts]


@pytest.mark.parametrize(
    "change",
    [
        {"level": "all"},
        {"levels": {"python.comment": "all"}},
        {"indentation": "words"},
        {"brackets": "sound"},
        {"brackets": "words"},
        {"depth": 1},
        {"capitals": "word"},
        {"doc_code": False},
        {"natural_language": "de"},
        {"mute": frozenset({Category.COMMENT})},
        {"solo": frozenset({Category.COMMENT})},
        {"only": "signatures"},
        {"only": "literals"},
        {"only": "comments"},
    ],
)
def test_a_setting_changes_what_is_said(change: dict[str, Any]) -> None:
    assert told(replace(PLAIN, **change)) != told(PLAIN)


def test_every_choice_and_switch_is_an_option_of_the_wording() -> None:
    found = {name for name, each in declared(Settings).items() if isinstance(each.type, Choice | Switch)}
    assert found <= {field.name for field in fields(WordingOptions)}


def test_the_options_of_the_wording_are_those_of_the_settings() -> None:
    assert replace(Settings(), only="comments", rate=300.0).wording == WordingOptions(only="comments")


def test_earcons_and_closers_can_be_left_out() -> None:
    code = "for (const user of users) {\n  pay(user);\n}\n"
    javascript = detection.language_named("javascript")
    assert javascript is not None
    source = Document(code, javascript).snapshot()
    full = SpeechPipeline(Settings(engine="silent"))
    bare = SpeechPipeline(Settings(engine="silent", cues=False, closers=False))
    assert "for user" in said(list(full.phrases(source))[-1])
    assert "for user" not in said(list(bare.phrases(source))[-1])
    cues = {part.utterance.cue for phrase in bare.phrases(source) for part in phrase.parts}
    assert cues == {""}


def test_only_one_kind_of_token_is_said() -> None:
    assert words(replace(PLAIN, only="literals")) == ["it"]
    assert words(replace(PLAIN, only="signatures"), "a = 1\ndef f(b):\n    return b\n") == ["def f b"]
    assert words(replace(PLAIN, only="comments", solo=frozenset({Category.KEYWORD}))) == ["see x same as one"]


def test_the_users_words_are_stronger_than_the_projects(tmp_path: Path) -> None:
    user, project = tmp_path / "user.toml", tmp_path / "project.toml"
    user.write_text('[words]\ntotal = "sum"\n')
    project.write_text('[words]\ntotal = "whole"\ntax = "duty"\n')
    settings = replace(PLAIN, user_words=(user,), project_words=(project,))
    assert words(settings, "total = tax\n") == ["sum gets duty"]


def test_a_change_applies_from_the_next_phrase_on() -> None:
    pipeline = SpeechPipeline(PLAIN)
    phrases = pipeline.phrases(snapshot("a == 1\nb == 2\nc == 3\n"))
    heard = [said(next(phrases))]
    pipeline.change(replace(PLAIN, mute=frozenset({Category.OPERATOR})))
    heard.append(said(next(phrases)))
    pipeline.change(replace(PLAIN, natural_language="de"))
    heard.append(said(next(phrases)))
    assert heard == ["a same as one", "b two", "c genau wie drei"]


def test_a_change_of_voices_keeps_the_cached_words() -> None:
    pipeline = SpeechPipeline(PLAIN)
    wording = pipeline.wording
    pipeline.change(replace(PLAIN, rate=300.0))
    assert pipeline.wording is wording


def test_outline_description_and_spelling_have_voices() -> None:
    pipeline = SpeechPipeline(PLAIN)
    assert said(next(pipeline.outline(snapshot()))).startswith("python, three lines")
    assert "function" in said(next(pipeline.description(snapshot(), 4)))
    assert said(next(pipeline.spelling(snapshot(), 0, 3))) == "d e f"
