"""An engine of another package in our process that does not return: readings, Stop and exit do not wait."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from codechoir.engines import AudioListener, SilentEngine
from codechoir.errors import EngineError, EngineLostError
from codechoir.model import AudioChunk, Phrase
from codechoir.playback.engine_setup import FallbackEngine, prepare_engine
from codechoir.playback.reader import Reader
from codechoir.playback.watched_engine import STUCK_SECONDS, WatchedEngine
from codechoir.sinks import Sink
from support.listening import Listener, in_thread, phrase

LINES = [phrase("one", "two three"), phrase("four", start=50)]
WORDS = ["one", "two", "three", "four"]
PATIENCE = 60


class Hanging(SilentEngine):
    """Says the first `chunks` chunks of a reading, and then waits for `go_on`."""

    name = "hanging"

    def __init__(self, chunks: int = 0) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.calls = 0
        self._chunks = chunks

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        self.calls += 1
        super().speak(phrases, Stalling(listener, self._chunks, self.go_on))


class Stalling(AudioListener):
    def __init__(self, inner: AudioListener, chunks: int, go_on: threading.Event) -> None:
        self.inner, self.left, self.go_on = inner, chunks, go_on

    def write(self, chunk: AudioChunk) -> bool:
        if self.left == 0:
            self.go_on.wait()
        self.left -= 1
        return self.inner.write(chunk)

    def phrase_done(self) -> None:
        self.inner.phrase_done()


class Waiting(Listener):
    """Hears everything at once, so that it waits for the next sound."""

    def is_waiting(self) -> bool:
        return True


class Played(Sink):
    """Plays at once; keeps the words."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    @property
    def is_heard(self) -> bool:
        return True

    def write(self, chunk: AudioChunk) -> None:
        self.words += [mark.text for mark in chunk.marks]
        self.on_played(chunk.first_sample + chunk.samples)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    engine = Hanging()
    engine.patience = 0.05
    yield engine
    engine.go_on.set()


def behind(engine: WatchedEngine) -> FallbackEngine:
    return FallbackEngine(engine, SilentEngine, lambda spoken: spoken)


def test_engines_of_other_packages_are_watched_and_ours_are_not(hanging: Hanging) -> None:
    prepared = prepare_engine(hanging, patience=0.5)
    assert isinstance(prepared, FallbackEngine) and isinstance(prepared.inner, WatchedEngine)
    assert prepared.inner._silent_after <= 2
    plain = SilentEngine()
    assert prepare_engine(plain) is plain


@pytest.mark.parametrize("chunks", [0, 3])
def test_the_reading_goes_on_and_says_so(hanging: Hanging, chunks: int) -> None:
    hanging._chunks = chunks
    states: list[tuple[str, str]] = []
    reader = Reader(lambda _, state, message: states.append((state, message)))
    sink = Played()
    assert reader.start(LINES, behind(WatchedEngine(hanging, silent_after=0.3)), sink).wait(PATIENCE)
    reader.close()
    assert sink.words in (WORDS, ["one", *WORDS])
    assert states[-1] == ("finished", "")
    assert [message for _, message in states if message] == [
        "the engine 'hanging' has made no sound for 0.3 seconds; "
        "reading on with the fallback voices until it is back"
    ]


def test_stop_and_the_next_reading_do_not_wait_for_it(hanging: Hanging) -> None:
    """Before, Stop was answered and every later reading was mute for ever, also with another engine."""
    reader = Reader(lambda *_: None)
    reading = reader.start(LINES, behind(WatchedEngine(hanging, silent_after=0.3)), Played())
    while not hanging.calls:
        time.sleep(0.001)
    began = time.monotonic()
    reader.stop()
    assert reading.state == "stopped" and time.monotonic() - began < 5
    sink = Played()
    assert reader.start(LINES, SilentEngine(), sink).wait(PATIENCE)
    assert sink.words == WORDS
    reader.close()


def test_it_is_asked_again_only_once_it_has_returned(hanging: Hanging) -> None:
    engine = WatchedEngine(hanging, silent_after=0.2)
    heard = Waiting()
    for _ in range(3):
        with pytest.raises(EngineLostError):
            engine.speak(LINES, heard)
    assert hanging.calls == 1 and not engine.is_ready()
    hanging.go_on.set()
    assert engine._returned.wait(PATIENCE)
    assert heard.chunks == [], "what it makes after it was given up is dropped"
    engine.speak(LINES, heard)
    assert heard.words == WORDS


