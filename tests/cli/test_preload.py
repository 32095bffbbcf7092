"""`codechoir voices preload --language`: a language's words, made ahead."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.command_line import Codechoir


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODECHOIR_CACHE", str(tmp_path))


def test_what_was_made_is_not_made_again(codechoir: Codechoir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODECHOIR_PHRASES", "on")
    command = ("voices", "preload", "--language", "py", "--engine", "espeak", "--rate", "400", "--json")
    first = json.loads(codechoir(*command).out)
    assert first["language"] == "python"
    assert first["phrases"] == first["made"] > 50
    assert json.loads(codechoir(*command).out)["made"] == 0
    stats = json.loads(codechoir("cache", "stats", "--json").out)["phrases"]
    assert stats["entries"] == first["phrases"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--language", "python", "--engine", "espeak"), "CODECHOIR_PHRASES=on"),
        (("--language", "pithon", "--engine", "espeak"), "Did you mean 'python'?"),
        (("anna", "--language", "python"), "not both"),
    ],
)
def test_what_cannot_be_made_ahead_is_told(
    codechoir: Codechoir, arguments: tuple[str, ...], error: str
) -> None:
    outcome = codechoir("voices", "preload", *arguments)
    assert outcome.status == 2
    assert error in outcome.error
