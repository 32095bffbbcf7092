"""Flow control: limits how far synthesis runs ahead of playback."""

from __future__ import annotations

import threading


class FlowControl:
    """A budget of samples, which the engine's thread takes from and the sink's reports refill.

    `limit`: samples that may be made and not yet played. After `cancel`, every `take` fails at once, also one
    that is waiting.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._played = 0
        self._is_cancelled = False
        self._changed = threading.Condition()

    @property
    def taken(self) -> int:
        """Samples that were made so far."""
        return self._taken

    @property
    def played(self) -> int:
        """Samples that were played so far, at most `taken`."""
        return self._played

    def take(self, samples: int, timeout: float | None = None) -> bool | None:
        """Waits until `samples` samples fit into the budget, and takes them.

        Returns True if it has taken them, False if cancelled, None after `timeout` seconds. A chunk that is
        larger than the whole budget fits when everything before it was played.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_cancelled or self._fits(samples), timeout):
                return None
            if self._is_cancelled:
                return False
            self._taken += samples
            return True

    def drain(self, timeout: float | None = None) -> bool | None:
        """Waits until everything was played. Returns as `take` does."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_cancelled or self._played >= self._taken, timeout):
                return None
            return not self._is_cancelled

    def report(self, played: int) -> int:
        """Notes that `played` samples were played, and returns how many of them are new.

        A number that is too large, or smaller than an earlier one, does no harm: clients may be wrong.
        """
        with self._changed:
            new = min(played, self._taken) - self._played
            if new <= 0:
                return 0
            self._played += new
            self._changed.notify_all()
            return new

    def cancel(self) -> None:
        """Ends every wait, now and later."""
        with self._changed:
            self._is_cancelled = True
            self._changed.notify_all()

    def _fits(self, samples: int) -> bool:
        ahead = self._taken - self._played
        return ahead + samples <= self._limit or ahead == 0
