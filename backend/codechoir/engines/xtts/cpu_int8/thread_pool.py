"""Thread pool for compiled work: helpers that sleep between two jobs. Does not load numba."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import numpy as np

Job = tuple[Callable[..., None], tuple[Any, ...]]


class ThreadPool:
    """The calling thread and `helpers` more, which live as long as the pool. One thread calls it at a time.

    `words`: size of `control`, the int64 numbers by which the threads agree; see `work_sharing`.
    """

    def __init__(self, helpers: int, words: int) -> None:
        self.control = np.zeros(words, np.int64)
        self._jobs = 0
        self._queues: list[SimpleQueue[Job | None]] = [SimpleQueue() for _ in range(helpers)]
        for queue in self._queues:
            threading.Thread(target=_serve, args=(queue,), name="codechoir-helper", daemon=True).start()
        weakref.finalize(self, _close, self._queues)

    def run(self, lead: Callable[..., None], help_out: Callable[..., None], *arguments: Any) -> None:
        """Call `lead(control, job, *arguments)` here, and `help_out` with the same on the helpers.

        Returns when `lead` does; helpers may still be on their way.
        """
        self._jobs += 1
        job = (self.control, self._jobs, *arguments)
        for queue in self._queues:
            if queue.empty():
                queue.put((help_out, job))
        lead(*job)


def _serve(queue: SimpleQueue[Job | None]) -> None:
    while (job := queue.get()) is not None:
        work, arguments = job
        work(*arguments)
        del job, work, arguments  # while it sleeps a helper keeps nothing alive


def _close(queues: list[SimpleQueue[Job | None]]) -> None:
    for queue in queues:
        queue.put(None)
