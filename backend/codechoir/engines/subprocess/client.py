"""An engine in a child process, which the parent uses like any other `Engine`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from queue import Empty
from typing import Any

from codechoir.engines import AudioListener, Engine
from codechoir.engines.subprocess import messages
from codechoir.engines.subprocess.process import BackOff, ChildProcess, ChildSpec, Disconnected, Mail
from codechoir.engines.subprocess.supervisor import Supervisor
from codechoir.errors import EngineError, EngineLostError
from codechoir.model import AudioChunk, Capabilities, Phrase, VoiceInfo

POLL = 0.02
"""Seconds between two looks at whether the reading was cancelled, while the child has nothing to say."""

AHEAD_SECONDS = 2.0
"""Sound that the child may have sent and the listener not yet taken; as much as a reading may be ahead."""

PHRASES_AHEAD = 2
PHRASES_AHEAD_IN_BATCHES = 12
"""Phrases that lie ready in the child; engines that batch find work for several rows in them."""


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
        """See `Engine.check`; starts the child to find out."""
        try:
            answer: str | None = self.call("check").value
        except EngineError as error:
            return str(error)
        return answer

    def warm_up(self) -> None:
        """Start the child, and wait until its engine is loaded unless there is some `patience`."""
        child = self.supervisor.child()
        if self.patience is None:
            _wait_until_loaded(child)

    def is_ready(self) -> bool:
        return self.supervisor.ready

    def voices(self) -> list[VoiceInfo]:
        """See `Engine.voices`."""
        return [VoiceInfo(*voice) for voice in self.call("voices").value]

    def close(self) -> None:
        """End the child; its memory is returned."""
        self.supervisor.close()

    def call(
        self, method: str, arguments: dict[str, Any] | None = None, blob: bytes = b""
    ) -> messages.Answer:
        """Call a method of `Engine.handle_call` in the child. Raises what it raised."""
        child = self.supervisor.child()
        _wait_until_loaded(child)
        return child.call(method, arguments, blob)

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`."""
        child = self.supervisor.child()
        if not self._wait(child, listener):
            return
        conversation = RemoteReading(child, iter(phrases), listener)
        look_ahead = PHRASES_AHEAD_IN_BATCHES if self.capabilities.batching else PHRASES_AHEAD
        conversation.run(round(self.capabilities.sample_rate * AHEAD_SECONDS), look_ahead)

    def _wait(self, child: ChildProcess, listener: AudioListener) -> bool:
        """Wait until the child is loaded; False when the reading was cancelled first.

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
    """One reading, seen from here: phrases to the child as it wants them, its audio to the listener."""

    def __init__(self, child: ChildProcess, phrases: Iterator[Phrase], listener: AudioListener) -> None:
        self._child = child
        self._phrases = phrases
        self._listener = listener
        self._number, self._box = child.open()
        self._owed = 0

    def run(self, credit: int, look_ahead: int) -> None:
        """Until the reading ends. Raises what the engine raised, or `EngineLostError`."""
        finished = False
        self._owed = look_ahead
        self._child.send(messages.Speak(self._number, credit))
        try:
            while not finished and not self._listener.is_cancelled():
                mail = self._next_mail()
                if isinstance(mail, messages.Audio) and not self._hand_out(mail):
                    return
                finished = self._heed(mail)
        finally:
            if not finished:
                self._child.send(messages.Cancel(self._number))
            self._child.close(self._number)

    def _next_mail(self) -> Mail | None:
        """What the child says next; while it has not said anything, phrases that it wants are sent."""
        while self._owed:
            try:
                return self._box.get_nowait()
            except Empty:
                self._feed()
        try:
            return self._box.get(timeout=POLL)
        except Empty:
            return None

    def _feed(self) -> None:
        phrase = next(self._phrases, None)
        self._owed = self._owed - 1 if phrase is not None else 0
        sent = () if phrase is None else (phrase,)
        self._child.send(messages.Phrases(self._number, sent, last=phrase is None))

    def _hand_out(self, audio: messages.Audio) -> bool:
        chunk = AudioChunk(audio.blob, audio.sample_rate, audio.first_sample, audio.marks)
        if not self._listener.write(chunk):
            return False
        self._child.send(messages.Taken(self._number, chunk.first_sample + chunk.samples))
        return True

    def _heed(self, mail: Mail | None) -> bool:
        """Act on anything but sound; True when the reading is finished."""
        match mail:
            case messages.Want():
                self._owed += 1
            case messages.Told():
                self._listener.phrase_done()
            case messages.Note(_, line):
                self._listener.notify(line)
            case messages.Finished():
                return True
            case messages.Failed(_, line):
                raise EngineError(line)
            case Disconnected():
                raise self._child.loss()
        return False


def _wait_until_loaded(child: ChildProcess) -> None:
    """Wait as long as it takes. Raises `EngineError` when the child ends without having loaded its engine."""
    while not child.wait_ready(POLL):
        pass
    if child.ready is None:
        raise child.loss()
