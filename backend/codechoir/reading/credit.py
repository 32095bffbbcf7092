"""Credit: how far the maker of sound may be ahead of the ear."""

from __future__ import annotations

import threading


class Credit:
    """A budget of samples, shared by the engine's thread, which spends, and the sink, which reports.

    `limit`: samples that may be under way, made and not yet heard. Once `cancel` was called, every `spend`
    fails at once, also one that is waiting.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._spent = 0
        self._played = 0
        self._cancelled = False
        self._changed = threading.Condition()

    @property
    def spent(self) -> int:
        """Samples handed out so far."""
        return self._spent

    @property
    def played(self) -> int:
        """Samples heard so far; never more than were handed out."""
        return self._played

    def spend(self, samples: int, timeout: float | None = None) -> bool | None:
        """Wait until `samples` more fit into the budget and take them.

        True when taken, False when cancelled, None when `timeout` seconds went by first. A chunk larger than
        the whole budget is let through once everything before it was heard.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._cancelled or self._fits(samples), timeout):
                return None
            if self._cancelled:
                return False
            self._spent += samples
            return True

    def drain(self, timeout: float | None = None) -> bool | None:
        """Wait until all that was spent was heard: True; False when cancelled, None after `timeout`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._cancelled or self._played >= self._spent, timeout):
                return None
            return not self._cancelled

    def report(self, played: int) -> int:
        """The listener has heard `played` samples; returns how many of them are new.

        Numbers that go backwards or beyond what was sent, which a confused client may send, are bounded.
        """
        with self._changed:
            new = min(played, self._spent) - self._played
            if new <= 0:
                return 0
            self._played += new
            self._changed.notify_all()
            return new

    def cancel(self) -> None:
        """End every wait, now and later."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def _fits(self, samples: int) -> bool:
        ahead = self._spent - self._played
        return ahead + samples <= self._limit or ahead == 0
