"""The reader, one thread that speaks one reading at a time, and a reading: phrases to an engine to a sink.

A new reading replaces the current one. It can be paused and stopped, and remembers where it is. The engine's
thread waits in `FlowControl` when it is too far ahead of what is played.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from queue import SimpleQueue

from codechoir.engines import AudioListener, Engine
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk, Mark, Phrase, State
from codechoir.playback.navigation import MidWordListener, PositionTracker, ReadingPosition, StereoPositioner
from codechoir.sinks import Sink

log = logging.getLogger(__name__)

AHEAD_SECONDS = 2.0
"""Synthesis is never more than this much audio ahead of playback."""

BLOCKED_AFTER_SECONDS = 3.0
"""With a full budget and no playback for this long, the sink counts as blocked."""

BLOCKED_MESSAGE = "the player has not played anything for 3 seconds; check that it may play audio"

MAX_EXTRAPOLATION_SECONDS = 0.1
"""Playback is assumed to have continued for at most this long since its last report."""

ENDED: frozenset[State] = frozenset({"stopped", "finished", "error"})

OnState = Callable[["Reading", State, str], None]
"""Called on each change of state, in order, with a message for the user, or "". Must not block."""


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


class Reading:
    """A reading in progress, with the number `session`.

    `first_word_heard`: the share of the first word that an earlier reading has played, 0 to 1; None if the
    reading begins with a whole word.

    The reader's thread calls `run` once. All other methods may be called by any thread, at any time, more
    than once. After `stop` has returned, no chunk reaches the sink any more.
    """

    def __init__(
        self,
        session: int,
        phrases: Iterable[Phrase],
        engine: Engine,
        sink: Sink,
        on_state: OnState,
        first_word_heard: float | None = None,
    ) -> None:
        self.session = session
        self.engine = engine
        self.sink = sink
        self.state: State | None = None
        self._tracker = PositionTracker(phrases)
        self._positioner = StereoPositioner(self._tracker)
        self._flow = FlowControl(round(engine.capabilities.sample_rate * AHEAD_SECONDS))
        self._on_state = on_state
        self._first_word_heard = first_word_heard
        self._lock = threading.RLock()
        self._marks: deque[Mark] = deque()  # of words that have not begun to play
        self._sounding: Mark | None = None
        self._reported_at = 0.0
        self._ended = threading.Event()

    # ---- the reader's thread -----------------------------------------------------------------------------

    def run(self) -> None:
        """Speaks everything; returns when it was played, stopped, or has failed."""
        try:
            if not self._open_sink():
                return
            listener: AudioListener = _ReadingListener(self)
            if self._first_word_heard is not None:
                listener = MidWordListener(listener, self._first_word_heard)
            self.engine.speak(self._tracker, listener)
            self._finish()
        except CodechoirError as error:
            self._end("error", str(error))
        except Exception as error:
            log.exception("reading %d failed", self.session)
            self._end("error", f"reading stopped: {type(error).__name__}: {error}")

    def _open_sink(self) -> bool:
        """Opens the sink without the lock: a sound server may not answer. False if stopped meanwhile."""
        if self._ended.is_set():
            return False
        self.sink.open(self.played)
        with self._lock:
            has_ended = self._ended.is_set()
        if has_ended:
            self.sink.abort()  # once more: the first time it may not have been open yet
        return not has_ended

    def write(self, chunk: AudioChunk) -> bool:
        """Takes the engine's next chunk when flow control allows it; False if the reading has ended."""
        if not self._wait_reporting(lambda timeout: self._flow.take(chunk.samples, timeout)):
            return False
        with self._lock:
            if self._ended.is_set():
                return False
            self._marks.extend(chunk.marks)
            self.sink.write(_without_begun_word(self._positioner.placed(chunk)))
            if self.state is None:
                self._set_state("speaking")
        return True

    def _finish(self) -> None:
        with self._lock:
            if self._ended.is_set():
                return
            rate = self.engine.capabilities.sample_rate
            self.sink.write(AudioChunk(b"", rate, self._flow.taken, last=True))
            self.sink.finish()
        if self._wait_reporting(self._flow.drain):
            self._end("finished")

    def _wait_reporting(self, wait: Callable[[float], bool | None]) -> bool:
        """Waits for flow control, and reports the sink as blocked if that takes long."""
        while (done := wait(BLOCKED_AFTER_SECONDS)) is None:
            with self._lock:
                if self.state == "speaking" or self.state is None:
                    self._set_state("blocked", self.sink.blocked_message or BLOCKED_MESSAGE)
        return done

    # ---- any thread --------------------------------------------------------------------------------------

    def played(self, samples: int) -> None:
        """The listener has heard `samples` samples of this reading."""
        with self._lock:  # the report may end the reading, which forgets the marks that are not followed yet
            if self._flow.report(samples) == 0:
                return
            self._reported_at = time.monotonic()
            while self._marks and self._marks[0].t0 <= self._flow.played:
                self._sounding = self._marks.popleft()
                self._tracker.follow(self._sounding)
            if self.state == "blocked":
                self._set_state("speaking")

    def notify(self, message: str) -> None:
        """Reports to the user what is not an error; the state does not change."""
        with self._lock:
            if not self._ended.is_set():
                self._set_state(self.state or "speaking", message)

    @property
    def has_ended(self) -> bool:
        """Whether it was stopped, has failed, or was played to its end."""
        return self._ended.is_set()

    @property
    def is_waiting(self) -> bool:
        """Whether somebody listens and has heard all that was made."""
        is_silenced = self.state == "paused" or self._ended.is_set()
        return self.sink.is_heard and not is_silenced and self._flow.played >= self._flow.taken

    @property
    def sounding(self) -> Mark | None:
        """The word that is playing, or has played last; None before the first."""
        return self._sounding

    @property
    def place(self) -> ReadingPosition | None:
        """The place of the word that is playing, or has played last; None before the first."""
        return self._tracker.place

    def ahead(self) -> list[tuple[int, Phrase]]:
        """The phrases that were made, with their numbers, from the one that is playing on."""
        return self._tracker.ahead()

    def back(self, words: int) -> ReadingPosition | None:
        """The place `words` words before `place`, or the first that is known."""
        return self._tracker.back(words)

    @property
    def word_heard(self) -> float | None:
        """The share of the word at `place` that was played, 0 to 1; None if nothing was."""
        with self._lock:
            word = self._sounding
            if word is None:
                return self._first_word_heard
            since_report = min(time.monotonic() - self._reported_at, MAX_EXTRAPOLATION_SECONDS)
            played = float(self._flow.played)
            if self.state == "speaking":
                rate = self.engine.capabilities.sample_rate
                played = min(played + since_report * rate, self._flow.taken)
            return min(max((played - word.t0) / max(word.t1 - word.t0, 1), 0.0), 1.0)

    def pause(self) -> bool:
        """Pauses, also before the first audio; False if there is nothing to pause."""
        with self._lock:
            if self.state not in (None, "speaking", "blocked"):
                return False
            self.sink.pause()
            self._set_state("paused")
            return True

    def resume(self) -> bool:
        """Continues after `pause`; False if the reading is not paused."""
        with self._lock:
            if self.state != "paused":
                return False
            self.sink.resume()
            self._set_state("speaking")
            return True

    def stop(self) -> bool:
        """Ends the reading now; False if it has ended before."""
        return self._end("stopped")

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the reading has ended; False after `timeout` seconds."""
        return self._ended.wait(timeout)

    def _end(self, state: State, message: str = "") -> bool:
        with self._lock:
            if self._ended.is_set():
                return False
            self._ended.set()
            self._flow.cancel()
            if state != "finished":
                self.sink.abort()
            self._marks.clear()
            self._set_state(state, message)
            return True

    def _set_state(self, state: State, message: str = "") -> None:
        self.state = state
        self._on_state(self, state, message)


class _ReadingListener(AudioListener):
    """What the engine sees of a reading."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def write(self, chunk: AudioChunk) -> bool:
        return self._reading.write(chunk)

    def is_cancelled(self) -> bool:
        return self._reading.has_ended

    def is_waiting(self) -> bool:
        return self._reading.is_waiting

    def notify(self, line: str) -> bool:
        self._reading.notify(line)
        return True


