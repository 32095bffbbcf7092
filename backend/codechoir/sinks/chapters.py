"""Chapters in sound files: where each symbol of the code begins, for players that can jump there."""

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
    """A part of the source with a title; it begins with the word at byte `start` or the next one."""

    start: int
    title: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A chapter in the sound: it begins with `sample`."""

    sample: int
    title: str


@dataclass(slots=True)
class ChapterWriter:
    """The title and the chapters of one reading, whose places in the sound are found from its marks."""

    title: str
    chapters: Sequence[Chapter] = ()
    cues: list[Cue] = field(default_factory=list)
    _left: deque[Chapter] = field(init=False)

    def __post_init__(self) -> None:
        self._left = deque(sorted(self.chapters, key=lambda chapter: chapter.start))

    def hear(self, marks: Iterable[Mark]) -> None:
        """Take the next marks. Of chapters that begin with the same word the last one counts."""
        for mark in marks:
            begun = None
            while self._left and self._left[0].start <= mark.start:
                begun = self._left.popleft()
            if begun is not None:
                self.cues.append(Cue(mark.t0, begun.title))

    def complete(self) -> list[Cue]:
        """All chapters, the first at the beginning: what comes before the first symbol goes by the title."""
        if self.cues and self.cues[0].sample > 0:
            return [Cue(0, self.title), *self.cues]
        return self.cues


Label = Callable[[BinaryIO, ChapterWriter, int, int], None]
"""Writes labels into a finished sound file, open for reading and writing; takes sample rate and samples."""


def label_wav(file: BinaryIO, labels: ChapterWriter, rate: int, samples: int) -> None:
    """RIFF: a cue chunk with the places, an associated data list with the titles."""
    cues = labels.complete()
    if not cues:
        return
    points = b"".join(
        struct.pack("<II4sIII", number, cue.sample, b"data", 0, 0, cue.sample)
        for number, cue in enumerate(cues, 1)
    )
    titles = b"".join(
        _chunk(b"labl", struct.pack("<I", number) + cue.title.encode("utf-8", "replace") + b"\0")
        for number, cue in enumerate(cues, 1)
    )
    file.seek(0, os.SEEK_END)
    file.write(_chunk(b"cue ", struct.pack("<I", len(cues)) + points) + _chunk(b"LIST", b"adtl" + titles))
    size = file.tell()
    file.seek(4)
    file.write(struct.pack("<I", size - 8))
    file.seek(0, os.SEEK_END)


def label_flac(file: BinaryIO, labels: ChapterWriter, rate: int, samples: int) -> None:
    """Vorbis comments: CHAPTER000 and CHAPTER000NAME, as ffmpeg, VLC and mpv read them."""
    from mutagen.flac import FLAC

    with _explained():
        file.seek(0)
        flac = FLAC(file)
        flac["TITLE"] = labels.title
        for number, cue in enumerate(labels.complete()):
            flac[f"CHAPTER{number:03}"] = _clock(cue.sample / rate)
            flac[f"CHAPTER{number:03}NAME"] = cue.title
        file.seek(0)
        flac.save(file)


def label_mp3(file: BinaryIO, labels: ChapterWriter, rate: int, samples: int) -> None:
    """ID3: a CHAP frame for each chapter, and their table of contents."""
    from mutagen.id3 import CHAP, CTOC, ID3, TIT2

    tags = ID3()
    tags.add(TIT2(text=[labels.title]))
    chapters = list(_extents(labels.complete(), samples))
    for number, (title, begin, end) in enumerate(chapters):
        times = {"start_time": 1000 * begin // rate, "end_time": 1000 * end // rate}
        tags.add(CHAP(element_id=f"c{number}", **times, sub_frames=[TIT2(text=[title])]))
    for name, flags, children in _contents([f"c{number}" for number in range(len(chapters))]):
        tags.add(CTOC(element_id=name, flags=flags, child_element_ids=children, sub_frames=[]))
    with _explained():
        file.seek(0)
        tags.save(file, v2_version=3)


LABELS: Mapping[str, Label] = {".wav": label_wav, ".flac": label_flac, ".mp3": label_mp3}
"""How chapters are written, by the ending of the file's name."""


@contextmanager
def _explained() -> Iterator[None]:
    """mutagen's errors, which hide those of the disk, as ours."""
    from mutagen import MutagenError

    try:
        yield
    except MutagenError as error:
        raise CodechoirError(f"the chapters cannot be written: {error}") from error


def _extents(cues: Sequence[Cue], samples: int) -> Iterator[tuple[str, int, int]]:
    """Title, first and last sample of each chapter."""
    for cue, following in pairwise([*cues, Cue(samples, "")]):
        yield cue.title, cue.sample, following.sample


def _contents(names: list[str]) -> Iterator[tuple[str, int, list[str]]]:
    """Name, flags and entries of the tables of contents: one holds 255 entries, more go into tables below."""
    top_level, ordered = 2, 1
    groups = [names[at : at + 255] for at in range(0, len(names), 255)][:255]
    if len(groups) > 1:
        for number, group in enumerate(groups):
            yield f"toc{number}", ordered, group
        groups = [[f"toc{number}" for number in range(len(groups))]]
    for group in groups:
        yield "toc", top_level | ordered, group


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", name, len(data)) + data + b"\0" * (len(data) % 2)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours:02}:{minutes:02}:{rest:06.3f}"
