"""A child that is alive and makes no sound: the reading goes on without it, and says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from codechoir.engines.base import AudioListener
from codechoir.engines.silent import SilentEngine
from codechoir.engines.subprocess.client import BackOff, ChildEngine
from codechoir.engines.subprocess.process import ChildSpec
from codechoir.errors import EngineLostError
from codechoir.model import AudioChunk, CastUtterance, Phrase, State
from codechoir.playback.engine_setup import FallbackEngine
from codechoir.playback.reader import Reader
from codechoir.sinks.base import Sink
from support.child_engines import RATE
from support.listening import Listener, in_thread, phrase

LATE = BackOff(first=3600.0, longest=3600.0)
SOON = BackOff(first=0.05)
BEAT = 0.02
PATIENCE = 60
LINES = [phrase("one", "two three"), phrase("four", start=50)]
WORDS = ["one", "two", "three", "four"]


class Waiting(Listener):
    """Hears everything at once, so that it waits for the next sound; `waits`: whether it does."""

    waits = True

    def is_waiting(self) -> bool:
        return self.waits


class Lines(Sink):
    """Plays at once; keeps the words."""

    def __init__(self, is_heard: bool = True) -> None:
        super().__init__()
        self.words: list[str] = []
        self._is_heard = is_heard

    @property
    def is_heard(self) -> bool:
        return self._is_heard

    def write(self, chunk: AudioChunk) -> None:
        self.words += [mark.text for mark in chunk.marks]
        self.on_played(chunk.first_sample + chunk.samples)


def same(spoken: CastUtterance) -> CastUtterance:
    return spoken


def behind(primary: ChildEngine, stand_in: Callable[[], SilentEngine] = SilentEngine) -> FallbackEngine:
    return FallbackEngine(primary, stand_in, same)


def read(engine: FallbackEngine, sink: Sink, lines: list[Phrase] = LINES) -> list[tuple[State, str]]:
    """Read the lines to the end; returns the states and their messages."""
    states: list[tuple[State, str]] = []
    reader = Reader(lambda _, state, message: states.append((state, message)))
    assert reader.start(lines, engine, sink).wait(PATIENCE)
    reader.close()
    return states


@pytest.mark.parametrize(("words", "obeys"), [(0, True), (1, False), (2, True)])
def test_the_line_goes_on_and_it_is_said_once(child: Any, words: int, obeys: bool) -> None:
    primary = child("MuteEngine", {"words": words, "obeys": obeys}, LATE, heartbeat=BEAT, silent_after=0.8)
    primary.warm_up()
    sink = Lines()
    states = read(behind(primary), sink)
    assert sink.words == WORDS or sink.words == [*WORDS[:words], *WORDS[words - 1 :]]
    assert states[-1] == ("finished", "")
    said = [message for _, message in states if message]
    assert said == [
        "the engine has made no sound for 0.8 seconds; reading on with the fallback voices until it is back"
    ]


def test_two_seconds_are_enough() -> None:
    assert ChildSpec("any:Engine").silent_after <= 2


def test_who_hears_what_came_before_is_not_waiting(child: Any) -> None:
    """Sound that is still to be played is no silence: the engine may take its time."""
    primary = child("MuteEngine", {"words": 1}, LATE, heartbeat=BEAT, silent_after=0.8)
    primary.warm_up()
    heard = Waiting()
    heard.waits = False
    reading = in_thread(lambda: behind(primary).speak(LINES, heard))
    while len(heard.chunks) < 5:
        reading.join(0.01)
    reading.join(1.2)
    assert heard.words == ["one"] and reading.is_alive()
    heard.waits = True
    reading.join(PATIENCE)
    assert heard.words == WORDS


def test_a_file_waits_longer_and_not_for_ever(child: Any) -> None:
    options = {"words": 1, "obeys": False}
    primary = child("MuteEngine", options, LATE, heartbeat=BEAT, silent_after=0.5, stuck_after=1.5)
    primary.warm_up()
    sink = Lines(is_heard=False)
    states = read(behind(primary), sink)
    assert sink.words == WORDS
    assert [message for _, message in states if "no sound for 1.5 seconds" in message]
    assert states[-1][0] == "finished"


def test_a_pause_is_no_silence(child: Any) -> None:
    primary = child("MuteEngine", {"words": 1}, LATE, heartbeat=BEAT, silent_after=0.8)
    primary.warm_up()
    spoke = threading.Event()
    messages: list[str] = []

    class Paused(Lines):
        def write(self, chunk: AudioChunk) -> None:
            super().write(chunk)
            if chunk.first_sample + chunk.samples == RATE // 10:
                reading.pause()
                spoke.set()

    sink = Paused()
    reader = Reader(lambda _, state, message: messages.append(message))
    reading = reader.start([], behind(primary), Lines())
    assert reading.wait(PATIENCE)
    reading = reader.start(LINES, behind(primary), sink)
    assert spoke.wait(PATIENCE)
    assert not reading.wait(1.2)
    assert sink.words == ["one"] and not any(messages)
    reading.resume()
    assert reading.wait(PATIENCE)
    assert sink.words == WORDS
    reader.close()


def test_the_next_reading_does_not_wait_for_it_again(child: Any) -> None:
    primary = child("MuteEngine", {"obeys": False}, LATE, heartbeat=BEAT, silent_after=0.8)
    primary.warm_up()
    engine = behind(primary)
    for _ in range(3):
        heard = Waiting()
        engine.speak(LINES, heard)
        assert heard.words == WORDS
    assert primary.call("begun").value == 1
    assert not primary.is_ready()
    with pytest.raises(EngineLostError, match="no sound"):
        primary.speak(LINES, heard)


def test_it_speaks_again_once_it_has_ended_what_was_given_up(child: Any) -> None:
    primary = child("MuteEngine", {}, LATE, heartbeat=BEAT, silent_after=0.8)
    primary.warm_up()

    def wait() -> None:
        primary.call("speak up")
        assert primary.supervisor.wait_until(lambda it: it.is_ready, PATIENCE)

    class Patient(SilentEngine):
        def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
            def waited() -> Iterable[Phrase]:
                for each in phrases:
                    yield each
                    wait()

            super().speak(waited(), listener)

    heard = Waiting()
    behind(primary, Patient).speak(LINES, heard)
    assert heard.words == WORDS
    assert primary.call("begun").value == 2


def test_a_child_that_never_ends_it_is_replaced(child: Any) -> None:
    primary = child("MuteEngine", {"obeys": False}, SOON, heartbeat=BEAT, silent_after=0.8, lost_after=1.0)
    primary.warm_up()
    before = primary.supervisor.pid
    heard = Waiting()
    behind(primary).speak(LINES, heard)
    assert heard.words == WORDS
    assert primary.supervisor.wait_until(lambda it: it.is_ready and it.pid != before, PATIENCE)
