"""From the word that sounds back to its phrase, and what is left to say after it."""

from __future__ import annotations

import pytest
from codechoir.model import CastUtterance, Category, Mark, Phrase, Utterance, Voice
from codechoir.playback.position_tracker import Place, PositionTracker

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
def trail() -> PositionTracker:
    trail = PositionTracker([FIRST, SECOND])
    assert list(trail) == [FIRST, SECOND]
    return trail


def test_before_the_first_word_there_is_no_place(trail: PositionTracker) -> None:
    assert trail.place is None


def test_each_word_is_found_in_its_phrase(trail: PositionTracker) -> None:
    heard = [
        (0, "for", Place(FIRST, 0, 0)),
        (0, "user", Place(FIRST, 1, 0)),
        (0, "name", Place(FIRST, 1, 1)),
        (0, "in", Place(FIRST, 3, 0)),
        (1, "add", Place(SECOND, 0, 0)),
        (1, "to", Place(SECOND, 0, 1)),
        (1, "cart", Place(SECOND, 0, 2)),
    ]
    for number, text, place in heard:
        trail.follow(mark(place.phrase, number, place.part, text, place.word))
        assert trail.place == place


def test_a_mark_of_several_words_counts_for_all_of_them(trail: PositionTracker) -> None:
    trail.follow(mark(SECOND, 1, 0, "add to"))
    trail.follow(mark(SECOND, 1, 0, "cart", 2))
    assert trail.place == Place(SECOND, 0, 2)


def test_words_that_an_engine_leaves_out_do_not_lose_the_place(trail: PositionTracker) -> None:
    trail.follow(mark(FIRST, 0, 0, "for"))
    trail.follow(mark(SECOND, 1, 0, "add"))
    assert trail.place == Place(SECOND, 0, 0)


def test_a_mark_that_belongs_to_nothing_changes_nothing(trail: PositionTracker) -> None:
    trail.follow(mark(FIRST, 0, 1, "user"))
    for phrase_number, part in ((2, 0), (-1, 0), (0, 4)):
        trail.follow(Mark(0, 1, 900, 905, Category.KEYWORD, "stray", phrase_number, part, 0))
        assert trail.place == Place(FIRST, 1, 0)


def test_two_parts_of_one_range_are_told_apart() -> None:
    line = phrase(spoken("quote", 0), spoken("hello there", 0), spoken("end", 9))
    trail = PositionTracker([line])
    assert list(trail) == [line]
    places = []
    for part, word, text in ((0, 0, "quote"), (1, 0, "hello"), (1, 1, "there"), (2, 0, "end")):
        trail.follow(mark(line, 0, part, text, word))
        places.append(trail.place)
    assert places == [Place(line, 0, 0), Place(line, 1, 0), Place(line, 1, 1), Place(line, 2, 0)]


def test_the_rest_of_a_phrase_begins_with_the_word_that_sounds() -> None:
    rest = Place(FIRST, 1, 1).rest()
    assert [part.utterance.text for part in rest.parts] == ["name", "", "in"]
    begun = rest.parts[0].utterance
    assert (begun.start, begun.end, begun.pause_before, begun.cue) == (10, 15, 0, "")
    assert (rest.start, rest.end) == (10, FIRST.end)


def test_the_rest_from_the_first_word_is_whole() -> None:
    assert Place(FIRST, 1, 0).rest().parts == FIRST.parts[1:]


def test_phrases_behind_the_ear_are_forgotten() -> None:
    lines = [phrase(spoken("word", 10 * number)) for number in range(1000)]
    trail = PositionTracker(lines)
    for number, line in enumerate(trail):
        trail.follow(mark(line, number, 0, "word"))
        assert trail.place is not None and trail.place.phrase is line
        assert trail.kept <= 2
