"""From the word that is playing to its phrase, and what is left to say after it."""

from __future__ import annotations

import pytest
from codechoir.model import CastUtterance, Category, Mark, Phrase, Utterance, Voice
from codechoir.playback.navigation import PositionTracker, ReadingPosition

VOICE = Voice("one")


def spoken(
    text: str, start: int, end: int | None = None, category: Category = Category.VARIABLE
) -> CastUtterance:
    words = Utterance(text, category, start, start + 5 if end is None else end, pause_before=40, cue="tick")
    return CastUtterance(words, VOICE)


def phrase(*parts: CastUtterance) -> Phrase:
    return Phrase(parts, parts[0].utterance.start, parts[-1].utterance.end)


def mark(line: Phrase, number: int, part: int, text: str, word: int = 0) -> Mark:
    said = line.parts[part].utterance
    return Mark.of(said, text, 0, 1, phrase=number, part=part, word=word)


FIRST = phrase(spoken("for", 0), spoken("user name", 10), spoken("", 20), spoken("in", 30))
SECOND = phrase(spoken("add to cart", 50))


@pytest.fixture
def tracker() -> PositionTracker:
    tracker = PositionTracker([FIRST, SECOND])
    assert list(tracker) == [FIRST, SECOND]
    return tracker


def test_before_the_first_word_there_is_no_place(tracker: PositionTracker) -> None:
    assert tracker.place is None


def test_each_word_is_found_in_its_phrase(tracker: PositionTracker) -> None:
    heard = [
        ("for", ReadingPosition(0, FIRST, 0, 0)),
        ("user", ReadingPosition(0, FIRST, 1, 0)),
        ("name", ReadingPosition(0, FIRST, 1, 1)),
        ("in", ReadingPosition(0, FIRST, 3, 0)),
        ("add", ReadingPosition(1, SECOND, 0, 0)),
        ("to", ReadingPosition(1, SECOND, 0, 1)),
        ("cart", ReadingPosition(1, SECOND, 0, 2)),
    ]
    for text, place in heard:
        tracker.follow(mark(place.phrase, place.number, place.part, text, place.word))
        assert tracker.place == place


def test_a_mark_of_several_words_counts_for_all_of_them(tracker: PositionTracker) -> None:
    tracker.follow(mark(SECOND, 1, 0, "add to"))
    tracker.follow(mark(SECOND, 1, 0, "cart", 2))
    assert tracker.place == ReadingPosition(1, SECOND, 0, 2)


def test_words_that_an_engine_leaves_out_do_not_lose_the_place(tracker: PositionTracker) -> None:
    tracker.follow(mark(FIRST, 0, 0, "for"))
    tracker.follow(mark(SECOND, 1, 0, "add"))
    assert tracker.place == ReadingPosition(1, SECOND, 0, 0)


def test_a_mark_that_belongs_to_nothing_changes_nothing(tracker: PositionTracker) -> None:
    tracker.follow(mark(FIRST, 0, 1, "user"))
    for phrase_number, part in ((2, 0), (-1, 0), (0, 4)):
        tracker.follow(Mark(0, 1, 900, 905, Category.KEYWORD, "stray", phrase_number, part, 0))
        assert tracker.place == ReadingPosition(0, FIRST, 1, 0)


def test_two_parts_of_one_range_are_told_apart() -> None:
    line = phrase(spoken("quote", 0), spoken("hello there", 0), spoken("end", 9))
    tracker = PositionTracker([line])
    assert list(tracker) == [line]
    places = []
    for part, word, text in ((0, 0, "quote"), (1, 0, "hello"), (1, 1, "there"), (2, 0, "end")):
        tracker.follow(mark(line, 0, part, text, word))
        places.append(tracker.place)
    assert places == [
        ReadingPosition(0, line, 0, 0),
        ReadingPosition(0, line, 1, 0),
        ReadingPosition(0, line, 1, 1),
        ReadingPosition(0, line, 2, 0),
    ]


def test_the_rest_of_a_phrase_begins_with_the_word_that_sounds() -> None:
    rest = ReadingPosition(0, FIRST, 1, 1).rest()
    assert [part.utterance.text for part in rest.parts] == ["name", "", "in"]
    begun = rest.parts[0].utterance
    assert (begun.start, begun.end, begun.pause_before, begun.cue) == (10, 15, 0, "")
    assert (rest.start, rest.end) == (10, FIRST.end)


def test_the_rest_from_the_first_word_is_whole() -> None:
    assert ReadingPosition(0, FIRST, 1, 0).rest().parts == FIRST.parts[1:]


def test_phrases_that_have_played_are_forgotten() -> None:
    lines = [phrase(spoken("word", 10 * number)) for number in range(1000)]
    tracker = PositionTracker(lines)
    for number, line in enumerate(tracker):
        tracker.follow(mark(line, number, 0, "word"))
        assert tracker.place is not None and tracker.place.phrase is line
        assert tracker.part_of(mark(line, number - 1, 0, "word")) is None
