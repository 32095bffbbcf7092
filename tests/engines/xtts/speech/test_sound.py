"""Between the model and the listener: chunks, marks, and speed without a change of pitch."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from codechoir.audio.time_stretch import Shaper, TimeStretcher, factor_of
from codechoir.engines.xtts.speech.segments import SegmentWord
from codechoir.engines.xtts.speech.speech_output import FLOOR, ListenerLeft, SpeechChunker, Trimmer, WordClock
from codechoir.model import Category, Mark
from hypothesis import given
from hypothesis import strategies as st
from support.listening import Listener

RATE = 24000


# ---- chunks ---------------------------------------------------------------------------------------------


def test_chunks_are_short_and_carry_their_marks() -> None:
    heard = Listener()
    outlet = SpeechChunker(heard, RATE)
    outlet.silence(10)
    mark = Mark(700, 900, 1, 2, Category.TYPE, "word", 0, 0, 0)
    outlet.sound(np.full(1000, 0.5, np.float32), [mark])
    assert [chunk.samples for chunk in heard.chunks] == [240, 480, 480, 40]
    assert [chunk.first_sample for chunk in heard.chunks] == [0, 240, 720, 1200]
    assert [chunk.marks for chunk in heard.chunks] == [(), (mark,), (), ()]
    assert np.frombuffer(heard.chunks[1].pcm, "<i2")[0] == 16383


def test_sound_beyond_full_scale_is_limited() -> None:
    heard = Listener()
    SpeechChunker(heard, RATE).sound(np.array([2.0, -2.0], np.float32))
    assert np.frombuffer(heard.chunks[0].pcm, "<i2").tolist() == [32767, -32767]


def test_a_listener_who_leaves_ends_it() -> None:
    with pytest.raises(ListenerLeft):
        SpeechChunker(Listener(lambda _: False), RATE).silence(100)


# ---- marks ----------------------------------------------------------------------------------------------


def words(*texts: str) -> list[SegmentWord]:
    return [SegmentWord(text, n, n + 1, Category.VARIABLE, n, 0) for n, text in enumerate(texts)]


def test_words_share_the_time_by_their_letters() -> None:
    clock = WordClock(words("one", "seven", "a"), 1200)
    marks = clock.begin_before(10**6)
    assert [(m.text, m.t0, m.t1) for m in marks] == [("one", 0, 400), ("seven", 400, 1000), ("a", 1000, 1200)]


@given(
    st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=6),
    st.floats(1, 50_000),
    st.lists(st.integers(1, 5000), min_size=1, max_size=9),
)
def test_every_word_gets_one_mark_within_the_sound(
    texts: list[str], expected: float, sizes: list[int]
) -> None:
    clock, at, marks = WordClock(words(*texts), expected), 0, []
    for size in sizes[:-1]:
        found = clock.begin_before(at + size)
        assert all(mark.t0 < at + size for mark in found)
        marks += found
        at += size
    total = at + sizes[-1]
    clock.ends_at(total, at)
    marks += clock.begin_before(total)
    assert [mark.text for mark in marks] == texts
    assert all(one.t0 <= other.t0 for one, other in pairwise(marks))
    assert all(0 <= mark.t0 < total for mark in marks)


# ---- speed ----------------------------------------------------------------------------------------------


def stretched(samples: np.ndarray, speed: float, cuts: list[int]) -> np.ndarray:
    stretch = TimeStretcher(speed, RATE)
    edges = [0, *sorted(min(cut, len(samples)) for cut in cuts), len(samples)]
    made = [stretch.take(samples[a:b]) for a, b in pairwise(edges)]
    return np.concatenate([*made, stretch.finish()])


def voice(seconds: float = 1.0) -> np.ndarray:
    """A buzz of 140 Hz whose loudness comes and goes, as a voice's does."""
    t = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 12))
    return (0.2 * buzz * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * t))).astype(np.float32)


def pitch(samples: np.ndarray) -> float:
    """The strongest period between 60 and 400 Hz, as a frequency."""
    middle = samples[len(samples) // 4 : len(samples) // 4 + 4096]
    likeness = np.correlate(middle, middle, "full")[4095:]
    low, high = RATE // 400, RATE // 60
    return RATE / (low + int(np.argmax(likeness[low:high])))


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 1.7, 2.5, 4.0])
def test_faster_speech_is_shorter_and_not_higher(speed: float) -> None:
    made = stretched(voice(), speed, [])
    assert len(made) == pytest.approx(RATE / speed, abs=RATE * 0.01)
    assert pitch(made) == pytest.approx(140, rel=0.02)
    inner = made[1000:-1500]
    assert np.sqrt(np.square(inner).mean()) == pytest.approx(np.sqrt(np.square(voice()).mean()), rel=0.15)


