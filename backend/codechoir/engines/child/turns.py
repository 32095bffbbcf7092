"""Turns at an engine that speaks for one reading at a time, handed on between two phrases."""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class Turns:
    """A fair lock: whoever has waited longest is next. Used with `with`.

    `wanted` tells the holder that somebody waits, so that it can end its turn at the next phrase.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[object] = deque()

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for the turn that is taken now."""
        return len(self._line) > 1

    def __enter__(self) -> None:
        ticket = object()
        with self._changed:
            self._line.append(ticket)
            self._changed.wait_for(lambda: self._line[0] is ticket)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._line.popleft()
            self._changed.notify_all()
