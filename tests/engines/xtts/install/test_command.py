"""`codechoir install xtts` as a user types it."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from codechoir.cli.commands_management import LARGE, DownloadMeter
from codechoir.cli.main import main
from codechoir.engines.weights import WeightFile
from codechoir.engines.xtts.install import REQUIRED_FILES, Installation
from support.web_folder import WebFolder, serving

CONTENTS = {name: name.encode() * 1000 for name in REQUIRED_FILES}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user without weights, for whom they lie on this machine's own server."""
    files = [WeightFile(n, len(c), hashlib.sha256(c).hexdigest()) for n, c in CONTENTS.items()]
    monkeypatch.delenv("COQUI_TOS_AGREED", raising=False)
    with serving(WebFolder(CONTENTS)) as web:
        here = Installation(tmp_path / "xtts", files=files, sources=[web.url])
        monkeypatch.setattr(Installation, "from_environment", lambda: here)
        yield tmp_path / "xtts"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(*arguments: str | Path, typed: str | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("I agree\n") if typed is None else Terminal(typed))
        status = main(["install", *map(str, arguments)])
        return (status, *capfd.readouterr())

    return run


def test_the_licence_is_shown_and_consent_requested(run: Any, home: Path) -> None:
    status, out, err = run("xtts", typed="I agree\n")
    assert (status, out) == (0, f"the weights of XTTS v2 are in {home / 'checkpoint'}\n")
    assert "non-commercial use only" in err
    assert "Type 'I agree' if you do: " in err
    assert "model.pth: 0 of 0 MB (100%)" in err
    assert sorted(path.name for path in (home / "checkpoint").iterdir()) == sorted(REQUIRED_FILES)


@pytest.mark.parametrize("typed", ["no\n", "", "yes\n"])
def test_another_answer_downloads_nothing(run: Any, home: Path, typed: str) -> None:
    status, out, err = run("xtts", typed=typed)
    assert (status, out) == (2, "")
    assert "licence not accepted" in err
    assert not home.exists()


def test_without_a_terminal_there_is_no_prompt_and_no_consent(run: Any, home: Path) -> None:
    status, _, err = run("xtts")
    assert status == 2
    assert "non-commercial use only" in err
    assert len(err.splitlines()) == 1
    assert not home.exists()


def test_consent_may_be_an_option_and_is_recorded(run: Any, home: Path) -> None:
    assert run("xtts", "--licence", "I agree")[0] == 0
    (home / "checkpoint" / "config.json").unlink()
    assert run("xtts")[0] == 0


def test_a_checkpoint_elsewhere_needs_no_download(run: Any, home: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for name, content in CONTENTS.items():
        (mine / name).write_bytes(content)
    assert run("xtts", "--checkpoint", mine) == (0, f"using the weights in {mine}\n", "")
    status, _, err = run("xtts", "--checkpoint", tmp_path)
    assert (status, "is not a checkpoint of XTTS v2" in err) == (2, True)
    status, _, err = run("xtts", "--checkpoint", tmp_path / "nowhere")
    assert (status, "there is no folder" in err) == (2, True)


def test_progress_of_a_large_file_is_shown_in_small_steps(capfd: pytest.CaptureFixture[str]) -> None:
    meter = DownloadMeter()
    for have in range(0, 2 * LARGE + 1, LARGE // 100):
        meter("model.pth", have, 2 * LARGE)
    meter("config.json", 1, 2)
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 102
    assert lines[1].endswith("model.pth: 20 of 2000 MB (1%)")


def test_an_unknown_engine_is_an_error_with_a_suggestion(run: Any) -> None:
    status, _, err = run("xtt")
    assert (status, "Did you mean 'xtts'?" in err) == (2, True)
