"""Runs calls into the sound system that may never return, so that nobody else has to wait for them.

A sound server that stands still keeps its clients in the middle of `open`, `start`, `stop` or `close`, for
ever. All such calls of a device are therefore made one after another by a daemon thread; others wait for a
call as long as they like, without holding a lock.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from codechoir.errors import CodechoirError

log = logging.getLogger(__name__)

THREAD_NAME = "codechoir-sound-system"
"""The thread exists only while there are calls, so a process in which it lives at exit has one that hangs."""


class StallableCall:
    """A call that has not begun, is running, or has ended with `error` or without."""

    def __init__(self, run: Callable[[], object]) -> None:
        self.error: Exception | None = None
        self._run = run
        self._ended = threading.Event()

    @property
    def has_ended(self) -> bool:
        """Whether it has returned or raised."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits for the end; False after `seconds`."""
        return self._ended.wait(seconds)

    def result(self) -> None:
        """Raises what the call has raised."""
        if self.error is not None:
            raise self.error

    def run(self) -> None:
        """Makes the call; what it raises is kept for `result`."""
        try:
            self._run()
        except CodechoirError as error:
            self.error = error
        except Exception as error:
            log.exception("a call into the sound system failed")
            self.error = CodechoirError(f"the sound system failed: {type(error).__name__}: {error}")
        self._ended.set()


class StallableCalls:
    """Makes calls in order, in a daemon thread that lives as long as there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[StallableCall] = deque()
        self._is_running = False

    def submit(self, run: Callable[[], object]) -> StallableCall:
        """Makes a call after those before it; returns at once."""
        call = StallableCall(run)
        with self._lock:
            self._waiting.append(call)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._work, name=THREAD_NAME, daemon=True).start()
        return call

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._is_running = False
                    return
                call = self._waiting.popleft()
            call.run()
