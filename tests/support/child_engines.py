"""Engines for children in tests: each shows one behaviour. Imported inside the child process."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

from codechoir.engines.base import AudioListener, ForwardingListener
from codechoir.engines.silent import SilentEngine
from codechoir.errors import EngineError, InputError
from codechoir.model import AudioChunk, Capabilities, Mark, Phrase, Utterance, VoiceInfo

RATE = 24000
STEP = RATE // 50


class CountingEngine(SilentEngine):
    """Each word of an utterance is a tenth of a second whose samples all hold the utterance's `start`."""

    name = "counting"
    capabilities = Capabilities(sample_rate=RATE, cloning=True, concurrent=True)

    def __init__(self, step_seconds: float = 0.0, concurrent: bool = True) -> None:
        self.capabilities = Capabilities(sample_rate=RATE, cloning=True, concurrent=concurrent)
        self._pause = threading.Event()
        self._step_seconds = step_seconds

    def voices(self) -> list[VoiceInfo]:
        return [VoiceInfo("one", "en", "the only one")]

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        at = 0
        for number, phrase in enumerate(phrases):
            for part, spoken in enumerate(phrase.parts):
                said = spoken.utterance
                for word, text in enumerate(said.text.split()):
                    mark = Mark.of(said, text, at, at + 5 * STEP, phrase=number, part=part, word=word)
                    for step in range(5):
                        self._pause.wait(self._step_seconds)
                        pcm = self.sample(said).to_bytes(2, "little") * STEP
                        if not listener.write(AudioChunk(pcm, RATE, at, () if step else (mark,))):
                            return
                        at += STEP
            listener.phrase_done()

    def sample(self, said: Utterance) -> int:
        """What all samples of an utterance hold."""
        return said.start

    def handle_call(self, method: str, arguments: Mapping[str, Any], blob: bytes) -> tuple[Any, bytes]:
        match method:
            case "reverse":
                return {"length": len(blob), **arguments}, blob[::-1]
            case "pid":
                return os.getpid(), b""
            case "crash":
                os._exit(7)
        raise InputError(f"no question '{method}'")


class WordyEngine(CountingEngine):
    """What it says depends on the words alone, wherever they stand."""

    name = "wordy"

    def sample(self, said: Utterance) -> int:
        return crc32(said.text.encode()) & 0xFFFF


class ChattyEngine(CountingEngine):
    """Prints to standard output in every way there is."""

    name = "chatty"

    def warm_up(self) -> None:
        self._chat()

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        self._chat()
        super().speak(phrases, listener)

    def _chat(self) -> None:
        print("hello from Python", flush=True)
        os.write(1, b"hello from a file descriptor\n")
        libc = ctypes.CDLL(None)
        libc.puts(b"hello from C")
        libc.fflush(None)


class ThinkingEngine(CountingEngine):
    """Never makes a chunk; ends when it learns that nobody listens."""

    name = "thinking"

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        listener.notify("thinking")
        step = threading.Event()
        while not listener.is_cancelled():
            step.wait(0.005)
        self.stopped = True

    def handle_call(self, method: str, arguments: Mapping[str, Any], blob: bytes) -> tuple[Any, bytes]:
        return getattr(self, "stopped", False), b""


class MuteEngine(CountingEngine):
    """Says some words of a reading, then computes for ever; `obeys`: until the reading is cancelled."""

    name = "mute"

    def __init__(self, words: int = 0, obeys: bool = True) -> None:
        super().__init__()
        self._words = words
        self._obeys = obeys
        self.begun = 0

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        self.begun += 1
        super().speak(phrases, _Muting(listener, 5 * self._words, self._obeys))

    def handle_call(self, method: str, arguments: Mapping[str, Any], blob: bytes) -> tuple[Any, bytes]:
        if method == "speak up":
            self._words = 10**6
        return self.begun, b""


class _Muting(ForwardingListener):
    def __init__(self, inner: AudioListener, chunks: int, obeys: bool) -> None:
        super().__init__(inner)
        self._left = chunks
        self._obeys = obeys

    def write(self, chunk: AudioChunk) -> bool:
        self._left -= 1
        step = threading.Event()
        while self._left < 0 and not (self._obeys and self.is_cancelled()):
            step.wait(0.005)
        return super().write(chunk)


class UnloadableEngine(CountingEngine):
    """Cannot be loaded."""

    name = "unloadable"

    def warm_up(self) -> None:
        raise EngineError("the weights are missing; run 'codechoir install xtts'")


class FailingEngine(CountingEngine):
    """Fails in the middle of a reading, in a way that nobody foresaw."""

    name = "failing"

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        raise ZeroDivisionError("one by nothing")


class StuckInCEngine(CountingEngine):
    """Speaks by calling C code that does not return and keeps the interpreter, so that no thread runs."""

    name = "stuck-in-c"

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        listener.notify("stuck")
        ctypes.PyDLL(None).sleep(3600)


class NeverReadyEngine(CountingEngine):
    """Loads for ever."""

    name = "never-ready"

    def warm_up(self) -> None:
        threading.Event().wait()
