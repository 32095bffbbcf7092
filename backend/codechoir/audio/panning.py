"""Panning: mono audio and its balance become stereo."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from codechoir.model import AudioChunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
        """Fill `angles` with positions from the current one towards the target, one step a sample."""
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
