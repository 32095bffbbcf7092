"""Hashes of files: known ones are not computed again, unless the file may have changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from codechoir.errors import InputError
from codechoir.storage import FileHashes


def written(path: Path, content: str, age: float = 60) -> Path:
    """A file that has not changed for so many seconds."""
    path.write_text(content)
    changed = path.stat().st_mtime - age
    os.utime(path, (changed, changed))
    return path


def sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read, in order."""
    names: list[str] = []
    real = hashlib.file_digest

    def count(file: object, algorithm: str) -> object:
        names.append(Path(file.name).name)  # type: ignore[attr-defined]
        return real(file, algorithm)  # type: ignore[arg-type]

    monkeypatch.setattr(hashlib, "file_digest", count)
    return names


def test_a_file_is_read_once_in_all_processes(tmp_path: Path, reads: list[str]) -> None:
    file = written(tmp_path / "a.wav", "one")
    for _ in range(2):
        assert FileHashes(tmp_path / "cache" / "index.json").of(file) == sha256("one")
    assert reads == ["a.wav"]


def test_a_changed_file_is_read_again(tmp_path: Path, reads: list[str]) -> None:
    hashes = FileHashes(tmp_path / "index.json")
    hashes.of(written(tmp_path / "a.wav", "one"))
    assert hashes.of(written(tmp_path / "a.wav", "other", age=30)) == sha256("other")
    assert reads == ["a.wav", "a.wav"]


def test_a_file_that_has_just_changed_is_not_remembered(tmp_path: Path, reads: list[str]) -> None:
    """It could change again without a new time stamp."""
    hashes = FileHashes(tmp_path / "index.json")
    for _ in range(2):
        assert hashes.of(written(tmp_path / "a.wav", "one", age=0)) == sha256("one")
    assert reads == ["a.wav", "a.wav"]
    assert not (tmp_path / "index.json").exists()


def test_several_processes_add_to_one_index(tmp_path: Path, reads: list[str]) -> None:
    one, other = FileHashes(tmp_path / "index.json"), FileHashes(tmp_path / "index.json")
    files = [written(tmp_path / name, name) for name in ("a.wav", "b.wav", "c.wav")]
    for hashes, file in ((one, files[0]), (other, files[1]), (one, files[2])):
        hashes.of(file)
    fresh = FileHashes(tmp_path / "index.json")
    assert [fresh.of(file) for file in files] == [sha256(file.name) for file in files]
    assert reads == ["a.wav", "b.wav", "c.wav"]


def test_an_index_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file where the folder should be")
    hashes = FileHashes(tmp_path / "folder" / "index.json")
    assert hashes.of(written(tmp_path / "a.wav", "one")) == sha256("one")


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    hashes = FileHashes(tmp_path / "index.json")
    with pytest.raises(InputError, match=r"none\.wav cannot be read: No such file"):
        hashes.of(tmp_path / "none.wav")
    with pytest.raises(InputError, match="is a folder; name a file in it"):
        hashes.of(tmp_path)
