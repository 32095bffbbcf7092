"""Starts a child process when it is needed, again when it died, and ends it when it is idle."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from codechoir.engines.subprocess.process import ChildProcess, ChildSpec
from codechoir.errors import EngineError, EngineLostError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BackOff:
    """The delay before a child that died is started again: `factor` times longer after each death.

    `first`, `longest`: seconds. `reset_after`: the death of a child that ran for so many seconds counts as
    the first. `attempts`: after so many deaths in a row the child is started again only when it is needed.
    """

    first: float = 0.5
    factor: float = 3.0
    longest: float = 60.0
    reset_after: float = 120.0
    attempts: int = 8

    def delay(self, deaths: int) -> float:
        """Seconds to wait after so many deaths in a row."""
        return min(self.longest, self.first * self.factor ** max(0, min(deaths, 64) - 1))


class Supervisor:
    """At most one child process with a spec. Thread-safe.

    A child that dies is started again after a delay. One that cannot load its engine, or died too often in a
    row, is started again only when it is needed. `losses`: how many children have died unexpectedly.
    """

    def __init__(self, spec: ChildSpec, back_off: BackOff | None = None) -> None:
        self.spec = spec
        self.losses = 0
        self._back_off = back_off or BackOff()
        self._changed = threading.Condition()
        self._child: ChildProcess | None = None
        self._watcher: threading.Thread | None = None
        self._deaths = 0  # in a row
        self._not_before = 0.0
        self._restarts = False
        self._last_use = 0.0

    @property
    def is_ready(self) -> bool:
        """Whether a child runs, its engine is loaded, it gives signs of life, and owes no reading."""
        child = self._child
        if child is None or child.ready is None or not child.is_alive or child.is_silent:
            return False
        return child.stalled_since is None

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is no child."""
        child = self._child
        return None if child is None else child.pid

    def child(self) -> ChildProcess:
        """The child, which may still be loading; started now if there is none.

        Raises `EngineLostError` during the delay after a death, `EngineError` if no child can be started.
        """
        with self._changed:
            self._last_use = time.monotonic()
            if self._child is not None and self._child.is_alive:
                return self._child
            wait = self._not_before - self._last_use
            if wait > 0:
                raise EngineLostError(f"the engine's process died and is started again in {wait:.0f} s")
            return self._start()

    def wait_until(self, test: Callable[[Supervisor], bool], timeout: float) -> bool:
        """Waits until `test` is true for this supervisor; False after `timeout` seconds. Starts no child."""
        with self._changed:
            return self._changed.wait_for(lambda: test(self), timeout)

    def close(self) -> None:
        """Ends the child. It is started again when it is needed."""
        with self._changed:
            child, self._child = self._child, None
            self._restarts = False
            self._changed.notify_all()
        if child is not None:
            child.shut_down()

    # ---- with the lock held ------------------------------------------------------------------------------

    def _start(self) -> ChildProcess:
        self._restarts = False
        child = self._child = ChildProcess(self.spec, on_ready=self._on_ready, on_end=self._on_end)
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="child-watch", daemon=True)
            self._watcher.start()
        return child

    def _check_child(self, now: float) -> ChildProcess | None:
        """Restarts a child that died, kill one that hangs; returns one that is idle, to be shut down."""
        child = self._child
        if child is None:
            if self._restarts and now >= self._not_before:
                try:
                    self._start()
                except EngineError as error:
                    self._restarts = False
                    log.warning("%s", error)
            return None
        if child.ready is None and now - child.started > self.spec.load_timeout:
            log.warning("the engine's process did not load within %g s and is ended", self.spec.load_timeout)
            child.kill()
        elif child.last_message > child.started and now - child.last_message > self.spec.lost_after:
            log.warning("the engine's process did not respond for %g s and is ended", self.spec.lost_after)
            child.kill()
        elif child.stalled_since is not None and now - child.stalled_since > self.spec.lost_after:
            log.warning(
                "the engine did not end a reading for %g s; its process is ended", self.spec.lost_after
            )
            child.kill()
        elif child.is_busy or child.ready is None:
            self._last_use = now
        elif self.spec.idle_after is not None and now - self._last_use > self.spec.idle_after:
            self._child = None
            return child
        return None

    # ---- the watcher's thread ----------------------------------------------------------------------------

    def _watch(self) -> None:
        idle_after = self.spec.idle_after
        tick = min(self.spec.heartbeat, self.spec.lost_after / 4, idle_after / 4 if idle_after else math.inf)
        while True:
            with self._changed:
                idle = self._check_child(time.monotonic())
                if self._child is None and idle is None and not self._restarts:
                    self._watcher = None
                    return
                if idle is None:
                    self._changed.wait(max(0.01, tick))
            if idle is not None:
                log.info("the engine's process is idle and is ended")
                idle.shut_down()
                with self._changed:
                    self._changed.notify_all()

    # ---- a child's threads -------------------------------------------------------------------------------

    def _on_ready(self, child: ChildProcess) -> None:
        with self._changed:
            self._changed.notify_all()

    def _on_end(self, child: ChildProcess) -> None:
        with self._changed:
            if self._child is not child:
                return
            self._child = None
            self.losses += 1
            now = time.monotonic()
            ran_long = now - child.started > self._back_off.reset_after
            self._deaths = 1 if ran_long else self._deaths + 1
            self._restarts = not child.load_error and self._deaths <= self._back_off.attempts
            self._not_before = now if child.load_error else now + self._back_off.delay(self._deaths)
            log.info("%s", child.exit_message())
            self._changed.notify_all()
