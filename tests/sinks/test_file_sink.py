"""Files of sound and of marks: whole or not at all, readable by others, sample for sample."""

from __future__ import annotations

import json
import random
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import soundfile
from codechoir.errors import CodechoirError, InputError
from codechoir.model import AudioChunk, Category, Mark
from codechoir.sinks.base import FileSink, MarksFile
from codechoir.sinks.output_files import AudioFile

RATE = 22050
NOISE = random.Random(1).randbytes(2 * RATE)


def chunks(pcm: bytes = NOISE, size: int = 441) -> Iterator[AudioChunk]:
    for at in range(0, len(pcm) // 2, size):
        mark = Mark(at, at + size, at, at + 1, Category.VARIABLE, f"é{at}", 0, 0, 0)
        yield AudioChunk(pcm[2 * at : 2 * (at + size)], RATE, at, (mark,))
    yield AudioChunk(b"", RATE, len(pcm) // 2, last=True)


def write(sink: FileSink, pcm: bytes = NOISE) -> list[int]:
    heard: list[int] = []
    sink.open(heard.append)
    for chunk in chunks(pcm):
        sink.write(chunk)
    sink.finish()
    return heard


@contextmanager
def small_disk() -> Iterator[None]:
    """No file of this process may grow beyond 20,000 bytes, as if the disk were full.

    Not a fixture: what pytest writes to a log before a fixture ends would be refused, too.
    """
    resource = pytest.importorskip("resource", reason="only POSIX limits the size of files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_wav_file_holds_the_samples(tmp_path: Path) -> None:
    heard = write(AudioFile(tmp_path / "a.wav"))
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        assert file.readframes(10 * RATE) == NOISE
    assert heard[-1] == RATE and heard == sorted(heard)


def test_a_flac_file_holds_the_samples(tmp_path: Path) -> None:
    write(AudioFile(tmp_path / "A.FLAC"))
    samples, rate = soundfile.read(tmp_path / "A.FLAC", dtype="int16")
    assert rate == RATE and samples.tobytes() == NOISE


def test_an_mp3_file_has_the_duration_and_is_small(tmp_path: Path) -> None:
    write(AudioFile(tmp_path / "a.mp3"))
    info = soundfile.info(tmp_path / "a.mp3")
    assert info.samplerate == RATE and abs(info.duration - 1) < 0.1
    assert (tmp_path / "a.mp3").stat().st_size < len(NOISE) / 2


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3"])
def test_a_reading_without_sound_makes_a_file_that_opens(tmp_path: Path, name: str) -> None:
    write(AudioFile(tmp_path / name), b"")
    assert soundfile.info(tmp_path / name).samplerate == RATE


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3"])
def test_until_it_is_finished_the_old_file_stays_and_abort_leaves_nothing(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.write_bytes(b"old")
    sink = AudioFile(target)
    sink.open(lambda _: None)
    for chunk in chunks():
        sink.write(chunk)
    assert target.read_bytes() == b"old"
    sink.abort()
    sink.abort()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3"])
def test_a_full_disk_is_a_line_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    sink = AudioFile(tmp_path / name)
    refused = pytest.raises(CodechoirError, match=f"cannot write .*{name}: file too large")
    with refused, small_disk():
        write(sink, NOISE * 4)
    sink.abort()
    assert list(tmp_path.iterdir()) == []


def test_through_a_link_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.wav").write_bytes(b"old")
    (tmp_path / "link.wav").symlink_to("real.wav")
    write(AudioFile(tmp_path / "link.wav"))
    assert (tmp_path / "link.wav").is_symlink()
    assert (tmp_path / "real.wav").stat().st_size == len(NOISE) + 44


def test_a_folder_that_is_not_there_or_is_the_target(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the folder .*nowhere does not exist"):
        AudioFile(tmp_path / "nowhere" / "a.wav")
    (tmp_path / "a.wav").mkdir()
    with pytest.raises(InputError, match="it is a folder"):
        AudioFile(tmp_path / "a.wav")


def test_the_marks_file_has_the_shape_of_the_design(tmp_path: Path) -> None:
    write(MarksFile(tmp_path / "m.json"))
    marks = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))
    assert marks["sample_rate"] == RATE and marks["samples"] == RATE
    assert len(marks["marks"]) == 50
    assert marks["marks"][1] == {
        "t0": 441,
        "t1": 882,
        "start": 441,
        "end": 442,
        "category": "variable",
        "text": "é441",
    }


def test_the_marks_of_an_empty_reading_are_an_empty_list(tmp_path: Path) -> None:
    write(MarksFile(tmp_path / "m.json"), b"")
    assert json.loads((tmp_path / "m.json").read_text()) == {"sample_rate": RATE, "samples": 0, "marks": []}
