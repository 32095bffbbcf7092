"""The thread that computes, and its behaviour when something breaks."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Any

import pytest
from codechoir.engines.xtts.speech.worker import Worker
from codechoir.errors import EngineError


class FakeScheduler:
    """Breaks at every step; `threads`: in which thread each one was made."""

    def __init__(self, threads: list[str]) -> None:
        threads.append(threading.current_thread().name)
        self.requests: list[Any] = []

    @property
    def idle(self) -> bool:
        return not self.requests

    def submit(self, request: Any) -> None:
        self.requests.append(request)

    def tick(self) -> list[Any]:
        raise RuntimeError("CUDA error: unspecified launch failure\nmore\nand more")


def test_a_scheduler_that_cannot_be_made_raises_where_the_worker_is_made() -> None:
    """It used to end the thread in silence, and every reading waited for ever."""

    def broken() -> Any:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB\nSee the documentation")

    with pytest.raises(EngineError, match=r"^XTTS cannot start: RuntimeError: CUDA out of memory[^\n]*$"):
        Worker(broken)


def test_an_error_reaches_waiting_readings_and_the_worker_restarts() -> None:
    threads: list[str] = []
    worker = Worker(lambda: FakeScheduler(threads))  # type: ignore[arg-type,return-value]
    for made in (2, 3):
        box: SimpleQueue[Any] = SimpleQueue()
        worker.submit((), 0, worker.new_reading(), box)
        told = box.get(timeout=20)
        assert str(told) == "XTTS stopped: RuntimeError: CUDA error: unspecified launch failure"
        assert threads == ["xtts-worker"] * made
    worker.close()


def test_a_failed_restart_is_reported_before_any_reading_fails() -> None:
    """In the child the process ends there, so that the parent reads on with the embedded engine."""
    made: list[str] = []
    heard: SimpleQueue[Any] = SimpleQueue()

    def once() -> Any:
        if made:
            raise RuntimeError("CUDA error: device-side assert triggered")
        return FakeScheduler(made)

    worker = Worker(once, heard.put)
    worker.submit((), 0, worker.new_reading(), heard)
    assert heard.get(timeout=20) == (
        "XTTS cannot restart: RuntimeError: CUDA error: device-side assert triggered"
    )
    assert isinstance(heard.get(timeout=20), EngineError)
    worker.close()


class Diary(FakeScheduler):
    """Notes what it is asked to do, and does it in one step."""

    def __init__(self) -> None:
        super().__init__([])
        self.entries: list[Any] = []
        self.begin = threading.Event()

    def prepare_voice(self, voice: Any) -> None:
        self.entries.append(voice)
        self.begin.wait(20)

    def tick(self) -> list[Any]:
        self.entries += [request.id for request in self.requests]
        self.requests.clear()
        return []


def test_voices_are_prepared_while_there_are_no_requests() -> None:
    diary = Diary()
    worker = Worker(lambda: diary)  # type: ignore[arg-type,return-value]
    worker.prepare_voices(["ana", "ben", "cleo"])  # type: ignore[list-item]
    number = worker.submit((), 0, worker.new_reading(), SimpleQueue())
    diary.begin.set()
    finished: SimpleQueue[Any] = SimpleQueue()
    worker.prepare_voices([finished])  # type: ignore[list-item]
    while diary.entries[-1:] != [finished]:
        threading.Event().wait(0.01)
    assert diary.entries.index(number) <= 1
    assert [entry for entry in diary.entries if isinstance(entry, str)] == ["ana", "ben", "cleo"]
    worker.close()