def _without_begun_word(chunk: AudioChunk) -> AudioChunk:
    """The chunk without the mark of a word that an earlier reading has begun, and marked."""
    if not (chunk.marks and chunk.marks[0].t0 < 0):
        return chunk
    return replace(chunk, marks=tuple(mark for mark in chunk.marks if mark.t0 >= 0))


class Reader:
    """Numbers the readings, and runs the thread in which engines speak. Session numbers only grow.

    The thread starts with the first reading, so a reader that is not used costs nothing.
    """

    def __init__(self, on_state: OnState) -> None:
        self._on_state = on_state
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._session = 0
        self._current: Reading | None = None

    @property
    def current(self) -> Reading | None:
        """The newest reading, which may have ended; None before the first."""
        return self._current

    @property
    def active(self) -> Reading | None:
        """The newest reading if it has not ended."""
        reading = self._current
        return reading if reading is not None and reading.state not in ENDED else None

    def start(self, phrases: Iterable[Phrase], engine: Engine, sink: Sink) -> Reading:
        """Stops the current reading and starts a new one."""
        return self.start_with(phrases, engine, lambda session: sink)

    def start_with(
        self,
        phrases: Iterable[Phrase],
        engine: Engine,
        make_sink: Callable[[int], Sink],
        first_word_heard: float | None = None,
    ) -> Reading:
        """Like `start`, with a sink that `make_sink` makes for the session number.

        `first_word_heard`: see `Reading`.
        """
        with self._lock:
            if self._current is not None:
                self._current.stop()
            self._session += 1
            sink = make_sink(self._session)
            reading = Reading(self._session, phrases, engine, sink, self._on_state, first_word_heard)
            self._current = reading
            self._put(reading.run)
            return reading

    def run_before_next(self, job: Callable[[], None]) -> None:
        """Runs a job in the reader's thread before the next reading.

        So no engine is loaded by one thread while it speaks in another.
        """
        with self._lock:
            self._put(job)

    def stop(self) -> Reading | None:
        """Stops the current reading; returns the newest one, if any."""
        if self._current is not None:
            self._current.stop()
        return self._current

    def close(self, timeout: float = 2.0) -> None:
        """Stops, and ends the thread; waits at most `timeout` seconds for an engine to notice."""
        with self._lock:
            if self._current is not None:
                self._current.stop()
            if self._thread is not None:
                self._jobs.put(None)
                self._thread.join(timeout)
                self._thread = None

    def _put(self, job: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="codechoir-reader", daemon=True)
            self._thread.start()
        self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                log.exception("a job of the reader failed")
