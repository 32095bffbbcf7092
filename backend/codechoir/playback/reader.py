"""The reader: one thread that speaks one reading at a time. A new reading replaces the current one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue

from codechoir.engines import Engine
from codechoir.model import Phrase
from codechoir.playback.reading import ENDED, OnState, Reading
from codechoir.sinks import Sink

log = logging.getLogger(__name__)


class Reader:
    """Numbers the readings, and runs the thread in which engines speak. Session numbers only grow.

    The thread starts with the first reading, so a reader that is not used costs nothing.
    """

    def __init__(self, on_state: OnState) -> None:
        self._on_state = on_state
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._session = 0
        self._current: Reading | None = None

    @property
    def current(self) -> Reading | None:
        """The newest reading, which may have ended; None before the first."""
        return self._current

    @property
    def active(self) -> Reading | None:
        """The newest reading if it has not ended."""
        reading = self._current
        return reading if reading is not None and reading.state not in ENDED else None

    def start(self, phrases: Iterable[Phrase], engine: Engine, sink: Sink) -> Reading:
        """Stops the current reading and starts a new one."""
        return self.start_with(phrases, engine, lambda session: sink)

    def start_with(
        self,
        phrases: Iterable[Phrase],
        engine: Engine,
        make_sink: Callable[[int], Sink],
        first_word_heard: float | None = None,
    ) -> Reading:
        """Like `start`, with a sink that `make_sink` makes for the session number.

        `first_word_heard`: see `Reading`.
        """
        with self._lock:
            if self._current is not None:
                self._current.stop()
            self._session += 1
            sink = make_sink(self._session)
            reading = Reading(self._session, phrases, engine, sink, self._on_state, first_word_heard)
            self._current = reading
            self._put(reading.run)
            return reading

    def run_before_next(self, job: Callable[[], None]) -> None:
        """Runs a job in the reader's thread before the next reading.

        So no engine is loaded by one thread while it speaks in another.
        """
        with self._lock:
            self._put(job)

    def stop(self) -> Reading | None:
        """Stops the current reading; returns the newest one, if any."""
        if self._current is not None:
            self._current.stop()
        return self._current

    def close(self, timeout: float = 2.0) -> None:
        """Stops, and ends the thread; waits at most `timeout` seconds for an engine to notice."""
        with self._lock:
            if self._current is not None:
                self._current.stop()
            if self._thread is not None:
                self._jobs.put(None)
                self._thread.join(timeout)
                self._thread = None

    def _put(self, job: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="codechoir-reader", daemon=True)
            self._thread.start()
        self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                log.exception("a job of the reader failed")
