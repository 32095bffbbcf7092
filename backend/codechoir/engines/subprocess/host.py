"""Inside the child process: hosts one engine and serves the parent's messages until the pipe closes.

1. `main` moves the protocol away from the standard streams, since libraries print to them.
2. The first message names the engine. It is loaded, and `Ready` is sent.
3. The main thread only receives messages; each reading and each call has its own thread.
4. Another thread sends heartbeats, so that the parent can tell a process that computes from one that hangs.
5. When the parent ends, so does the pipe, and so does this process, whatever its threads do. One that is
   stuck in C code cannot notice that, and is ended by a timer.
"""

from __future__ import annotations

import faulthandler
import importlib
import logging
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, BinaryIO, NoReturn

from codechoir import stdio
from codechoir.engines import AudioListener, Engine
from codechoir.engines.subprocess import messages
from codechoir.engines.subprocess.messages import Audio, Notify, PhraseDone, PhraseWanted, ToParent
from codechoir.errors import CodechoirError, EngineError, InputError
from codechoir.model import AudioChunk, Phrase

log = logging.getLogger(__name__)


class HostedEngine(Engine):
    """The base class of engines that are only used in a child process: one that loads can speak."""

    def check(self) -> str | None:
        """See `Engine.check`."""
        try:
            self.warm_up()
        except EngineError as error:
            return str(error)
        return None


class FairLock:
    """A lock for `with` that goes to the thread that has waited longest."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    @property
    def is_wanted(self) -> bool:
        """Whether a thread waits for the lock, so that its holder should release it soon."""
        return len(self._waiting) > 1

    def __enter__(self) -> None:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._waiting[0] is ticket)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._waiting.popleft()
            self._changed.notify_all()


Send = Callable[[ToParent], None]


class HostedReading(AudioListener):
    """A reading of the parent. It is the listener that the engine writes to.

    `ignores_credit`: asked while the reading has no credit left; True sends the chunk nevertheless. An engine
    that speaks for one reading at a time so finishes a phrase when another reading waits: a paused reading
    must not block the others.
    """

    def __init__(self, number: int, credit: int, send: Send, ignores_credit: Callable[[], bool]) -> None:
        self.number = number
        self.sent = 0
        self.offset = 0
        self.first_phrase = 0
        self.pulled = 0
        self._send = send
        self._ignores_credit = ignores_credit
        self._credit = credit
        self._acknowledged = 0
        self._cancelled = False
        self._has_ended = False
        self._changed = threading.Condition()
        self._phrases: SimpleQueue[Phrase | None] = SimpleQueue()

    # ---- the engine's thread ---------------------------------------------------------------------------

    def write(self, chunk: AudioChunk) -> bool:
        if not self._wait_for_credit(chunk.samples):
            return False
        if self.offset or self.first_phrase:
            chunk = chunk.shifted(self.offset, self.first_phrase)
        first = chunk.first_sample
        self.sent = first + chunk.samples
        self._send(Audio(self.number, first, chunk.sample_rate, chunk.marks, chunk.pcm))
        return True

    def is_cancelled(self) -> bool:
        return self._cancelled

    def notify(self, line: str) -> bool:
        self._send(Notify(self.number, line))
        return True

    def phrase_done(self) -> None:
        self._send(PhraseDone(self.number))

    def phrases(self) -> Iterator[Phrase]:
        """The phrases in order, waiting for each; ends early when the reading is cancelled."""
        while (phrase := self.next_phrase()) is not None:
            yield phrase

    def next_phrase(self, wait: bool = True) -> Phrase | None:
        """The next phrase; None at the end, and without `wait` also when none has arrived yet."""
        if self._has_ended:
            return None
        try:
            phrase = self._phrases.get(block=wait)
        except Empty:
            return None
        if phrase is None or self._cancelled:
            self._has_ended = True
            return None
        self.pulled += 1
        self._send(PhraseWanted(self.number))
        return phrase

    def _wait_for_credit(self, samples: int) -> bool:
        with self._changed:
            while not self._cancelled and not self._fits(samples) and not self._ignores_credit():
                # Credit and cancellation wake it up; `ignores_credit` is polled, since it changes elsewhere.
                self._changed.wait(0.05)
            return not self._cancelled

    def _fits(self, samples: int) -> bool:
        ahead = self.sent - self._acknowledged
        return ahead <= 0 or ahead + samples <= self._credit

    # ---- the thread that receives messages -------------------------------------------------------------

    def add(self, phrases: tuple[Phrase, ...], last: bool) -> None:
        """Adds phrases that have arrived. `last`: there are no more."""
        for phrase in phrases:
            self._phrases.put(phrase)
        if last:
            self._phrases.put(None)

    def acknowledge(self, samples: int) -> None:
        """The parent's listener has taken so many samples of the reading."""
        with self._changed:
            self._acknowledged = max(self._acknowledged, samples)
            self._changed.notify_all()

    def cancel(self) -> None:
        """Ends every wait. The next `write` returns False."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()
        self._phrases.put(None)


class Host:
    """Serves one parent over a pair of streams."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._writing = threading.Lock()
        self._turns = FairLock()
        self._readings: dict[int, HostedReading] = {}

    def run(self) -> None:
        """Serves until the parent ends the pipe. Raises `FrameError` for an invalid message."""
        first = self._receive()
        if not isinstance(first, messages.Load):
            raise messages.FrameError("the first message must be Load")
        stuck = StuckGuard(first.stuck_loading_seconds)
        threading.Thread(target=self._send_heartbeats, args=(first.heartbeat_seconds,), daemon=True).start()
        try:
            engine = load_engine(first.engine, first.options)
            engine.warm_up()
        except CodechoirError as error:
            self.send(messages.ReadingFailed(0, str(error)))
            return
        stuck.allow(first.stuck_seconds)
        self.send(messages.Ready(engine.name, engine.capabilities))
        while (message := self._receive()) is not None and not isinstance(message, messages.Shutdown):
            self._serve(engine, message)

    def send(self, message: ToParent) -> None:
        """Sends one message; thread-safe. Ends the process if the parent has ended."""
        frame = messages.encode(message)
        try:
            with self._writing:
                self._outgoing.write(frame)
                self._outgoing.flush()
        except OSError:
            _exit(0)

    def _receive(self) -> messages.Message | None:
        frame = messages.read_frame(self._incoming)
        return None if frame is None else messages.decode(*frame)

    def _serve(self, engine: Engine, message: messages.Message) -> None:
        match message:
            case messages.Speak(number, credit):
                ignores_credit = _never if engine.capabilities.concurrent else self._is_turn_wanted
                reading = HostedReading(number, credit, self.send, ignores_credit)
                self._readings[number] = reading
                threading.Thread(target=self._speak, args=(engine, reading), daemon=True).start()
            case messages.Phrases(number, phrases, last):
                if reading_ := self._readings.get(number):
                    reading_.add(phrases, last)
            case messages.Acknowledge(number, samples):
                if reading_ := self._readings.get(number):
                    reading_.acknowledge(samples)
            case messages.Cancel(number):
                if reading_ := self._readings.get(number):
                    reading_.cancel()
            case messages.Call():
                threading.Thread(target=self._call, args=(engine, message), daemon=True).start()
            case _:
                raise messages.FrameError(f"{type(message).__name__} is not a message for a child")

    def _is_turn_wanted(self) -> bool:
        return self._turns.is_wanted

    def _speak(self, engine: Engine, reading: HostedReading) -> None:
        try:
            if engine.capabilities.concurrent:
                engine.speak(reading.phrases(), reading)
            else:
                self._speak_in_turns(engine, reading)
            self.send(messages.ReadingFinished(reading.number))
        except CodechoirError as error:
            self.send(messages.ReadingFailed(reading.number, str(error)))
        except Exception as error:
            log.exception("reading %d failed", reading.number)
            self.send(
                messages.ReadingFailed(reading.number, f"{engine.name}: {type(error).__name__}: {error}")
            )
        finally:
            self._readings.pop(reading.number, None)

    def _speak_in_turns(self, engine: Engine, reading: HostedReading) -> None:
        while (phrase := reading.next_phrase()) is not None:
            with self._turns:
                reading.offset, reading.first_phrase = reading.sent, reading.pulled - 1
                engine.speak(self._phrases_of_turn(phrase, reading), reading)

    def _phrases_of_turn(self, phrase: Phrase, reading: HostedReading) -> Iterator[Phrase]:
        """The phrases of one turn: until another reading waits, and never one that has yet to arrive."""
        following: Phrase | None = phrase
        while following is not None:
            yield following
            following = None if self._turns.is_wanted else reading.next_phrase(wait=False)

    def _call(self, engine: Engine, call: messages.Call) -> None:
        try:
            value, blob = _result(engine, call)
            self.send(messages.CallResult(call.call, value, blob))
        except CodechoirError as error:
            self.send(messages.CallFailed(call.call, str(error), isinstance(error, InputError)))
        except Exception as error:
            log.exception("the call of %s failed", call.method)
            self.send(messages.CallFailed(call.call, f"{engine.name}: {type(error).__name__}: {error}"))

    def _send_heartbeats(self, seconds: float) -> NoReturn:
        pause = threading.Event()
        while True:
            self.send(messages.Heartbeat())
            pause.wait(seconds)


