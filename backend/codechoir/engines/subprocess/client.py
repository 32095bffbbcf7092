"""The parent's side: an engine in a child process, which the parent uses like any other `Engine`.

A `Supervisor` starts the child when it is needed, again when it died, and ends it when it is idle.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from queue import Empty
from typing import Any

from codechoir.engines import AudioListener, Engine
from codechoir.engines.subprocess import messages
from codechoir.engines.subprocess.process import ChildProcess, ChildSpec, Disconnected, InboxItem
from codechoir.errors import EngineError, EngineLostError
from codechoir.model import AudioChunk, Capabilities, Phrase, VoiceInfo

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


POLL = 0.02
"""Seconds between two checks for cancellation while no message comes."""

AHEAD_SECONDS = 2.0
"""Audio that the child may have sent and the listener not yet taken: as much as a reading may be ahead."""

PHRASES_AHEAD = 2
PHRASES_AHEAD_FOR_BATCHES = 12
"""Phrases that wait in the child. An engine that batches fills its batches from them."""


NOTIFY_AFTER = 1.0
"""Seconds of loading after which the listener is told what it waits for."""


class ChildEngine(Engine):
    """Speaks through a child. Several threads may speak at once: readings are interleaved by the child.

    `speak` raises `EngineLostError` when the child dies on the way, or loads for longer than `patience`; the
    listener has what came before.
    """

    def __init__(
        self, name: str, capabilities: Capabilities, spec: ChildSpec, back_off: BackOff | None = None
    ) -> None:
        self.name = name
        self.capabilities = capabilities
        self.supervisor = Supervisor(spec, back_off)

    def check(self) -> str | None:
        """See `Engine.check`. Starts the child."""
        try:
            answer: str | None = self.call("check").value
        except EngineError as error:
            return str(error)
        return answer

    def warm_up(self) -> None:
        """Starts the child, and waits until its engine is loaded unless there is some `patience`."""
        child = self.supervisor.child()
        if self.patience is None:
            _wait_until_loaded(child)

    def is_ready(self) -> bool:
        return self.supervisor.is_ready

    def voices(self) -> list[VoiceInfo]:
        """See `Engine.voices`."""
        return [VoiceInfo(*voice) for voice in self.call("voices").value]

    def close(self) -> None:
        """Ends the child, which frees its memory."""
        self.supervisor.close()

    def call(
        self, method: str, arguments: dict[str, Any] | None = None, blob: bytes = b""
    ) -> messages.CallResult:
        """Calls a method of the engine in the child, see `Engine.handle_call`. Raises what it raised."""
        child = self.supervisor.child()
        _wait_until_loaded(child)
        return child.call(method, arguments, blob)

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`."""
        child = self.supervisor.child()
        if not self._wait(child, listener):
            return
        if child.stalled_since is not None:
            raise child.mute_error(child.spec.silent_after)
        reading = RemoteReading(child, iter(phrases), listener)
        look_ahead = PHRASES_AHEAD_FOR_BATCHES if self.capabilities.batching else PHRASES_AHEAD
        reading.run(round(self.capabilities.sample_rate * AHEAD_SECONDS), look_ahead)

    def _wait(self, child: ChildProcess, listener: AudioListener) -> bool:
        """Waits until the child is loaded; False when the reading was cancelled first.

        Raises `EngineLostError` when `patience` is exceeded.
        """
        began = time.monotonic()
        was_notified = False
        while not child.wait_ready(POLL):
            if listener.is_cancelled():
                return False
            waited = time.monotonic() - began
            if self.patience is not None and waited > self.patience:
                raise EngineLostError(f"engine '{self.name}' is still loading")
            if not was_notified and waited > NOTIFY_AFTER:
                was_notified = True
                listener.notify(f"engine '{self.name}' is loading")
        _wait_until_loaded(child)
        return True


class RemoteReading:
    """One reading in the child: sends phrases as the engine pulls them, writes its audio to the listener."""

    def __init__(self, child: ChildProcess, phrases: Iterator[Phrase], listener: AudioListener) -> None:
        self._child = child
        self._phrases = phrases
        self._listener = listener
        self._number, self._inbox = child.open()
        self._phrases_wanted = 0
        self._progress = time.monotonic()  # when the child was last heard, or given something to say

    def run(self, credit: int, look_ahead: int) -> None:
        """Runs until the reading ends. Raises what the engine raised, or `EngineLostError`."""
        finished = False
        self._phrases_wanted = look_ahead
        self._child.send(messages.Speak(self._number, credit))
        try:
            while not finished and not self._listener.is_cancelled():
                message = self._next_message()
                if isinstance(message, messages.Audio) and not self._write(message):
                    return
                finished = self._handle(message)
        finally:
            if not finished:
                self._child.send(messages.Cancel(self._number))
            self._child.close(self._number)

    def _next_message(self) -> InboxItem | None:
        """The child's next message, None if there is none yet. Sends phrases that it wants meanwhile."""
        while self._phrases_wanted:
            try:
                return self._inbox.get_nowait()
            except Empty:
                self._send_phrase()
        try:
            return self._inbox.get(timeout=POLL)
        except Empty:
            if self._child.is_silent:
                raise self._child.silence_error() from None
            self._expect_sound()
            return None

    def _expect_sound(self) -> None:
        """Raises `EngineLostError` when the child is alive, and yet has made no sound for too long."""
        spec = self._child.spec
        patience = spec.silent_after if self._listener.is_waiting() else spec.stuck_after
        if time.monotonic() - self._progress > patience:
            self._child.give_up(self._number)
            raise self._child.mute_error(patience)

    def _send_phrase(self) -> None:
        phrase = next(self._phrases, None)
        self._phrases_wanted = self._phrases_wanted - 1 if phrase is not None else 0
        sent = () if phrase is None else (phrase,)
        self._child.send(messages.Phrases(self._number, sent, last=phrase is None))
        self._progress = time.monotonic()

    def _write(self, audio: messages.Audio) -> bool:
        chunk = AudioChunk(audio.blob, audio.sample_rate, audio.first_sample, audio.marks)
        if not self._listener.write(chunk):
            return False
        self._progress = time.monotonic()
        self._child.send(messages.Acknowledge(self._number, chunk.first_sample + chunk.samples))
        return True

    def _handle(self, message: InboxItem | None) -> bool:
        """Handles any message but audio; True when the reading is finished."""
        match message:
            case messages.PhraseWanted():
                self._phrases_wanted += 1
            case messages.PhraseDone():
                self._progress = time.monotonic()
                self._listener.phrase_done()
            case messages.Notify(_, line):
                self._listener.notify(line)
            case messages.ReadingFinished():
                return True
            case messages.ReadingFailed(_, line):
                raise EngineError(line)
            case Disconnected():
                raise self._child.lost_error()
        return False


def _wait_until_loaded(child: ChildProcess) -> None:
    """Waits as long as it takes. Raises `EngineError` if the child ends before its engine is loaded."""
    while not child.wait_ready(POLL):
        pass
    if child.ready is None:
        raise child.lost_error()
