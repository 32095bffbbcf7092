"""Sound without numpy: arithmetic on samples, earcons, faster speech. All that a first sound needs.

Samples are arrays (`array("h")`: 16 bits, mono, -32768 to 32767), without numpy, whose import takes longer
than compressing a hundred lines of code; only the loudness figures use numpy, and load it when they are
called. Levels are decibels below full scale; silence has a level of -120 dB.

Earcons are the short sounds of cues, synthesized from the tones in `voices/cues.toml`.

Time compression makes speech faster at the same pitch, by removing whole periods of the voice (PICOLA,
Morita and Itakura 1986). From 450 words a minute on, eSpeak NG compresses its own sound, but then its word
events miss the words by up to 40 ms. So fast speech is synthesized at a rate that eSpeak NG handles well,
and compressed here, where the position of every sample is known.
"""

from __future__ import annotations

import functools
import logging
import math
import re
import tomllib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import add, sub
from typing import TYPE_CHECKING, Any

from codechoir.model import AudioChunk
from codechoir.storage import resource_path

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


MIN_PERIOD, MAX_PERIOD = 108, 342
"""Periods that are searched, in samples: 200 to 65 Hz at 22,050 Hz. Of a higher voice, several together
count."""

LOOK_AHEAD = 2 * MAX_PERIOD + 24
"""Samples that must be known after the one that is being compressed."""

_COARSE_STEP = 12
"""The search first compares every twelfth sample, added to the sixth one after it."""

_MAX_KNOTS = 4096


class TimeCompressor:
    """Compresses a stream of samples, each piece by its own factor, and knows where each sample went.

    Factors are at least 1. At factor 1 samples are returned as they are, and none is held back.
    """

    def __init__(self) -> None:
        self._waiting = array("h")
        self._consumed = 0  # input samples before the waiting ones
        self._produced = 0  # output samples
        self._factors: list[tuple[int, float]] = [(0, 1.0)]  # (input sample, factor from there on)
        self._knots: list[tuple[int, int]] = [(0, 0)]  # (input, output) samples, ascending; linear in between
        self._uncompressed = 0  # samples to copy before the next period is removed

    def feed(self, samples: array[int], factor: float) -> array[int]:
        """Takes the next samples; returns the output that is ready."""
        if factor != self._factors[-1][1]:
            self._factors.append((self._consumed + len(self._waiting), factor))
        if factor == 1 and not self._waiting:
            self._consumed += len(samples)
            self._produced += len(samples)
            self._knots = [(self._consumed, self._produced)]
            return samples
        self._waiting += samples
        return self._compress(len(self._waiting) - LOOK_AHEAD)

    def flush(self) -> array[int]:
        """The output that is held back; more samples may follow."""
        if not self._waiting:
            return array("h")
        last = self._consumed + len(self._waiting)
        self._waiting += silence(2 * LOOK_AHEAD)
        ready = self._compress(len(self._waiting) - 2 * LOOK_AHEAD)
        surplus = self._produced - self.output_position(last)
        self._waiting = array("h")
        self._consumed, self._produced, self._uncompressed = last, self._produced - surplus, 0
        self._knots = [(self._consumed, self._produced)]
        return ready[: len(ready) - surplus]

    @property
    def consumed(self) -> int:
        """How many input samples are in the output."""
        return self._consumed

    def output_position(self, sample: int) -> int:
        """Where an input sample is, or will be, in the output, to a few samples."""
        after = bisect_right(self._knots, sample, key=lambda knot: knot[0])
        if after == 0:
            consumed, produced = self._knots[0]
            return produced - (consumed - sample)
        consumed, produced = self._knots[after - 1]
        if after == len(self._knots):
            return produced + int((sample - consumed) / self._factor_at(consumed)[0])
        next_consumed, next_produced = self._knots[after]
        return produced + (next_produced - produced) * (sample - consumed) // (next_consumed - consumed)

    def _compress(self, limit: int) -> array[int]:
        """Compresses the waiting samples before `limit`."""
        waiting, ready, at = self._waiting, array("h"), 0
        while at < limit:
            factor, until = self._factor_at(self._consumed + at)
            if factor == 1 or self._uncompressed:
                if factor == 1:
                    size, self._uncompressed = min(limit, until - self._consumed) - at, 0
                else:
                    size = min(self._uncompressed, limit - at)
                    self._uncompressed -= size
                ready += waiting[at : at + size]
                at += size
            else:
                period = _period(waiting[at : at + LOOK_AHEAD])
                faded = period if factor < 2 else max(round(period / (factor - 1)), 1)
                if factor < 2:
                    self._uncompressed = round(period * (2 - factor) / (factor - 1))
                out = waiting[at : at + faded]
                ready += crossfade(out, waiting[at + period : at + period + faded])
                at += period + faded
            self._knots.append((self._consumed + at, self._produced + len(ready)))
        self._waiting = waiting[at:]
        self._consumed += at
        self._produced += len(ready)
        del self._knots[:-_MAX_KNOTS]
        return ready

    def _factor_at(self, sample: int) -> tuple[float, int]:
        """The factor at an input sample, and the sample up to which it holds."""
        while len(self._factors) > 1 and self._factors[1][0] <= sample:
            del self._factors[0]
        until = self._factors[1][0] if len(self._factors) > 1 else self._consumed + len(self._waiting)
        return self._factors[0][1], until


