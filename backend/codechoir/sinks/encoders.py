"""Audio file formats: PCM in, bytes of a file out, streaming."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, BinaryIO, Protocol

from codechoir.audio import WavWriter
from codechoir.errors import CodechoirError


class AudioEncoder(Protocol):
    """Writes one audio file from s16le pieces, interleaved where it has two channels."""

    def write(self, pcm: bytes) -> None:
        """Append samples. Raises `OSError` or `CodechoirError`."""

    def close(self) -> None:
        """Complete the file; the file object stays open. Raises like `write`."""

    def abandon(self) -> None:
        """Free what is held without completing the file."""


class MakeEncoder(Protocol):
    """Makes an encoder on an open binary file, for a sample rate in hertz."""

    def __call__(self, file: BinaryIO, sample_rate: int, /, *, channels: int = 1) -> AudioEncoder: ...


class SndfileEncoder:
    """The formats of libsndfile. `format`, `subtype` and all further options are its own."""

    SHORTEST = bytes(2 * 1152)
    """One frame of silence: without any, libsndfile makes files that nothing opens, itself included."""

    def __init__(
        self, file: BinaryIO, sample_rate: int, format: str, subtype: str, channels: int = 1, **options: Any
    ) -> None:
        import soundfile

        self._file = _Remembering(file)
        self._failures = (soundfile.SoundFileError, AssertionError)
        self._empty = True
        try:
            self._sound = soundfile.SoundFile(
                self._file,
                "w",
                samplerate=sample_rate,
                channels=channels,
                format=format,
                subtype=subtype,
                **options,
            )
        except self._failures as error:
            raise self._file.error or CodechoirError(
                f"no {format} file can be made at {sample_rate} Hz here: {error}"
            ) from error

    def write(self, pcm: bytes) -> None:
        self._empty = False
        with self._explained():
            self._sound.buffer_write(pcm, "int16")

    def close(self) -> None:
        if self._empty:
            self.write(self.SHORTEST)
        with self._explained():
            self._sound.close()

    def abandon(self) -> None:
        self._file.closed = True
        with suppress(*self._failures):
            self._sound.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            raise self._file.error or CodechoirError(f"the sound cannot be encoded: {error}") from error
        if self._file.error is not None:
            raise self._file.error


class _Remembering:
    """A file whose error survives libsndfile, which reports a full disk as "System error".

    Once `closed` is set, what libsndfile still wants to flush goes nowhere.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.error: OSError | None = None
        self.closed = False
        self.read, self.tell = file.read, file.tell
        self._file = file

    def write(self, data: bytes) -> int:
        if self.closed:
            return len(data)
        return self._remember(lambda: self._file.write(data))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._remember(lambda: self._file.seek(offset, whence))

    def _remember(self, act: Callable[[], int]) -> int:
        try:
            return act()
        except OSError as error:
            self.error = self.error or error
            return 0


ENCODERS: dict[str, MakeEncoder] = {
    ".wav": WavWriter,
    ".flac": partial(SndfileEncoder, format="FLAC", subtype="PCM_16"),
    ".mp3": partial(SndfileEncoder, format="MP3", subtype="MPEG_LAYER_III"),
}
"""Encoders by the ending of the file's name."""
