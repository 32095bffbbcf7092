"""Which natural models are ready: packages, memory, speed, and the file that remembers a slow machine."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from codechoir.engines import AudioListener, Engine, decide_engine
from codechoir.engines.natural import readiness
from codechoir.engines.natural.kokoro_catalog import MANIFEST, VERSION, pieces_folder
from codechoir.engines.natural.readiness import (
    SLOW_FILE,
    TOO_SLOW,
    keep_speed,
    kept_speeds,
    ready_models,
    real_time_factor,
)
from codechoir.model import AudioChunk, Capabilities, Phrase
from codechoir.settings import Settings
from codechoir.voices import ProfileEngines


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that nobody has used yet."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("CODECHOIR_CACHE", str(folder))
    return folder


def test_hibari_is_ready_where_its_packages_are_and_leaves_no_file(cache: Path) -> None:
    assert ready_models().problems["hibari"] == ""
    assert keep_speed("hibari", 0.01) == ""
    assert not cache.exists()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "PACKAGES", {"no_such_module_here": "no-such-package"})
    ready = ready_models()
    assert "no-such-package" in ready.problems["hibari"]
    assert decide_engine(Settings(engine="auto"), ready, ProfileEngines()).engine == "espeak"


def test_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "physical_megabytes", lambda: 700)
    assert "this one has 700" in ready_models().problems["hibari"]
    monkeypatch.setattr(readiness, "physical_megabytes", lambda: None)  # the system does not say
    assert ready_models().problems["hibari"] == ""


def test_a_slow_machine_is_told_its_figure_and_stays_with_espeak(monkeypatch: pytest.MonkeyPatch) -> None:
    assert keep_speed("hibari", TOO_SLOW) == ""
    assert "takes 0.81 s" in keep_speed("hibari", 0.81)
    assert "takes 0.81 s" in ready_models().problems["hibari"]
    choice = decide_engine(Settings(engine="auto"), ready_models(), ProfileEngines())
    assert choice.engine == "espeak"
    assert "takes 0.81 s" in choice.reason

    monkeypatch.setattr(readiness, "machine", lambda: "another version, or processor")
    assert ready_models().problems["hibari"] == ""


@pytest.mark.parametrize("days", [-2, 8])
def test_a_machine_counts_as_slow_for_a_week(cache: Path, days: int) -> None:
    """It may only have been busy; and clocks are put right."""
    keep_speed("kokoro", 0.9)
    assert kept_speeds() == {"kokoro": 0.9}
    measured = time.time() - days * 24 * 3600
    os.utime(cache / SLOW_FILE, (measured, measured))
    assert kept_speeds() == {}


def test_measuring_again_forgets_that_it_was_slow() -> None:
    keep_speed("kokoro", 0.9)
    keep_speed("hibari", 0.8)
    keep_speed("hibari", 0.02)
    assert kept_speeds() == {"kokoro": 0.9}


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"machine": 1, "factors": 2}', b"\xff"])
def test_a_damaged_file_says_nothing(cache: Path, content: bytes) -> None:
    cache.mkdir()
    (cache / "slow-models.json").write_bytes(content)
    assert kept_speeds() == {}
    assert keep_speed("hibari", 0.9)
    assert kept_speeds() == {"hibari": 0.9}


def test_a_folder_that_cannot_be_written_to_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("CODECHOIR_CACHE", str(tmp_path / "file" / "cache"))
    keep_speed("hibari", 0.9)
    assert kept_speeds() == {}


class OneSecond(Engine):
    """Makes a second of silence of each phrase."""

    name = "one-second"
    capabilities = Capabilities(1000)

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        for _ in phrases:
            listener.write(AudioChunk(bytes(2000), 1000, 0))


def test_real_time_factor_is_computing_for_a_second_of_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.7, 1.0, 1.2, 5.0, 5.9, 6.0, 6.8, 7.0, 7.6])
    monkeypatch.setattr(readiness.time, "perf_counter", lambda: next(clock))
    assert real_time_factor(OneSecond()) == pytest.approx(0.2)  # the second time was fast enough
    assert real_time_factor(OneSecond()) == pytest.approx(0.6)  # the best of 0.9, 0.8 and 0.6


def test_pieces_of_which_not_all_is_known_are_not_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Before, every reading ended with a KeyError."""
    monkeypatch.setattr(readiness, "kokoro_home", lambda: tmp_path)
    folder = pieces_folder(tmp_path)
    folder.mkdir()
    (folder / MANIFEST).write_text(json.dumps({"version": VERSION}))
    assert "not installed" in ready_models().problems["kokoro"]
    assert readiness.kokoro_voices() == []
