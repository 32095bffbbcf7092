"""`codechoir cache`: what was kept of a reading, and how to be rid of it."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from support.command_line import Codechoir
from support.refusing_disk import refusing


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CODECHOIR_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "a.py"
    file.write_text("total = 0\nreturn total\n")
    return file


def read(codechoir: Codechoir, source: Path) -> None:
    outcome = codechoir("read", str(source), "--no-play", "-o", str(source.with_suffix(".wav")))
    assert outcome.status == 0, outcome.err


def phrases(codechoir: Codechoir, *command: str) -> dict[str, float]:
    outcome = codechoir("cache", *command, "--json")
    assert outcome.status == 0, outcome.err
    found: dict[str, float] = json.loads(outcome.out)["phrases"]
    return found


def test_a_second_reading_comes_from_the_cache(
    codechoir: Codechoir, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODECHOIR_PHRASES", "on")
    read(codechoir, source)
    first = phrases(codechoir, "stats")
    assert (first["entries"], first["hits"], first["misses"]) == (2, 0, 2)
    sound = source.with_suffix(".wav").read_bytes()
    read(codechoir, source)
    second = phrases(codechoir, "stats")
    assert (second["entries"], second["hits"], second["misses"]) == (2, 2, 2)
    assert second["seconds_saved"] > 0
    assert source.with_suffix(".wav").read_bytes() == sound
    assert "2 entries" in codechoir("cache", "stats").out
    assert phrases(codechoir, "clear", "--memory")["removed"] == 0
    assert phrases(codechoir, "clear", "--disk")["removed"] == 2
    assert phrases(codechoir, "stats")["entries"] == 0


def test_a_full_disk_is_said_once_and_the_reading_goes_on(
    codechoir: Codechoir, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODECHOIR_PHRASES", "on")
    monkeypatch.setattr("codechoir.storage.caches.write_atomically", refusing(errno.ENOSPC))
    target = source.with_suffix(".wav")
    outcome = codechoir("read", source, "--no-play", "-o", target)
    assert outcome.status == 0 and target.stat().st_size > 0
    warnings = [line for line in outcome.err.splitlines() if os.strerror(errno.ENOSPC) in line]
    assert len(warnings) == 1 and warnings[0].startswith("codechoir: phrases"), outcome.err


def test_espeak_keeps_nothing_unless_it_is_told_to(codechoir: Codechoir, source: Path) -> None:
    read(codechoir, source)
    assert phrases(codechoir, "stats")["entries"] == 0
    assert "removed 0 phrases" in codechoir("cache", "clear").out


def test_a_wrong_wish_is_one_line(
    codechoir: Codechoir, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODECHOIR_PHRASES", "onn")
    outcome = codechoir("read", str(source), "--no-play", "-o", str(source.with_suffix(".wav")))
    assert outcome.status == 2
    assert "CODECHOIR_PHRASES" in outcome.error and "'on'" in outcome.error
