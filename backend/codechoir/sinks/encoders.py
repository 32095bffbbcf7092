"""Audio file formats: streaming encoders from PCM to the bytes of a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, BinaryIO, Protocol

from codechoir.audio import WavWriter
from codechoir.errors import CodechoirError


class AudioEncoder(Protocol):
    """Writes one audio file from s16le samples, interleaved if there are two channels."""

    def write(self, pcm: bytes) -> None:
        """Appends samples. Raises `OSError` or `CodechoirError`."""

    def close(self) -> None:
        """Completes the file; the file object stays open. Raises like `write`."""

    def abandon(self) -> None:
        """Frees resources without completing the file."""


class MakeEncoder(Protocol):
    """Makes an encoder on an open binary file, for a sample rate in hertz."""

    def __call__(self, file: BinaryIO, sample_rate: int, /, *, channels: int = 1) -> AudioEncoder: ...


class SndfileEncoder:
    """The formats of libsndfile, with its names for `format`, `subtype` and further options."""

    SILENCE = bytes(2 * 1152)
    """One MP3 frame: without any samples, libsndfile writes files that no program opens."""

    def __init__(
        self, file: BinaryIO, sample_rate: int, format: str, subtype: str, channels: int = 1, **options: Any
    ) -> None:
        import soundfile

        self._file = _FileWithError(file)
        self._errors = (soundfile.SoundFileError, AssertionError)
        self._is_empty = True
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
        except self._errors as error:
            raise self._file.error or CodechoirError(
                f"cannot write {format} files at {sample_rate} Hz: {error}"
            ) from error

    def write(self, pcm: bytes) -> None:
        self._is_empty = False
        with self._readable_errors():
            self._sound.buffer_write(pcm, "int16")

    def close(self) -> None:
        if self._is_empty:
            self.write(self.SILENCE)
        with self._readable_errors():
            self._sound.close()

    def abandon(self) -> None:
        self._file.is_abandoned = True
        with suppress(*self._errors):
            self._sound.close()

    @contextmanager
    def _readable_errors(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            raise self._file.error or CodechoirError(f"cannot encode the audio: {error}") from error
        if self._file.error is not None:
            raise self._file.error


class _FileWithError:
    """Keeps the first error of a file, since libsndfile reports a full disk as "System error".

    When `is_abandoned` is set, what libsndfile still wants to flush is dropped.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.error: OSError | None = None
        self.is_abandoned = False
        self.read, self.tell = file.read, file.tell
        self._file = file

    def write(self, data: bytes) -> int:
        if self.is_abandoned:
            return len(data)
        return self._keep_error(lambda: self._file.write(data))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._keep_error(lambda: self._file.seek(offset, whence))

    def _keep_error(self, operation: Callable[[], int]) -> int:
        try:
            return operation()
        except OSError as error:
            self.error = self.error or error
            return 0


ENCODERS: dict[str, MakeEncoder] = {
    ".wav": WavWriter,
    ".flac": partial(SndfileEncoder, format="FLAC", subtype="PCM_16"),
    ".mp3": partial(SndfileEncoder, format="MP3", subtype="MPEG_LAYER_III"),
}
"""By the extension of the file's name."""
