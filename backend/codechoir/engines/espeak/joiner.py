"""Joins the words of several voices so that no seam is heard, and cuts the audio into chunks of 20 ms.

A piece is taken with a margin on both sides, and the margins of neighbors are crossfaded. At a seam both
voices are saying the same sound of the same sentence, so nothing is added, lost or broken.
"""

from __future__ import annotations

from array import array
from dataclasses import replace

from codechoir.audio import TimeCompressor, crossfade, fade_in, fade_out, padded_slice, silence
from codechoir.engines import AudioListener, ReadingCancelledError
from codechoir.model import AudioChunk, Mark, chunk_samples


class AudioChunker:
    """Writes chunks to `listener`; times are samples of the reading.

    `add` and `flush` raise `ReadingCancelledError` when it takes no more.
    """

    def __init__(self, listener: AudioListener, sample_rate: int) -> None:
        self._listener = listener
        self._rate = sample_rate
        self._chunk = chunk_samples(sample_rate)
        self._ready = array("h")
        self._written = 0
        self._marks: list[Mark] = []

    def mark(self, mark: Mark) -> None:
        """Adds a mark, before the samples it begins in, in order."""
        self._marks.append(mark)

    def add(self, samples: array[int]) -> None:
        """Adds the next samples; writes all full chunks."""
        self._ready += samples
        self._write_chunks(self._chunk)

    def flush(self) -> None:
        """Writes what is left, even if it is less than a full chunk."""
        self._write_chunks(1)

    def _write_chunks(self, least: int) -> None:
        ready, at = self._ready, 0
        self._ready = array("h")
        while len(ready) - at >= least:
            piece = ready[at : at + self._chunk]
            at += len(piece)
            due = 0
            while due < len(self._marks) and self._marks[due].t0 < self._written + len(piece):
                due += 1
            chunk = AudioChunk(piece.tobytes(), self._rate, self._written, tuple(self._marks[:due]))
            del self._marks[:due]
            self._written += len(piece)
            if not self._listener.write(chunk):
                raise ReadingCancelledError
        self._ready = ready[at:]


MARGIN = 77
"""Samples on each side of a seam that are crossfaded: twice 3.5 ms at 22,050 Hz."""


class Joiner:
    """Joins pieces and silences in order, with the marks of their words; compresses time for fast rates.

    Times are samples before compression. Every method raises `ReadingCancelledError` when the listener takes
    no more.
    """

    def __init__(self, chunker: AudioChunker) -> None:
        self._chunker = chunker
        self._compressor = TimeCompressor()
        self._joined = 0  # samples that went to the compressor
        self._margin = array("h")  # the samples around the end of the last piece
        self._factor = 1.0  # of the last piece
        self._marked = 0  # where the last mark that the chunker has ends
        self._marks: list[Mark] = []  # whose beginning is still in the compressor

    @property
    def now(self) -> int:
        """Where the next piece will begin."""
        return self._joined + len(self._margin) // 2

    def join(
        self, samples: array[int], begin: int, end: int, factor: float = 1.0, mark: Mark | None = None
    ) -> None:
        """Adds the piece from `begin` to `end` of a take's samples, compressed by `factor`."""
        end = max(end, begin + 2 * MARGIN)
        before = padded_slice(samples, begin - MARGIN, begin + MARGIN)
        seam = crossfade(self._margin, before) if self._margin else fade_in(before[MARGIN:])
        self._margin = padded_slice(samples, end - MARGIN, end + MARGIN)
        self._factor = factor
        if mark is not None:
            self._marks.append(mark)
        self._add(seam + padded_slice(samples, begin + MARGIN, end - MARGIN), factor)

    def add_silence(self, samples: int) -> None:
        """Ends the last piece, then adds silence: `samples` in all, which are not compressed."""
        if self._margin:
            tail, self._margin = fade_out(self._margin), array("h")
            samples -= MARGIN
            self._add(tail, self._factor)
        self._finish_compression()
        self._add(silence(samples), 1.0)

    def add_sound(self, samples: array[int]) -> None:
        """Ends the last piece, then adds another sound as it is, such as a cue."""
        self.add_silence(0)
        self._add(samples, 1.0)

    def flush(self) -> None:
        """Writes all that is joined, even if it is less than a full chunk."""
        self._chunker.flush()

    def _add(self, samples: array[int], factor: float) -> None:
        self._joined += len(samples)
        ready = self._compressor.feed(samples, factor)
        self._release_marks()
        self._chunker.add(ready)

    def _finish_compression(self) -> None:
        ready = self._compressor.flush()
        self._release_marks()
        self._chunker.add(ready)

    def _release_marks(self) -> None:
        """Passes on the marks that begin in what the compressor has returned, in its times."""
        while self._marks and self._marks[0].t0 < self._compressor.consumed:
            mark = self._marks.pop(0)
            begin = max(
                self._compressor.output_position(mark.t0), self._marked
            )  # the end is only known to 1 ms
            self._marked = max(self._compressor.output_position(mark.t1), begin + 1)
            self._chunker.mark(replace(mark, t0=begin, t1=self._marked))
