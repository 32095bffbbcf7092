"""Panning: where each sample of a chunk is between left and right."""

from __future__ import annotations

from codechoir.audio.samples import Panner
from support.stereo import sides, tone


def test_in_the_middle_both_ears_hear_the_same() -> None:
    left, right = sides(Panner().stereo(tone(0, 10)))
    assert left == right == [707] * 10


def test_a_word_on_the_left_is_heard_on_the_left_after_a_glide() -> None:
    left, right = sides(Panner().stereo(tone(0, 20, (4, -100))))
    assert left[:4] == right[:4]
    assert left[4] > right[4] > right[5] > 0
    assert (left[-1], right[-1]) == (1000, 0)


def test_the_place_lasts_until_the_next_one() -> None:
    panner = Panner()
    panner.stereo(tone(0, 20, (0, 100)))
    left, right = sides(panner.stereo(tone(20, 20, (30, -100))))
    assert (left[0], right[0]) == (0, 1000)
    assert (left[-1], right[-1]) == (1000, 0)


def test_two_words_in_one_chunk_stand_apart() -> None:
    left, right = sides(Panner().stereo(tone(0, 40, (0, -100), (20, 100))))
    assert (left[15], right[15]) == (1000, 0)
    assert (left[-1], right[-1]) == (0, 1000)
