"""What runs beside the thread that reads messages: slow requests, and preparations that nobody waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from codechoir.cancellation import Cancellation

REQUEST_THREADS = 8
"""Slow requests that run at the same time. Threads are only started when they are needed."""

PREPARATION_THREADS = 2


@dataclass(frozen=True, slots=True, eq=False)
class RunningRequest:
    """A slow request. `number`: its id. `topic`: what it is about; a newer one replaces it; None: nothing."""

    number: int | str | None
    topic: Hashable | None
    cancellation: Cancellation = field(default_factory=Cancellation)


class RunningRequests:
    """The slow requests that are waiting or being worked on. May be used by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[RunningRequest] = []

    def begin(self, number: int | str | None, topic: Hashable | None) -> RunningRequest:
        """Notes a request; an older one with the same topic is cancelled."""
        request = RunningRequest(number, topic)
        with self._lock:
            for other in self._running:
                if topic is not None and other.topic == topic:
                    other.cancellation.cancel(is_replaced=True)
            self._running.append(request)
        return request

    def end(self, request: RunningRequest) -> None:
        """The request was answered."""
        with self._lock:
            if request in self._running:
                self._running.remove(request)

    def cancel(self, number: int | str) -> None:
        """The client does not wait for the request with the id `number` any more."""
        with self._lock:
            for request in self._running:
                if request.number == number:
                    request.cancellation.cancel()


class Preparations:
    """Runs jobs in the background whose result is needed later, if at all.

    Of several jobs with the same key that wait, only the newest is run: a key pressed makes the preparation
    for the one before superfluous.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(PREPARATION_THREADS, "codechoir-preparation")
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, Callable[[], None]] = {}

    def add(self, key: Hashable, job: Callable[[], None]) -> None:
        """Runs `job` soon, in another thread, instead of an earlier one with this key that has not begun."""
        with self._lock:
            is_waiting = key in self._waiting
            self._waiting[key] = job
        if not is_waiting:
            self._threads.submit(self._run, key)

    def _run(self, key: Hashable) -> None:
        with self._lock:
            job = self._waiting.pop(key)
        job()
