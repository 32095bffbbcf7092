"""An engine of another package in this process, which may not return: a reading never waits for it for ever.

Engines in a process of their own are watched by `engines.subprocess`; eSpeak NG watches its helper. An engine
that somebody else has written and that runs here is watched by this:

1. It speaks, or loads, in a thread of its own, a daemon, so that it keeps neither the reader nor the end of
   the process waiting.
2. If it makes no sound while somebody waits for it, it counts as lost. `FallbackEngine` reads on and says so.
3. What it writes after that is dropped. It is asked again once it has returned.

An engine that keeps Python's lock for ever cannot be survived: no other thread runs then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from dataclasses import replace
from typing import TypeVar

from codechoir.engines import AudioListener, Engine, ForwardingEngine, ForwardingListener
from codechoir.errors import EngineLostError
from codechoir.model import AudioChunk, Phrase

SILENT_SECONDS = 2.0
"""So long without a sound that somebody waits for, or after Stop, an engine counts as lost."""

STUCK_SECONDS = 120.0
"""The same where nobody listens, as with a file, and where a reading waits until the engine is loaded."""

_LOOK_SECONDS = 0.05

Answer = TypeVar("Answer")


class WatchedEngine(ForwardingEngine):
    """`inner`, which runs in another thread and may be lost. It is never called by two threads at once."""

    def __init__(
        self, inner: Engine, silent_after: float = SILENT_SECONDS, stuck_after: float = STUCK_SECONDS
    ) -> None:
        super().__init__(inner)
        self.capabilities = replace(inner.capabilities, can_be_lost=True)
        self._silent_after = silent_after
        self._stuck_after = stuck_after
        self._lock = threading.Lock()
        self._returned = threading.Event()
        self._returned.set()

    def is_ready(self) -> bool:
        """False while the engine is away."""
        return self._returned.is_set() and self.inner.is_ready()

    def warm_up(self) -> None:
        """Loads the engine; after a while, it goes on loading while others read."""
        call = self._start(self.inner.warm_up)
        limit = self._silent_after if self.patience is not None else self._stuck_after
        if call is not None and call.wait(limit):
            call.raise_error()

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`. Raises `EngineLostError` when the engine makes no sound for too long."""
        watched = _WatchedListener(listener)
        call = self._start(
            lambda: self.inner.speak(watched.while_wanted(phrases), watched), listener.is_cancelled
        )
        if call is None:
            if listener.is_cancelled():
                return
            raise EngineLostError(f"the engine '{self.name}' does not answer")
        while not call.wait(_LOOK_SECONDS):
            limit = self._stuck_after
            if listener.is_cancelled() or (listener.is_waiting() and self.patience is not None):
                limit = self._silent_after
            if watched.leave_after(limit):
                raise EngineLostError(f"the engine '{self.name}' has made no sound for {limit:g} seconds")
        call.raise_error()

    def close(self) -> None:
        """Closes the engine, unless it is away: then nobody can."""
        if self._returned.is_set():
            super().close()

    def _start(
        self, work: Callable[[], None], is_cancelled: Callable[[], bool] = lambda: False
    ) -> _Call | None:
        """Calls the engine in another thread; None if it does not return from what it does already."""
        call, patience = _Call(work), self.patience if self.patience is not None else self._stuck_after
        give_up = time.monotonic() + patience
        while not self._begin(call):
            left = give_up - time.monotonic()
            if left <= 0 or is_cancelled():
                return None
            self._returned.wait(min(left, _LOOK_SECONDS))
        return call

    def _begin(self, call: _Call) -> bool:
        """Begins a call unless another one has not returned."""
        with self._lock:
            if not self._returned.is_set():
                return False
            self._returned = call.returned
        call.start()
        return True


class _Call:
    """A call in a thread of its own."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.returned = threading.Event()
        self._work = work
        self._error: BaseException | None = None

    def start(self) -> None:
        run = copy_context().run
        threading.Thread(target=run, args=(self._run,), name="codechoir-engine", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Waits until it has returned; False after `seconds`."""
        return self.returned.wait(seconds)

    def raise_error(self) -> None:
        """Raises what the call has raised."""
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - raised where it was called
            self._error = error
        self.returned.set()


class _WatchedListener(ForwardingListener):
    """Notes when the engine has made its last sound. After `leave_after`, it takes nothing any more.

    While the engine waits for us, for flow control or for the next phrase, it is not left: it is not to
    blame, and nobody else may use phrases and listener meanwhile.
    """

    def __init__(self, inner: AudioListener) -> None:
        super().__init__(inner)
        self._lock = threading.Lock()
        self._calls = 0  # of the engine that have not returned
        self._is_left = False
        self._silent_since = time.monotonic()

    def leave_after(self, seconds: float) -> bool:
        """Leaves the engine if it has made no sound for so long."""
        with self._lock:
            if not self._calls and time.monotonic() - self._silent_since >= seconds:
                self._is_left = True
            return self._is_left

    def while_wanted(self, phrases: Iterable[Phrase]) -> Iterator[Phrase]:
        """The phrases; no more of them once the engine was left."""
        source = iter(phrases)
        while (phrase := self._unless_left(lambda: next(source, None), None)) is not None:
            yield phrase

    def write(self, chunk: AudioChunk) -> bool:
        return self._unless_left(lambda: self.inner.write(chunk), False)

    def is_cancelled(self) -> bool:
        return self._is_left or self.inner.is_cancelled()

    def notify(self, line: str) -> bool:
        return self._unless_left(lambda: self.inner.notify(line), False)

    def phrase_done(self) -> None:
        self._unless_left(self.inner.phrase_done, None)

    def _unless_left(self, call: Callable[[], Answer], otherwise: Answer) -> Answer:
        """What `call` returns, or `otherwise` once the engine was left."""
        with self._lock:
            if self._is_left:
                return otherwise
            self._calls += 1
        try:
            return call()
        finally:
            with self._lock:
                self._calls -= 1
                self._silent_since = time.monotonic()
