"""WAV files: the header comes first, and is corrected at the end."""

from __future__ import annotations

import errno
import io
import struct
import wave
from pathlib import Path

import pytest
from codechoir.errors import CodechoirError
from codechoir.sinks import audio_formats
from codechoir.sinks.audio_formats import WavWriter
from support.refusing_disk import refusing


def header(channels: int, rate: int, size: int) -> bytes:
    """The canonical header of 16-bit samples."""
    form = struct.pack("<HHIIHH", 1, channels, rate, 2 * channels * rate, 2 * channels, 16)
    riff = struct.pack("<4sI4s4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16)
    return riff + form + struct.pack("<4sI", b"data", size)


@pytest.mark.parametrize("channels", [1, 2])
def test_samples_can_be_read_while_they_are_written(channels: int) -> None:
    file = io.BytesIO()
    writer = WavWriter(file, 22050, channels)
    assert file.getvalue() == header(channels, 22050, 0)
    writer.write(bytes(range(8)))
    writer.write(bytes(range(8)))
    assert file.getvalue() == header(channels, 22050, 0) + bytes(range(8)) * 2
    writer.close()
    assert file.getvalue() == header(channels, 22050, 16) + bytes(range(8)) * 2
    assert file.tell() == 44 + 16
    with wave.open(io.BytesIO(file.getvalue())) as read:
        assert (read.getnchannels(), read.getframerate(), read.getsampwidth()) == (channels, 22050, 2)
        assert read.readframes(100) == bytes(range(8)) * 2


def test_a_file_without_samples_is_valid() -> None:
    file = io.BytesIO()
    WavWriter(file, 24000).close()
    assert file.getvalue() == header(1, 24000, 0)


def test_a_file_larger_than_the_format_allows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_formats, "MAX_BYTES", 100)
    file = io.BytesIO()
    writer = WavWriter(file, 24000)
    writer.write(bytes(100))
    with pytest.raises(CodechoirError, match=r"larger than 4 GiB; write \.flac or \.mp3 instead"):
        writer.write(bytes(2))
    writer.close()
    assert file.getvalue() == header(1, 24000, 100) + bytes(100)


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_an_abandoned_writer_leaves_the_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = (tmp_path / "a.wav").open("x+b")
    writer = WavWriter(file, 24000)
    writer.write(bytes(100))
    writer.abandon()
    file.close()
    del writer

    full = io.BytesIO()
    writer = WavWriter(full, 24000)
    writer.write(bytes(100))
    monkeypatch.setattr(full, "seek", refusing(errno.ENOSPC), raising=False)
    with pytest.raises(OSError, match="No space left"):
        writer.close()
    writer.abandon()
    del writer
