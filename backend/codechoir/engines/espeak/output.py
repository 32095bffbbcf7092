"""The end of the driver: samples and marks in, chunks of at most 20 ms out.

Joins pieces of renditions into one stream, so that no seam can be heard.

A piece is taken with a margin on both sides, and the margins of neighbours are cross-faded: at a seam both
voices are saying the same sound of the same sentence, so that nothing is added, lost or broken.
"""

from __future__ import annotations

from array import array
from dataclasses import replace

from codechoir.audio import TimeCompressor, crossfade, fade_in, fade_out, padded_slice, silence
from codechoir.engines import AudioListener
from codechoir.model import AudioChunk, Mark


class Cancelled(Exception):
    """The listener wants no more."""


class AudioChunker:
    """Writes chunks to `listener`; times are samples of the reading. `put` and `flush` raise `Cancelled`."""

    def __init__(self, listener: AudioListener, sample_rate: int) -> None:
        self._listener = listener
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
            if not self._listener.write(chunk):
                raise Cancelled
        self._ready = ready[at:]


MARGIN = 77
"""Samples on each side of a seam that take part in the cross-fade: twice 3.5 ms at 22,050 Hz."""


class Joiner:
    """Takes pieces and silences in order, with the marks of what is said; squeezes what is to be fast.

    Times are samples as the renditions have them, before squeezing. Every method raises `Cancelled` when the
    listener has gone.
    """

    def __init__(self, outlet: AudioChunker) -> None:
        self._outlet = outlet
        self._squeezer = TimeCompressor()
        self._joined = 0  # samples that went to the squeezer
        self._margin = array("h")  # what sounds around the end of the last piece
        self._factor = 1.0  # of the last piece
        self._marked = 0  # where the last mark that was handed over ends
        self._marks: list[Mark] = []  # whose beginning did not come out of the squeezer yet

    @property
    def now(self) -> int:
        """Where the next piece will begin."""
        return self._joined + len(self._margin) // 2

    def join(
        self, samples: array[int], begin: int, end: int, factor: float = 1.0, mark: Mark | None = None
    ) -> None:
        """Add the piece from `begin` to `end` of a rendition's samples, to be squeezed by `factor`."""
        end = max(end, begin + 2 * MARGIN)
        before = padded_slice(samples, begin - MARGIN, begin + MARGIN)
        seam = crossfade(self._margin, before) if self._margin else fade_in(before[MARGIN:])
        self._margin = padded_slice(samples, end - MARGIN, end + MARGIN)
        self._factor = factor
        if mark is not None:
            self._marks.append(mark)
        self._pass_on(seam + padded_slice(samples, begin + MARGIN, end - MARGIN), factor)

    def rest(self, samples: int) -> None:
        """Let the last piece end, then be silent: `samples` in all, which are not squeezed."""
        if self._margin:
            tail, self._margin = fade_out(self._margin), array("h")
            samples -= MARGIN
            self._pass_on(tail, self._factor)
        self._finish_squeezing()
        self._pass_on(silence(samples), 1.0)

    def sound(self, samples: array[int]) -> None:
        """Add a sound of its own, such as a cue, after what was joined, as it is."""
        self.rest(0)
        self._pass_on(samples, 1.0)

    def flush(self) -> None:
        """Emit all that is joined, even if it is less than a full chunk."""
        self._outlet.flush()

    def _pass_on(self, samples: array[int], factor: float) -> None:
        self._joined += len(samples)
        ready = self._squeezer.feed(samples, factor)
        self._release_marks()
        self._outlet.put(ready)

    def _finish_squeezing(self) -> None:
        ready = self._squeezer.flush()
        self._release_marks()
        self._outlet.put(ready)

    def _release_marks(self) -> None:
        """Hand over the marks that begin in what came out of the squeezer, in its times."""
        while self._marks and self._marks[0].t0 < self._squeezer.consumed:
            mark = self._marks.pop(0)
            begin = max(
                self._squeezer.output_position(mark.t0), self._marked
            )  # what lies ahead is known to 1 ms only
            self._marked = max(self._squeezer.output_position(mark.t1), begin + 1)
            self._outlet.mark(replace(mark, t0=begin, t1=self._marked))
