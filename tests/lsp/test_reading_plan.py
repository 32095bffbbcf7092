"""What follows a place of a reading: by the number of its phrase, whatever its words are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from codechoir.lsp.reading_plan import ReadingPlan, ReplayablePhrases
from codechoir.model import Phrase
from codechoir.playback.navigation import ReadingPosition
from support.listening import phrase

LINES = [phrase("class cart"), phrase("method add"), phrase("method add"), phrase("method total")]


class Pipeline:
    """Gives phrases the voices that they have."""

    def recast(self, line: Phrase) -> Phrase:
        return line

    def phrases(self, snapshot: object, start: int, end: int) -> Iterator[Phrase]:
        return iter(())


def words(plan: ReadingPlan) -> list[str]:
    pipeline: Any = Pipeline()
    return [" ".join(part.utterance.text for part in line.parts) for line in plan.phrases(pipeline)]


def plan_of(*opening: Phrase, **fields: Any) -> ReadingPlan:
    snapshot: Any = None
    return ReadingPlan(snapshot, 0, 50, 0, opening, **fields)


@pytest.mark.parametrize("slow_until", [0, 100])
def test_an_outline_continues_after_the_phrase_that_was_playing(slow_until: int) -> None:
    plan = plan_of(about=ReplayablePhrases(lambda: LINES), slow_until=slow_until)
    assert words(plan) == ["class cart", "method add", "method add", "method total"]
    later = plan.from_place(ReadingPosition(1, LINES[1], 0, 1))
    assert words(later) == ["add", "method add", "method total"]
    assert words(later.from_place(ReadingPosition(1, LINES[2], 0, 0))) == ["method add", "method total"]


def test_the_rest_of_the_opening_comes_before_the_outline() -> None:
    plan = plan_of(phrase("line 3"), phrase("line 3"), about=ReplayablePhrases(lambda: LINES[:1]))
    assert words(plan) == ["line 3", "line 3", "class cart"]
    assert words(plan.from_place(ReadingPosition(0, plan.opening[0], 0, 0))) == [
        "line 3",
        "line 3",
        "class cart",
    ]
    assert words(plan.from_place(ReadingPosition(1, plan.opening[1], 0, 1))) == ["3", "class cart"]
