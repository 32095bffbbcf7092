"""From phrases to segments: nothing is lost, short words are joined, the fallback engine gets the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from codechoir.engines.xtts.capabilities import XttsLanguage
from codechoir.engines.xtts.speech.segments import SpeechSegment, split_phrase
from codechoir.model import CastUtterance, Category, Phrase, Utterance, Voice
from hypothesis import given
from hypothesis import strategies as st

ANA, BEN = Voice("Ana"), Voice("Ben")


def part(text: str, voice: Voice = ANA, start: int = 0, **about: object) -> CastUtterance:
    return CastUtterance(Utterance(text, Category.VARIABLE, start, start + 5, **about), voice)  # type: ignore[arg-type]


def planned(*parts: CastUtterance, embedded: bool = True, max_tokens: int = 200) -> list[SpeechSegment]:
    return list(split_phrase(Phrase(parts, 0, 100), max_tokens, _letters, embedded))


def _letters(text: str, _: XttsLanguage) -> int:
    return len(text)


def test_neighbours_of_one_voice_are_joined_where_one_is_short() -> None:
    said = planned(part("return"), part("the total price of it all"), part("if", BEN))
    assert [segment.pieces for segment in said] == [("return the total price of it all.",), ("if.",)]


@pytest.mark.parametrize(
    "right",
    [
        part("value", BEN),
        part("value", replace(ANA, rate=300.0)),
        part("value", pause_before=200),
        part("value", language="de"),
        part("value", cue="error"),
    ],
)
def test_parts_are_not_joined_across_a_pause_cue_or_change_of_voice(right: CastUtterance) -> None:
    assert len(planned(part("return"), right)) == 2


def test_the_fallback_engine_gets_what_xtts_cannot_say_part_by_part() -> None:
    said = planned(part("x"), part("q l", spell=True), part("x.y", language="tlh"), part("(", language="en"))
    assert [segment.pieces for segment in said] == [()] * 4
    assert [segment.language for segment in said] == [None] * 4


def test_without_a_fallback_engine_xtts_says_all_text_with_letters() -> None:
    said = planned(part("x"), part("("), embedded=False)
    assert [segment.pieces for segment in said] == [("x.",), ()]


def test_a_long_comment_is_split_into_sentences() -> None:
    comment = " ".join(f"This is sentence number {n} of a long comment." for n in range(20))
    (segment,) = planned(part(comment), max_tokens=120)
    assert len(segment.pieces) > 5
    assert all(len(piece) <= 120 for piece in segment.pieces)
    assert " ".join(segment.pieces) == comment


def test_pauses_follow_the_rate() -> None:
    (segment,) = planned(part("word", replace(ANA, rate=350.0), pause_before=100, pause_after=400))
    assert (segment.pause_before, segment.pause_after) == (50.0, 200.0)


texts = st.sampled_from(["", "x", "return value", "a b", "sum of all", "1", "Der Preis."])
parts = st.builds(
    lambda text, voice, pause, start: part(text, voice, start, pause_after=pause),
    texts,
    st.sampled_from([ANA, BEN]),
    st.sampled_from([0, 300]),
    st.integers(0, 50),
)


@given(st.lists(parts, max_size=8), st.booleans())
def test_every_word_is_in_one_segment_and_in_order(phrase: list[CastUtterance], embedded: bool) -> None:
    said = planned(*phrase, embedded=embedded)
    assert [p for segment in said for p in segment.parts] == phrase
    words = [(word, p.utterance.start) for p in phrase for word in p.utterance.text.split()]
    assert [(word.text, word.start) for segment in said for word in segment.words] == words
    for segment in said:
        assert len({p.voice for p in segment.parts}) == 1
        for word in segment.words:
            utterance = phrase[segment.first + word.part].utterance
            assert utterance.text.split()[word.word] == word.text
            assert (utterance.start, utterance.end, utterance.category) == (
                word.start,
                word.end,
                word.category,
            )
