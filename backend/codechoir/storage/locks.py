"""One computation of a key at a time, among the threads of this process and among all processes."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

log = logging.getLogger(__name__)

STRIPES = 64
"""Lock files in all. Keys share them, so that none is ever removed: removing a lock file is a race."""

POLL = 0.02


class KeyLocks:
    """Locks by key, kept as files in `folder`.

    The system frees a lock when its holder dies. Where no lock file can be made (a read-only disk), only
    this process's threads are kept apart. Whoever has waited `patience` seconds goes on without the lock:
    computing twice is better than waiting for a process that hangs.
    """

    def __init__(self, folder: Path, patience: float = 120.0) -> None:
        self._folder = folder
        self._patience = patience
        self._threads = [threading.Lock() for _ in range(STRIPES)]

    @contextlib.contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Hold the lock of `key`, a hexadecimal string."""
        stripe = int(key[:8], 16) % STRIPES
        with self._threads[stripe], self._opened(stripe) as file:
            if file is not None:
                self._wait(lambda: _try_lock(file))
            yield

    @contextlib.contextmanager
    def _opened(self, stripe: int) -> Iterator[BinaryIO | None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = (self._folder / f"{stripe:02}.lock").open("ab")
        except OSError as error:
            log.debug("no lock among processes: %s", error)
            yield None
            return
        with file:
            yield file

    def _wait(self, attempt: Callable[[], bool]) -> None:
        end = time.monotonic() + self._patience
        while not attempt():
            if time.monotonic() > end:
                log.warning("another process has held a lock in %s for too long; going on", self._folder)
                return
            time.sleep(POLL)


if sys.platform == "win32":

    def _try_lock(file: BinaryIO) -> bool:
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _try_lock(file: BinaryIO) -> bool:
        import fcntl

        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:  # a file system without locks
            log.debug("no lock among processes: %s", error)
        return True
