"""Sinks: they consume the audio chunks of a reading and report how far it was played."""

from __future__ import annotations

from collections.abc import Callable

from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk

OnPlayed = Callable[[int], None]
"""Called with the number of samples of the reading that were played so far."""


class Sink:
    """Where one reading is played or written. A new reading gets a new sink.

    `write`, `pause`, `resume`, `finish` and `abort` return at once. A subclass overrides what it needs; the
    default of all but `write` is to do nothing."""

    def __init__(self) -> None:
        self.on_played: OnPlayed = _ignore

    def open(self, on_played: OnPlayed) -> None:
        """Prepares for chunks. Raises `CodechoirError` if that is impossible.

        The sink calls `on_played` from any thread as audio is played. A file calls it with all samples at
        once, so that writing never waits.
        """
        self.on_played = on_played

    def write(self, chunk: AudioChunk) -> None:
        """Takes the next chunk; the reading keeps the sink from getting too many.

        Raises `CodechoirError` if that is impossible: the disk is full, the device is gone.
        """
        raise NotImplementedError

    def pause(self) -> None:
        """Is silent within 100 ms, and keeps what is queued."""

    def resume(self) -> None:
        """Continues where `pause` stopped."""

    def finish(self) -> None:
        """Follows the last chunk: plays what is queued to its end, completes a file."""

    def abort(self) -> None:
        """Is silent within 100 ms, and drops what is queued; a half-written file is removed."""

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens while the reading is made: an engine that takes long is silence."""
        return True

    @property
    def blocked_message(self) -> str:
        """What to tell the user when nothing was played for some seconds; empty: the reading's own words."""
        return ""


class MultiSink(Sink):
    """Several sinks for one reading: a sound device, and files at the same time.

    The device sets the pace. Without one, or when it has failed, the files are written at their own speed.
    `on_device_lost` is called with the device's error; a file that fails ends the reading.
    """

    def __init__(
        self,
        device: Sink | None,
        files: list[Sink],
        on_device_lost: Callable[[CodechoirError], None] = lambda error: None,
    ) -> None:
        super().__init__()
        self._device = device
        self._files = files
        self._on_device_lost = on_device_lost

    def open(self, on_played: OnPlayed) -> None:
        super().open(on_played)
        for file in self._files:
            file.open(_ignore)
        if self._device is not None:
            try:
                self._device.open(on_played)
            except CodechoirError as error:
                self._lose_device(error)

    def write(self, chunk: AudioChunk) -> None:
        for file in self._files:
            file.write(chunk)
        if self._device is not None:
            try:
                self._device.write(chunk)
            except CodechoirError as error:
                self._lose_device(error)
        if self._device is None:
            self.on_played(chunk.first_sample + chunk.samples)

    def pause(self) -> None:
        for sink in self._sinks():
            sink.pause()

    def resume(self) -> None:
        for sink in self._sinks():
            sink.resume()

    def finish(self) -> None:
        for sink in self._sinks():
            sink.finish()

    def abort(self) -> None:
        for sink in self._sinks():
            sink.abort()

    @property
    def blocked_message(self) -> str:
        return self._device.blocked_message if self._device is not None else ""

    @property
    def is_heard(self) -> bool:
        return self._device is not None and self._device.is_heard

    def _sinks(self) -> list[Sink]:
        return [*self._files, *([self._device] if self._device is not None else [])]

    def _lose_device(self, error: CodechoirError) -> None:
        self._device = None
        self._on_device_lost(error)


def _ignore(samples: int) -> None:
    """Nobody wants to know how far the sink is."""