def test_it_does_not_count_as_lost_while_it_waits_for_the_next_phrase(hanging: Hanging) -> None:
    """Before, the fallback engine took over, and met the engine in the phrases: ValueError."""
    hanging.go_on.set()
    worded = threading.Event()

    def slow() -> Iterator[Phrase]:
        yield LINES[0]
        assert worded.wait(PATIENCE)
        yield LINES[1]

    heard = Waiting()
    threading.Timer(0.5, worded.set).start()
    behind(WatchedEngine(hanging, silent_after=0.1)).speak(slow(), heard)
    assert heard.words == WORDS and heard.notices == []


def test_stop_ends_the_wait_for_one_that_is_away(hanging: Hanging) -> None:
    """Where nobody is impatient, as with a file."""
    engine = WatchedEngine(hanging, silent_after=0.1)
    with pytest.raises(EngineLostError):
        engine.speak(LINES, Waiting())
    hanging.patience = None
    stopped = Listener()
    threading.Timer(0.2, lambda: setattr(stopped, "ended", True)).start()
    began = time.monotonic()
    engine.speak(LINES, stopped)
    assert time.monotonic() - began < STUCK_SECONDS / 2 and not stopped.chunks


def test_two_threads_never_call_it_at_once() -> None:
    class Counting(SilentEngine):
        inside = most = 0

        def warm_up(self) -> None:
            self.inside += 1
            self.most = max(self.most, self.inside)
            time.sleep(0.001)
            self.inside -= 1

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        counting = Counting()
        engine = WatchedEngine(counting)
        threads = [in_thread(lambda: [engine.warm_up() for _ in range(25)]) for _ in range(8)]
        for thread in threads:
            thread.join(PATIENCE)
    finally:
        sys.setswitchinterval(interval)
    assert counting.most == 1


def test_loading_that_never_ends_is_left_alone(hanging: Hanging) -> None:
    """Also where a reading waits until its engine is loaded."""
    hanging.patience = None
    hanging.warm_up = hanging.go_on.wait  # type: ignore[method-assign,assignment]
    engine = WatchedEngine(hanging, stuck_after=0.1)
    thread = in_thread(engine.warm_up)
    thread.join(PATIENCE)
    assert not thread.is_alive() and not engine.is_ready()


def test_one_that_loads_for_long_is_replaced_meanwhile(hanging: Hanging) -> None:
    class Loading(Hanging):
        def warm_up(self) -> None:
            self.go_on.wait()

    loading = Loading()
    loading.patience = 0.05
    engine = WatchedEngine(loading, silent_after=0.1)
    engine.warm_up()
    assert not engine.is_ready()
    heard = Waiting()
    behind(engine).speak(LINES, heard)
    assert heard.words == WORDS and loading.calls == 0
    loading.go_on.set()


def test_who_does_not_listen_waits_longer(hanging: Hanging) -> None:
    heard = Listener()
    done = threading.Timer(0.5, hanging.go_on.set)
    done.start()
    WatchedEngine(hanging, silent_after=0.1).speak(LINES, heard)
    assert heard.words == WORDS


def test_its_errors_are_those_of_the_reading() -> None:
    class Failing(SilentEngine):
        def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
            raise EngineError("no voice")

        def warm_up(self) -> None:
            raise EngineError("no model")

    with pytest.raises(EngineError, match="no voice"):
        WatchedEngine(Failing()).speak(LINES, Listener())
    with pytest.raises(EngineError, match="no model"):
        WatchedEngine(Failing()).warm_up()
    assert replace(WatchedEngine(Failing()).capabilities, can_be_lost=False) == SilentEngine.capabilities


PROCESS = """
import threading, time
from codechoir.engines import SilentEngine, CollectingListener
from codechoir.errors import EngineLostError
from codechoir.playback.watched_engine import WatchedEngine

class Endless(SilentEngine):
    def speak(self, phrases, listener):
        print("speaks", flush=True)
        time.sleep(1e9)

engine = WatchedEngine(Endless(), silent_after=0.1, stuck_after=0.1)
try:
    engine.speak([], CollectingListener())
except EngineLostError:
    engine.close()
    print("ends", flush=True)
"""


def test_the_process_ends_while_it_does_not_return() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROCESS], stdout=subprocess.PIPE, text=True, timeout=PATIENCE
    )
    assert done.stdout.split() == ["speaks", "ends"] and done.returncode == 0
