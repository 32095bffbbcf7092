"""What a sink is: it takes chunks, and tells how far the ear has heard.

One reading into several sinks: a sound device and files at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk

Played = Callable[[int], None]
"""Called with the number of samples of the reading that have sounded so far."""


class Sink(Protocol):
    """Where one reading sounds. A new reading gets a new sink."""

    def open(self, played: Played) -> None:
        """Get ready; call `played` from any thread as sound is heard.

        A file calls `played` with all samples at once, so that writing never waits. Raises `CodechoirError`.
        """

    def write(self, chunk: AudioChunk) -> None:
        """Take the next chunk; returns at once (the reading keeps the sink from running too far ahead).

        Raises `CodechoirError` when that is impossible: the disk is full, the device is gone.
        """

    def pause(self) -> None:
        """Be silent within 100 ms and keep what is queued."""

    def resume(self) -> None:
        """Sound again from where `pause` stopped."""

    def finish(self) -> None:
        """The last chunk has been written: let it sound, complete a file. Does not block."""

    def abort(self) -> None:
        """Be silent within 100 ms and drop what is queued; a half-written file is removed."""


class MultiSink:
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
