"""Turns at an engine that speaks for one reading at a time, handed on between two phrases.

One reading inside the child: phrases that arrive, sound that leaves, credit and cancellation.

Inside the child: hosts one engine and serves the parent's messages until the pipe closes.

1. `main` moves the protocol away from the standard streams, since libraries print what they like.
2. The first message names the engine; it is made and loaded, and `Ready` is sent.
3. The main thread hears messages and never works; every reading and every call has a thread of its own.
4. A thread beats, so that the parent can tell a process that computes from one that hangs.
5. When the parent leaves or dies the pipe ends, and so does this process, whatever its threads do.
"""

from __future__ import annotations

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
from codechoir.engines.subprocess.messages import Audio, Note, Told, ToParent, Want
from codechoir.errors import CodechoirError, EngineError, InputError
from codechoir.model import AudioChunk, Phrase

log = logging.getLogger(__name__)


class FairLock:
    """A fair lock: whoever has waited longest is next. Used with `with`.

    `wanted` tells the holder that somebody waits, so that it can end its turn at the next phrase.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[object] = deque()

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for the turn that is taken now."""
        return len(self._line) > 1

    def __enter__(self) -> None:
        ticket = object()
        with self._changed:
            self._line.append(ticket)
            self._changed.wait_for(lambda: self._line[0] is ticket)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._line.popleft()
            self._changed.notify_all()


Send = Callable[[ToParent], None]


