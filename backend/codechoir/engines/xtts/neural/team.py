"""Threads that help with compiled work, and sleep in between."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import numpy as np

Job = tuple[Callable[..., None], tuple[Any, ...]]


class Team:
    """The calling thread and so many `helpers`, which live as long as the team. One thread calls at a time.

    `words`: int64 numbers by which those who work agree; the job's number is theirs to compare.
    """

    def __init__(self, helpers: int, words: int) -> None:
        self.control = np.zeros(words, np.int64)
        self._jobs = 0
        self._desks: list[SimpleQueue[Job | None]] = [SimpleQueue() for _ in range(helpers)]
        for desk in self._desks:
            threading.Thread(target=_serve, args=(desk,), name="codechoir-helper", daemon=True).start()
        weakref.finalize(self, _close, self._desks)

    def run(self, lead: Callable[..., None], help_out: Callable[..., None], *what: Any) -> None:
        """Call `lead(control, job, *what)` here, while the helpers call `help_out` with the same.

        Returns when `lead` does; helpers may still be looking.
        """
        self._jobs += 1
        job = (self.control, self._jobs, *what)
        for desk in self._desks:
            if desk.empty():
                desk.put((help_out, job))
        lead(*job)


def _serve(desk: SimpleQueue[Job | None]) -> None:
    while (job := desk.get()) is not None:
        work, what = job
        work(*what)
        del job, work, what  # while it sleeps a helper keeps nothing alive


def _close(desks: list[SimpleQueue[Job | None]]) -> None:
    for desk in desks:
        desk.put(None)
