"""Recordings of a speaker: what cannot be used is refused in one line, before it takes memory."""

from __future__ import annotations

import os
import random
import struct
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from codechoir.errors import InputError
from codechoir.voices.library.latent_cache import check_recording_file, read_recording
from numpy.typing import NDArray

TARGET = 22_050
MEGABYTES = 1024 * 1024


def voice_like(seconds: float, rate: int = TARGET, channels: int = 1) -> NDArray[np.float64]:
    t = np.arange(int(seconds * rate)) / rate
    tone = 0.3 * np.sin(2 * np.pi * 140 * t) * (1 + 0.5 * np.sin(9 * t)) / 1.6
    return np.stack([tone] * channels, axis=1)


@contextmanager
def little_memory(megabytes: int = 8) -> Iterator[None]:
    """Fails if Python and NumPy take more than that at any time."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < megabytes * MEGABYTES


def wav_header(rate: int, channels: int, data_bytes: int) -> bytes:
    block = 2 * channels
    about = struct.pack("<HHIIHH", 1, channels, rate, (rate * block) & 0xFFFFFFFF, block & 0xFFFF, 16)
    return (
        b"RIFF" + struct.pack("<I", min(36 + data_bytes, 0xFFFFFFFF)) + b"WAVE"
        b"fmt " + struct.pack("<I", 16) + about + b"data" + struct.pack("<I", min(data_bytes, 0xFFFFFFFF))
    )


def sparse_wav(rate: int, channels: int, megabytes: int) -> Callable[[Path], None]:
    """A file that takes no place on the disk and many megabytes in memory."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(wav_header(rate, channels, megabytes * MEGABYTES))
            file.truncate(44 + megabytes * MEGABYTES)

    return write


def small_flac(rate: int, channels: int, seconds: int) -> Callable[[Path], None]:
    """Silence, which FLAC stores in next to nothing."""

    def write(path: Path) -> None:
        with soundfile.SoundFile(path, "w", rate, channels, "PCM_16", format="FLAC") as file:
            for _ in range(seconds):
                file.write(np.zeros((rate, channels), np.int16))

    return write


HOSTILE = {
    "64 channels": (sparse_wav(48_000, 64, 500), "has 64 channels"),
    "hours": (sparse_wav(8_000, 1, 500), "lasts 546 minutes"),
    "too many values": (small_flac(192_000, 8, 60), "samples in 8 channels"),
    "fast": (small_flac(655_350, 8, 2), "has 655350 samples per second"),
    "slow": (sparse_wav(11, 1, 0), "11 samples per second"),
    "no rate": (lambda path: path.write_bytes(wav_header(0, 1, 1000) + bytes(1000)), "mine.wav "),
    "odd rate": (small_flac(44_101, 1, 2), "unusual sample rate of 44101 Hz"),
    "large file": (sparse_wav(48_000, 1, 600), "is larger than 512 MiB"),
    "no sound": (lambda path: path.write_bytes(b"RIFF"), "cannot be read as sound"),
    "nothing": (lambda path: path.write_bytes(b""), "cannot be read as sound"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_header_announces_is_refused_before_memory_is_taken(tmp_path: Path, name: str) -> None:
    write, reason = HOSTILE[name]
    path = tmp_path / "mine.wav"
    write(path)
    with little_memory(), pytest.raises(InputError, match=r"mine\.wav ") as refused:
        read_recording(path, TARGET)
    assert reason in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_usual_recordings_are_read_and_mixed_to_mono(tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "mine.flac"
    soundfile.write(path, voice_like(1.5, rate, channels), rate)
    samples, found = read_recording(path, TARGET)
    expected = soundfile.read(path, dtype="float32", always_2d=True)[0].mean(axis=1)
    assert found == rate
    np.testing.assert_array_equal(samples, expected)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
def test_damaged_recordings_are_read_or_refused_in_one_line(tmp_path: Path, ending: str) -> None:
    """Truncated at every place of the header, and with bytes changed at random."""
    path = tmp_path / f"mine.{ending}"
    soundfile.write(path, voice_like(1.2), TARGET)
    whole, changes = path.read_bytes(), random.Random(7)
    damaged = [whole[:length] for length in (*range(0, 64, 3), 100, 1000, len(whole) // 2)]
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(changes.randint(1, 4)):
            content[changes.randrange(min(len(content), 200))] = changes.randrange(256)
        damaged.append(bytes(content))
    with little_memory(96):
        for content in damaged:
            path.write_bytes(content)
            try:
                samples, rate = read_recording(path, TARGET)
            except InputError as error:
                assert "\n" not in str(error)
            else:
                assert len(samples) / rate >= 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_pipes_and_devices_are_refused_unread(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    for path in (tmp_path / "pipe.wav", Path("/dev/zero")):
        with pytest.raises(InputError, match="is a pipe or a device"):
            check_recording_file(path)
        with pytest.raises(InputError, match="is a pipe or a device"):
            read_recording(path, TARGET)
