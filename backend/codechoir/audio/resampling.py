"""Sample rate conversion of a stream of chunks: a reading has one sample rate, but its engines may differ.

A polyphase windowed sinc filter of our own, since it holds back 0.5 ms of audio at any pair of rates; see
docs/decisions/0050-own-resampling.md.
"""

from __future__ import annotations

from dataclasses import replace
from math import gcd
from typing import TYPE_CHECKING

from codechoir.model import AudioChunk, Mark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TAPS = 24
"""Input samples that one output sample is made of. A Kaiser window of this width keeps images 68 dB down."""


class Resampler:
    """Converts chunks from one sample rate to another; marks and `first_sample` move along.

    The chunks must follow each other without gaps, from sample 0. How the audio is divided into chunks does
    not change the result. With equal rates, chunks are returned as they are.
    """

    def __init__(self, source: int, target: int) -> None:
        shared = gcd(source, target)
        self._up, self._down = target // shared, source // shared
        self._target = target
        self._produced = 0  # output samples
        self._consumed = 0  # input samples
        self._waiting: NDArray[np.float32] | None = None
        self._filters: NDArray[np.float32] | None = None

    def feed(self, chunk: AudioChunk) -> AudioChunk:
        """The part of the output that this chunk completes; it may be empty."""
        import numpy as np

        marks = tuple(self._convert_mark(mark) for mark in chunk.marks)
        if self._up == self._down:
            return chunk
        samples = np.frombuffer(chunk.pcm, "<i2").astype(np.float32)
        self._consumed += len(samples)
        return replace(self._convert(samples, self._consumed - TAPS // 2), marks=marks)

    def flush(self) -> AudioChunk:
        """The end of the output."""
        import numpy as np

        if self._up == self._down:
            return AudioChunk(b"", self._target, 0)
        return self._convert(np.zeros(TAPS, np.float32), self._consumed)

    def _convert(self, samples: NDArray[np.float32], until: int) -> AudioChunk:
        """The output samples whose position in the input is before `until`."""
        import numpy as np

        if self._waiting is None:
            self._waiting = np.zeros(TAPS // 2 - 1, np.float32)
            self._filters = _filter_bank(self._up, self._down)
        assert self._filters is not None
        waiting = np.concatenate([self._waiting, samples])
        first = self._produced
        end = max(first, -(-until * self._up // self._down))
        positions = np.arange(first, end) * self._down
        # `waiting` begins TAPS/2 - 1 samples before the position of the next output sample.
        begin = first * self._down // self._up
        windows = (positions // self._up - begin)[:, None] + np.arange(TAPS)
        converted = np.einsum("ij,ij->i", waiting[windows], self._filters[positions % self._up])
        self._produced = end
        self._waiting = waiting[end * self._down // self._up - begin :]
        pcm = np.clip(np.rint(converted), -32768, 32767).astype("<i2").tobytes()
        return AudioChunk(pcm, self._target, first)

    def _convert_mark(self, mark: Mark) -> Mark:
        return replace(mark, t0=mark.t0 * self._up // self._down, t1=mark.t1 * self._up // self._down)


def _filter_bank(up: int, down: int) -> NDArray[np.float32]:
    """(up, TAPS): for each phase, the weights of the input samples around it; rows sum to one."""
    import numpy as np

    cutoff = min(1.0, up / down) * 0.94
    offset = np.arange(up)[:, None] / up + TAPS // 2 - 1 - np.arange(TAPS)
    window = np.i0(6.0 * np.sqrt(np.clip(1 - (offset / (TAPS / 2)) ** 2, 0, 1)))
    filters = np.sinc(offset * cutoff) * window
    rows: NDArray[np.float32] = (filters / filters.sum(axis=1, keepdims=True)).astype(np.float32)
    return rows
