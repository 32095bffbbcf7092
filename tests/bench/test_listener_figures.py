"""Comparing what was said with what was heard, and what a real recogniser hears of the natural voices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from codechoir.bench import run_benchmarks
from codechoir.bench.audio_metrics import words_of
from codechoir.bench.listener_figures import (
    COMMENTS,
    NATURAL,
    SINGLE_WORDS,
    MeasuredEngine,
    Sound,
    _figures_of,
    at_rate,
    heard,
    held_out_lines,
    our_engines,
    sounds,
)
from codechoir.bench.recogniser import Floats, Recogniser, share_wrong, spoken_words, words_wrong
from codechoir.errors import InputError
from codechoir.model import Phrase


@pytest.mark.parametrize(
    "text, words",
    [
        ("total equals 3.5", "total equals three point five"),
        ("x == 12", "x equals equals twelve"),
        ("getItem, self.name", "get item self dot name"),
        ("1,200 don't", "one thousand two hundred dont"),
        ("80% of 305", "eighty percent of three hundred five"),
        ("a=b", "a equals b"),
        ("", ""),
    ],
)
def test_signs_and_digits_are_the_words_that_were_said(text: str, words: str) -> None:
    assert spoken_words(text) == words.split()


@pytest.mark.parametrize(
    "said, was_heard, wrong",
    [
        ("return self dot name", "Return self.name.", 0),
        ("return self dot name", "Return shelf dot", 2),
        ("sub topic is", "subtopic is", 0),
        ("whitespace is", "white space is", 0),
        ("whitespace is", "white spade is", 2),
        ("one", "one more word", 2),
        ("total", "", 1),
    ],
)
def test_words_wrong(said: str, was_heard: str, wrong: int) -> None:
    assert words_wrong(said, was_heard) == (wrong, len(said.split()))


def test_words_that_sound_alike_are_the_same_when_told_so() -> None:
    assert words_wrong("write two new", "right to knew") == (3, 3)
    assert words_wrong("write two new", "right to knew", sounds) == (0, 3)
    assert words_wrong("write two", "wrote two", sounds) == (1, 2)


def test_the_interval_is_around_the_share_and_narrower_for_more_texts() -> None:
    few, many = ([(1, 10), (0, 10), (3, 10), (0, 10)] * count for count in (3, 60))
    for counts in (few, many):
        share, low, high = share_wrong(counts)
        assert share == pytest.approx(0.1) and low < share < high
    assert np.diff(share_wrong(few)[1:]) > 2 * np.diff(share_wrong(many)[1:])
    assert share_wrong(many) == share_wrong(many)
    assert share_wrong([]) == (0, 0, 0)


def test_held_out_lines_have_common_words_and_several_voices() -> None:
    lines = held_out_lines("espeak", 300)
    assert len(lines) == 300
    assert len({words_of(line) for line in lines}) > 270
    assert len(lines) == len(held_out_lines("natural", 300))
    assert all(len(line.parts) > 1 and "len" not in words_of(line).split() for line in lines)
    assert {part.voice.rate for part in at_rate(lines[0], 350).parts} == {350}
    assert len(held_out_lines("espeak", 10)) == 10


class Parrot:
    """Hears everything that is said, but at one rate only its first word, and of single words only one."""

    def __init__(self) -> None:
        self.said: list[tuple[str, int]] = []

    def say(self, phrase: Phrase, rate: int) -> Sound:
        self.said.append((words_of(phrase), rate))
        return np.zeros(100, np.float32), 24_000

    def hear(self, samples: Floats, sample_rate: int) -> str:
        text, rate = self.said[-1]
        return text.split()[0] if rate == 500 else text

    def identify(self, samples: Floats, sample_rate: int, words: Sequence[str]) -> str:
        return SINGLE_WORDS[1]


def test_what_is_counted_is_what_was_misheard() -> None:
    parrot = Parrot()
    found = heard(MeasuredEngine("natural", parrot.say), parrot, 10)
    assert sum(wrong for wrong, _ in found["175"]) == 0 and len(found["175"]) == len(found["262"]) == 10
    assert all(wrong == of - 1 for wrong, of in found["500"]) and len(found["500"]) == 2
    assert found["words"] == [(word != SINGLE_WORDS[1], 1) for word in SINGLE_WORDS[:10]]
    assert [text for text, _ in parrot.said if text in COMMENTS] == list(COMMENTS[:10])
    figures = {one["name"]: one for one in _figures_of("hibari", found, found)}
    assert figures["listener.hibari.175"]["ours"] == 0 and figures["listener.hibari.175"]["met"]
    assert figures["listener.hibari.words"]["ours"] == 0.1 and not figures["listener.hibari.words"]["met"]
    assert figures["listener.hibari.300"]["goal"] is None


@pytest.mark.parametrize("lines", ["0", "-3", "many"])
def test_the_number_of_lines_is_checked(lines: str) -> None:
    with pytest.raises(InputError, match="lines"):
        run_benchmarks(["listener"], {"lines": lines})


@pytest.mark.timeout(400)
def test_a_recogniser_understands_the_natural_voices() -> None:
    """The floor; the figures are in docs/benchmarks.md."""
    measured = next(one for one in our_engines() if one.engine == NATURAL)
    recogniser = Recogniser()
    lines = held_out_lines(measured.engine, 12)
    counts = [
        words_wrong(words_of(line), recogniser.hear(*measured.say(line, 175)), sounds) for line in lines
    ]
    assert share_wrong(counts)[0] < 0.2
    part = lines[0].parts[0]
    identified = 0
    for word in SINGLE_WORDS[::12]:
        alone = replace(part, utterance=replace(part.utterance, text=word))
        sound = measured.say(Phrase((alone,), 0, 1), 175)
        identified += recogniser.identify(*sound, SINGLE_WORDS[::12]) == word
    assert identified >= 7
