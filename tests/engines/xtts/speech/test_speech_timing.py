"""Chunks, marks, and the end of an utterance."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from codechoir.engines.neural_output import ReadingCancelledError, SpeechChunker
from codechoir.engines.xtts.speech.segment_reading import BREATH_LEVEL, TailTrimmer, WordTiming
from codechoir.engines.xtts.speech.segments import SegmentWord
from codechoir.model import Category, Mark
from hypothesis import given
from hypothesis import strategies as st
from support.buzz import BUZZ_RATE as RATE
from support.buzz import buzz
from support.listening import Listener

# ---- chunks ---------------------------------------------------------------------------------------------


def test_chunks_are_short_and_carry_their_marks() -> None:
    heard = Listener()
    chunker = SpeechChunker(heard, RATE)
    chunker.write_silence(10)
    mark = Mark(700, 900, 1, 2, Category.TYPE, "word", 0, 0, 0)
    chunker.write(np.full(1000, 0.5, np.float32), [mark])
    assert [chunk.samples for chunk in heard.chunks] == [240, 480, 480, 40]
    assert [chunk.first_sample for chunk in heard.chunks] == [0, 240, 720, 1200]
    assert [chunk.marks for chunk in heard.chunks] == [(), (mark,), (), ()]
    assert np.frombuffer(heard.chunks[1].pcm, "<i2")[0] == 16383


def test_samples_beyond_full_scale_are_clipped() -> None:
    heard = Listener()
    SpeechChunker(heard, RATE).write(np.array([2.0, -2.0], np.float32))
    assert np.frombuffer(heard.chunks[0].pcm, "<i2").tolist() == [32767, -32767]


def test_a_cancelled_reading_raises() -> None:
    with pytest.raises(ReadingCancelledError):
        SpeechChunker(Listener(lambda _: False), RATE).write_silence(100)


# ---- marks ----------------------------------------------------------------------------------------------


def words(*texts: str) -> list[SegmentWord]:
    return [SegmentWord(text, n, n + 1, Category.VARIABLE, n, 0) for n, text in enumerate(texts)]


def test_words_share_the_time_by_their_number_of_letters() -> None:
    timing = WordTiming(words("one", "seven", "a"), 1200)
    marks = timing.starts_before(10**6)
    assert [(m.text, m.t0, m.t1) for m in marks] == [("one", 0, 400), ("seven", 400, 1000), ("a", 1000, 1200)]


@given(
    st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=6),
    st.floats(1, 50_000),
    st.lists(st.integers(1, 5000), min_size=1, max_size=9),
)
def test_every_word_gets_one_mark_within_the_sound(
    texts: list[str], expected: float, sizes: list[int]
) -> None:
    timing, at, marks = WordTiming(words(*texts), expected), 0, []
    for size in sizes[:-1]:
        found = timing.starts_before(at + size)
        assert all(mark.t0 < at + size for mark in found)
        marks += found
        at += size
    total = at + sizes[-1]
    timing.set_end(total, at)
    marks += timing.starts_before(total)
    assert [mark.text for mark in marks] == texts
    assert all(one.t0 <= other.t0 for one, other in pairwise(marks))
    assert all(0 <= mark.t0 < total for mark in marks)


# ---- the end of an utterance ----------------------------------------------------------------------------


def trimmed(samples: np.ndarray, cuts: list[int]) -> np.ndarray:
    trimmer = TailTrimmer(RATE)
    edges = [0, *sorted(min(cut, len(samples)) for cut in cuts), len(samples)]
    made = [trimmer.feed(samples[a:b]) for a, b in pairwise(edges)]
    return np.concatenate([*made, trimmer.flush()])


def spoken(breath: float) -> np.ndarray:
    """Two words with a silence between them, and a breath after them."""
    noise = np.random.default_rng(1).standard_normal(RATE).astype(np.float32) * BREATH_LEVEL * 0.1
    quiet, after = noise[: RATE // 5], noise[: round(breath * RATE)]
    return np.concatenate([buzz(0.3), quiet, buzz(0.2), after])


def test_the_breath_at_the_end_is_cut_and_a_pause_inside_is_not() -> None:
    made = trimmed(spoken(0.8), [])
    assert len(made) == pytest.approx((0.3 + 0.2 + 0.2 + 0.06) * RATE, abs=RATE // 50)
    assert np.array_equal(made, spoken(0.8)[: len(made)])


def test_sound_without_breath_is_unchanged() -> None:
    assert np.array_equal(trimmed(spoken(0.0), []), spoken(0.0))


@given(st.lists(st.integers(0, 36_000), max_size=6))
def test_trimming_does_not_depend_on_how_the_sound_is_divided(cuts: list[int]) -> None:
    assert np.array_equal(trimmed(spoken(0.8), cuts), trimmed(spoken(0.8), []))


def test_only_the_kept_part_of_silence_remains() -> None:
    assert len(trimmed(np.zeros(RATE, np.float32), [500])) == round(0.06 * RATE)
