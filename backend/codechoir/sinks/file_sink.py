"""Files that a reading is written to: what they have in common, and the file of marks."""

from __future__ import annotations

import json
from pathlib import Path

from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk
from codechoir.sinks.base import OnPlayed, Sink
from codechoir.storage import AtomicFile, check_writable, os_error_text


class FileSink(Sink):
    """A file that is written as fast as the chunks come, and that exists complete or not at all.

    Making one raises `InputError` if no file can be written at `path`. Subclasses implement `_add`,
    `_complete` and `summary`.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        check_writable(path)
        self.path = path
        self.samples = 0
        self._atomic: AtomicFile | None = None

    def open(self, on_played: OnPlayed) -> None:
        super().open(on_played)
        self._atomic = AtomicFile(self.path)

    def write(self, chunk: AudioChunk) -> None:
        try:
            self._add(self._open_file(), chunk)
        except OSError as error:
            raise CodechoirError(f"cannot write {self.path}: {os_error_text(error)}") from error
        self.samples += chunk.samples
        self.on_played(self.samples)

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

    @property
    def is_heard(self) -> bool:
        return False

    @property
    def summary(self) -> str:
        """What the file contains, in words."""
        raise NotImplementedError

    def _open_file(self) -> AtomicFile:
        if self._atomic is None:
            raise CodechoirError(f"{self.path} is not open for writing")
        return self._atomic

    def _add(self, file: AtomicFile, chunk: AudioChunk) -> None:
        """Writes a chunk."""
        raise NotImplementedError

    def _complete(self, file: AtomicFile) -> None:
        """Writes what follows the last chunk."""
        raise NotImplementedError

    def _abandon(self) -> None:
        """Frees what `_add` holds, before the file is removed."""


MARK_FIELDS = ("t0", "t1", "start", "end", "category", "text")
"""What the file contains of each mark; phrase, part and word mean nothing outside of the program."""


class MarksFile(FileSink):
    """The marks of a reading as JSON, written as they come: a long file needs no memory."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._sample_rate = 0
        self._count = 0

    @property
    def is_heard(self) -> bool:
        return False

    @property
    def summary(self) -> str:
        return f"{self._count} marks"

    def _add(self, file: AtomicFile, chunk: AudioChunk) -> None:
        if not self._sample_rate:
            self._sample_rate = chunk.sample_rate
            file.write(b'{"sample_rate": %d, "marks": [' % chunk.sample_rate)
        for mark in chunk.marks:
            fields = {name: getattr(mark, name) for name in MARK_FIELDS}
            file.write(b",\n" if self._count else b"\n")
            file.write(json.dumps(fields, ensure_ascii=False).encode())
            self._count += 1

    def _complete(self, file: AtomicFile) -> None:
        file.write(b'\n], "samples": %d}\n' % self.samples)
