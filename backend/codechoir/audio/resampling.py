"""Another sample rate for a stream of chunks, since a reading has one rate from start to end."""

from __future__ import annotations

from dataclasses import replace
from math import gcd
from typing import TYPE_CHECKING

from codechoir.model import AudioChunk, Mark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TAPS = 24
"""Input samples that make one output sample: a Kaiser window of this width keeps images 60 dB down."""


class Resampler:
    """Chunks at one rate in, chunks at another rate out; `t0`, `t1` and `first_sample` are moved along.

    Polyphase windowed sinc. Output lags the input by half of `TAPS`, which `flush` brings out at the end.
    Chunks must follow each other without gaps, from sample 0.
    """

    def __init__(self, source: int, target: int) -> None:
        shared = gcd(source, target)
        self._up, self._down = target // shared, source // shared
        self._target = target
        self._made = 0
        self._taken = 0
        self._kept: NDArray[np.float32] | None = None
        self._bank: NDArray[np.float32] | None = None

    def feed(self, chunk: AudioChunk) -> AudioChunk:
        """The part of the output that this chunk completes; it may be empty."""
        import numpy as np

        marks = tuple(self._moved(mark) for mark in chunk.marks)
        if self._up == self._down:
            return chunk
        fresh = np.frombuffer(chunk.pcm, "<i2").astype(np.float32)
        self._taken += len(fresh)
        return replace(self._convert(fresh, self._taken - TAPS // 2), marks=marks)

    def flush(self) -> AudioChunk:
        """The end of the output."""
        import numpy as np

        if self._up == self._down:
            return AudioChunk(b"", self._target, 0)
        return self._convert(np.zeros(TAPS, np.float32), self._taken)

    def _convert(self, fresh: NDArray[np.float32], until: int) -> AudioChunk:
        """The output samples whose place in the input lies before sample `until`."""
        import numpy as np

        if self._kept is None:
            self._kept = np.zeros(TAPS // 2 - 1, np.float32)
            self._bank = _filter_bank(self._up, self._down)
        assert self._bank is not None
        waiting = np.concatenate([self._kept, fresh])
        first = self._made
        end = max(first, -(-until * self._up // self._down))
        places = np.arange(first, end) * self._down
        # `waiting` begins TAPS/2 - 1 samples before the place of the first output sample to come
        begin = first * self._down // self._up
        windows = (places // self._up - begin)[:, None] + np.arange(TAPS)
        made = np.einsum("ij,ij->i", waiting[windows], self._bank[places % self._up])
        self._made = end
        self._kept = waiting[end * self._down // self._up - begin :]
        pcm = np.clip(np.rint(made), -32768, 32767).astype("<i2").tobytes()
        return AudioChunk(pcm, self._target, first)

    def _moved(self, mark: Mark) -> Mark:
        return replace(mark, t0=mark.t0 * self._up // self._down, t1=mark.t1 * self._up // self._down)


def _filter_bank(up: int, down: int) -> NDArray[np.float32]:
    """(up, TAPS): for each phase the weights of the TAPS input samples around it; each row sums to one."""
    import numpy as np

    cutoff = min(1.0, up / down) * 0.94
    offset = np.arange(up)[:, None] / up + TAPS // 2 - 1 - np.arange(TAPS)
    window = np.i0(6.0 * np.sqrt(np.clip(1 - (offset / (TAPS / 2)) ** 2, 0, 1)))
    bank = np.sinc(offset * cutoff) * window
    rows: NDArray[np.float32] = (bank / bank.sum(axis=1, keepdims=True)).astype(np.float32)
    return rows
