"""Readings with the silent engine: order, flow control, pause, stop, replacement."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from codechoir.engines.base import AudioListener
from codechoir.engines.silent import SAMPLE_RATE, SilentEngine
from codechoir.errors import EngineError
from codechoir.model import AudioChunk, CastUtterance, Category, Phrase, State, Utterance, Voice
from codechoir.playback import reader as reader_module
from codechoir.playback.reader import FlowControl, Reader, Reading
from codechoir.sinks.base import Sink

WORD = SAMPLE_RATE * 60 // 175


def phrase(text: str, start: int = 0) -> Phrase:
    utterance = Utterance(text, Category.VARIABLE, start, start + len(text))
    return Phrase((CastUtterance(utterance, Voice("silence")),), start, start + len(text))


class RecordingSink(Sink):
    """Keeps the chunks; they count as played when the test says so, or at once."""

    def __init__(self, plays_at_once: bool = False) -> None:
        super().__init__()
        self.plays_at_once = plays_at_once
        self.chunks: list[AudioChunk] = []
        self.events: list[str] = []
        self.arrived = threading.Event()

    @property
    def samples(self) -> int:
        return sum(chunk.samples for chunk in self.chunks)

    def write(self, chunk: AudioChunk) -> None:
        self.chunks.append(chunk)
        self.arrived.set()
        if self.plays_at_once:
            self.on_played(chunk.first_sample + chunk.samples)

    def pause(self) -> None:
        self.events.append("pause")

    def resume(self) -> None:
        self.events.append("resume")

    def finish(self) -> None:
        self.events.append("finish")

    def abort(self) -> None:
        self.events.append("abort")


class States:
    """Records the changes of state and lets a test wait for one."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, State, str]] = []
        self._changed = threading.Condition()

    def __call__(self, reading: Reading, state: State, message: str) -> None:
        with self._changed:
            self.seen.append((reading.session, state, message))
            self._changed.notify_all()

    def wait_for(self, session: int, state: State) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: (session, state) in [s[:2] for s in self.seen], 10), (
                self.seen
            )


@pytest.fixture
def states() -> States:
    return States()


@pytest.fixture
def reader(states: States) -> Iterator[Reader]:
    reader = Reader(states)
    yield reader
    reader.close()


def test_a_reading_is_played_to_its_end(reader: Reader, states: States) -> None:
    sink = RecordingSink(plays_at_once=True)
    reading = reader.start([phrase("one two"), phrase("three", 10)], SilentEngine(), sink)
    states.wait_for(reading.session, "finished")
    assert sink.samples == 3 * WORD
    assert [chunk.last for chunk in sink.chunks].count(True) == 1 and sink.chunks[-1].last
    firsts = [chunk.first_sample for chunk in sink.chunks]
    assert firsts == sorted(firsts) and firsts[0] == 0
    marks = [mark for chunk in sink.chunks for mark in chunk.marks]
    assert [(m.text, m.t0, m.start) for m in marks] == [
        ("one", 0, 0),
        ("two", WORD, 0),
        ("three", 2 * WORD, 10),
    ]
    assert [state for _, state, _ in states.seen] == ["speaking", "finished"]


