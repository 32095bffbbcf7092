"""The cache on disk: its limit, the order of eviction, damaged files, refusing disks, several processes."""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from codechoir.storage.atomic import BAD_SUFFIX
from codechoir.storage.caches import DamagedFileError, DiskCache, FileFormat
from support.refusing_disk import refusing

SIZE = 10_000
"""Bytes of each value in these tests, about."""


def encode(key: str, value: bytes) -> bytes:
    return f"{key} {len(value)} ".encode() + value


def decode(key: str, data: bytes) -> bytes:
    head = data.split(b" ", 2)
    if len(head) != 3 or head[0] != key.encode() or int(head[1]) != len(head[2]):
        raise DamagedFileError("its length is wrong")
    return head[2]


NOTES = FileFormat("notes", ".note", encode, decode, max_bytes=100_000, durable=False)


def value(number: int) -> bytes:
    return bytes([number]) * SIZE


def cache(folder: Path, limit: int | None = 100_000, durable: bool = False) -> DiskCache[bytes]:
    notes = FileFormat("notes", ".note", encode, decode, max_bytes=100_000, durable=durable)
    return DiskCache(folder, notes, limit, evict_to=0.9)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# ---- values ---------------------------------------------------------------------------------------------


def test_what_is_saved_is_loaded_by_every_process(tmp_path: Path) -> None:
    assert cache(tmp_path / "new" / "folder").save("a", value(1))
    other = cache(tmp_path / "new" / "folder")
    assert other.load("a") == value(1)
    assert other.load("b") is None
    assert other.stored_keys() == ["a"]
    assert other.usage == (1, other.path("a").stat().st_size)


def test_a_folder_that_does_not_exist_is_an_empty_cache(tmp_path: Path) -> None:
    disk = cache(tmp_path / "none")
    assert disk.load("a") is None
    assert not disk.remove("a")
    assert disk.stored_keys() == []
    assert disk.usage == (0, 0)
    assert disk.clear() == (0, 0)
    assert not (tmp_path / "none").exists()


def test_values_are_removed_one_by_one_or_all_together(tmp_path: Path) -> None:
    disk = cache(tmp_path)
    for key in "abc":
        disk.save(key, value(1))
    (tmp_path / "b.note.bad").write_bytes(b"damaged")
    (tmp_path / ".c.note.1234.part").write_bytes(b"interrupted")
    (tmp_path / "something else").write_bytes(b"not of this cache")
    assert disk.remove("a")
    assert disk.stored_keys() == ["b", "c"]
    removed, freed = disk.clear()
    assert removed == 2
    assert freed > 2 * SIZE
    assert names(tmp_path) == {"something else"}


# ---- the limit ------------------------------------------------------------------------------------------


def test_the_folder_stays_within_its_limit_and_the_oldest_use_leaves_first(tmp_path: Path) -> None:
    disk = cache(tmp_path)
    for number in range(9):
        assert disk.save(f"{number}", value(number))
        os.utime(disk.path(f"{number}"), (number, number))
    disk.touch("0")
    disk.touch("nothing")
    assert disk.save("9", value(9))
    assert disk.usage[1] <= 100_000
    assert disk.load("0") == value(0)
    assert disk.load("1") is None
    assert disk.load("9") == value(9)


def test_eviction_leaves_a_share_of_the_limit(tmp_path: Path) -> None:
    disk = DiskCache(tmp_path, NOTES, 100_000, evict_to=0.5)
    for number in range(10):
        disk.save(f"{number}", value(number))
    assert disk.usage[0] == 4  # ten are above the limit, and four are below half of it


def test_damaged_files_and_interrupted_writes_count_and_are_evicted_too(tmp_path: Path) -> None:
    for name in ("old.note.bad", ".old.note.1234.part"):
        (tmp_path / name).write_bytes(bytes(45_000))
        os.utime(tmp_path / name, (1, 1))
    disk = cache(tmp_path)
    assert disk.save("a", value(1))
    assert disk.save("b", value(1))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 100_000
    assert disk.stored_keys() == ["a", "b"]


def test_a_value_larger_than_the_limit_is_not_written(tmp_path: Path) -> None:
    assert not cache(tmp_path / "none", limit=1000).save("a", value(1))
    assert not (tmp_path / "none").exists()


