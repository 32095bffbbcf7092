"""Atomic files: complete or absent, whatever happens, and errors that say what to do."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from codechoir.errors import CodechoirError, InputError
from codechoir.storage.atomic import AtomicFile, bad_path, os_error_text, set_aside, write_atomically
from support.refusing_disk import refusing


def test_the_older_file_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    with AtomicFile(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_inside_leaves_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    with pytest.raises(KeyError), AtomicFile(path) as file:
        file.write(b"new")
        raise KeyError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_followed(tmp_path: Path) -> None:
    path, target = tmp_path / "link.json", tmp_path / "target.json"
    path.symlink_to(target)
    with AtomicFile(path) as file:
        file.write(b"{}")
    assert path.is_symlink() and target.read_bytes() == b"{}"


def test_a_link_to_itself_is_replaced_by_the_file(tmp_path: Path) -> None:
    """Resolving it was an unexpected error."""
    path = tmp_path / "loop.json"
    path.symlink_to(path)
    with AtomicFile(path) as file:
        file.write(b"{}")
    assert path.read_bytes() == b"{}" and not path.is_symlink()


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "it is a folder; name a file in it"), ("none/a.wav", "the folder .*none does not exist")],
)
def test_where_no_file_can_be_created_the_reason_is_named(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(InputError, match=f"cannot write .*: {message}"):
        AtomicFile(tmp_path / name)


def test_a_full_disk_is_an_error_that_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = AtomicFile(tmp_path / "a.wav")
    file.write(b"new")
    monkeypatch.setattr(Path, "replace", refusing(errno.ENOSPC))
    with pytest.raises(CodechoirError, match=r"cannot write .*a\.wav: no space left on device"):
        file.commit()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("durable", [True, False])
def test_bytes_are_written_completely_or_not_at_all(
    tmp_path: Path, durable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    write_atomically(path, b"old", durable)
    monkeypatch.setattr(Path, "replace", refusing(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        write_atomically(path, b"new", durable)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_only_a_durable_file_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    write_atomically(tmp_path / "a", b"", durable=False)
    assert not synced
    write_atomically(tmp_path / "a", b"")
    assert len(synced) == 1


def test_a_damaged_file_is_renamed_unless_it_has_been_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"damaged")
    opened = path.stat()
    write_atomically(path, b"sound!!")
    assert not set_aside(path, opened)
    assert path.read_bytes() == b"sound!!"
    assert set_aside(path, path.stat())
    assert not path.exists()
    assert stat.S_ISREG(bad_path(path).stat().st_mode)
    assert bad_path(path).read_bytes() == b"sound!!"


def test_an_error_of_the_system_is_lower_case_without_a_path() -> None:
    assert os_error_text(PermissionError(errno.EACCES, "x", "/secret")) == "permission denied"
    assert os_error_text(OSError("Something else")) == "something else"
