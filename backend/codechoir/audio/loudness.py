"""How loud speech is: its RMS level and its loudness in LUFS, in decibels below full scale.

Samples are numbers from -32768 to 32767, one channel. Silence has a level of -120 dB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Samples = np.ndarray[tuple[Any, ...], np.dtype[np.floating[Any]]]

_FULL_SCALE = 32768.0


def speech_level(samples: Samples, sample_rate: int) -> float:
    """A mean of RMS level (two parts) and LUFS (one part), by which voices are levelled.

    Dark and bright voices differ by up to 2 dB between the two measures. Voices with equal means are nearly
    equal by either.
    """
    return (2 * rms_level(samples, sample_rate) + lufs(samples, sample_rate)) / 3


def rms_level(samples: Samples, sample_rate: int) -> float:
    """The RMS level."""
    return _decibels(float(_power_spectrum(samples).sum())) if samples.size else -120.0


def lufs(samples: Samples, sample_rate: int) -> float:
    """The loudness in LUFS (ITU-R BS.1770), without gating."""
    import numpy as np

    if not samples.size:
        return -120.0
    weights = _k_weighting(np.fft.rfftfreq(samples.size, 1 / sample_rate))
    return _decibels(float((_power_spectrum(samples) * weights).sum())) - 0.691


def _power_spectrum(samples: Samples) -> Samples:
    """The power at each frequency; the sum is the mean square of the samples, relative to full scale."""
    import numpy as np

    power: Samples = 2 * np.abs(np.fft.rfft(samples / _FULL_SCALE)) ** 2 / samples.size**2
    return power


def _decibels(power: float) -> float:
    import numpy as np

    return float(10 * np.log10(max(power, 1e-12)))


def _k_weighting(frequencies: Samples) -> Samples:
    """The power response of the K-weighting filter of BS.1770, whose two stages are specified at 48 kHz."""
    import numpy as np

    z = np.exp(-2j * np.pi * frequencies / 48000)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - z) ** 2 / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    response: Samples = np.abs(shelf * high_pass) ** 2
    return response