def _period(samples: array[int]) -> int:
    """The length, within the limits, after which the beginning of the samples best repeats itself."""
    pairs = array("i", map(add, samples[::_COARSE_STEP], samples[_COARSE_STEP // 2 :: _COARSE_STEP]))
    lag = _COARSE_STEP * _best_lag(pairs, range(MIN_PERIOD // _COARSE_STEP, MAX_PERIOD // _COARSE_STEP + 1))
    finer = range(max(lag - _COARSE_STEP, MIN_PERIOD), min(lag + _COARSE_STEP, MAX_PERIOD) + 1, 4)
    lag = _best_lag(samples, finer, every=6)
    finest = range(max(lag - 3, MIN_PERIOD), min(lag + 3, MAX_PERIOD) + 1)
    return _best_lag(samples, finest, every=3)


def _best_lag(samples: array[int], lags: range, every: int = 1) -> int:
    """The lag with the least difference between the first samples and the next ones, at every `every`-th."""

    def difference(lag: int) -> float:
        total: int = sum(map(abs, map(sub, samples[:lag:every], samples[lag : 2 * lag : every])))
        return total / lag

    return min(lags, key=difference)


log = logging.getLogger(__name__)

EDGE_MS = 4
"""Milliseconds over which a tone fades in, and out again; at most half of its length each."""

_LOUDEST = 32767

_SHAPES: Mapping[str, Callable[[float], float]] = {
    "sine": lambda phase: math.sin(math.tau * phase),
    "triangle": lambda phase: 4 * abs((phase + 0.25) % 1 - 0.5) - 1,
    "square": lambda phase: 0.6 * math.sin(math.tau * phase) + 0.2 * math.sin(3 * math.tau * phase),
}
"""The waveforms: functions of the phase, of which 1 is a whole period."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone of an earcon.

    `hz`: frequency in hertz. `ms`: length in milliseconds. `level`: decibels relative to full scale. `shape`:
    `sine`, `triangle` or `square` (with few overtones). `per_octave`: for numbered cues, how many numbers are
    an octave; `hz` is the frequency of number 0.
    """

    hz: float
    ms: float
    level: float
    shape: str = "sine"
    per_octave: int = 0


@functools.lru_cache(maxsize=256)
def render_earcon(cue: str, sample_rate: int) -> bytes:
    """The earcon of a cue, as PCM s16le mono; empty for an unknown cue, with one warning in the log.

    A cue may end in a number, such as `indent-3`: its tones are then that many steps higher.
    """
    tones, number = _find_tones(cue)
    if not tones:
        log.warning("unknown cue '%s': add it to voices/cues.toml", cue)
    sound = array("h")
    for tone in tones:
        sound += _render_tone(tone, number, sample_rate)
    return sound.tobytes()


def _find_tones(cue: str) -> tuple[tuple[Tone, ...], int]:
    """The tones of a cue, and its number."""
    if cue in _table():
        return _table()[cue], 0
    match = re.fullmatch(r"(.+)[-.](\d+)", cue)
    tones = _table().get(match[1], ()) if match else ()
    return (tones, int(match[2])) if match and all(tone.per_octave for tone in tones) else ((), 0)


@functools.cache
def _table() -> dict[str, tuple[Tone, ...]]:
    text = resource_path("voices", "cues.toml").read_text(encoding="utf-8")
    return {name: tuple(Tone(**tone) for tone in tones) for name, tones in tomllib.loads(text).items()}


def _render_tone(tone: Tone, number: int, sample_rate: int) -> array[int]:
    hz = tone.hz * 2 ** (number / tone.per_octave) if tone.per_octave else tone.hz
    size = round(sample_rate * tone.ms / 1000)
    edge = max(min(sample_rate * EDGE_MS // 1000, size // 2), 1)
    peak = _LOUDEST * 10 ** (tone.level / 20)
    shape = _SHAPES[tone.shape]
    return array(
        "h",
        (
            round(peak * _fade(min(index, size - 1 - index) / edge) * shape(index * hz / sample_rate))
            for index in range(size)
        ),
    )


def _fade(share: float) -> float:
    """A smooth curve from 0 to 1 (raised cosine) for shares of the edge; 1 beyond it."""
    return 0.5 - 0.5 * math.cos(math.pi * min(share, 1.0))
