"""The reader: one thread that speaks one reading at a time; a new reading replaces the old one."""

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
    """Hands out session numbers, which only grow, and owns the thread in which engines speak.

    The thread is a daemon and starts with the first reading, so that making a reader costs nothing.
    """

    def __init__(self, on_state: OnState) -> None:
        self._on_state = on_state
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._session = 0
        self._current: Reading | None = None

    @property
    def current(self) -> Reading | None:
        """The newest reading, or None before the first; it may have ended."""
        return self._current

    @property
    def active(self) -> Reading | None:
        """The newest reading while it has not ended."""
        reading = self._current
        return reading if reading is not None and reading.state not in ENDED else None

    def start(self, phrases: Iterable[Phrase], engine: Engine, sink: Sink) -> Reading:
        """Begin a new reading; what was being read is stopped first."""
        return self.start_with(phrases, engine, lambda _: sink)

    def start_with(
        self,
        phrases: Iterable[Phrase],
        engine: Engine,
        make_sink: Callable[[int], Sink],
        share: float | None = None,
    ) -> Reading:
        """Begin a new reading into the sink that `make_sink` makes for its session number.

        `share`: how much of the first word was heard already, None where it is new.
        """
        with self._lock:
            if self._current is not None:
                self._current.stop()
            self._session += 1
            sink = make_sink(self._session)
            reading = Reading(self._session, phrases, engine, sink, self._on_state, share)
            self._current = reading
            self._put(reading.run)
            return reading

    def prepare(self, job: Callable[[], None]) -> None:
        """Do `job`, such as warming up an engine, in the readings' thread before the next one begins.

        An engine is so never warmed up by one thread while it speaks in another.
        """
        with self._lock:
            self._put(job)

    def stop(self) -> Reading | None:
        """Stop what is being read; returns the newest reading, if any."""
        if self._current is not None:
            self._current.stop()
        return self._current

    def close(self, timeout: float = 2.0) -> None:
        """Stop, and end the thread; waits at most `timeout` seconds for an engine to notice."""
        with self._lock:
            if self._current is not None:
                self._current.stop()
            if self._thread is not None:
                self._queue.put(None)
                self._thread.join(timeout)
                self._thread = None

    def _put(self, job: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="codechoir-reader", daemon=True)
            self._thread.start()
        self._queue.put(job)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                job()
            except Exception:
                log.exception("a job of the reader failed")
