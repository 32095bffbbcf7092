"""One reading: phrases through an engine into a sink, with pause, stop and a memory of where it is."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

from codechoir.engines import AudioListener, Engine
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk, Mark, Phrase, State
from codechoir.playback.flow_control import FlowControl, MidWordListener
from codechoir.playback.position_tracker import Place, PositionTracker, StereoPositioner
from codechoir.sinks import Sink

log = logging.getLogger(__name__)

AHEAD_SECONDS = 2.0
"""The server is never more than this much audio ahead of the ear (design, §4.2)."""

BLOCKED_AFTER_SECONDS = 3.0
"""With a full budget and no sound heard for this long, the sink counts as blocked."""

MOST_UNTOLD_SECONDS = 0.1
"""How far the ear is taken to have gone on since the listener last told what was heard."""

ENDED: frozenset[State] = frozenset({"stopped", "finished", "error"})

OnState = Callable[["Reading", State, str], None]
"""Called on each change of state, in order, with a line for the user or an empty string. Must not block."""


class Reading:
    """A reading in progress. `session` is its number; numbers only grow. `share`: how much of the first word
    was heard already (0 to 1), in an earlier reading that this one goes on from; None where it does not.

    `run` is called once, by the reader's thread. All other methods may be called from any thread, at any
    time, more than once. After `stop` has returned no chunk reaches the sink any more.
    """

    def __init__(
        self,
        session: int,
        phrases: Iterable[Phrase],
        engine: Engine,
        sink: Sink,
        on_state: OnState,
        share: float | None = None,
    ) -> None:
        self.session = session
        self.engine = engine
        self.sink = sink
        self.state: State | None = None
        self._trail = PositionTracker(phrases)
        self._positioner = StereoPositioner(self._trail)
        self._on_state = on_state
        self._credit = FlowControl(round(engine.capabilities.sample_rate * AHEAD_SECONDS))
        self._lock = threading.RLock()
        self._marks: deque[Mark] = deque()
        self._sounding: Mark | None = None
        self._share = share
        self._told_at = 0.0
        self._ended = threading.Event()

    # ---- the reader's thread -------------------------------------------------------------------------

    def run(self) -> None:
        """Speak everything; returns when it was heard, stopped, or failed."""
        try:
            with self._lock:
                if self._ended.is_set():
                    return
                self.sink.open(self.played)
            listener: AudioListener = _ReadingListener(self)
            if self._share is not None:
                listener = MidWordListener(listener, self._share)
            self.engine.speak(self._trail, listener)
            self._finish()
        except CodechoirError as error:
            self._end("error", str(error))
        except Exception as error:
            log.exception("reading %d failed", self.session)
            self._end("error", f"reading stopped: {type(error).__name__}: {error}")

    def write(self, chunk: AudioChunk) -> bool:
        """Take the engine's next chunk; waits for credit, False when the reading has ended."""
        if not self._pay(chunk.samples):
            return False
        with self._lock:
            if self._ended.is_set():
                return False
            self._marks.extend(chunk.marks)
            self.sink.write(_begun_here(self._positioner.placed(chunk)))
            if self.state is None:
                self._set("speaking")
        return True

    def _pay(self, samples: int) -> bool:
        paid = self._credit.spend(samples, BLOCKED_AFTER_SECONDS)
        while paid is None:
            self._suspect_blocked()
            paid = self._credit.spend(samples, BLOCKED_AFTER_SECONDS)
        return paid

    def _finish(self) -> None:
        with self._lock:
            if self._ended.is_set():
                return
            rate = self.engine.capabilities.sample_rate
            self.sink.write(AudioChunk(b"", rate, self._credit.spent, last=True))
            self.sink.finish()
        heard = self._credit.drain(BLOCKED_AFTER_SECONDS)
        while heard is None:
            self._suspect_blocked()
            heard = self._credit.drain(BLOCKED_AFTER_SECONDS)
        if heard:
            self._end("finished")

    def _suspect_blocked(self) -> None:
        with self._lock:
            if self.state == "speaking" or self.state is None:
                self._set("blocked", "no sound is heard yet: the player has not reported any playback")

    # ---- any thread ----------------------------------------------------------------------------------

    def played(self, samples: int) -> None:
        """The ear has heard `samples` samples of this reading."""
        if self._credit.report(samples) == 0:
            return
        with self._lock:
            self._told_at = time.monotonic()
            while self._marks and self._marks[0].t0 <= self._credit.played:
                self._sounding = self._marks.popleft()
                self._trail.follow(self._sounding)
            if self.state == "blocked":
                self._set("speaking")

    def notify(self, line: str) -> None:
        """Tell the listener something that is no failure; the state stays what it is."""
        with self._lock:
            if not self._ended.is_set():
                self._set(self.state or "speaking", line)

    @property
    def has_ended(self) -> bool:
        """Whether it was stopped, failed, or was heard to its end."""
        return self._ended.is_set()

    @property
    def sounding(self) -> Mark | None:
        """The word that is heard now, or was heard last; None before the first."""
        return self._sounding

    @property
    def place(self) -> Place | None:
        """The phrase and the word of it that is heard now, or was heard last; None before the first."""
        return self._trail.place

    @property
    def share(self) -> float | None:
        """How much of the word at `place` was heard, from 0 to 1; None where nothing was."""
        with self._lock:
            word = self._sounding
            if word is None:
                return self._share
            untold = min(time.monotonic() - self._told_at, MOST_UNTOLD_SECONDS)
            heard = float(self._credit.played)
            if self.state == "speaking":
                heard = min(heard + untold * self.engine.capabilities.sample_rate, self._credit.spent)
            return min(max((heard - word.t0) / max(word.t1 - word.t0, 1), 0.0), 1.0)

    def back(self, words: int) -> Place | None:
        """The place so many words before `place`, or the farthest that is remembered."""
        return self._trail.back(words)

    def pause(self) -> bool:
        """Be silent, also when nothing has sounded yet; False when there is nothing to pause."""
        with self._lock:
            if self.state not in (None, "speaking", "blocked"):
                return False
            self.sink.pause()
            self._set("paused")
            return True

    def resume(self) -> bool:
        """Go on after `pause`; False when the reading is not paused."""
        with self._lock:
            if self.state != "paused":
                return False
            self.sink.resume()
            self._set("speaking")
            return True

    def stop(self) -> bool:
        """End now; False when it had already ended."""
        return self._end("stopped")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the reading has ended; False after `timeout` seconds."""
        return self._ended.wait(timeout)

    def _end(self, state: State, message: str = "") -> bool:
        with self._lock:
            if self._ended.is_set():
                return False
            self._ended.set()
            self._credit.cancel()
            if state != "finished":
                self.sink.abort()
            self._marks.clear()
            self._set(state, message)
            return True

    def _set(self, state: State, message: str = "") -> None:
        self.state = state
        self._on_state(self, state, message)


class _ReadingListener(AudioListener):
    """What an engine sees of a reading."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def write(self, chunk: AudioChunk) -> bool:
        return self._reading.write(chunk)

    def is_cancelled(self) -> bool:
        return self._reading.has_ended

    def notify(self, line: str) -> bool:
        self._reading.notify(line)
        return True


def _begun_here(chunk: AudioChunk) -> AudioChunk:
    """The chunk without the mark of a word that began in an earlier reading, and was told there."""
    if not (chunk.marks and chunk.marks[0].t0 < 0):
        return chunk
    return replace(chunk, marks=tuple(mark for mark in chunk.marks if mark.t0 >= 0))
