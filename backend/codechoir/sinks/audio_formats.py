"""The formats of audio files: for each, an encoder from PCM to the bytes of a file, and its chapters.

Samples are encoded as they come. Chapters say where each symbol of the code begins, for players that can jump
there; they are added to the complete file.
"""

from __future__ import annotations

import os
import struct
import wave
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, BinaryIO, NamedTuple, Protocol

from codechoir.errors import CodechoirError
from codechoir.model import Mark


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
        """Appends samples, interleaved if there are two channels. Raises `OSError` or `CodechoirError`."""
        if self._bytes + len(pcm) > MAX_BYTES:
            raise CodechoirError("a .wav file cannot be larger than 4 GiB; write .flac or .mp3 instead")
        self._wave.writeframesraw(pcm)
        self._bytes += len(pcm)

    def close(self) -> None:
        """Completes the file. Raises `OSError`."""
        self._wave.close()

    def abandon(self) -> None:
        """Gives up the file, which is incomplete; otherwise `wave` would complete it at an unknown time."""
        with suppress(OSError, ValueError):
            self._wave.close()


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


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the source with a title. It begins with the first word at byte `start` or after it."""

    start: int
    title: str


@dataclass(frozen=True, slots=True)
class ChapterStart:
    """A chapter in the audio: it begins with sample `sample`."""

    sample: int
    title: str


@dataclass(slots=True)
class ChapterMarks:
    """Title and chapters of one audio file. `follow` finds from the marks where the chapters begin."""

    title: str
    chapters: Sequence[Chapter] = ()
    starts: list[ChapterStart] = field(default_factory=list)
    _ahead: deque[Chapter] = field(init=False)

    def __post_init__(self) -> None:
        self._ahead = deque(sorted(self.chapters, key=lambda chapter: chapter.start))

    def follow(self, marks: Iterable[Mark]) -> None:
        """Takes the next marks. If several chapters begin with one word, the last of them counts."""
        for mark in marks:
            begun = None
            while self._ahead and self._ahead[0].start <= mark.start:
                begun = self._ahead.popleft()
            if begun is not None:
                self.starts.append(ChapterStart(mark.t0, begun.title))

    def complete(self) -> list[ChapterStart]:
        """All chapters that were reached; what comes before the first of them is a chapter `title`."""
        if self.starts and self.starts[0].sample > 0:
            return [ChapterStart(0, self.title), *self.starts]
        return self.starts


ChapterWriter = Callable[[BinaryIO, ChapterMarks, int, int], None]
"""Adds title and chapters to a complete audio file, open for reading and writing.

Its last arguments are the sample rate in hertz, and the number of samples.
"""


def write_wav_chapters(file: BinaryIO, chapters: ChapterMarks, rate: int, samples: int) -> None:
    """RIFF: a cue chunk with the samples, an associated data list with the titles."""
    starts = chapters.complete()
    if not starts:
        return
    points = b"".join(
        struct.pack("<II4sIII", number, start.sample, b"data", 0, 0, start.sample)
        for number, start in enumerate(starts, 1)
    )
    titles = b"".join(
        _riff_chunk(b"labl", struct.pack("<I", number) + start.title.encode("utf-8", "replace") + b"\0")
        for number, start in enumerate(starts, 1)
    )
    file.seek(0, os.SEEK_END)
    file.write(_riff_chunk(b"cue ", struct.pack("<I", len(starts)) + points))
    file.write(_riff_chunk(b"LIST", b"adtl" + titles))
    size = file.tell()
    file.seek(4)
    file.write(struct.pack("<I", size - 8))
    file.seek(0, os.SEEK_END)


def write_flac_chapters(file: BinaryIO, chapters: ChapterMarks, rate: int, samples: int) -> None:
    """Vorbis comments: CHAPTER000 and CHAPTER000NAME, which ffmpeg, VLC and mpv read."""
    from mutagen.flac import FLAC

    with _readable_errors():
        file.seek(0)
        flac = FLAC(file)
        flac["TITLE"] = chapters.title
        for number, start in enumerate(chapters.complete()):
            flac[f"CHAPTER{number:03}"] = _clock(start.sample / rate)
            flac[f"CHAPTER{number:03}NAME"] = start.title
        file.seek(0)
        flac.save(file)


def write_mp3_chapters(file: BinaryIO, chapters: ChapterMarks, rate: int, samples: int) -> None:
    """ID3: a CHAP frame for each chapter, and their table of contents."""
    from mutagen.id3 import CHAP, CTOC, ID3, TIT2

    tags = ID3()
    tags.add(TIT2(text=[chapters.title]))
    ranges = list(_ranges(chapters.complete(), samples))
    for number, (title, begin, end) in enumerate(ranges):
        times = {"start_time": 1000 * begin // rate, "end_time": 1000 * end // rate}
        tags.add(CHAP(element_id=f"c{number}", **times, sub_frames=[TIT2(text=[title])]))
    for name, flags, children in _contents([f"c{number}" for number in range(len(ranges))]):
        tags.add(CTOC(element_id=name, flags=flags, child_element_ids=children, sub_frames=[]))
    with _readable_errors():
        file.seek(0)
        tags.save(file, v2_version=3)


@contextmanager
def _readable_errors() -> Iterator[None]:
    """Converts mutagen's errors, which also stand for those of the disk."""
    from mutagen import MutagenError

    try:
        yield
    except MutagenError as error:
        raise CodechoirError(f"cannot write the chapters: {error}") from error


def _ranges(starts: Sequence[ChapterStart], samples: int) -> Iterator[tuple[str, int, int]]:
    """Title, first sample and end of each chapter."""
    for start, following in pairwise([*starts, ChapterStart(samples, "")]):
        yield start.title, start.sample, following.sample


def _contents(names: list[str]) -> Iterator[tuple[str, int, list[str]]]:
    """Name, flags and entries of the tables of contents. One holds 255 entries; more go into tables below."""
    top_level, ordered = 2, 1
    groups = [names[first : first + 255] for first in range(0, len(names), 255)][:255]
    if len(groups) > 1:
        for number, group in enumerate(groups):
            yield f"toc{number}", ordered, group
        groups = [[f"toc{number}" for number in range(len(groups))]]
    for group in groups:
        yield "toc", top_level | ordered, group


def _riff_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", name, len(data)) + data + b"\0" * (len(data) % 2)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours:02}:{minutes:02}:{rest:06.3f}"


class AudioFormat(NamedTuple):
    """What writes the files of one format."""

    encoder: MakeEncoder
    write_chapters: ChapterWriter


AUDIO_FORMATS: Mapping[str, AudioFormat] = {
    ".wav": AudioFormat(WavWriter, write_wav_chapters),
    ".flac": AudioFormat(partial(SndfileEncoder, format="FLAC", subtype="PCM_16"), write_flac_chapters),
    ".mp3": AudioFormat(partial(SndfileEncoder, format="MP3", subtype="MPEG_LAYER_III"), write_mp3_chapters),
}
"""By the extension of the file's name."""
