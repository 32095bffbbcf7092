"""Arithmetic on samples: silence, fades, crossfades, panning to stereo, loudness.

Samples are arrays (`array("h")`: 16 bits, mono, -32768 to 32767), without numpy, so that a first sound need
not wait for its import; only the loudness figures use numpy, and load it when they are called. Levels are
decibels below full scale; silence has a level of -120 dB.
"""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Any

from codechoir.model import AudioChunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = np.ndarray[tuple[Any, ...], np.dtype[np.floating[Any]]]

ENERGY_WINDOW = 44
"""Samples that are judged loud or quiet together: 2 ms at 22,050 Hz."""


def find_onset(samples: array[int], begin: int, end: int, threshold: int) -> int | None:
    """The first sample louder than `threshold`, at most one window early; None if all are quiet."""
    for at in range(begin, end, ENERGY_WINDOW):
        if not _is_quiet(samples[at : min(at + ENERGY_WINDOW, end)], threshold):
            return at
    return None


def find_sound(samples: array[int], begin: int, end: int, threshold: int) -> tuple[int, int]:
    """Where samples louder than `threshold` begin and end, to one window; all samples if all are quiet."""
    first = find_onset(samples, begin, end, threshold)
    if first is None:
        return begin, end
    last = end
    while _is_quiet(samples[max(last - ENERGY_WINDOW, first) : last], threshold):
        last -= ENERGY_WINDOW
    return first, last


def _is_quiet(window: array[int], threshold: int) -> bool:
    return not window or (max(window) <= threshold and min(window) >= -threshold)


def crossfade(out: array[int], into: array[int]) -> array[int]:
    """`out`, which fades out linearly, mixed with `into`, which fades in; both have the same length."""
    steps = len(out) + 1
    pairs = enumerate(zip(out, into, strict=True), 1)
    return array("h", [(a * (steps - i) + b * i) // steps for i, (a, b) in pairs])


def fade_in(samples: array[int]) -> array[int]:
    """The samples, faded in linearly over their whole length."""
    return crossfade(silence(len(samples)), samples)


def fade_out(samples: array[int]) -> array[int]:
    """The samples, faded out linearly over their whole length."""
    return crossfade(samples, silence(len(samples)))


def scale(samples: array[int], factor: float) -> array[int]:
    """The samples times `factor`, which must be at most 1, so that none is clipped."""
    return array("h", [round(sample * factor) for sample in samples])


def silence(length: int) -> array[int]:
    """`length` samples of silence; none if it is negative."""
    return array("h", bytes(2 * max(length, 0)))


def padded_slice(samples: array[int], begin: int, end: int) -> array[int]:
    """The samples from `begin` to `end`, with silence before the first sample and after the last one."""
    inside = samples[max(begin, 0) : max(end, 0)]
    before = silence(min(-begin, end - begin))
    return before + inside + silence(end - begin - len(before) - len(inside))


GLIDE_SECONDS = 0.005
"""Duration of a move from one side to the other; a sudden jump would click."""


class Panner:
    """Converts the chunks of one reading to stereo, with equal power at every balance, as Web Audio does.

    Positions are angles: 0 is left, a quarter turn is right.
    """

    def __init__(self) -> None:
        self._angle = _angle(0.0)
        self._target = self._angle

    def stereo(self, chunk: AudioChunk) -> bytes:
        """The chunk as interleaved s16le, left and right, with as many frames as it has samples.

        Each of its balances holds from its sample on, into the next chunks.
        """
        import numpy as np

        mono = np.frombuffer(chunk.pcm, "<i2").astype(np.float32)
        angles = self._angles(chunk, len(mono))
        sides = np.stack([mono * np.cos(angles), mono * np.sin(angles)], axis=1)
        return np.rint(sides).astype("<i2").tobytes()

    def _angles(self, chunk: AudioChunk, samples: int) -> NDArray[np.float32]:
        """The position of each sample."""
        import numpy as np

        angles = np.empty(samples, np.float32)
        step = math.pi / 2 / (GLIDE_SECONDS * chunk.sample_rate)
        moves = [(sample - chunk.first_sample, balance) for sample, balance in chunk.balances]
        ends = [min(max(at, 0), samples) for at, _ in moves[1:]] + [samples]
        begin = min(max(moves[0][0], 0), samples) if moves else samples
        self._glide(angles[:begin], step)
        for (_, balance), end in zip(moves, ends, strict=False):
            self._target = _angle(balance)
            self._glide(angles[begin:end], step)
            begin = end
        return angles

    def _glide(self, angles: NDArray[np.float32], step: float) -> None:
        """Fills `angles` with positions from the current one towards the target, one step a sample."""
        import numpy as np

        if not len(angles):
            return
        distance = self._target - self._angle
        moved = np.minimum(np.arange(1, len(angles) + 1) * step, abs(distance))
        angles[:] = self._angle + math.copysign(1.0, distance) * moved
        self._angle = float(angles[-1])


def _angle(balance: float) -> float:
    """The angle of a balance from -100 to 100."""
    return (min(max(balance, -100.0), 100.0) + 100) / 200 * math.pi / 2


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
