"""Locks by key: among threads and processes, when a holder dies or hangs, and where locks do not work."""

from __future__ import annotations

import logging
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from codechoir.storage.atomic import KeyLocks


def _hold_forever(folder: Path, held: Any) -> None:
    """In another process: take a lock and never release it."""
    with KeyLocks(folder).hold("ab"):
        held.set()
        threading.Event().wait()


def _count_up(folder: Path, counter: Path, turns: int) -> None:
    """In another process: increment the number in a file, which needs the lock to lose no count."""
    locks = KeyLocks(folder)
    for _ in range(turns):
        with locks.hold("ab"):
            counter.write_text(str(int(counter.read_text()) + 1))


def test_threads_and_processes_hold_a_key_one_at_a_time(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_count_up, args=(tmp_path / "locks", counter, 50)) for _ in range(2)]
    for worker in workers:
        worker.start()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: _count_up(tmp_path / "locks", counter, 20), range(3)))
    for worker in workers:
        worker.join(60)
    assert counter.read_text() == "160"


def test_other_keys_are_not_waited_for(tmp_path: Path) -> None:
    locks = KeyLocks(tmp_path)
    with locks.hold("ab"), locks.hold("ac"):
        pass


def test_a_process_that_dies_holding_the_lock_does_not_stop_the_others(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    worker = context.Process(target=_hold_forever, args=(tmp_path / "locks", held))
    worker.start()
    assert held.wait(60)
    entered = threading.Event()

    def enter() -> None:
        with KeyLocks(tmp_path / "locks").hold("ab"):
            entered.set()

    waiting = threading.Thread(target=enter, daemon=True)
    waiting.start()
    assert not entered.wait(0.1)
    worker.kill()
    assert entered.wait(20)
    worker.join(20)


def test_a_process_that_hangs_holding_the_lock_is_not_waited_for_for_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with KeyLocks(tmp_path).hold("ab"), KeyLocks(tmp_path, patience=0.05).hold("ab"):
        assert "continuing without it" in caplog.text


def test_lock_files_are_not_deleted(tmp_path: Path) -> None:
    with KeyLocks(tmp_path).hold("ab"):
        held = list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == held != []


def test_where_no_lock_file_can_be_created_the_holder_continues(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "locks").write_text("a file where the folder should be")
    entered = False
    with caplog.at_level(logging.WARNING), KeyLocks(tmp_path / "locks").hold("ab"):
        entered = True
    assert entered
    assert caplog.text == ""


def test_an_error_inside_releases_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), KeyLocks(tmp_path).hold("ab"):
        raise ValueError("inside")
    with KeyLocks(tmp_path, patience=0.05).hold("ab"):
        pass
