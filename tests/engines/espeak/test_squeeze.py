"""Squeezing sound: shorter by the factor, at the same pitch, with every sample's way known."""

from __future__ import annotations

import math
from array import array

import numpy as np
import pytest
from codechoir.audio.time_compression import LONGEST, TimeCompressor
from codechoir.bench.audio_metrics import pitches
from hypothesis import given, settings
from hypothesis import strategies as st

RATE = 22050


def tone(hertz: float, seconds: float = 0.6) -> array[int]:
    return array(
        "h", (round(9000 * math.sin(math.tau * hertz * i / RATE)) for i in range(int(seconds * RATE)))
    )


SOUND = tone(120)


def squeezed(sound: array[int], factor: float, piece: int = 441) -> array[int]:
    squeezer = TimeCompressor()
    out = array("h")
    for at in range(0, len(sound), piece):
        out += squeezer.take(sound[at : at + piece], factor)
    return out + squeezer.finish()


@pytest.mark.parametrize("factor", [1.2, 1.5, 1.99, 2.0, 2.6])
@pytest.mark.parametrize("hertz", [75.0, 110.0, 180.0, 300.0])
def test_a_tone_gets_shorter_and_keeps_pitch_and_smoothness(hertz: float, factor: float) -> None:
    sound = tone(hertz)
    out = squeezed(sound, factor)
    assert len(out) == pytest.approx(len(sound) / factor, abs=LONGEST)
    assert np.median(pitches(np.array(out), RATE)) == pytest.approx(hertz, rel=0.02)
    natural = np.abs(np.diff(np.array(sound, dtype=int))).max()
    assert np.abs(np.diff(np.array(out, dtype=int))).max() <= 1.3 * natural


def test_with_factor_one_sound_comes_back_as_it_went_in_and_at_once() -> None:
    squeezer = TimeCompressor()
    sound = tone(100)
    assert squeezer.take(sound, 1.0) == sound
    assert squeezer.finish() == array("h")
    assert squeezer.moved(1234) == 1234


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3000), st.sampled_from([1.0, 1.3, 2.0, 2.5]), st.booleans()), max_size=8
    )
)
def test_any_mixture_of_factors_adds_up_and_samples_never_change_places(
    pieces: list[tuple[int, float, bool]],
) -> None:
    squeezer = TimeCompressor()
    given_back, taken, expected = 0, 0, 0.0
    places: list[int] = []
    for size, factor, finishes in pieces:
        given_back += len(squeezer.take(SOUND[:size], factor))
        if finishes:
            given_back += len(squeezer.finish())
        taken += size
        expected += size / factor
        places.append(squeezer.moved(squeezer.squeezed))
        assert places[-1] == given_back
    given_back += len(squeezer.finish())
    assert places == sorted(places)
    assert given_back == pytest.approx(expected, abs=2 * LONGEST * (len(pieces) + 1))
    assert squeezer.moved(taken) == given_back


@pytest.mark.parametrize("factor", [1.3, 2.5])
def test_a_sound_lies_where_the_squeezer_says(factor: float) -> None:
    """A noise in silence: where it comes out must be where `moved` puts it."""
    sound = array("h", bytes(2 * RATE))
    begin, end = 9000, 12000
    sound[begin:end] = tone(140)[: end - begin]
    squeezer = TimeCompressor()
    out = np.array(squeezer.take(sound, factor), dtype=int)
    heard = np.flatnonzero(np.abs(out) > 1000)
    assert heard[0] == pytest.approx(squeezer.moved(begin), abs=LONGEST)
    assert heard[-1] == pytest.approx(squeezer.moved(end), abs=LONGEST)