def test_without_a_limit_nothing_is_evicted(tmp_path: Path) -> None:
    disk = cache(tmp_path, limit=None)
    for number in range(30):
        assert disk.save(f"{number}", value(number))
    assert disk.usage[0] == 30


# ---- damage ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"nonsense", encode("a", value(1))[:-1], encode("b", value(1))])
@pytest.mark.parametrize("durable", [True, False])
def test_a_damaged_file_is_set_aside_and_written_again(
    tmp_path: Path, content: bytes, durable: bool, caplog: pytest.LogCaptureFixture
) -> None:
    disk = cache(tmp_path, durable=durable)
    disk.save("a", value(1))
    disk.path("a").write_bytes(content)
    with caplog.at_level(logging.INFO):
        assert disk.load("a") is None
    (record,) = caplog.records
    assert record.levelno == (logging.WARNING if durable else logging.INFO)
    assert "its length is wrong; it was renamed to a.note.bad" in record.getMessage()
    assert names(tmp_path) == {"a.note" + BAD_SUFFIX}
    assert disk.save("a", value(1))
    assert disk.load("a") == value(1)


def test_a_file_that_another_process_has_just_replaced_is_not_set_aside(tmp_path: Path) -> None:
    def decode_slowly(key: str, data: bytes) -> bytes:
        cache(tmp_path).save(key, value(2))  # another process
        return decode(key, data)

    slow = DiskCache(tmp_path, FileFormat("notes", ".note", encode, decode_slowly, max_bytes=100_000))
    slow.path("a").write_bytes(b"damaged")
    assert slow.load("a") is None
    assert names(tmp_path) == {"a.note"}
    assert cache(tmp_path).load("a") == value(2)


def test_of_a_huge_file_only_the_beginning_is_read(tmp_path: Path) -> None:
    seen: list[int] = []

    def decode_size(_: str, data: bytes) -> bytes:
        seen.append(len(data))
        raise DamagedFileError("it is too large")

    disk = DiskCache(tmp_path, FileFormat("notes", ".note", encode, decode_size, max_bytes=1000))
    disk.path("a").write_bytes(bytes(50_000))
    assert disk.load("a") is None
    assert seen == [1001]


# ---- the disk refuses -----------------------------------------------------------------------------------


def test_a_disk_that_cannot_be_written_is_reported_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "folder").write_text("a file where the folder should be")
    disk = cache(tmp_path / "folder")
    with caplog.at_level(logging.WARNING):
        for key in "abc":
            assert not disk.save(key, value(1))
            assert disk.load(key) is None
    (record,) = caplog.records
    assert "notes cannot be written to" in record.getMessage()
    assert "they stay in memory only" in record.getMessage()


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = cache(tmp_path)
    monkeypatch.setattr(Path, "replace", refusing(errno.ENOSPC))
    assert not disk.save("a", value(1))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_read_is_missing_and_reported_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    disk = cache(tmp_path)
    disk.save("a", value(1))
    monkeypatch.setattr(Path, "open", refusing(errno.EACCES))
    assert disk.load("a") is None
    assert disk.load("b") is None
    (record,) = caplog.records
    assert "cannot be read from" in record.getMessage()


# ---- several processes ----------------------------------------------------------------------------------

_WRITER = """
import sys
from pathlib import Path
from codechoir.storage import DamagedFileError, DiskCache, FileFormat

def decode(key, data):
    if data != bytes([int(key)]) * 10_000:
        raise DamagedFileError("it is damaged")
    return data

notes = FileFormat("notes", ".note", lambda _, data: data, decode, 10_000)
disk = DiskCache(Path(sys.argv[1]), notes, 300_000)
for turn in range(3):
    for number in range(40):
        disk.save(f"{number}", bytes([number]) * 10_000)
        assert disk.load(f"{number}") in (None, bytes([number]) * 10_000)
print("sound")
"""


