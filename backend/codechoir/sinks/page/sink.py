"""The sink that writes a page."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from codechoir.model import AudioChunk
from codechoir.reading.places import WordPlaces
from codechoir.sinks.atomic import AtomicFile
from codechoir.sinks.encoders import Encoder, SndfileEncoder
from codechoir.sinks.file import FileSink
from codechoir.sinks.page.render import Word, render
from codechoir.sinks.page.text import PageText, Segment, cut

make_encoder = partial(
    SndfileEncoder, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode="CONSTANT", compression_level=0.75
)
"""A constant bit rate, since browsers jump to a place in anything else only roughly."""


class PageFile(FileSink):
    """A reading as one HTML file that needs nothing else. Its sound waits in a temporary file to the end."""

    def __init__(self, path: Path, text: PageText) -> None:
        super().__init__(path)
        self._text = text
        self._places = WordPlaces(text.text)
        self._sound: BinaryIO | None = None
        self._encoder: Encoder | None = None
        self._sample_rate = 0
        self._words = array("Q")

    @property
    def summary(self) -> str:
        return f"a page with {self.samples / (self._sample_rate or 1):.1f} seconds of sound"

    def _take(self, file: AtomicFile, chunk: AudioChunk) -> None:
        if self._encoder is None:
            self._sample_rate = chunk.sample_rate
            self._sound = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - closed at the end or on abort
            self._encoder = make_encoder(self._sound, chunk.sample_rate)
        if chunk.pcm:
            self._encoder.write(chunk.pcm)
        for mark in chunk.marks:
            self._words.extend((mark.t0, mark.t1, *self._places.of(mark)))

    def _complete(self, file: AtomicFile) -> None:
        if self._encoder is None or self._sound is None:
            return
        self._encoder.close()
        lines = cut(self._text, ((start, end) for _, _, start, end in self._rows()))
        words = self._score([segment for line in lines for segment in line])
        for piece in render(self._text, lines, words, self._sample_rate, self.samples, self._sound):
            file.write(piece)
        self._sound.close()

    def _abandon(self) -> None:
        if self._encoder is not None:
            self._encoder.abandon()
        if self._sound is not None:
            self._sound.close()

    def _rows(self) -> Iterator[tuple[int, int, int, int]]:
        """First and last sample, first and last byte of each word."""
        values = iter(self._words)
        return zip(values, values, values, values, strict=True)

    def _score(self, segments: Sequence[Segment]) -> list[Word]:
        starts = [segment.start for segment in segments]
        score = []
        for t0, t1, start, end in self._rows():
            first = bisect_left(starts, start)
            score.append((t0, t1, first, bisect_left(starts, end) - first))
        return score
