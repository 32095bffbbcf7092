"""The indices of a mark lead to its utterance through the pipe to a child."""

from __future__ import annotations

from typing import Any

import pytest
from codechoir.model import Phrase
from hypothesis import given, settings
from support.listening import Listener, in_thread
from support.mark_indices import check_marks, check_reading, readings


@pytest.mark.parametrize("engine", ["codechoir.engines.silent:SilentEngine", "CountingEngine"])
def test_one_reading(child: Any, engine: str) -> None:
    speaker = child(engine)

    @settings(max_examples=30)
    @given(readings)
    def check(phrases: list[Phrase]) -> None:
        check_reading(speaker, phrases)

    check()


def test_readings_that_take_turns_at_one_engine(child: Any) -> None:
    """The engine is called anew for each turn, and counts from 0 each time."""
    speaker = child("CountingEngine", {"concurrent": False})

    @settings(max_examples=20)
    @given(readings, readings)
    def check(phrases: list[Phrase], others: list[Phrase]) -> None:
        heard = Listener()
        beside = in_thread(lambda: speaker.speak(others, heard))
        check_reading(speaker, phrases)
        beside.join(30)
        assert not beside.is_alive()
        check_marks(others, heard.marks)

    check()
