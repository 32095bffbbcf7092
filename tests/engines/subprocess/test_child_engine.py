"""An engine in a child process: the same sound as in this one, interleaved, cancelled, protected."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from codechoir.engines.silent import SilentEngine
from codechoir.errors import EngineError, InputError
from codechoir.model import Phrase
from support.child_engines import STEP
from support.listening import Listener, in_thread, phrase


def test_a_child_says_exactly_what_the_engine_would_say_here(child: Any) -> None:
    phrases = [phrase("one two", "three"), phrase("four", start=50)]
    here, there = Listener(), Listener()
    SilentEngine().speak(phrases, here)
    child("codechoir.engines.silent:SilentEngine").speak(phrases, there)
    assert there.chunks == here.chunks


def test_sound_is_carried_byte_for_byte(child: Any) -> None:
    heard = Listener()
    child("CountingEngine").speak([phrase("a b", "c", start=300)], heard)
    assert [chunk.pcm for chunk in heard.chunks[::5]] == [
        n.to_bytes(2, "little") * STEP for n in (300, 300, 310)
    ]
    assert [(m.text, m.start, m.t0) for m in heard.marks] == [
        ("a", 300, 0),
        ("b", 300, 5 * STEP),
        ("c", 310, 10 * STEP),
    ]


def test_what_libraries_print_does_not_reach_the_protocol(child: Any) -> None:
    heard = Listener()
    child("ChattyEngine").speak([phrase("one")], heard)
    assert heard.words == ["one"]


@pytest.mark.parametrize("concurrent", [True, False])
def test_several_readings_are_interleaved(child: Any, concurrent: bool) -> None:
    """While one reading is paused, another is heard to its end."""
    engine = child("CountingEngine", {"concurrent": concurrent})
    go_on, paused = threading.Event(), threading.Event()

    def pause(_: Listener) -> bool:
        paused.set()
        return go_on.wait(10)

    slow, quick = Listener(pause), Listener()
    first = in_thread(lambda: engine.speak([phrase("one two", start=n) for n in range(1, 40)], slow))
    assert paused.wait(10)
    engine.speak([phrase("three four"), phrase("five", start=50)], quick)
    assert quick.words == ["three", "four", "five"]
    go_on.set()
    first.join(10)
    assert slow.words == ["one", "two"] * 39
    assert [chunk.first_sample for chunk in slow.chunks] == list(range(0, 39 * 10 * STEP, STEP))


def test_an_endless_text_is_asked_for_only_as_far_as_it_is_heard(child: Any) -> None:
    asked = []

    def endless() -> Iterator[Phrase]:
        for number in itertools.count():
            asked.append(number)
            yield phrase("word")

    heard = Listener(lambda listener: listener.samples < 10 * 5 * STEP)
    child("CountingEngine").speak(endless(), heard)
    # ten words heard, two seconds (twenty words) on their way, and the few that lie ready
    assert len(asked) <= 10 + 20 + 5


def test_cancel_ends_the_engine_s_work_although_no_chunk_is_due(child: Any) -> None:
    engine, heard = child("ThinkingEngine"), Listener()
    engine.warm_up()  # else a busy machine says that it is loading
    reading = in_thread(lambda: engine.speak([phrase("word")], heard))
    while not heard.notices:
        reading.join(0.01)
    assert heard.notices == ["thinking"]
    heard.ended = True
    reading.join(10)
    assert not reading.is_alive()
    while not engine.call("stopped").value:
        pass
    assert heard.chunks == []


def test_nothing_of_a_cancelled_reading_is_heard_later(child: Any) -> None:
    engine = child("CountingEngine")
    engine.speak([phrase("one two three", start=7)], Listener(lambda _: False))
    heard = Listener()
    engine.speak([phrase("four", start=9)], heard)
    assert {chunk.pcm[0] for chunk in heard.chunks} == {9}
    assert heard.words == ["four"]


def test_questions_carry_json_and_bytes(child: Any) -> None:
    engine = child("CountingEngine")
    answer = engine.call("reverse", {"unit": "ß"}, b"abc")
    assert (answer.value, answer.blob) == ({"length": 3, "unit": "ß"}, b"cba")
    assert engine.call("pid").value not in (None, os.getpid())
    assert [voice.name for voice in engine.voices()] == ["one"]
    with pytest.raises(InputError, match="no question 'nonsense'"):
        engine.call("nonsense")


def test_a_failure_is_one_line_and_the_next_reading_works(child: Any) -> None:
    engine = child("FailingEngine")
    for _ in range(2):
        with pytest.raises(EngineError, match=r"^failing: ZeroDivisionError: one by nothing$"):
            engine.speak([phrase("one")], Listener())


def test_an_engine_that_cannot_be_loaded_says_why(child: Any) -> None:
    engine = child("UnloadableEngine")
    with pytest.raises(EngineError, match="weights are missing"):
        engine.warm_up()
    assert "weights are missing" in engine.check()


@pytest.mark.parametrize("name", ["no.such.module:Engine", "support.child_engines:Nothing"])
def test_an_engine_that_does_not_exist_says_so(child: Any, name: str) -> None:
    with pytest.raises(EngineError, match="cannot be loaded in its own process"):
        child(name).warm_up()


def test_wrong_options_say_so(child: Any) -> None:
    with pytest.raises(EngineError, match="devise"):
        child("CountingEngine", {"devise": "cuda"}).warm_up()


def test_an_interpreter_that_does_not_exist_says_so(child: Any, tmp_path: Any) -> None:
    with pytest.raises(EngineError, match="cannot be started"):
        child("CountingEngine", interpreter=tmp_path / "python").warm_up()
