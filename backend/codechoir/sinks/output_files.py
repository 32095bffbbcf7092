"""Audio files, and which sink writes a file, by the extension of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codechoir.audio import Panner
from codechoir.errors import InputError, did_you_mean
from codechoir.model import AudioChunk
from codechoir.sinks.audio_formats import AUDIO_FORMATS, AudioEncoder, Chapter, ChapterMarks
from codechoir.sinks.base import FileSink
from codechoir.storage import AtomicFile

if TYPE_CHECKING:
    from codechoir.sinks.html_page import PageText

PAGE = ".html"
EXTENSIONS = (*AUDIO_FORMATS, PAGE)


class AudioFile(FileSink):
    """A .wav, .flac or .mp3 file, by its extension, with title and chapters."""

    def __init__(self, path: Path, chapters: ChapterMarks | None = None, channels: int = 1) -> None:
        super().__init__(path)
        self._channels = channels
        self._panner = Panner() if channels == 2 else None
        self._chapters = chapters or ChapterMarks(path.stem)
        self._format = AUDIO_FORMATS[path.suffix.lower()]
        self._encoder: AudioEncoder | None = None
        self._sample_rate = 0

    @property
    def summary(self) -> str:
        return f"{self.samples / (self._sample_rate or 1):.1f} seconds of sound"

    def _add(self, file: AtomicFile, chunk: AudioChunk) -> None:
        if self._encoder is None:
            self._sample_rate = chunk.sample_rate
            self._encoder = self._format.encoder(file.file, chunk.sample_rate, channels=self._channels)
        if chunk.pcm:
            self._encoder.write(chunk.pcm if self._panner is None else self._panner.stereo(chunk))
        self._chapters.follow(chunk.marks)

    def _complete(self, file: AtomicFile) -> None:
        if self._encoder is not None:
            self._encoder.close()
            self._format.write_chapters(file.file, self._chapters, self._sample_rate, self.samples)

    def _abandon(self) -> None:
        if self._encoder is not None:
            self._encoder.abandon()


@dataclass(frozen=True, slots=True)
class Content:
    """What is read, for files that show it. `chapters` and `text` are called only if a file needs them."""

    title: str
    chapters: Callable[[], Sequence[Chapter]]
    text: Callable[[], PageText]


def output_file(path: Path, content: Content, channels: int = 1) -> FileSink:
    """The sink that writes `path`: an audio file with chapters, or an HTML page.

    With two channels, words in an audio file are between left and right where their voices are; a page is
    always mono. Raises `InputError` for an extension that no sink writes, or a path that is not writable.
    """
    extension = path.suffix.lower()
    if extension not in EXTENSIONS:
        problem = f"cannot write {path.suffix} files" if extension else f"'{path}' has no file extension"
        near = did_you_mean(extension, EXTENSIONS)
        raise InputError(f"{problem}; use one of {', '.join(EXTENSIONS)}.{near}")
    if extension == PAGE:
        from codechoir.sinks.html_page import PageFile

        return PageFile(path, content.text())
    return AudioFile(path, ChapterMarks(content.title, content.chapters()), channels)
