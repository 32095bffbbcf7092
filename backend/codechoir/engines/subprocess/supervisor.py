"""Keeps a child at hand: starts it when it is needed, again when it died, and lets it go when it is idle."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from codechoir.engines.subprocess.process import BackOff, ChildProcess, ChildSpec
from codechoir.errors import EngineError, EngineLostError

log = logging.getLogger(__name__)


class Supervisor:
    """One child at a time, by its spec. Every method may be called from any thread.

    A child that dies unasked is started again after a pause that grows; one that cannot load its engine, or
    died too often in a row, is started again only when somebody asks for it.
    """

    def __init__(self, spec: ChildSpec, back_off: BackOff | None = None) -> None:
        self.spec = spec
        self._back_off = back_off or BackOff()
        self._changed = threading.Condition()
        self._child: ChildProcess | None = None
        self._watcher: threading.Thread | None = None
        self._losses = 0
        self._deaths = 0
        self._not_before = 0.0
        self._restart = False
        self._used = 0.0

    @property
    def ready(self) -> bool:
        """Whether a reading can start at once."""
        child = self._child
        return child is not None and child.alive and child.ready is not None

    @property
    def losses(self) -> int:
        """How many children have died unasked so far."""
        return self._losses

    @property
    def pid(self) -> int | None:
        """The child's process number, None while there is none."""
        child = self._child
        return None if child is None else child.pid

    def child(self) -> ChildProcess:
        """The child, started now if there is none; it may still be loading.

        Raises `EngineLostError` while a child that died has to wait, `EngineError` when none can be started.
        """
        with self._changed:
            self._used = time.monotonic()
            if self._child is not None and self._child.alive:
                return self._child
            wait = self._not_before - self._used
            if wait > 0:
                raise EngineLostError(f"the engine's process died and is started again in {wait:.0f} s")
            return self._start()

    def wait_until(self, test: Callable[[Supervisor], bool], timeout: float) -> bool:
        """Wait until `test` holds for this supervisor; False after `timeout` seconds. Starts nothing."""
        with self._changed:
            return self._changed.wait_for(lambda: test(self), timeout)

    def close(self) -> None:
        """Let the child go. It may be asked for again."""
        with self._changed:
            child, self._child = self._child, None
            self._restart = False
            self._changed.notify_all()
        if child is not None:
            child.leave()

    # ---- with the lock held ------------------------------------------------------------------------------

    def _start(self) -> ChildProcess:
        self._restart = False
        child = self._child = ChildProcess(self.spec, on_ready=self._is_ready, on_end=self._has_ended)
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="child-watch", daemon=True)
            self._watcher.start()
        return child

    def _is_due(self, now: float) -> ChildProcess | None:
        """Tend to what time has brought; returns a child that is to be let go."""
        child = self._child
        if child is None:
            if self._restart and now >= self._not_before:
                try:
                    self._start()
                except EngineError as error:
                    self._restart = False
                    log.warning("%s", error)
            return None
        if child.ready is None and now - child.started > self.spec.start:
            log.warning("the engine's process has not loaded within %g s and is ended", self.spec.start)
            child.kill()
        elif child.heard > child.started and now - child.heard > self.spec.lost:
            log.warning("the engine's process gave no sign of life for %g s and is ended", self.spec.lost)
            child.kill()
        elif child.busy or child.ready is None:
            self._used = now
        elif self.spec.idle is not None and now - self._used > self.spec.idle:
            self._child = None
            return child
        return None

    # ---- the watcher's thread ----------------------------------------------------------------------------

    def _watch(self) -> None:
        tick = min(self.spec.beat, self.spec.lost / 4, *((self.spec.idle / 4,) if self.spec.idle else ()))
        while True:
            with self._changed:
                idle = self._is_due(time.monotonic())
                if self._child is None and idle is None and not self._restart:
                    self._watcher = None
                    return
                if idle is None:
                    self._changed.wait(max(0.01, tick))
            if idle is not None:
                log.info("the engine's process was idle and is let go")
                idle.leave()
                with self._changed:
                    self._changed.notify_all()

    # ---- a child's threads -------------------------------------------------------------------------------

    def _is_ready(self, child: ChildProcess) -> None:
        with self._changed:
            self._changed.notify_all()

    def _has_ended(self, child: ChildProcess) -> None:
        with self._changed:
            if self._child is not child:
                return
            self._child = None
            self._losses += 1
            now = time.monotonic()
            calm = now - child.started > self._back_off.calm
            self._deaths = 1 if calm else self._deaths + 1
            self._restart = not child.refusal and self._deaths <= self._back_off.tries
            self._not_before = now if child.refusal else now + self._back_off.delay(self._deaths)
            log.info("%s", child.obituary())
            self._changed.notify_all()
