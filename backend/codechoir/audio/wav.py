"""WAV files that are written while their length is unknown, with the standard library's `wave`."""

from __future__ import annotations

import contextlib
import wave
from typing import BinaryIO

from codechoir.errors import CodechoirError

MAX_BYTES = 2**32 - 1024
"""Of samples: the format has 32-bit lengths."""


class WavWriter:
    """Writes s16le samples to a seekable file, which stays open.

    The header comes first, for no samples; `close` corrects it.
    """

    def __init__(self, file: BinaryIO, sample_rate: int, channels: int = 1) -> None:
        self._wave = wave.Wave_write(file)
        self._wave.setnchannels(channels)
        self._wave.setsampwidth(2)
        self._wave.setframerate(sample_rate)
        self._wave.writeframesraw(b"")
        self._bytes = 0

    def write(self, pcm: bytes) -> None:
        """Append samples, interleaved if there are two channels. Raises `OSError` or `CodechoirError`."""
        if self._bytes + len(pcm) > MAX_BYTES:
            raise CodechoirError("a .wav file cannot be larger than 4 GiB; write .flac or .mp3 instead")
        self._wave.writeframesraw(pcm)
        self._bytes += len(pcm)

    def close(self) -> None:
        """Complete the file. Raises `OSError`."""
        self._wave.close()

    def abandon(self) -> None:
        """Give up the file, which is incomplete; otherwise `wave` would complete it at an unknown time."""
        with contextlib.suppress(OSError, ValueError):
            self._wave.close()
