"""Locks by key, among the threads of this process and among all processes that share a folder."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from codechoir.storage.atomic import PRIVATE_FILE, make_private_folder

log = logging.getLogger(__name__)

STRIPES = 64
"""Number of lock files. Keys share them, so that none is ever deleted: deleting a lock file is a race."""

POLL_SECONDS = 0.02


class KeyLocks:
    """Lets one holder at a time compute the value of a key.

    The operating system releases a lock when its holder dies. A holder that hangs delays others for at most
    `patience` seconds: after that they continue without the lock, because computing a value twice is better
    than waiting forever. Where lock files do not work (read-only disk, network folder), only threads exclude
    each other.
    """

    def __init__(self, folder: Path, patience: float = 120.0) -> None:
        self._folder = folder
        self._patience = patience
        self._threads = [threading.Lock() for _ in range(STRIPES)]

    @contextlib.contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Holds the lock of `key`, a hexadecimal string. Not reentrant."""
        stripe = int(key[:8], 16) % STRIPES
        with self._threads[stripe], self._hold_file(stripe):
            yield

    @contextlib.contextmanager
    def _hold_file(self, stripe: int) -> Iterator[None]:
        from filelock import FileLock, Timeout

        lock = FileLock(
            self._folder / f"{stripe:02}.lock",
            timeout=self._patience,
            poll_interval=POLL_SECONDS,
            mode=PRIVATE_FILE,
            preserve_lock_file=True,
        )
        with contextlib.ExitStack() as held:
            try:
                make_private_folder(self._folder)
                held.enter_context(lock)
            except Timeout:
                log.warning(
                    "another process holds a lock in %s for more than %g s; continuing without it",
                    self._folder,
                    self._patience,
                )
            except OSError as error:
                log.debug("processes do not exclude each other in %s: %s", self._folder, error)
            yield
