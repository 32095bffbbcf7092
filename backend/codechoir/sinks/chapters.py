"""Chapters in audio files: where each symbol of the code begins, for players that can jump there."""

from __future__ import annotations

import os
import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO

from codechoir.errors import CodechoirError
from codechoir.model import Mark


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


CHAPTER_WRITERS: Mapping[str, ChapterWriter] = {
    ".wav": write_wav_chapters,
    ".flac": write_flac_chapters,
    ".mp3": write_mp3_chapters,
}
"""By the extension of the file's name."""


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
