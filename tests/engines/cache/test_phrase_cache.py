"""The phrase cache: its files, what it counts, and its settings."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from pathlib import Path

import pytest
from codechoir.engines.cache.phrase_cache import (
    PHRASE_FORMAT,
    CachedMark,
    CachedPhrase,
    PhraseCache,
    PhraseSettings,
    phrase_from_bytes,
    phrase_to_bytes,
)
from codechoir.errors import InputError
from codechoir.settings import MEGABYTE
from codechoir.storage import DamagedFileError
from codechoir.storage.atomic import BAD_SUFFIX

SUFFIX = PHRASE_FORMAT.suffix
KEY, OTHER = "a" * 64, "b" * 64
ENTRY = CachedPhrase(
    24000,
    bytes(range(256)) * 40,
    (CachedMark(10, 400, 0, 0, "grüße"), CachedMark(400, 900, 1, 0, "you")),
    0.25,
)


def entry(fill: int, size: int = 10_000) -> CachedPhrase:
    return CachedPhrase(24000, bytes([fill]) * size, (), 0.1)


def key(number: int) -> str:
    return f"{number:064x}"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


# ---- the file -------------------------------------------------------------------------------------------


def test_an_entry_survives_its_file() -> None:
    assert phrase_from_bytes(KEY, phrase_to_bytes(KEY, ENTRY)) == ENTRY


@pytest.mark.parametrize("size", [0, 3, 24, 200, 5000, -1])
def test_a_truncated_file_is_not_believed(size: int) -> None:
    with pytest.raises(DamagedFileError):
        phrase_from_bytes(KEY, phrase_to_bytes(KEY, ENTRY)[:size])


@pytest.mark.parametrize("at", [0, 5, 21, 40, 150, 9000])
def test_a_changed_byte_is_noticed(at: int) -> None:
    data = bytearray(phrase_to_bytes(KEY, ENTRY))
    data[at] ^= 1
    with pytest.raises(DamagedFileError):
        phrase_from_bytes(KEY, bytes(data))


def test_another_phrase_s_file_is_not_believed() -> None:
    with pytest.raises(DamagedFileError, match="another phrase"):
        phrase_from_bytes(OTHER, phrase_to_bytes(KEY, ENTRY))


# ---- disk -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage", [b"", b"nonsense", phrase_to_bytes(KEY, ENTRY)[:-1], phrase_to_bytes(OTHER, ENTRY)]
)
def test_an_unsound_file_is_set_aside_and_made_again(settings: PhraseSettings, damage: bytes) -> None:
    disk = PhraseCache(settings).disk
    assert disk.save(KEY, ENTRY)
    disk.path(KEY).write_bytes(damage)
    assert disk.load(KEY) is None
    assert names(settings.folder) == {KEY + SUFFIX + BAD_SUFFIX}
    assert disk.save(KEY, ENTRY)
    assert disk.load(KEY) == ENTRY


def test_a_disk_that_cannot_be_written_leaves_the_memory_and_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "phrases").write_text("a file where the folder should be")
    cache = PhraseCache(PhraseSettings(tmp_path / "phrases"))
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            cache.put(key(number), entry(number), "xtts")
    assert len(caplog.records) == 1
    assert "memory only" in caplog.text
    assert cache.find(key(1), "xtts") == entry(1)
    cache.flush()


# ---- both -----------------------------------------------------------------------------------------------


def test_the_figures_tell_what_is_there_and_what_was_saved(tmp_path: Path) -> None:
    settings = PhraseSettings(tmp_path)
    cache = PhraseCache(settings)
    cache.put(KEY, ENTRY, "xtts")
    assert cache.find(KEY, "xtts") == ENTRY
    assert cache.find(OTHER, "xtts") is None
    cache.flush()
    later = PhraseCache(settings)
    assert later.find(KEY, "xtts") == ENTRY
    figures = later.figures()
    counts = figures.by_name["xtts"]
    assert (counts.memory, counts.disk, counts.misses) == (1, 1, 1)
    assert figures.total.seconds_saved == pytest.approx(0.5)
    assert figures.entries == 1 and figures.bytes > len(ENTRY.pcm)
    assert figures.memory_entries == 1


def test_memory_and_disk_are_cleared_each_by_itself(tmp_path: Path) -> None:
    cache = PhraseCache(PhraseSettings(tmp_path))
    for number in range(2):
        cache.put(key(number), entry(number), "xtts")
    assert cache.clear(disk=False)[0] == 2
    assert cache.find(key(0), "xtts") is not None
    assert cache.clear(memory=False)[0] == 2
    assert cache.figures().entries == 0
    assert cache.find(key(0), "xtts") is not None
    cache.clear()
    assert cache.find(key(0), "xtts") is None


def test_use_is_told_to_the_other_processes(tmp_path: Path) -> None:
    settings = PhraseSettings(tmp_path, disk=100_000)
    cache = PhraseCache(settings)
    for number in range(9):
        cache.put(key(number), entry(number), "xtts")
        os.utime(tmp_path / (key(number) + SUFFIX), (number, number))
    cache.find(key(0), "xtts")
    cache.flush()
    PhraseCache(settings).put(key(9), entry(9), "xtts")
    assert PhraseCache(settings).find(key(0), "xtts") is not None
    assert PhraseCache(settings).find(key(1), "xtts") is None


def test_without_a_disk_nothing_is_written(tmp_path: Path) -> None:
    cache = PhraseCache(PhraseSettings(tmp_path / "none", disk=0))
    cache.put(KEY, ENTRY, "xtts")
    assert cache.find(KEY, "xtts") == ENTRY
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("CODECHOIR_PHRASE_MEMORY", "-1"), ("CODECHOIR_PHRASE_DISK", "much"), ("CODECHOIR_PHRASES", "onn")],
)
def test_a_bad_variable_is_named(variable: str, value: str) -> None:
    with pytest.raises(InputError, match=variable):
        PhraseSettings.from_environment({variable: value, "CODECHOIR_CACHE": "/tmp"})


def test_the_variables_say_where_and_how_much() -> None:
    given = {
        "CODECHOIR_CACHE": "/somewhere",
        "CODECHOIR_PHRASE_MEMORY": "2",
        "CODECHOIR_PHRASE_DISK": "0.5",
        "CODECHOIR_PHRASES": "on",
    }
    wanted = PhraseSettings(Path("/somewhere/phrases"), 2 * MEGABYTE, MEGABYTE // 2, "on")
    assert PhraseSettings.from_environment(given) == wanted
    assert PhraseSettings.from_environment({"CODECHOIR_CACHE": "/somewhere"}) == replace(
        wanted, memory=64 * MEGABYTE, disk=512 * MEGABYTE, mode="auto"
    )
