"""Which sink writes a file, by the ending of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from codechoir.errors import InputError, did_you_mean
from codechoir.sinks.chapters import Chapter, ChapterWriter
from codechoir.sinks.encoders import ENCODERS
from codechoir.sinks.file_sink import AudioFile, FileSink
from codechoir.sinks.html import PageText

PAGE = ".html"
ENDINGS = (*ENCODERS, PAGE)


@dataclass(frozen=True, slots=True)
class Content:
    """What is read, for the files that tell it: `chapters` and `text` are made only where they are wanted."""

    title: str
    chapters: Callable[[], Sequence[Chapter]]
    text: Callable[[], PageText]


def output_file(path: Path, content: Content, channels: int = 1) -> FileSink:
    """The sink for `path`: a sound file with chapters, or a page. Raises `InputError` where none can be.

    With two channels a sound file has the words where their voices stand; a page is always mono.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        what = f"'{path.suffix}' is not a format that can be written" if ending else f"'{path}' has no ending"
        raise InputError(f"{what}; use one of {', '.join(ENDINGS)}.{did_you_mean(ending, ENDINGS)}")
    if ending == PAGE:
        from codechoir.sinks.html import PageFile

        return PageFile(path, content.text())
    return AudioFile(path, ChapterWriter(content.title, content.chapters()), channels)
