"""Phrases on disk and in memory: limits, order of leaving, several processes, files that are not sound."""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from codechoir.engines.cache.cached_phrase import (
    CachedMark,
    CachedPhrase,
    CachedPhraseError,
    phrase_from_bytes,
    phrase_to_bytes,
)
from codechoir.engines.cache.phrase_cache import MEGABYTE, PhraseCache, PhraseSettings
from codechoir.engines.cache.phrase_files import SUFFIX, PhraseFiles
from codechoir.errors import InputError
from codechoir.storage.atomic import BAD
from codechoir.storage.memory_cache import MemoryCache
from support.voice_library import refusing

KEY, OTHER = "a" * 64, "b" * 64
ENTRY = CachedPhrase(
    24000, bytes(range(256)) * 40, (CachedMark(10, 400, 0, "grüße"), CachedMark(400, 900, 1, "you")), 0.25
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
    with pytest.raises(CachedPhraseError):
        phrase_from_bytes(KEY, phrase_to_bytes(KEY, ENTRY)[:size])


@pytest.mark.parametrize("at", [0, 5, 21, 40, 150, 9000])
def test_a_changed_byte_is_noticed(at: int) -> None:
    data = bytearray(phrase_to_bytes(KEY, ENTRY))
    data[at] ^= 1
    with pytest.raises(CachedPhraseError):
        phrase_from_bytes(KEY, bytes(data))


def test_another_phrase_s_file_is_not_believed() -> None:
    with pytest.raises(CachedPhraseError, match="another phrase"):
        phrase_from_bytes(OTHER, phrase_to_bytes(KEY, ENTRY))


# ---- memory ---------------------------------------------------------------------------------------------


def test_what_was_used_longest_ago_leaves_memory_first() -> None:
    memory = MemoryCache[CachedPhrase](35_000)
    for number in range(3):
        memory.put(key(number), entry(number))
    assert memory.get(key(0)) is not None
    memory.put(key(3), entry(3))
    assert [memory.get(key(number)) is not None for number in range(4)] == [True, False, True, True]
    assert memory.usage[1] <= 35_000


def test_what_is_larger_than_the_memory_is_not_kept_there() -> None:
    memory = MemoryCache[CachedPhrase](1000)
    memory.put(KEY, entry(1))
    assert memory.usage == (0, 0)


# ---- disk -----------------------------------------------------------------------------------------------


def test_the_folder_stays_within_its_limit_and_the_oldest_use_leaves_first(tmp_path: Path) -> None:
    disk = PhraseFiles(tmp_path, 100_000)
    for number in range(9):
        assert disk.save(key(number), entry(number))
        os.utime(tmp_path / (key(number) + SUFFIX), (number, number))
    disk.touch(key(0))
    assert disk.save(key(9), entry(9))
    assert disk.usage[1] <= 100_000
    assert disk.load(key(0)) == entry(0)
    assert disk.load(key(1)) is None
    assert disk.load(key(9)) == entry(9)


def test_an_entry_larger_than_the_limit_is_not_written(tmp_path: Path) -> None:
    assert not PhraseFiles(tmp_path / "none", 1000).save(KEY, entry(1))
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "damage", [b"", b"nonsense", phrase_to_bytes(KEY, ENTRY)[:-1], phrase_to_bytes(OTHER, ENTRY)]
)
def test_an_unsound_file_is_set_aside_and_made_again(tmp_path: Path, damage: bytes) -> None:
    disk = PhraseFiles(tmp_path, MEGABYTE)
    assert disk.save(KEY, ENTRY)
    (tmp_path / (KEY + SUFFIX)).write_bytes(damage)
    assert disk.load(KEY) is None
    assert names(tmp_path) == {KEY + SUFFIX + BAD}
    assert disk.save(KEY, ENTRY)
    assert disk.load(KEY) == ENTRY


def test_a_disk_that_cannot_be_written_leaves_the_memory_and_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "phrases").write_text("a file where the folder should be")
    cache = PhraseCache(PhraseSettings(tmp_path / "phrases"))
    with caplog.at_level(logging.WARNING, "codechoir.engines.cache"):
        for number in range(3):
            cache.keep(key(number), entry(number), "xtts")
    assert len(caplog.records) == 1
    assert "memory only" in caplog.text
    assert cache.find(key(1), "xtts") == entry(1)
    cache.flush()


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = PhraseFiles(tmp_path, MEGABYTE)
    monkeypatch.setattr(Path, "replace", refusing(errno.ENOSPC))
    assert not disk.save(KEY, ENTRY)
    assert list(tmp_path.iterdir()) == []


_WRITER = """
import sys
from pathlib import Path
from codechoir.engines.cache.phrase_files import PhraseFiles
from codechoir.engines.cache.cached_phrase import CachedPhrase
disk = PhraseFiles(Path(sys.argv[1]), 300_000)
for turn in range(3):
    for number in range(40):
        disk.save(f"{number:064x}", CachedPhrase(24000, bytes([number]) * 10_000, (), 0.1))
        found = disk.load(f"{number:064x}")
        assert found is None or found.pcm == bytes([number]) * 10_000
print("sound")
"""


def test_several_processes_share_a_folder(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [writer.communicate()[0].strip() for writer in writers] == ["sound"] * 3
    assert not [name for name in names(tmp_path) if name.endswith(BAD)]
    disk = PhraseFiles(tmp_path, 300_000)
    disk.save(KEY, entry(1))
    assert disk.usage[1] <= 300_000 * 17 / 16


# ---- both -----------------------------------------------------------------------------------------------


def test_the_figures_tell_what_is_there_and_what_was_saved(tmp_path: Path) -> None:
    settings = PhraseSettings(tmp_path)
    cache = PhraseCache(settings)
    cache.keep(KEY, ENTRY, "xtts")
    assert cache.find(KEY, "xtts") == ENTRY
    assert cache.find(OTHER, "xtts") is None
    cache.flush()
    later = PhraseCache(settings)
    assert later.find(KEY, "xtts") == ENTRY
    figures = later.figures()
    counts = figures.engines["xtts"]
    assert (counts.memory, counts.disk, counts.misses) == (1, 1, 1)
    assert figures.total.seconds_saved == pytest.approx(0.5)
    assert figures.entries == 1 and figures.bytes > len(ENTRY.pcm)
    assert figures.memory_entries == 1


def test_memory_and_disk_are_cleared_each_by_itself(tmp_path: Path) -> None:
    cache = PhraseCache(PhraseSettings(tmp_path))
    for number in range(2):
        cache.keep(key(number), entry(number), "xtts")
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
        cache.keep(key(number), entry(number), "xtts")
        os.utime(tmp_path / (key(number) + SUFFIX), (number, number))
    cache.find(key(0), "xtts")
    cache.flush()
    PhraseCache(settings).keep(key(9), entry(9), "xtts")
    assert PhraseCache(settings).find(key(0), "xtts") is not None
    assert PhraseCache(settings).find(key(1), "xtts") is None


def test_without_a_disk_nothing_is_written(tmp_path: Path) -> None:
    cache = PhraseCache(PhraseSettings(tmp_path / "none", disk=0))
    cache.keep(KEY, ENTRY, "xtts")
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
        wanted, memory=64 * MEGABYTE, disk=512 * MEGABYTE, wish="auto"
    )
