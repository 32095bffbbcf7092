"""The end of the driver: samples and marks in, chunks of at most 20 ms out."""

from __future__ import annotations

from array import array

from codechoir.engines.protocol import Emit
from codechoir.model import AudioChunk, Mark


class Cancelled(Exception):
    """The listener wants no more."""


class Outlet:
    """Hands chunks to `emit`; times are samples of the reading. `put` and `flush` raise `Cancelled`."""

    def __init__(self, emit: Emit, sample_rate: int) -> None:
        self._emit = emit
        self._rate = sample_rate
        self._chunk = sample_rate // 50
        self._ready = array("h")
        self._emitted = 0
        self._marks: list[Mark] = []

    def mark(self, mark: Mark) -> None:
        """Take a mark, before the sound it begins in. Marks come in order."""
        self._marks.append(mark)

    def put(self, samples: array[int]) -> None:
        """Take the next samples; emit all full chunks."""
        self._ready += samples
        self._emit_chunks(self._chunk)

    def flush(self) -> None:
        """Emit what is left, even if it is less than a full chunk."""
        self._emit_chunks(1)

    def _emit_chunks(self, least: int) -> None:
        ready, at = self._ready, 0
        self._ready = array("h")
        while len(ready) - at >= least:
            piece = ready[at : at + self._chunk]
            at += len(piece)
            due = 0
            while due < len(self._marks) and self._marks[due].t0 < self._emitted + len(piece):
                due += 1
            chunk = AudioChunk(piece.tobytes(), self._rate, self._emitted, tuple(self._marks[:due]))
            del self._marks[:due]
            self._emitted += len(piece)
            if not self._emit(chunk):
                raise Cancelled
        self._ready = ready[at:]
