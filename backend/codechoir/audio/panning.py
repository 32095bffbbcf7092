"""Mono sound and where it stands, into stereo."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from codechoir.model import AudioChunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GLIDE_SECONDS = 0.005
"""A voice that jumps from one side to the other clicks; it glides."""


class Panner:
    """The chunks of one reading as stereo, equally loud wherever they stand, as Web Audio's panner does."""

    def __init__(self) -> None:
        self._angle = _angle(0.0)
        self._goal = self._angle

    def stereo(self, chunk: AudioChunk) -> bytes:
        """Interleaved s16le, left and right, of as many samples as the chunk has."""
        import numpy as np

        mono = np.frombuffer(chunk.pcm, "<i2").astype(np.float32)
        angles = self._angles(chunk, len(mono))
        sides = np.stack([mono * np.cos(angles), mono * np.sin(angles)], axis=1)
        return np.rint(sides).astype("<i2").tobytes()

    def _angles(self, chunk: AudioChunk, samples: int) -> NDArray[np.float32]:
        """The place of each sample: 0 is left, a quarter turn is right."""
        import numpy as np

        angles = np.empty(samples, np.float32)
        step = math.pi / 2 / (GLIDE_SECONDS * chunk.sample_rate)
        moves = [(sample - chunk.first_sample, balance) for sample, balance in chunk.balances]
        ends = [min(max(at, 0), samples) for at, _ in moves[1:]] + [samples]
        first = min(max(moves[0][0], 0), samples) if moves else samples
        self._glide(angles[:first], step)
        begin = first
        for (_, balance), end in zip(moves, ends, strict=False):
            self._goal = _angle(balance)
            self._glide(angles[begin:end], step)
            begin = end
        return angles

    def _glide(self, angles: NDArray[np.float32], step: float) -> None:
        """Fill `angles` with the way from where the sound stands to where it goes."""
        import numpy as np

        if not len(angles):
            return
        way = self._goal - self._angle
        moved = np.minimum(np.arange(1, len(angles) + 1) * step, abs(way))
        angles[:] = self._angle + math.copysign(1.0, way) * moved
        self._angle = float(angles[-1])


def _angle(balance: float) -> float:
    return (min(max(balance, -100.0), 100.0) + 100) / 200 * math.pi / 2
