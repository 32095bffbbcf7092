"""Stops work that nobody waits for any more: loops that may be long call `check_cancelled`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class CancelledError(Exception):
    """Nobody waits for the result any more. Not an error: the work ends, and nothing is reported.

    `is_replaced`: a newer request asks for the same.
    """

    def __init__(self, is_replaced: bool = False) -> None:
        super().__init__()
        self.is_replaced = is_replaced


class Cancellation:
    """Whether a piece of work is still wanted. `cancel` may be called by any thread, more than once."""

    def __init__(self) -> None:
        self.is_cancelled = False
        self.is_replaced = False

    def cancel(self, is_replaced: bool = False) -> None:
        """Ends the work at its next `check_cancelled`. `is_replaced`: a newer request asks for the same."""
        if not self.is_cancelled:
            self.is_replaced = is_replaced
            self.is_cancelled = True

    @contextmanager
    def active(self) -> Iterator[None]:
        """While it is entered, `check_cancelled` asks this object, in this thread."""
        token = _active.set(self)
        try:
            check_cancelled()
            yield
        finally:
            _active.reset(token)


_active: ContextVar[Cancellation | None] = ContextVar("cancellation", default=None)


def check_cancelled() -> None:
    """Raises `CancelledError` if the work that this thread does was cancelled. Costs some 50 ns."""
    cancellation = _active.get()
    if cancellation is not None and cancellation.is_cancelled:
        raise CancelledError(cancellation.is_replaced)
