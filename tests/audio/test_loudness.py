"""Levels in decibels: against what the standards say about sines."""

from __future__ import annotations

import numpy as np
import pytest
from codechoir.audio.samples import lufs, rms_level, speech_level


def sine(hertz: float, level: float, rate: int = 48000) -> np.ndarray:
    """One second of a sine whose peak is `level` decibels below full scale."""
    return 32768 * 10 ** (level / 20) * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)


@pytest.mark.parametrize("level", [0.0, -20.0, -60.0])
def test_the_rms_level_of_a_sine_is_3_db_below_its_peak(level: float) -> None:
    assert rms_level(sine(440, level), 48000) == pytest.approx(level - 3.01, abs=0.01)


@pytest.mark.parametrize("rate", [22050, 24000, 48000])
def test_a_full_scale_sine_of_997_hz_has_minus_3_lufs(rate: int) -> None:
    """The reference value of BS.1770, at any sample rate."""
    assert lufs(sine(997, 0.0, rate), rate) == pytest.approx(-3.01, abs=0.05)


def test_lufs_weights_frequencies_as_the_ear_does() -> None:
    deep, middle, high = (lufs(sine(hertz, -20.0), 48000) for hertz in (40, 997, 8000))
    assert deep < middle - 3
    assert middle + 3 < high < middle + 5


def test_loudness_lies_between_the_two() -> None:
    sound = sine(5000, -20.0)
    assert rms_level(sound, 48000) < speech_level(sound, 48000) < lufs(sound, 48000)
    assert speech_level(sound, 48000) == pytest.approx(
        (2 * rms_level(sound, 48000) + lufs(sound, 48000)) / 3, abs=1e-9
    )


@pytest.mark.parametrize("samples", [0, 4800])
def test_silence_is_very_soft(samples: int) -> None:
    assert rms_level(np.zeros(samples), 48000) == -120
    assert lufs(np.zeros(samples), 48000) <= -120
