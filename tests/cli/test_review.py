"""`codechoir review`: what git says has changed, or a patch, read aloud."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from codechoir.cli import commands_reading, source
from codechoir.errors import InputError
from support.command_line import Codechoir

OLD, NEW = "def a(x):\n    return x\n", "def a(x, y):\n    return x\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    git("init", "-q")
    Path("a.py").write_text(OLD)
    git("add", ".")
    git("-c", "user.email=a@example.org", "-c", "user.name=A", "commit", "-qm", "a")
    Path("a.py").write_text(NEW)
    return tmp_path


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def reviewed(codechoir: Codechoir, *arguments: str) -> str:
    codechoir("review", *arguments, "-o", "r.wav", "--marks", "r.json", "--no-play")
    return " ".join(mark["text"] for mark in json.loads(Path("r.json").read_text())["marks"])


def test_changes_that_are_not_committed(codechoir: Codechoir, repository: Path) -> None:
    words = reviewed(codechoir)
    assert "removed def a x added def a x y" in words and words.startswith("file a")


def test_staged_changes(codechoir: Codechoir, repository: Path) -> None:
    git("add", ".")
    assert "added def a x y" in reviewed(codechoir, "--staged")
    assert "nothing to read in changes" in codechoir("review", "--no-play", "-o", "r.wav").err


def test_a_revision_and_a_patch_in_a_file(codechoir: Codechoir, repository: Path) -> None:
    assert "added def a x y" in reviewed(codechoir, "HEAD")
    Path("fix.patch").write_text(git("diff"))
    assert "added def a x y" in reviewed(codechoir, "fix.patch")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nosuch"], "git cannot show the changes: bad revision 'nosuch'"),
        (["gone.patch"], "file 'gone.patch' does not exist"),
        (["a.py", "--staged"], "--staged asks git, and 'a.py' is a file; leave one of them out"),
    ],
)
def test_what_cannot_be_reviewed_is_said_in_one_line(
    codechoir: Codechoir, repository: Path, arguments: list[str], line: str
) -> None:
    done = codechoir("review", *arguments, "--no-play", "-o", "r.wav")
    assert line in done.error and done.status == 2


def test_a_folder_without_a_repository(
    codechoir: Codechoir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    done = codechoir("review", "--no-play", "-o", "r.wav")
    assert "no repository here" in done.error and done.status == 2


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
@pytest.mark.parametrize("search", [".", ""])
def test_a_git_of_the_project_is_not_run(
    codechoir: Codechoir, repository: Path, monkeypatch: pytest.MonkeyPatch, search: str
) -> None:
    """Whoever wrote the project could have it do anything."""
    program = repository / "git"
    program.write_text(f"#!/bin/sh\ntouch {repository / 'was-run'}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{search}:/nowhere")
    assert "git is not installed" in codechoir("review", "--no-play", "-o", "r.wav").err
    assert not (repository / "was-run").exists()


def test_without_git(codechoir: Codechoir, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert "git is not installed" in codechoir("review", "--no-play", "-o", "r.wav").err


def test_programs_of_the_repository_are_not_run_and_prefixes_not_read(
    codechoir: Codechoir, repository: Path
) -> None:
    Path(".gitattributes").write_text("*.py diff=own\n")
    git("config", "diff.own.textconv", f"touch '{repository / 'ran'}'; cat")
    git("config", "diff.own.command", f"touch '{repository / 'ran'}'; cat")
    git("config", "diff.mnemonicPrefix", "true")
    assert reviewed(codechoir).startswith("file a dot py at line one removed")
    assert not Path("ran").exists()


def test_more_changes_than_a_source_may_have_are_refused_and_not_kept_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(source, "MAX_SOURCE_BYTES", 2 << 20)
    endless = [sys.executable, "-c", "while True: print('+ a line')"]
    with pytest.raises(InputError, match="the changes are larger than 2 MiB; review fewer of them"):
        commands_reading.bounded_output(endless)


def test_git_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands_reading, "GIT_SECONDS", 0.1)
    with pytest.raises(InputError, match="git has not answered within 0 seconds"):
        commands_reading.bounded_output([sys.executable, "-c", "import time; time.sleep(600)"])


def test_many_complaints_of_git_do_not_block_it() -> None:
    complain = "import sys; sys.stderr.write('a complaint\\n' * 100_000); print('diff'); sys.exit(3)"
    status, text, errors = commands_reading.bounded_output([sys.executable, "-c", complain])
    assert (status, text.strip()) == (3, b"diff")
    assert errors.startswith(b"a complaint") and len(errors) < 10_000