class HostedReading(AudioListener):
    """A reading that the parent asked for. It is also the listener that the engine writes to.

    `hurry`: asked while the reading has no credit left; when it says True the chunk leaves on credit that
    was not given. An engine that speaks for one reading at a time uses it to come to the phrase's end, since
    a reading that is paused must not hold up the others.
    """

    def __init__(self, number: int, credit: int, send: Send, hurry: Callable[[], bool]) -> None:
        self.number = number
        self.sent = 0
        self.offset = 0
        self.first_phrase = 0
        self.pulled = 0
        self._send = send
        self._hurry = hurry
        self._credit = credit
        self._taken = 0
        self._cancelled = False
        self._over = False
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
        self._send(Note(self.number, line))
        return True

    def phrase_done(self) -> None:
        self._send(Told(self.number))

    def phrases(self) -> Iterator[Phrase]:
        """The phrases in order, waiting for each; ends early when the reading is cancelled."""
        while (phrase := self.next_phrase()) is not None:
            yield phrase

    def next_phrase(self, wait: bool = True) -> Phrase | None:
        """The next phrase; None at the end, and without `wait` also when none has arrived yet."""
        if self._over:
            return None
        try:
            phrase = self._phrases.get(block=wait)
        except Empty:
            return None
        if phrase is None or self._cancelled:
            self._over = True
            return None
        self.pulled += 1
        self._send(Want(self.number))
        return phrase

    def _wait_for_credit(self, samples: int) -> bool:
        with self._changed:
            while not self._cancelled and not self._fits(samples) and not self._hurry():
                # Woken by credit and by cancellation; `hurry` is polled, since it changes elsewhere.
                self._changed.wait(0.05)
            return not self._cancelled

    def _fits(self, samples: int) -> bool:
        under_way = self.sent - self._taken
        return under_way <= 0 or under_way + samples <= self._credit

    # ---- the thread that hears the parent --------------------------------------------------------------

    def add(self, phrases: tuple[Phrase, ...], last: bool) -> None:
        """More phrases have arrived."""
        for phrase in phrases:
            self._phrases.put(phrase)
        if last:
            self._phrases.put(None)

    def taken(self, samples: int) -> None:
        """The parent's listener has taken this many samples so far."""
        with self._changed:
            self._taken = max(self._taken, samples)
            self._changed.notify_all()

    def cancel(self) -> None:
        """End every wait; the next chunk is refused."""
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
        """Serve until the parent leaves. Raises `FrameError` when it talks nonsense."""
        first = self._hear()
        if not isinstance(first, messages.Begin):
            raise messages.FrameError("the first message must be Begin")
        threading.Thread(target=self._beat, args=(first.beat_seconds,), daemon=True).start()
        try:
            engine = make_hosted(first.engine, first.options)
            engine.warm_up()
        except CodechoirError as error:
            self.send(messages.Failed(0, str(error)))
            return
        self.send(messages.Ready(engine.name, engine.capabilities))
        while (message := self._hear()) is not None and not isinstance(message, messages.Leave):
            self._serve(engine, message)

    def send(self, message: ToParent) -> None:
        """Send one message; from any thread. Without a parent there is nothing left to do but leave."""
        frame = messages.encode(message)
        try:
            with self._writing:
                self._outgoing.write(frame)
                self._outgoing.flush()
        except OSError:
            _leave(0)

    def _hear(self) -> messages.Message | None:
        frame = messages.read_frame(self._incoming)
        return None if frame is None else messages.decode(*frame)

    def _serve(self, engine: Engine, message: messages.Message) -> None:
        match message:
            case messages.Speak(number, credit):
                hurry = _never if engine.capabilities.concurrent else self._is_wanted
                reading = HostedReading(number, credit, self.send, hurry)
                self._readings[number] = reading
                threading.Thread(target=self._speak, args=(engine, reading), daemon=True).start()
            case messages.Phrases(number, phrases, last):
                if reading_ := self._readings.get(number):
                    reading_.add(phrases, last)
            case messages.Taken(number, samples):
                if reading_ := self._readings.get(number):
                    reading_.taken(samples)
            case messages.Cancel(number):
                if reading_ := self._readings.get(number):
                    reading_.cancel()
            case messages.Call():
                threading.Thread(target=self._answer, args=(engine, message), daemon=True).start()
            case _:
                raise messages.FrameError(f"{type(message).__name__} is not for a child")

    def _is_wanted(self) -> bool:
        return self._turns.wanted

    def _speak(self, engine: Engine, reading: HostedReading) -> None:
        try:
            if engine.capabilities.concurrent:
                engine.speak(reading.phrases(), reading)
            else:
                self._speak_in_turns(engine, reading)
            self.send(messages.Finished(reading.number))
        except CodechoirError as error:
            self.send(messages.Failed(reading.number, str(error)))
        except Exception as error:
            log.exception("reading %d failed", reading.number)
            self.send(messages.Failed(reading.number, f"{engine.name}: {type(error).__name__}: {error}"))
        finally:
            self._readings.pop(reading.number, None)

    def _speak_in_turns(self, engine: Engine, reading: HostedReading) -> None:
        while (phrase := reading.next_phrase()) is not None:
            with self._turns:
                reading.offset, reading.first_phrase = reading.sent, reading.pulled - 1
                engine.speak(self._while_nobody_waits(phrase, reading), reading)

    def _while_nobody_waits(self, phrase: Phrase, reading: HostedReading) -> Iterator[Phrase]:
        """What one turn says: only phrases that are here, since nobody may wait while holding the turn."""
        following: Phrase | None = phrase
        while following is not None:
            yield following
            following = None if self._turns.wanted else reading.next_phrase(wait=False)

    def _answer(self, engine: Engine, call: messages.Call) -> None:
        try:
            value, blob = _answered(engine, call)
            self.send(messages.Answer(call.call, value, blob))
        except CodechoirError as error:
            self.send(messages.Refused(call.call, str(error), isinstance(error, InputError)))
        except Exception as error:
            log.exception("the call of %s failed", call.method)
            self.send(messages.Refused(call.call, f"{engine.name}: {type(error).__name__}: {error}"))

    def _beat(self, seconds: float) -> NoReturn:
        pause = threading.Event()
        while True:
            self.send(messages.Beat())
            pause.wait(seconds)


def make_hosted(name: str, options: Mapping[str, Any]) -> Engine:
    """The engine `module:attribute` made with `options`. Raises `EngineError` that says what is missing."""
    module, _, attribute = name.partition(":")
    try:
        engine: Engine = getattr(importlib.import_module(module), attribute)(**options)
    except (ImportError, AttributeError, TypeError) as error:
        raise EngineError(f"the engine {name} cannot be made in its own process: {error}") from error
    return engine


def _answered(engine: Engine, call: messages.Call) -> tuple[Any, bytes]:
    match call.method:
        case "check":
            return engine.check(), b""
        case "voices":
            return [[voice.name, voice.language, voice.description] for voice in engine.voices()], b""
    return engine.handle_call(call.method, call.arguments, call.blob)


def _never() -> bool:
    return False


def _leave(status: int) -> NoReturn:
    """End at once: threads in the middle of a model's step do not notice anything gentler."""
    sys.stderr.flush()
    os._exit(status)


def main() -> NoReturn:
    """The child's entry point."""
    incoming, outgoing = stdio.take_over()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the parent to act on
    try:
        Host(os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")).run()
    except messages.FrameError:
        log.exception("the parent cannot be understood")
        _leave(1)
    _leave(0)
