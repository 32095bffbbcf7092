"""Files of others: endless, huge and unanswered ones keep nobody waiting."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path

import pytest
from codechoir.cancellation import limit_patience
from codechoir.errors import InputError
from codechoir.storage import ask_disk, read_regular_file


def in_own_context(test: Callable[[], None]) -> None:
    """Runs a test whose patience must not last."""
    copy_context().run(test)


def test_a_file_up_to_the_limit_is_read_and_a_larger_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 2048)
    assert read_regular_file(path, 2048, "cut it") == b"x" * 2048
    with pytest.raises(InputError, match="a is larger than 1 KiB; cut it"):
        read_regular_file(path, 1024, "cut it")
    with pytest.raises(FileNotFoundError):
        read_regular_file(tmp_path / "b", 10, "")
    with pytest.raises(IsADirectoryError):
        read_regular_file(tmp_path, 10, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_and_a_device_are_refused_unread(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(InputError, match="is a pipe or a device; only files can be read"):
            read_regular_file(path, 10, "")


def test_who_has_waited_in_vain_does_not_wait_again_until_the_disk_has_answered() -> None:
    may_answer, asked = threading.Event(), []

    def question() -> str:
        asked.append(threading.current_thread())
        may_answer.wait(60)
        return "answer"

    def test() -> None:
        limit_patience(0.05)
        for _ in range(3):
            with pytest.raises(InputError, match="is on a disk that does not answer"):
                ask_disk(Path("a.toml"), question)
        assert len(asked) == 1 and asked[0] is not threading.current_thread()
        assert ask_disk(Path("b.toml"), lambda: "other") == "other"
        may_answer.set()
        asked[0].join(60)
        assert ask_disk(Path("a.toml"), lambda: "again") == "again"

    in_own_context(test)


def test_the_patience_of_one_thread_is_not_that_of_another() -> None:
    def impatient() -> None:
        limit_patience(0)
        never = threading.Event()
        with pytest.raises(InputError):
            ask_disk(Path("a"), lambda: never.wait(1))

    in_own_context(impatient)
    assert ask_disk(Path("a"), lambda: "patient") == "patient"
