"""What sinks are made of: they consume the audio chunks of a reading and report how far it was played.

`FileSink` is the base class of files that a reading is written to. `WordLocator` finds the source of a spoken
word for them: a mark has the range of its whole utterance, an eye wants the word.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk, Mark
from codechoir.storage import AtomicFile, check_writable, os_error_text

OnPlayed = Callable[[int], None]
"""Called with the number of samples of the reading that were played so far."""


class Sink:
    """Where one reading is played or written. A new reading gets a new sink.

    `write`, `pause`, `resume`, `finish` and `abort` return at once. A subclass overrides what it needs; the
    default of all but `write` is to do nothing."""

    def __init__(self) -> None:
        self.on_played: OnPlayed = _ignore

    def open(self, on_played: OnPlayed) -> None:
        """Prepares for chunks. Raises `CodechoirError` if that is impossible.

        The sink calls `on_played` from any thread as audio is played. A file calls it with all samples at
        once, so that writing never waits.
        """
        self.on_played = on_played

    def write(self, chunk: AudioChunk) -> None:
        """Takes the next chunk; the reading keeps the sink from getting too many.

        Raises `CodechoirError` if that is impossible: the disk is full, the device is gone.
        """
        raise NotImplementedError

    def pause(self) -> None:
        """Is silent within 100 ms, and keeps what is queued."""

    def resume(self) -> None:
        """Continues where `pause` stopped."""

    def finish(self) -> None:
        """Follows the last chunk: plays what is queued to its end, completes a file."""

    def abort(self) -> None:
        """Is silent within 100 ms, and drops what is queued; a half-written file is removed."""

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens while the reading is made: an engine that takes long is silence."""
        return True

    @property
    def blocked_message(self) -> str:
        """What to tell the user when nothing was played for some seconds; empty: the reading's own words."""
        return ""


class MultiSink(Sink):
    """Several sinks for one reading: a sound device, and files at the same time.

    The device sets the pace. Without one, or when it has failed, the files are written at their own speed.
    `on_device_lost` is called with the device's error; a file that fails ends the reading.
    """

    def __init__(
        self,
        device: Sink | None,
        files: list[Sink],
        on_device_lost: Callable[[CodechoirError], None] = lambda error: None,
    ) -> None:
        super().__init__()
        self._device = device
        self._files = files
        self._on_device_lost = on_device_lost

    def open(self, on_played: OnPlayed) -> None:
        super().open(on_played)
        for file in self._files:
            file.open(_ignore)
        if self._device is not None:
            try:
                self._device.open(on_played)
            except CodechoirError as error:
                self._lose_device(error)

    def write(self, chunk: AudioChunk) -> None:
        for file in self._files:
            file.write(chunk)
        if self._device is not None:
            try:
                self._device.write(chunk)
            except CodechoirError as error:
                self._lose_device(error)
        if self._device is None:
            self.on_played(chunk.first_sample + chunk.samples)

    def pause(self) -> None:
        for sink in self._sinks():
            sink.pause()

    def resume(self) -> None:
        for sink in self._sinks():
            sink.resume()

    def finish(self) -> None:
        for sink in self._sinks():
            sink.finish()

    def abort(self) -> None:
        for sink in self._sinks():
            sink.abort()

    @property
    def blocked_message(self) -> str:
        return self._device.blocked_message if self._device is not None else ""

    @property
    def is_heard(self) -> bool:
        return self._device is not None and self._device.is_heard

    def _sinks(self) -> list[Sink]:
        return [*self._files, *([self._device] if self._device is not None else [])]

    def _lose_device(self, error: CodechoirError) -> None:
        self._device = None
        self._on_device_lost(error)


def _ignore(samples: int) -> None:
    """Nobody wants to know how far the sink is."""


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


MOST_SKIPPED = 60
"""How many characters after the previous word a word is looked for."""


class WordLocator:
    """Finds the source of spoken words, mark by mark, in the order of the reading.

    Words that are not in the source as they are said (`equals` for `=`, `zero point five` for `0.5`) have the
    range of their utterance.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._utterance = (-1, -1)
        self._source = ""
        self._at = 0

    def locate(self, mark: Mark) -> tuple[int, int]:
        """The bytes of the source that `mark` says, half open."""
        if self._utterance != (mark.phrase, mark.part):
            self._utterance = (mark.phrase, mark.part)
            self._source = self._text[mark.start : mark.end].decode("utf-8", "replace")
            self._at = 0
        word = "".join(character for character in mark.text if character.isalnum())
        place = self._find(word) if word else None
        if place is None:
            return mark.start, mark.end
        self._at = place + len(word)
        start = mark.start + len(self._source[:place].encode())
        return start, start + len(self._source[place : self._at].encode())

    def _find(self, word: str) -> int | None:
        """Index of `word` in the utterance's source, after the word before it."""
        last = min(len(self._source) - len(word), self._at + MOST_SKIPPED)
        for place in range(self._at, last + 1):
            there = self._source[place : place + len(word)]
            if there.casefold() == word.casefold() and self._can_begin(place):
                return place
        return None

    def _can_begin(self, place: int) -> bool:
        """Whether a word may begin here: after no letter, at a capital, or where the last one ended."""
        if place in (0, self._at):
            return True
        before, here = self._source[place - 1], self._source[place]
        return (
            not before.isalnum()
            or (here.isupper() and not before.isupper())
            or here.isdigit() != before.isdigit()
        )
