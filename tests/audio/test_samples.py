"""Arithmetic on samples: fades, slices, and where sound is."""

from __future__ import annotations

from array import array

import pytest
from codechoir.audio.samples import (
    ENERGY_WINDOW,
    crossfade,
    fade_in,
    fade_out,
    find_onset,
    find_sound,
    padded_slice,
    scale,
    silence,
)


def samples(*values: int) -> array[int]:
    return array("h", values)


def burst(begin: int, end: int, size: int = 1000) -> array[int]:
    """Silence with loud samples from `begin` to `end`."""
    return silence(begin) + samples(*[5000, -5000] * ((end - begin) // 2)) + silence(size - end)


def test_a_crossfade_is_linear() -> None:
    assert crossfade(samples(100, 100, 100), samples(0, 0, 0)) == samples(75, 50, 25)
    assert crossfade(samples(100, 100, 100), samples(100, 100, 100)) == samples(100, 100, 100)
    with pytest.raises(ValueError, match="shorter"):
        crossfade(samples(1, 2), samples(1))


def test_fades_begin_and_end_near_silence() -> None:
    assert fade_in(samples(100, 100, 100)) == samples(25, 50, 75)
    assert fade_out(samples(100, 100, 100)) == samples(75, 50, 25)
    assert fade_in(samples()) == samples()


def test_scaling_rounds() -> None:
    assert scale(samples(100, -100, 3), 0.5) == samples(50, -50, 2)


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (1, 3, [2, 3]),
        (-2, 2, [0, 0, 1, 2]),
        (2, 6, [3, 4, 0, 0]),
        (-1, 5, [0, 1, 2, 3, 4, 0]),
        (-5, -3, [0, 0]),
        (7, 9, [0, 0]),
        (3, 1, []),
    ],
)
def test_a_slice_is_padded_with_silence(begin: int, end: int, expected: list[int]) -> None:
    assert padded_slice(samples(1, 2, 3, 4), begin, end) == samples(*expected)


def test_silence_has_no_negative_length() -> None:
    assert silence(3) == samples(0, 0, 0)
    assert silence(-3) == samples()


@pytest.mark.parametrize(("begin", "end"), [(0, 10), (100, 300), (500, 502), (990, 1000)])
def test_sound_is_found_to_one_window(begin: int, end: int) -> None:
    sound = burst(begin, end)
    onset = find_onset(sound, 0, 1000, 250)
    assert onset is not None
    assert onset <= begin < onset + ENERGY_WINDOW
    first, last = find_sound(sound, 0, 1000, 250)
    assert first == onset
    assert last - ENERGY_WINDOW < end <= last


def test_where_all_is_quiet_there_is_no_onset_and_nothing_is_trimmed() -> None:
    assert find_onset(burst(0, 1000), 0, 1000, 6000) is None
    assert find_sound(burst(0, 1000), 100, 900, 6000) == (100, 900)
