"""Random readings, and the check that each mark leads to its utterance by its indices."""

from __future__ import annotations

from codechoir.engines.base import Engine
from codechoir.model import CastUtterance, Category, Mark, Phrase, Utterance, Voice
from hypothesis import strategies as st
from support.listening import Listener

WordIndex = tuple[int, int, int]
"""Phrase, part and word."""

LONG = "a" * 90
UNSPEAKABLE = "="

_words = st.lists(st.sampled_from(["for", "user", "x", "42", "total", UNSPEAKABLE, LONG]), max_size=4)
_parts = st.builds(
    lambda words, category, start, pause, cue, voice: CastUtterance(
        Utterance(" ".join(words), category, start, start + 4, pause, pause, cue), Voice(voice, rate=900)
    ),
    _words,
    st.sampled_from([Category.KEYWORD, Category.VARIABLE, Category.LITERAL]),
    st.integers(0, 5),  # ranges that repeat, so that a range does not tell the utterance
    st.sampled_from([0, 0, 40]),
    st.sampled_from(["", "", "tick"]),
    st.sampled_from(["en-us", "en-us+f3"]),
)
_phrases = st.lists(_parts, max_size=5).map(lambda parts: Phrase(tuple(parts), 0, 9))
readings = st.lists(_phrases, max_size=6)


def check_marks(phrases: list[Phrase], marks: list[Mark]) -> None:
    """Each mark has range and category of the utterance that its indices lead to, and a word of it."""
    for mark in marks:
        said = phrases[mark.phrase].parts[mark.part].utterance
        assert (mark.start, mark.end, mark.category) == (said.start, said.end, said.category)
        assert mark.text in said.text.split()[mark.word]


def index_of(mark: Mark) -> WordIndex:
    return mark.phrase, mark.part, mark.word


def all_words(phrases: list[Phrase]) -> list[WordIndex]:
    return [
        (number, part, word)
        for number, phrase in enumerate(phrases)
        for part, spoken in enumerate(phrase.parts)
        for word, _ in enumerate(spoken.utterance.text.split())
    ]


def check_reading(engine: Engine, phrases: list[Phrase]) -> None:
    """An engine that says each word as it is gives each one mark, in order."""
    heard = Listener()
    engine.speak(phrases, heard)
    check_marks(phrases, heard.marks)
    assert list(map(index_of, heard.marks)) == all_words(phrases)
