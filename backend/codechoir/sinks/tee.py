"""One reading into several sinks: a sound device and files at once."""

from __future__ import annotations

from collections.abc import Callable

from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk
from codechoir.sinks.protocol import Played, Sink


class Tee:
    """Everything goes to `ear` and to all `files`; the ear sets the pace, the files where there is none.

    Losing the ear (no device, or it was unplugged) is told to `lost` and the files are still written, at
    their own speed; losing a file ends the reading.
    """

    def __init__(self, ear: Sink | None, files: list[Sink], lost: Callable[[CodechoirError], None]) -> None:
        self._ear = ear
        self._files = files
        self._lost = lost
        self._played: Played = _nobody
        self._written = 0

    def open(self, played: Played) -> None:
        self._played = played
        for file in self._files:
            file.open(_nobody)
        if self._ear is not None:
            try:
                self._ear.open(played)
            except CodechoirError as error:
                self._lose_ear(error)

    def write(self, chunk: AudioChunk) -> None:
        for file in self._files:
            file.write(chunk)
        self._written = chunk.first_sample + chunk.samples
        if self._ear is not None:
            try:
                self._ear.write(chunk)
            except CodechoirError as error:
                self._lose_ear(error)
        if self._ear is None:
            self._played(self._written)

    def pause(self) -> None:
        for sink in self._all():
            sink.pause()

    def resume(self) -> None:
        for sink in self._all():
            sink.resume()

    def finish(self) -> None:
        for sink in self._all():
            sink.finish()

    def abort(self) -> None:
        for sink in self._all():
            sink.abort()

    def _all(self) -> list[Sink]:
        return [*self._files, *([self._ear] if self._ear is not None else [])]

    def _lose_ear(self, error: CodechoirError) -> None:
        self._ear = None
        self._lost(error)


def _nobody(_: int) -> None:
    """Files hear at once; only the ear's progress counts."""
