"""Sinks that are files: the sound of a reading, and its marks."""

from __future__ import annotations

import json
from pathlib import Path

from codechoir.audio import Panner
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk
from codechoir.sinks.base import Played
from codechoir.sinks.chapters import LABELS, ChapterWriter
from codechoir.sinks.encoders import ENCODERS, AudioEncoder
from codechoir.storage import AtomicFile, check_writable, os_error_text


class FileSink:
    """What all files have in common: they hear at once, know no pause, and exist whole or not at all.

    Raises `InputError` when made for a path where no file can be.
    """

    def __init__(self, path: Path) -> None:
        check_writable(path)
        self.path = path
        self.samples = 0
        self._atomic: AtomicFile | None = None
        self._played: Played = _nobody

    def open(self, played: Played) -> None:
        self._played = played
        self._atomic = AtomicFile(self.path)

    def write(self, chunk: AudioChunk) -> None:
        try:
            self._take(self._open_file(), chunk)
        except OSError as error:
            raise CodechoirError(f"cannot write {self.path}: {os_error_text(error)}") from error
        self.samples += chunk.samples
        self._played(self.samples)

    @property
    def summary(self) -> str:
        """What is in the file, in words."""
        raise NotImplementedError

    def pause(self) -> None:
        """A file does not mind waiting."""

    def resume(self) -> None:
        """A file does not mind waiting."""

    def finish(self) -> None:
        file = self._open_file()
        try:
            self._complete(file)
        except OSError as error:
            raise CodechoirError(f"cannot write {self.path}: {os_error_text(error)}") from error
        file.commit()
        self._atomic = None

    def abort(self) -> None:
        if self._atomic is not None:
            self._abandon()
            self._atomic.discard()
            self._atomic = None

    def _open_file(self) -> AtomicFile:
        if self._atomic is None:
            raise CodechoirError(f"{self.path} is not open for writing")
        return self._atomic

    def _take(self, file: AtomicFile, chunk: AudioChunk) -> None:
        raise NotImplementedError

    def _complete(self, file: AtomicFile) -> None:
        raise NotImplementedError

    def _abandon(self) -> None:
        """Let go of what `_take` holds, before the file is removed."""


class AudioFile(FileSink):
    """The sound as .wav, .flac or .mp3, by the ending of the name, with title and chapters."""

    def __init__(self, path: Path, labels: ChapterWriter | None = None, channels: int = 1) -> None:
        super().__init__(path)
        self._channels = channels
        self._panner = Panner() if channels == 2 else None
        self._labels = labels or ChapterWriter(path.stem)
        self._make_encoder = ENCODERS[path.suffix.lower()]
        self._label = LABELS[path.suffix.lower()]
        self._encoder: AudioEncoder | None = None
        self._sample_rate = 0

    @property
    def summary(self) -> str:
        return f"{self.samples / (self._sample_rate or 1):.1f} seconds of sound"

    def _take(self, file: AtomicFile, chunk: AudioChunk) -> None:
        if self._encoder is None:
            self._sample_rate = chunk.sample_rate
            self._encoder = self._make_encoder(file.file, chunk.sample_rate, channels=self._channels)
        if chunk.pcm:
            self._encoder.write(chunk.pcm if self._panner is None else self._panner.stereo(chunk))
        self._labels.hear(chunk.marks)

    def _complete(self, file: AtomicFile) -> None:
        if self._encoder is not None:
            self._encoder.close()
            self._label(file.file, self._labels, self._sample_rate, self.samples)

    def _abandon(self) -> None:
        if self._encoder is not None:
            self._encoder.abandon()


MARK_FIELDS = ("t0", "t1", "start", "end", "category", "text")
"""What the file says of each mark; the indices of phrase, part and word mean nothing outside the program."""


class MarksFile(FileSink):
    """The marks of a reading as JSON (design, §4.1), written as they come: a long file costs no memory."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._sample_rate = 0
        self._count = 0

    @property
    def summary(self) -> str:
        return f"{self._count} marks"

    def _take(self, file: AtomicFile, chunk: AudioChunk) -> None:
        if not self._sample_rate:
            self._sample_rate = chunk.sample_rate
            file.write(b'{"sample_rate": %d, "marks": [' % chunk.sample_rate)
        for mark in chunk.marks:
            file.write(b",\n" if self._count else b"\n")
            fields = {name: getattr(mark, name) for name in MARK_FIELDS}
            file.write(json.dumps(fields, ensure_ascii=False).encode())
            self._count += 1

    def _complete(self, file: AtomicFile) -> None:
        file.write(b'\n], "samples": %d}\n' % self.samples)


def _nobody(_: int) -> None:
    """Before `open` nobody listens."""
