"""The child is killed in the middle of a line, and the listener hears the line to its end."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from codechoir.engines.base import AudioListener
from codechoir.engines.silent import SilentEngine
from codechoir.engines.subprocess.client import BackOff, ChildEngine, Supervisor
from codechoir.errors import EngineError
from codechoir.model import AudioChunk, CastUtterance, Phrase, State, Voice
from codechoir.playback.engine_setup import FallbackEngine
from codechoir.playback.reader import Reader, Reading
from codechoir.sinks.base import Sink
from support.child_engines import RATE, STEP
from support.listening import Listener, in_thread, phrase

LATE = BackOff(first=3600.0, longest=3600.0)
SOON = BackOff(first=0.05)
PATIENCE = 60
"""Seconds that a busy machine may take to start a child, or to notice its end."""


class StandIn(SilentEngine):
    """The embedded engine, which remembers what it was given, and can wait between two phrases."""

    def __init__(self, before_next: Callable[[], object] = lambda: None) -> None:
        self.said: list[CastUtterance] = []
        self._before_next = before_next

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        def watched() -> Iterable[Phrase]:
            for each in phrases:
                self.said.extend(each.parts)
                yield each
                self._before_next()

        super().speak(watched(), listener)

    @property
    def words(self) -> list[str]:
        return [part.utterance.text for part in self.said]


def is_ready(supervisor: Supervisor) -> bool:
    return supervisor.is_ready


def recast(spoken: CastUtterance) -> CastUtterance:
    return replace(spoken, voice=Voice("silence", rate=900))


def primary_of(engine: FallbackEngine) -> ChildEngine:
    assert isinstance(engine.inner, ChildEngine)
    return engine.inner


def hasty(child: Any) -> ChildEngine:
    """A child that never gets ready, and that nobody waits for."""
    made: ChildEngine = child("NeverReadyEngine")
    made.patience = 0.0
    return made


def killing(engine: FallbackEngine, chunks: int) -> Listener:
    """A listener in whose hearing the child is killed when so many chunks were heard."""

    def act(listener: Listener) -> bool:
        if len(listener.chunks) == chunks:
            supervisor = primary_of(engine).supervisor
            losses = supervisor.losses
            assert supervisor.pid is not None
            os.kill(supervisor.pid, signal.SIGKILL)
            assert supervisor.wait_until(lambda it: it.losses > losses, PATIENCE)
        return True

    return Listener(act)


def test_the_line_goes_on_from_the_first_span_not_heard(child: Any) -> None:
    stand_in = StandIn()
    engine = FallbackEngine(child("CountingEngine", {"step_seconds": 0.02}, LATE), lambda: stand_in, recast)
    heard = killing(engine, 7)
    engine.speak([phrase("one", "two three", "four"), phrase("five", start=50)], heard)
    assert stand_in.words[-2:] == ["four", "five"]
    assert stand_in.words in (["two three", "four", "five"], ["four", "five"])
    assert {part.voice for part in stand_in.said} == {Voice("silence", rate=900)}
    assert heard.words[-4:-2] in (["three", "three"], ["two", "three"], ["three", "four"])
    assert {"one", "two", "three", "four", "five"} == set(heard.words)


def test_the_sound_has_one_rate_and_no_hole(child: Any) -> None:
    engine = FallbackEngine(child("CountingEngine", {"step_seconds": 0.02}, LATE), StandIn, recast)
    heard = killing(engine, 3)
    engine.speak([phrase("one", "two"), phrase("three", start=50)], heard)
    at = 0
    for chunk in heard.chunks:
        assert (chunk.sample_rate, chunk.first_sample) == (RATE, at)
        at += chunk.samples
    assert [mark.t0 for mark in heard.marks] == sorted(mark.t0 for mark in heard.marks)
    assert heard.marks[-1].t1 <= at + 1


def test_a_child_that_hangs_does_not_make_the_reading_silent(child: Any) -> None:
    options = {"step_seconds": 0.02}
    engine = FallbackEngine(
        child("CountingEngine", options, LATE, silent_after=0.5, lost_after=3600.0), StandIn, recast
    )

    def act(listener: Listener) -> bool:
        if len(listener.chunks) == 3:
            pid = primary_of(engine).supervisor.pid
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)
        return True

    heard = Listener(act)
    engine.speak([phrase("one", "two"), phrase("three", start=50)], heard)
    assert {"one", "two", "three"} == set(heard.words)
    assert "no sign of life for 0.5 seconds; reading on with the fallback voices" in heard.notices[-1]


def test_it_is_said_once_and_not_again_while_the_child_is_away(
    child: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    engine = FallbackEngine(child("CountingEngine", {"step_seconds": 0.02}, LATE), StandIn, recast)
    engine.warm_up()  # else a busy machine says that it is loading
    heard = killing(engine, 3)
    for _ in range(3):
        engine.speak([phrase("one two three")], heard)
    assert len(heard.notices) == 1
    assert "SIGKILL" in heard.notices[0]
    assert "reading on with the fallback voices" in heard.notices[0]
    assert len([r for r in caplog.records if "reading on" in r.getMessage()]) == 1


def test_the_child_goes_on_when_it_is_back(child: Any) -> None:
    primary = child("CountingEngine", {"step_seconds": 0.02}, SOON)
    stand_in = StandIn(lambda: primary.supervisor.wait_until(is_ready, PATIENCE))
    engine = FallbackEngine(primary, lambda: stand_in, recast)
    heard = killing(engine, 3)
    engine.speak([phrase("one two"), phrase("three", start=40), phrase("four", start=80)], heard)
    assert stand_in.words == ["one two"]
    assert heard.words[-2:] == ["three", "four"]
    assert heard.chunks[-1].pcm == (80).to_bytes(2, "little") * STEP
    assert primary_of(engine).supervisor.is_ready


def test_a_second_loss_is_told_again(child: Any) -> None:
    primary = child("CountingEngine", {"step_seconds": 0.02}, SOON)
    engine = FallbackEngine(
        primary, lambda: StandIn(lambda: primary.supervisor.wait_until(is_ready, PATIENCE)), recast
    )
    engine.warm_up()  # else a busy machine says that it is loading
    notices = []
    for _ in range(2):
        heard = killing(engine, 3)
        engine.speak([phrase("one two"), phrase("three", start=40)], heard)
        notices.append(len(heard.notices))
    assert notices == [1, 1]


def test_a_listener_who_leaves_ends_the_stand_in_too(child: Any) -> None:
    engine = FallbackEngine(child("CountingEngine", {"step_seconds": 0.02}, LATE), StandIn, recast)
    dying = killing(engine, 3)
    heard = Listener(lambda listener: dying.write(listener.chunks[-1]) and len(listener.chunks) < 20)
    engine.speak([phrase("one two three", start=n) for n in range(1, 400)], heard)
    assert len(heard.chunks) == 20


def test_patience_ends_and_the_stand_in_begins(child: Any) -> None:
    stand_in = StandIn()
    engine = FallbackEngine(hasty(child), lambda: stand_in, recast)
    heard = Listener()
    engine.speak([phrase("one")], heard)
    assert heard.words == ["one"]
    assert "still loading" in heard.notices[0]


def test_an_engine_that_can_never_load_is_an_error_and_not_a_stand_in(child: Any) -> None:
    engine = FallbackEngine(child("UnloadableEngine"), StandIn, recast)
    with pytest.raises(EngineError, match="weights are missing"):
        engine.speak([phrase("one")], Listener())


def test_a_reading_s_clients_see_the_notice_as_a_state_with_a_message(child: Any) -> None:
    engine = FallbackEngine(child("CountingEngine", {"step_seconds": 0.02}, LATE), StandIn, recast)
    engine.warm_up()
    killer = killing(engine, 3)
    states: list[tuple[State, str]] = []
    finished = threading.Event()

    class PlaysAtOnce(Sink):
        def write(self, chunk: AudioChunk) -> None:
            killer.write(chunk)
            self.on_played(chunk.first_sample + chunk.samples)

    def on_state(_: Reading, state: State, message: str) -> None:
        states.append((state, message))
        if state == "finished":
            finished.set()

    reader = Reader(on_state)
    reader.start([phrase("one two")], engine, PlaysAtOnce())
    assert finished.wait(PATIENCE)
    reader.close()
    assert [state for state, _ in states] == ["speaking", "speaking", "finished"]
    assert "reading on with the fallback voices" in states[1][1]


def test_a_listener_that_cannot_be_told_leaves_it_to_the_log(
    child: Any, caplog: pytest.LogCaptureFixture
) -> None:
    engine = FallbackEngine(hasty(child), StandIn, recast)
    engine.speak([phrase("one")], AudioListener())
    assert [r.levelname for r in caplog.records if "reading on" in r.getMessage()] == ["WARNING"]


def test_a_listener_who_waits_is_told_what_for(child: Any) -> None:
    engine, heard = FallbackEngine(child("NeverReadyEngine"), StandIn, recast), Listener()
    reading = in_thread(lambda: engine.speak([phrase("one")], heard))
    while not heard.notices:
        reading.join(0.01)
    assert heard.notices == ["engine 'child' is loading"]
    heard.ended = True
    reading.join(PATIENCE)
    assert not reading.is_alive()


def test_with_some_patience_warming_up_waits_only_for_the_stand_in(child: Any) -> None:
    warmed = []

    class Warmed(StandIn):
        def warm_up(self) -> None:
            warmed.append(self)

    engine = FallbackEngine(hasty(child), Warmed, recast)
    engine.warm_up()
    assert primary_of(engine).supervisor.pid is not None
    assert len(warmed) == 1
    heard = Listener()
    engine.speak([phrase("one")], heard)
    assert warmed[0].words == ["one"]