def test_normal_speed_changes_nothing() -> None:
    assert np.array_equal(stretched(voice(), 1.0, [100, 5000]), voice())


@given(st.lists(st.integers(0, 12_000), max_size=5), st.sampled_from([0.7, 1.4]))
def test_the_pieces_in_which_it_comes_are_not_heard(cuts: list[int], speed: float) -> None:
    assert np.allclose(stretched(voice(0.5), speed, cuts), stretched(voice(0.5), speed, []), atol=1e-5)


@pytest.mark.parametrize("size", [0, 1, 50, 500])
def test_very_short_sound_comes_out_too(size: int) -> None:
    made = stretched(voice()[:size], 2.0, [])
    assert len(made) == pytest.approx(size / 2, abs=1)
    assert np.isfinite(made).all()


# ---- pitch ----------------------------------------------------------------------------------------------


def shaped(samples: np.ndarray, speed: float, height: float, cuts: list[int]) -> np.ndarray:
    shaper = Shaper(speed, factor_of(height), RATE)
    edges = [0, *sorted(min(cut, len(samples)) for cut in cuts), len(samples)]
    made = [shaper.take(samples[a:b]) for a, b in pairwise(edges)]
    return np.concatenate([*made, shaper.finish()])


@pytest.mark.parametrize("speed", [0.7, 1.0, 2.0])
@pytest.mark.parametrize(("height", "hertz"), [(0, 99.0), (25, 117.7), (52, 141.6), (100, 198.0)])
def test_a_higher_voice_takes_the_same_time(height: float, hertz: float, speed: float) -> None:
    made = shaped(voice(), speed, height, [])
    assert len(made) == pytest.approx(RATE / speed, abs=RATE * 0.002)
    assert pitch(made) == pytest.approx(hertz, rel=0.02)
    inner = made[1000:-1500]
    assert np.sqrt(np.square(inner).mean()) == pytest.approx(np.sqrt(np.square(voice()).mean()), rel=0.15)


def test_the_speaker_s_own_pitch_changes_nothing() -> None:
    assert np.array_equal(shaped(voice(), 1.0, 50, [100, 5000]), voice())


@given(st.lists(st.integers(0, 12_000), max_size=5), st.sampled_from([10, 90]))
def test_the_pieces_in_which_a_higher_voice_comes_are_not_heard(cuts: list[int], height: float) -> None:
    assert np.allclose(shaped(voice(0.5), 1.0, height, cuts), shaped(voice(0.5), 1.0, height, []), atol=1e-5)


@pytest.mark.parametrize("size", [0, 1, 50, 500])
def test_very_short_sound_is_shaped_too(size: int) -> None:
    made = shaped(voice()[:size], 1.0, 80, [])
    assert len(made) == pytest.approx(size, abs=2)
    assert np.isfinite(made).all()


# ---- the end of an utterance ----------------------------------------------------------------------------


def trimmed(samples: np.ndarray, cuts: list[int]) -> np.ndarray:
    trimmer = Trimmer(RATE)
    edges = [0, *sorted(min(cut, len(samples)) for cut in cuts), len(samples)]
    made = [trimmer.take(samples[a:b]) for a, b in pairwise(edges)]
    return np.concatenate([*made, trimmer.finish()])


def spoken(breath: float) -> np.ndarray:
    """Two words with a silence between them, and a breath after them."""
    noise = np.random.default_rng(1).standard_normal(RATE).astype(np.float32) * FLOOR * 0.1
    quiet, after = noise[: RATE // 5], noise[: round(breath * RATE)]
    return np.concatenate([voice(0.3), quiet, voice(0.2), after])


def test_a_breath_is_cut_and_a_pause_inside_is_not() -> None:
    made = trimmed(spoken(0.8), [])
    assert len(made) == pytest.approx((0.3 + 0.2 + 0.2 + 0.06) * RATE, abs=RATE // 50)
    assert np.array_equal(made, spoken(0.8)[: len(made)])


def test_sound_that_ends_by_itself_is_whole() -> None:
    assert np.array_equal(trimmed(spoken(0.0), []), spoken(0.0))


@given(st.lists(st.integers(0, 36_000), max_size=6))
def test_where_the_pieces_are_cut_makes_no_difference(cuts: list[int]) -> None:
    assert np.array_equal(trimmed(spoken(0.8), cuts), trimmed(spoken(0.8), []))


def test_silence_alone_leaves_next_to_nothing() -> None:
    assert len(trimmed(np.zeros(RATE, np.float32), [500])) == round(0.06 * RATE)