def test_several_processes_share_a_folder(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [writer.communicate()[0].strip() for writer in writers] == ["sound"] * 3
    assert not [name for name in names(tmp_path) if name.endswith(BAD_SUFFIX)]
    disk = cache(tmp_path, limit=300_000)
    disk.save("last", value(1))
    assert disk.usage[1] <= 300_000 * 17 / 16


@pytest.mark.parametrize("key", ["../a", "/tmp/a", "a/b", f"..{os.sep}a", "a\0"])
def test_a_key_cannot_lead_out_of_the_folder(tmp_path: Path, key: str) -> None:
    disk = cache(tmp_path / "folder")
    for action in (disk.load, disk.remove, lambda key: disk.save(key, value(1))):
        with pytest.raises(ValueError, match="cannot be part of a file's name"):
            action(key)


# ---- leftovers ------------------------------------------------------------------------------------------


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def leave(folder: Path) -> dict[str, Path]:
    """What killed writers and damage leave in a folder, and a file of another program."""
    made = {
        "part": folder / ".a.note.1234abcd.part",
        "statistics": folder / ".statistics.json.1234abcd.part",
        "bad": folder / "b.note.bad",
        "foreign": folder / "something.part",
    }
    for path in made.values():
        path.write_bytes(b"half")
    return made


@pytest.mark.parametrize(("limit", "kept"), [(100_000, {"foreign"}), (None, {"foreign", "bad"})])
def test_old_leftovers_go_with_the_first_write(tmp_path: Path, limit: int | None, kept: set[str]) -> None:
    left = leave(tmp_path)
    for path in left.values():
        age(path, 30 * 24 * 3600)
    cache(tmp_path, limit).save("new", value(1))
    assert {name for name, path in left.items() if path.exists()} == kept


def test_a_write_in_progress_and_a_file_just_set_aside_stay(tmp_path: Path) -> None:
    left = leave(tmp_path)
    cache(tmp_path).save("new", value(1))
    assert all(path.exists() for path in left.values())


def test_clearing_takes_all_leftovers_of_the_cache(tmp_path: Path) -> None:
    left = leave(tmp_path)
    cache(tmp_path).clear()
    assert names(tmp_path) == {left["foreign"].name}


def test_a_use_in_the_future_keeps_no_file(tmp_path: Path) -> None:
    disk = cache(tmp_path)
    for number in range(9):
        disk.save(f"{number}", value(number))
        age(disk.path(f"{number}"), 100 - number)
    age(disk.path("5"), -10 * 365 * 24 * 3600)
    disk.save("9", value(9))
    assert "5" not in disk.stored_keys()
    assert "9" in disk.stored_keys()


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_folder_in_the_place_of_a_file_stops_nothing(tmp_path: Path, is_empty: bool) -> None:
    disk = cache(tmp_path)
    disk.save("a", value(1))
    disk.path("b").mkdir()
    if not is_empty:
        (disk.path("b") / "precious").write_bytes(b"somebody's")
    assert disk.stored_keys() == ["a"]
    assert disk.clear()[0] == 1
    assert not disk.path("a").exists()
    assert disk.path("b").exists() is not is_empty
    assert disk.load("b") is None
    assert disk.save("b", value(2))
    assert disk.load("b") == value(2)
    assert len(list(tmp_path.rglob("precious"))) == (not is_empty)


def test_a_file_that_cannot_be_deleted_does_not_keep_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = cache(tmp_path)
    for key in "abc":
        disk.save(key, value(1))
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == "b.note":
            raise PermissionError(errno.EACCES, "x")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(PermissionError):
        disk.clear()
    assert names(tmp_path) == {"b.note"}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such pipes")
def test_a_pipe_in_the_place_of_a_file_is_set_aside_unread(tmp_path: Path) -> None:
    disk = cache(tmp_path)
    os.mkfifo(disk.path("a"))
    assert disk.load("a") is None
    assert names(tmp_path) == {"a.note.bad"}
    assert disk.damage["a"] == "it is not a regular file; it was renamed to a.note.bad"


def test_where_nothing_can_be_renamed_nothing_else_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    disk = cache(tmp_path, durable=True)
    disk.path("a").write_bytes(b"damaged")
    monkeypatch.setattr(Path, "replace", refusing(errno.EROFS))
    assert disk.load("a") is None
    assert "it cannot be renamed" in disk.damage["a"]
    assert "was renamed" not in caplog.text + disk.damage["a"]