class StuckGuard:
    """Ends this process when C code keeps the interpreter for `seconds`, with a traceback.

    Then no thread could notice that the parent has ended. The timer of `faulthandler` needs no interpreter;
    a thread sets it back as long as it gets its turn.
    """

    def __init__(self, seconds: float) -> None:
        self.allow(seconds)
        threading.Thread(target=self._work, name="stuck-guard", daemon=True).start()

    def allow(self, seconds: float) -> None:
        """From now on C code may keep the interpreter for `seconds`."""
        self._seconds = seconds
        self._set_back()

    def _work(self) -> NoReturn:
        pause = threading.Event()
        while True:
            pause.wait(min(self._seconds / 4, 1.0))
            self._set_back()

    def _set_back(self) -> None:
        faulthandler.dump_traceback_later(self._seconds, exit=True)


def load_engine(name: str, options: Mapping[str, Any]) -> Engine:
    """The engine `module:class`, instantiated with `options`. Raises `EngineError` if it cannot be."""
    module, _, attribute = name.partition(":")
    try:
        engine: Engine = getattr(importlib.import_module(module), attribute)(**options)
    except (ImportError, AttributeError, TypeError) as error:
        raise EngineError(f"engine {name} cannot be loaded in its own process: {error}") from error
    return engine


def _result(engine: Engine, call: messages.Call) -> tuple[Any, bytes]:
    match call.method:
        case "check":
            return engine.check(), b""
        case "voices":
            return [[voice.name, voice.language, voice.description] for voice in engine.voices()], b""
    return engine.handle_call(call.method, call.arguments, call.blob)


def _never() -> bool:
    return False


def _exit(status: int) -> NoReturn:
    """Ends at once: threads in the middle of a model's step would not react to anything else."""
    sys.stderr.flush()
    os._exit(status)


def main() -> NoReturn:
    """The child's entry point."""
    incoming, outgoing = stdio.take_over()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C in a terminal
    try:
        Host(os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")).run()
    except messages.FrameError:
        log.exception("the parent sent an invalid message")
        _exit(1)
    _exit(0)
