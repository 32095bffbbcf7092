"""Time compression: shorter by the factor, at the same pitch, with a known position of every sample."""

from __future__ import annotations

import math
from array import array

import numpy as np
import pytest
from codechoir.audio.samples import MAX_PERIOD, TimeCompressor
from codechoir.bench.audio_metrics import pitches
from hypothesis import given, settings
from hypothesis import strategies as st

RATE = 22050


def tone(hertz: float, seconds: float = 0.6) -> array[int]:
    return array(
        "h", (round(9000 * math.sin(math.tau * hertz * i / RATE)) for i in range(int(seconds * RATE)))
    )


SOUND = tone(120)


def compressed(sound: array[int], factor: float, piece: int = 441) -> array[int]:
    compressor = TimeCompressor()
    out = array("h")
    for at in range(0, len(sound), piece):
        out += compressor.feed(sound[at : at + piece], factor)
    return out + compressor.flush()


@pytest.mark.parametrize("factor", [1.2, 1.5, 1.99, 2.0, 2.6])
@pytest.mark.parametrize("hertz", [75.0, 110.0, 180.0, 300.0])
def test_a_tone_gets_shorter_and_keeps_pitch_and_smoothness(hertz: float, factor: float) -> None:
    sound = tone(hertz)
    out = compressed(sound, factor)
    assert len(out) == pytest.approx(len(sound) / factor, abs=MAX_PERIOD)
    assert np.median(pitches(np.array(out), RATE)) == pytest.approx(hertz, rel=0.02)
    natural = np.abs(np.diff(np.array(sound, dtype=int))).max()
    assert np.abs(np.diff(np.array(out, dtype=int))).max() <= 1.3 * natural


def test_with_factor_one_sound_comes_back_as_it_went_in_and_at_once() -> None:
    compressor = TimeCompressor()
    sound = tone(100)
    assert compressor.feed(sound, 1.0) == sound
    assert compressor.flush() == array("h")
    assert compressor.output_position(1234) == 1234


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3000), st.sampled_from([1.0, 1.3, 2.0, 2.5]), st.booleans()), max_size=8
    )
)
def test_any_mixture_of_factors_adds_up_and_samples_never_change_places(
    pieces: list[tuple[int, float, bool]],
) -> None:
    compressor = TimeCompressor()
    given_back, taken, expected = 0, 0, 0.0
    places: list[int] = []
    for size, factor, finishes in pieces:
        given_back += len(compressor.feed(SOUND[:size], factor))
        if finishes:
            given_back += len(compressor.flush())
        taken += size
        expected += size / factor
        places.append(compressor.output_position(compressor.consumed))
        assert places[-1] == given_back
    given_back += len(compressor.flush())
    assert places == sorted(places)
    assert given_back == pytest.approx(expected, abs=2 * MAX_PERIOD * (len(pieces) + 1))
    assert compressor.output_position(taken) == given_back


@pytest.mark.parametrize("factor", [1.3, 2.5])
def test_a_sound_is_where_the_compressor_says(factor: float) -> None:
    """A noise in silence: where it comes out must be at `output_position`."""
    sound = array("h", bytes(2 * RATE))
    begin, end = 9000, 12000
    sound[begin:end] = tone(140)[: end - begin]
    compressor = TimeCompressor()
    out = np.array(compressor.feed(sound, factor), dtype=int)
    heard = np.flatnonzero(np.abs(out) > 1000)
    assert heard[0] == pytest.approx(compressor.output_position(begin), abs=MAX_PERIOD)
    assert heard[-1] == pytest.approx(compressor.output_position(end), abs=MAX_PERIOD)