def test_the_last_word_is_known_when_the_report_that_it_was_played_ends_the_reading(
    reader: Reader, states: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = FlowControl.report

    def slow_report(flow: FlowControl, played: int) -> int:
        new = report(flow, played)
        reading.wait(0.2)  # the reader's thread has time to end the reading
        return new

    monkeypatch.setattr(FlowControl, "report", slow_report)
    sink = RecordingSink()
    reading = reader.start([phrase("one two"), phrase("three", 10)], SilentEngine(), sink)
    while "finish" not in sink.events:
        assert sink.arrived.wait(10)
    reading.played(3 * WORD)
    states.wait_for(reading.session, "finished")
    assert reading.sounding is not None and reading.sounding.text == "three"
    assert reading.place is not None and reading.place.number == 1


def test_the_engine_is_never_more_than_two_seconds_ahead(reader: Reader, states: States) -> None:
    pulled = []

    def endless() -> Iterator[Phrase]:
        while True:
            pulled.append(1)
            yield phrase("word")

    sink = RecordingSink()
    reading = reader.start(endless(), SilentEngine(), sink)
    states.wait_for(reading.session, "blocked")
    assert SAMPLE_RATE * 1.9 < sink.samples <= SAMPLE_RATE * 2
    assert len(pulled) < 10
    sink.arrived.clear()
    reading.played(SAMPLE_RATE)
    assert sink.arrived.wait(5)
    states.wait_for(reading.session, "speaking")
    assert reading.sounding is not None and reading.sounding.t0 <= SAMPLE_RATE


def test_nothing_reaches_the_sink_after_stop_has_returned(reader: Reader) -> None:
    sink = RecordingSink(plays_at_once=True)
    reading = reader.start((phrase("word") for _ in range(10_000_000)), SilentEngine(), sink)
    assert sink.arrived.wait(5)
    assert reading.stop()
    count = len(sink.chunks)
    reader.close()
    assert len(sink.chunks) == count
    assert sink.events == ["abort"]
    assert not reading.stop()


def test_a_new_reading_replaces_the_old_and_numbers_grow(reader: Reader, states: States) -> None:
    first = reader.start((phrase("word") for _ in range(10_000_000)), SilentEngine(), RecordingSink())
    sink = RecordingSink(plays_at_once=True)
    second = reader.start([phrase("other")], SilentEngine(), sink)
    states.wait_for(second.session, "finished")
    assert second.session == first.session + 1
    assert first.state == "stopped"
    assert sink.samples == WORD


def test_pause_and_resume_are_passed_to_the_sink_and_refused_when_senseless(
    reader: Reader, states: States
) -> None:
    sink = RecordingSink()
    reading = reader.start((phrase("word") for _ in range(1000)), SilentEngine(), sink)
    states.wait_for(reading.session, "speaking")
    assert reading.pause() and not reading.pause()
    assert reading.state == "paused"
    assert reading.resume() and not reading.resume()
    reading.stop()
    assert not reading.pause()
    assert sink.events == ["pause", "resume", "abort"]


def test_a_failing_engine_ends_in_a_line_and_the_next_reading_works(reader: Reader, states: States) -> None:
    class Broken(SilentEngine):
        def speak(self, phrases: object, listener: object) -> None:
            raise EngineError("the voice has gone; reinstall it")

    broken = reader.start([phrase("x")], Broken(), RecordingSink())
    states.wait_for(broken.session, "error")
    assert states.seen[-1][2] == "the voice has gone; reinstall it"
    again = reader.start([phrase("x")], SilentEngine(), RecordingSink(plays_at_once=True))
    states.wait_for(again.session, "finished")


def test_a_bug_in_a_step_does_not_kill_the_thread(reader: Reader, states: States) -> None:
    def bug() -> Iterator[Phrase]:
        raise ZeroDivisionError("oops")
        yield

    broken = reader.start(bug(), SilentEngine(), RecordingSink())
    states.wait_for(broken.session, "error")
    again = reader.start([phrase("x")], SilentEngine(), RecordingSink(plays_at_once=True))
    states.wait_for(again.session, "finished")


def test_wrong_acknowledgements_are_bounded(reader: Reader, states: States) -> None:
    sink = RecordingSink()
    reading = reader.start([phrase("one two three four five six seven eight nine ten")], SilentEngine(), sink)
    states.wait_for(reading.session, "speaking")
    for played in (-5, 10**12, 3):
        reading.played(played)
    assert reading.stop()


def test_a_client_that_never_acknowledges_is_reported_as_blocked_and_can_be_stopped(
    reader: Reader, states: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "BLOCKED_AFTER_SECONDS", 0.05)
    reading = reader.start([phrase("word")], SilentEngine(), RecordingSink())
    states.wait_for(reading.session, "blocked")
    assert reading.stop()
    assert reading.wait(1)


def test_an_engine_learns_of_the_end_without_a_chunk_in_hand() -> None:
    """A neural engine computes for a while before the next chunk: it must not compute for nobody."""
    states = States()
    reader = Reader(states)
    begun, go_on, told = threading.Event(), threading.Event(), []

    class Asking(SilentEngine):
        def speak(self, phrases: object, listener: AudioListener) -> None:
            told.append(listener.is_cancelled())
            listener.notify("thinking")
            begun.set()
            go_on.wait(10)
            told.append(listener.is_cancelled())

    reading = reader.start([phrase("x")], Asking(), RecordingSink())
    assert begun.wait(10)
    reading.stop()
    go_on.set()
    reader.close()
    assert told == [False, True]
    assert (1, "speaking", "thinking") in states.seen
