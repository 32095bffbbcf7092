"""Latents on disk: what is damaged is made again, and a disk that takes nothing does no harm."""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from codechoir.storage import caches
from codechoir.storage.atomic import BAD_SUFFIX
from codechoir.voices.library.latent_cache import LatentCache
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.refusing_disk import refusing
from support.voice_library import (
    FakeConditioner,
    damage,
    files,
    same,
    settings,
)

# ---- damage -------------------------------------------------------------------------------------------


def swapped(path: Path) -> None:
    cache = LatentCache(settings(path.parent / "other"))
    wav = path.parent / "other.wav"
    wav.write_text("something else")
    cache.condition([wav], FakeConditioner(), "bo")
    shutil.copy(files(cache)[0], path)


@pytest.mark.parametrize(
    "harm",
    [
        damage,
        swapped,
        lambda path: path.write_bytes(path.read_bytes()[:1000]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("a foreign file"),
    ],
)
def test_an_unsound_file_is_set_aside_and_made_again(
    tmp_path: Path, record: Any, harm: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    wav, engine = record("a.wav"), FakeConditioner()
    cache = LatentCache(settings(tmp_path))
    first = cache.condition([wav], engine, "ana")
    (path,) = files(cache)
    harm(path)
    again = LatentCache(settings(tmp_path)).condition([wav], engine, "ana")
    assert engine.calls == 2
    assert same(again, first)
    assert path.with_name(path.name + BAD_SUFFIX).exists()
    assert "renamed to" in caplog.text
    assert same(LatentCache(settings(tmp_path)).condition([wav], engine, "ana"), first)


@hypothesis_settings(max_examples=30)
@given(st.data())
def test_no_damage_ever_gives_another_voice(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    wav = folder / "a.wav"
    wav.write_text("sound")
    cache = LatentCache(settings(folder))
    first = cache.condition([wav], FakeConditioner(), "ana")
    (path,) = files(cache)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, 67_000)) % len(content)] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    assert same(LatentCache(settings(folder)).condition([wav], FakeConditioner(), "ana"), first)


# ---- the disk -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_disk_that_takes_nothing_leaves_a_cache_in_memory_and_one_warning(
    tmp_path: Path,
    record: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    number: int,
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(caches, "write_atomically", refusing(number))
    cache, engine = LatentCache(settings(tmp_path)), FakeConditioner()
    for name in ("a.wav", "b.wav", "a.wav", "b.wav"):
        cache.condition([record(name)], engine, "ana")
    assert engine.calls == 2
    assert len(caplog.records) == 1
    assert "they stay in memory only" in caplog.text


def test_a_folder_that_cannot_be_made_is_the_same(
    tmp_path: Path, record: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache, engine = LatentCache(settings(tmp_path)), FakeConditioner()
    for _ in range(2):
        cache.condition([record("a.wav")], engine, "ana")
    cache.statistics.flush()
    assert engine.calls == 1
    assert len(caplog.records) == 1


def test_a_full_disk_leaves_no_half_file(
    tmp_path: Path, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", refusing(errno.ENOSPC))
    cache = LatentCache(settings(tmp_path))
    cache.condition([record("a.wav")], FakeConditioner(), "ana")
    assert [path for path in cache.disk.folder.rglob("*") if path.suffix not in (".lock", "")] == []


def test_the_disk_has_a_limit_and_the_oldest_leave(tmp_path: Path, record: Any) -> None:
    cache = LatentCache(settings(tmp_path, disk=2 * 68_000))
    for number in range(4):
        cache.condition([record(f"{number}.wav")], FakeConditioner(), "ana")
        for path in files(cache):
            os.utime(path, (number, number)) if path.stat().st_mtime > 100 else None
    engine = FakeConditioner()
    fresh = LatentCache(settings(tmp_path))
    for number in (2, 3):
        fresh.condition([record(f"{number}.wav")], engine, "ana")
    assert engine.calls == 0
    assert len(files(cache)) == 2
