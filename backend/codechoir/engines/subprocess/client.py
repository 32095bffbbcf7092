"""An engine in a child process, which the parent uses like any other `Engine`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from queue import Empty
from typing import Any

from codechoir.engines import AudioListener, Engine
from codechoir.engines.subprocess import messages
from codechoir.engines.subprocess.process import ChildProcess, ChildSpec, Disconnected, InboxItem
from codechoir.engines.subprocess.supervisor import BackOff, Supervisor
from codechoir.errors import EngineError, EngineLostError
from codechoir.model import AudioChunk, Capabilities, Phrase, VoiceInfo

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
