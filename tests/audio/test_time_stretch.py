"""Speed without a change of pitch, and pitch without a change of speed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from codechoir.audio.resampling import TimeStretcher, VoiceShaper, pitch_factor
from hypothesis import given
from hypothesis import strategies as st
from support.buzz import BUZZ_RATE, buzz

# ---- speed ----------------------------------------------------------------------------------------------


def stretched(samples: np.ndarray, speed: float, cuts: list[int]) -> np.ndarray:
    stretch = TimeStretcher(speed, BUZZ_RATE)
    edges = [0, *sorted(min(cut, len(samples)) for cut in cuts), len(samples)]
    made = [stretch.feed(samples[a:b]) for a, b in pairwise(edges)]
    return np.concatenate([*made, stretch.flush()])


def pitch(samples: np.ndarray) -> float:
    """The strongest period between 60 and 400 Hz, as a frequency."""
    middle = samples[len(samples) // 4 : len(samples) // 4 + 4096]
    likeness = np.correlate(middle, middle, "full")[4095:]
    low, high = BUZZ_RATE // 400, BUZZ_RATE // 60
    return BUZZ_RATE / (low + int(np.argmax(likeness[low:high])))


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 1.7, 2.5, 4.0])
def test_faster_speech_is_shorter_and_not_higher(speed: float) -> None:
    made = stretched(buzz(), speed, [])
    assert len(made) == pytest.approx(BUZZ_RATE / speed, abs=BUZZ_RATE * 0.01)
    assert pitch(made) == pytest.approx(140, rel=0.02)
    inner = made[1000:-1500]
    assert np.sqrt(np.square(inner).mean()) == pytest.approx(np.sqrt(np.square(buzz()).mean()), rel=0.15)


def test_normal_speed_changes_nothing() -> None:
    assert np.array_equal(stretched(buzz(), 1.0, [100, 5000]), buzz())


@given(st.lists(st.integers(0, 12_000), max_size=5), st.sampled_from([0.7, 1.4]))
def test_the_pieces_in_which_it_comes_are_not_heard(cuts: list[int], speed: float) -> None:
    assert np.allclose(stretched(buzz(0.5), speed, cuts), stretched(buzz(0.5), speed, []), atol=1e-5)


@pytest.mark.parametrize("size", [0, 1, 50, 500])
def test_very_short_sound_comes_out_too(size: int) -> None:
    made = stretched(buzz()[:size], 2.0, [])
    assert len(made) == pytest.approx(size / 2, abs=1)
    assert np.isfinite(made).all()


# ---- pitch ----------------------------------------------------------------------------------------------


def shaped(samples: np.ndarray, speed: float, height: float, cuts: list[int]) -> np.ndarray:
    shaper = VoiceShaper(speed, pitch_factor(height), BUZZ_RATE)
    edges = [0, *sorted(min(cut, len(samples)) for cut in cuts), len(samples)]
    made = [shaper.feed(samples[a:b]) for a, b in pairwise(edges)]
    return np.concatenate([*made, shaper.flush()])


@pytest.mark.parametrize("speed", [0.7, 1.0, 2.0])
@pytest.mark.parametrize(("height", "hertz"), [(0, 99.0), (25, 117.7), (52, 141.6), (100, 198.0)])
def test_a_higher_voice_takes_the_same_time(height: float, hertz: float, speed: float) -> None:
    made = shaped(buzz(), speed, height, [])
    assert len(made) == pytest.approx(BUZZ_RATE / speed, abs=BUZZ_RATE * 0.002)
    assert pitch(made) == pytest.approx(hertz, rel=0.02)
    inner = made[1000:-1500]
    assert np.sqrt(np.square(inner).mean()) == pytest.approx(np.sqrt(np.square(buzz()).mean()), rel=0.15)


def test_the_speaker_s_own_pitch_changes_nothing() -> None:
    assert np.array_equal(shaped(buzz(), 1.0, 50, [100, 5000]), buzz())


@given(st.lists(st.integers(0, 12_000), max_size=5), st.sampled_from([10, 90]))
def test_the_pieces_in_which_a_higher_voice_comes_are_not_heard(cuts: list[int], height: float) -> None:
    assert np.allclose(shaped(buzz(0.5), 1.0, height, cuts), shaped(buzz(0.5), 1.0, height, []), atol=1e-5)


@pytest.mark.parametrize("size", [0, 1, 50, 500])
def test_very_short_sound_is_shaped_too(size: int) -> None:
    made = shaped(buzz()[:size], 1.0, 80, [])
    assert len(made) == pytest.approx(size, abs=2)
    assert np.isfinite(made).all()
