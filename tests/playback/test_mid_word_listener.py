"""Resuming mid-word: what was played of the first word is dropped."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import pytest
from codechoir.engines.espeak import EspeakEngine
from codechoir.engines.silent import SAMPLE_RATE, SilentEngine
from codechoir.model import AudioChunk, CastUtterance, Category, Mark, Phrase, Utterance, Voice
from codechoir.playback.navigation import MidWordListener
from support.listening import Listener, phrase

WORD = SAMPLE_RATE * 60 // 175


def continued(phrases: Iterable[Phrase], share: float) -> Listener:
    heard = Listener()
    SilentEngine().speak(phrases, MidWordListener(heard, share))
    return heard


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999, 1.0, 7.0])
def test_the_rest_of_the_word_is_heard_and_the_next_ones_follow(share: float) -> None:
    heard = continued([phrase("one two", "three")], share)
    rest = min(max(round((1 - share) * WORD), 0), WORD - 1)
    assert [mark.text for mark in heard.marks] == ["one", "two", "three"]
    first, second, _ = heard.marks
    assert first.t0 < 0 and first.t1 - first.t0 == WORD
    assert second.t0 == pytest.approx(rest, abs=1)
    assert heard.samples == pytest.approx(rest + 2 * WORD, abs=1)
    at = 0
    for chunk in heard.chunks:
        assert chunk.first_sample == at
        at += chunk.samples


def test_pauses_before_the_word_are_left_out() -> None:
    said = Utterance("one two", Category.VARIABLE, 0, 7, pause_before=500)
    heard = continued([Phrase((CastUtterance(said, Voice("one")),), 0, 7)], 0.5)
    assert heard.marks[1].t0 == pytest.approx(WORD / 2, abs=1)


def test_it_fades_in() -> None:
    heard = Listener()
    listener = MidWordListener(heard, 0.5)
    loud = array("h", [20_000] * 1000).tobytes()
    word = Mark(0, 1000, 0, 3, Category.VARIABLE, "one", 0, 0, 0)
    assert listener.write(AudioChunk(loud, SAMPLE_RATE, 0, (word,)))
    assert listener.write(AudioChunk(loud, SAMPLE_RATE, 1000))
    samples = array("h", b"".join(chunk.pcm for chunk in heard.chunks))
    assert len(samples) == 1500
    assert max(abs(b - a) for a, b in zip([0, *samples], samples, strict=False)) < 250


@pytest.mark.parametrize("share", [0.25, 0.6])
def test_with_espeak_the_word_loses_what_was_heard_of_it(share: float) -> None:
    """At another rate the words are as many and in order, and only the first is shorter."""
    words = Utterance("total price of all items", Category.COMMENT, 0, 5)
    line = Phrase((CastUtterance(words, Voice("en-us", rate=300)),), 0, 5)
    whole, rest = Listener(), Listener()
    EspeakEngine().speak([line], whole)
    EspeakEngine().speak([line], MidWordListener(rest, share))
    assert rest.words == whole.words
    first, there = rest.marks[0], whole.marks[0]
    assert first.t1 / (there.t1 - there.t0) == pytest.approx(1 - share, abs=0.05)
    lost = there.t0 + share * (there.t1 - there.t0)
    assert whole.samples - rest.samples == pytest.approx(lost, rel=0.1)


def test_a_listener_who_has_left_is_known_before_anything_is_let_through() -> None:
    heard = Listener()
    heard.ended = True
    SilentEngine().speak([phrase("one two")], MidWordListener(heard, 0.5))
    assert heard.chunks == []
