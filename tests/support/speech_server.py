"""A speech server on a free port of this machine, in a thread; and an engine that waits for the test."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
from codechoir.engines import AudioListener, Engine
from codechoir.errors import EngineError
from codechoir.model import AudioChunk, Capabilities, Mark, Phrase, VoiceInfo
from codechoir.server.server_settings import ServerSettings
from codechoir.server.service import SpeechService
from codechoir.server.serving import StoppableServer, http_server, listen
from codechoir.settings import Settings
from codechoir.voices.library import Conditioner, Parameter, VoiceLibrary
from support.voice_library import FakeConditioner

RATE = 22050
WORD = RATE // 10


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    """Waits until something is so that another thread does; there is no event for it."""
    tick = threading.Event()
    for _ in range(round(seconds / 0.01)):
        if condition():
            return
        tick.wait(0.01)
    raise AssertionError("it did not happen")


class GatedEngine(Engine):
    """Says each word in a tenth of a second of a constant, and keeps a list of what it has begun.

    A phrase waits for the `gate`. A phrase with the word `fail` raises `EngineError`, one
    with `crash` a bug.
    """

    name = "silent"  # it takes the place of this engine
    capabilities = Capabilities(sample_rate=RATE, cloning=True, languages=("en", "de"))

    def __init__(self, state: GatedState) -> None:
        self._state = state

    def voices(self) -> list[VoiceInfo]:
        with VoiceLibrary() as library:
            cloned = [VoiceInfo(name, "", "a cloned voice") for name in library.names()]
        return [VoiceInfo("silence", "en"), VoiceInfo("anna", "en"), *cloned]

    def conditioner(self, parameters: Mapping[str, Parameter]) -> Conditioner:
        return FakeConditioner(self.name, parameters=parameters)

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        state = self._state
        with state.speaking():
            sample = 0
            for number, phrase in enumerate(phrases):
                while not state.gate.wait(0.02):
                    if listener.is_cancelled():
                        return
                for part, spoken in enumerate(phrase.parts):
                    words = spoken.utterance.text.split()
                    if "fail" in words:
                        raise EngineError("the engine at /secret/place has failed")
                    if "crash" in words:
                        raise RuntimeError("a bug at /secret/place")
                    state.said.append((spoken.voice.family, spoken.utterance.text))
                    for word, text in enumerate(words):
                        mark = Mark.of(
                            spoken.utterance, text, sample, sample + WORD, phrase=number, part=part, word=word
                        )
                        if not listener.write(AudioChunk(b"\1\0" * WORD, RATE, sample, (mark,))):
                            state.cancelled.set()
                            return
                        sample += WORD
                listener.phrase_done()


class Gate:
    """Lets phrases pass: all, none, or so many."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._left: float = float("inf")

    def set(self) -> None:
        """Lets all pass."""
        self._change(float("inf"))

    def clear(self) -> None:
        """Lets none pass."""
        self._change(0)

    def allow(self, phrases: int) -> None:
        """Lets so many more pass."""
        self._change(self._left + phrases)

    def wait(self, timeout: float) -> bool:
        """Passes; False if that was not possible in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._left > 0, timeout):
                return False
            self._left -= 1
            return True

    def _change(self, left: float) -> None:
        with self._changed:
            self._left = left
            self._changed.notify_all()


@dataclass(slots=True)
class GatedState:
    """What all instances of `GatedEngine` share. `most`: how many have spoken at the same moment."""

    gate: Gate = field(default_factory=Gate)
    said: list[tuple[str, str]] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)
    idle: threading.Event = field(default_factory=threading.Event)
    most: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def speaking(self) -> Iterator[None]:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            self.idle.clear()
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1
                if not self._now:
                    self.idle.set()

    def wait_until_idle(self) -> None:
        """Waits until no reading is in the engine."""
        assert self.idle.wait(20)

    def texts(self) -> list[str]:
        return [text for _, text in self.said]


@dataclass(slots=True)
class RunningServer:
    """A server that runs. `state`: of its engine, if that is gated."""

    url: str
    port: int
    service: SpeechService
    server: StoppableServer
    state: GatedState
    thread: threading.Thread

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        with self.client() as client:
            return client.get(path, **options)

    def post(self, path: str, body: Mapping[str, Any] | None = None, **options: Any) -> httpx.Response:
        with self.client() as client:
            return (
                client.post(path, json=body, **options) if body is not None else client.post(path, **options)
            )

    def delete(self, path: str) -> httpx.Response:
        with self.client() as client:
            return client.delete(path)

    def speak(self, text: str, **body: Any) -> httpx.Response:
        return self.post("/v1/audio/speech", {"model": "tts-1", "voice": "alloy", "input": text, **body})

    def read(self, text: str, **body: Any) -> list[dict[str, Any]]:
        answer = self.post("/v1/read", {"text": text, **body})
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]

    def raw(self, data: bytes, timeout: float = 20) -> bytes:
        """Sends bytes, and returns all that comes until the server closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout) as connection:
            connection.sendall(data)
            received = b""
            while part := connection.recv(65536):
                received += part
            return received

    def metric(self, line: str) -> float:
        """The value of a metric, by its name and labels as Prometheus writes them; 0 if it is not there."""
        for each in self.get("/metrics").text.splitlines():
            name, _, value = each.rpartition(" ")
            if name == line:
                return float(value)
        return 0.0


@contextmanager
def running(
    settings: Settings, server: ServerSettings, state: GatedState, token: str = ""
) -> Iterator[RunningServer]:
    """A server with these settings, until the end of the block."""
    service = SpeechService(settings, server)
    started = threading.Event()
    http = http_server(service, token, started.set)
    with listen(server) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=http.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        assert started.wait(30)
        yield RunningServer(f"http://127.0.0.1:{port}", port, service, http, state, thread)
        state.gate.set()
        http.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
