"""Inside the child: hosts one engine and serves the parent's messages until the pipe closes.

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
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NoReturn, Protocol, runtime_checkable

from codechoir import standard_streams
from codechoir.engines.child import frames, messages
from codechoir.engines.child.hosted import HostedReading
from codechoir.engines.child.messages import ToParent
from codechoir.engines.child.turns import Turns
from codechoir.engines.protocol import Engine
from codechoir.errors import CodechoirError, EngineError, InputError
from codechoir.model import Phrase

log = logging.getLogger(__name__)


@runtime_checkable
class Answering(Protocol):
    """An engine that answers questions of its own kind, such as making a voice from recordings."""

    def answer(self, question: str, arguments: Mapping[str, Any], blob: bytes) -> tuple[Any, bytes]:
        """What JSON can say, and raw bytes. Raises `InputError` for an unknown question or bad arguments."""


class Host:
    """Serves one parent over a pair of streams."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._writing = threading.Lock()
        self._turns = Turns()
        self._readings: dict[int, HostedReading] = {}

    def run(self) -> None:
        """Serve until the parent leaves. Raises `FrameError` when it talks nonsense."""
        first = self._hear()
        if not isinstance(first, messages.Begin):
            raise frames.FrameError("the first message must be Begin")
        threading.Thread(target=self._beat, args=(first.beat_seconds,), daemon=True).start()
        try:
            engine = made(first.engine, first.options)
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
        frame = frames.read(self._incoming)
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
                raise frames.FrameError(f"{type(message).__name__} is not for a child")

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
                reading.offset = reading.sent
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
            log.exception("the question %s failed", call.question)
            self.send(messages.Refused(call.call, f"{engine.name}: {type(error).__name__}: {error}"))

    def _beat(self, seconds: float) -> NoReturn:
        pause = threading.Event()
        while True:
            self.send(messages.Beat())
            pause.wait(seconds)


def made(name: str, options: Mapping[str, Any]) -> Engine:
    """The engine `module:attribute` made with `options`. Raises `EngineError` that says what is missing."""
    module, _, attribute = name.partition(":")
    try:
        engine: Engine = getattr(importlib.import_module(module), attribute)(**options)
    except (ImportError, AttributeError, TypeError) as error:
        raise EngineError(f"the engine {name} cannot be made in its own process: {error}") from error
    return engine


def _answered(engine: Engine, call: messages.Call) -> tuple[Any, bytes]:
    match call.question:
        case "check":
            return engine.check(), b""
        case "voices":
            return [[voice.name, voice.language, voice.description] for voice in engine.voices()], b""
    if isinstance(engine, Answering):
        return engine.answer(call.question, call.arguments, call.blob)
    raise InputError(f"the engine '{engine.name}' knows no question '{call.question}'")


def _never() -> bool:
    return False


def _leave(status: int) -> NoReturn:
    """End at once: threads in the middle of a model's step do not notice anything gentler."""
    sys.stderr.flush()
    os._exit(status)


def main() -> NoReturn:
    """The child's entry point."""
    incoming, outgoing = standard_streams.taken()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the parent to act on
    try:
        Host(os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")).run()
    except frames.FrameError:
        log.exception("the parent cannot be understood")
        _leave(1)
    _leave(0)
