"""The sink that writes a reading as an HTML page: the code, the audio, and the word that sounds highlighted.

1. `PageFile` encodes the audio into a temporary file, and notes the source range of each word.
2. At the end, `cut` divides each line into segments: where a colour changes, and where a spoken word begins
   or ends.
3. `render` fills the template, in pieces, so that a long reading is never in memory as a whole.
"""

from __future__ import annotations

import json
import re
from array import array
from base64 import b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from codechoir import __version__
from codechoir.errors import escape_invisible
from codechoir.model import AudioChunk, Category, Span
from codechoir.sinks.audio_formats import AudioEncoder, SndfileEncoder
from codechoir.sinks.base import FileSink, WordLocator
from codechoir.storage import AtomicFile

_LINE_END = re.compile(rb"\r\n|\n|\r")

ByteRange = tuple[int, int]
"""A range of the source, half open."""


@dataclass(frozen=True, slots=True)
class PageText:
    """The code on a page: bytes `start` to `end` of `text`, which begin in line `first_line` (from 1)."""

    title: str
    language: str
    text: bytes
    start: int
    end: int
    first_line: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class TextSegment:
    """A piece of one line in one colour, which is spoken as a whole or not at all."""

    start: int
    end: int
    category: Category | None


def cut(page: PageText, words: Iterable[ByteRange]) -> list[list[TextSegment]]:
    """The segments of each line. Every range in `words` is a run of whole segments."""
    cuts = {page.start, page.end}
    for span in page.spans:
        cuts.update((span.start, span.end))
    for start, end in words:
        cuts.update((start, end))
    edges = sorted(cut for cut in cuts if page.start <= cut <= page.end)
    category = _category_at(page.spans)
    return [
        [TextSegment(start, end, category(start)) for start, end in _between(edges, line_start, line_end)]
        for line_start, line_end in _lines(page)
    ]


def _lines(page: PageText) -> Iterator[ByteRange]:
    """The bytes of each line, without its line break. A line break at the end does not begin a line."""
    start = page.start
    for match in _LINE_END.finditer(page.text, page.start, page.end):
        yield start, match.start()
        start = match.end()
    if start < page.end:
        yield start, page.end


def _between(edges: list[int], start: int, end: int) -> Iterator[ByteRange]:
    """The pieces into which `edges` cut the bytes `start` to `end`."""
    for edge in edges[bisect_left(edges, start + 1) : bisect_left(edges, end)]:
        yield start, edge
        start = edge
    if start < end:
        yield start, end


def _category_at(spans: tuple[Span, ...]) -> Callable[[int], Category | None]:
    """A function from a byte offset to the category of that byte."""
    starts = [span.start for span in spans]

    def category(byte: int) -> Category | None:
        span = spans[max(0, bisect_right(starts, byte) - 1)] if spans else None
        return span.category if span is not None and span.start <= byte < span.end else None

    return category


SPEEDS = ("0.5", "0.75", "1", "1.25", "1.5", "1.75", "2", "2.5", "3")
AUDIO_TYPE = "audio/mpeg"

_BASE64_BLOCK = 3 * 64 * 1024

SpokenWord = tuple[int, int, int, int]
"""A word for the page's script: first sample, end, first segment, number of segments."""

_PLACEHOLDER = "\0"
"""Marks in the filled template where code, words and audio go, which are too long for one string."""


def render(
    page: PageText,
    lines: Sequence[Sequence[TextSegment]],
    words: Sequence[SpokenWord],
    rate: int,
    samples: int,
    audio: BinaryIO,
) -> Iterator[bytes]:
    """The page. `audio`: an encoded file, read from its beginning. `samples`: its length at `rate` hertz."""
    frame = _frame(page, len(lines), samples / rate)
    before_code, before_words, before_audio, end = frame.split(_PLACEHOLDER)
    yield before_code.encode()
    for line in lines:
        yield _line(page, line).encode()
    yield before_words.encode()
    score = {"rate": rate, "samples": samples, "type": AUDIO_TYPE, "words": words}
    yield json.dumps(score, separators=(",", ":")).encode()
    yield before_audio.encode()
    audio.seek(0)
    while block := audio.read(_BASE64_BLOCK):
        yield b64encode(block)
    yield end.encode()


def _frame(page: PageText, line_count: int, seconds: float) -> str:
    """The page with placeholders for code, words and audio."""
    style, script = _asset("page.css"), _asset("page.js")
    last_line = page.first_line + line_count - 1
    return Template(_asset("template.html")).substitute(
        version=__version__,
        title=escape(escape_invisible(page.title)),
        about=escape(
            f"{page.language}, {_lines_in_words(page.first_line, last_line)}, {_time_in_words(seconds)}"
        ),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        speeds="".join(f"<option>{speed}</option>" for speed in SPEEDS),
        legend="".join(f'<li><span class="{name}">{name}</span></li>' for name in Category),
        first_line=page.first_line,
        digits="wide" if last_line > 999 else "",
        code=_PLACEHOLDER,
        score=_PLACEHOLDER,
        sound=_PLACEHOLDER,
    )


def _line(page: PageText, segments: Sequence[TextSegment]) -> str:
    return f"<li>{''.join(_segment(page, segment) for segment in segments)}</li>\n"


def _segment(page: PageText, segment: TextSegment) -> str:
    text = page.text[segment.start : segment.end].decode("utf-8", "replace")
    kind = f' class="{segment.category}"' if segment.category is not None else ""
    return f"<span{kind}>{escape(escape_invisible(text), quote=False)}</span>"


def _lines_in_words(first: int, last: int) -> str:
    return f"line {first}" if last <= first else f"lines {first} to {last}"


def _time_in_words(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    said = [f"{count} {unit}{'s' if count != 1 else ''}" for count, unit in parts if count]
    return " ".join(said) or "no sound"


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath("page", name).read_text(encoding="utf-8").rstrip("\n")


def _hash(text: str) -> str:
    """The source expression with which the Content-Security-Policy allows `text`, and nothing else."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


make_encoder = partial(
    SndfileEncoder, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode="CONSTANT", compression_level=0.75
)
"""A constant bit rate: in other files, browsers seek only approximately."""


class PageFile(FileSink):
    """A reading as one HTML file that needs no other file. Its audio is in a temporary file until the end."""

    def __init__(self, path: Path, text: PageText) -> None:
        super().__init__(path)
        self._text = text
        self._locator = WordLocator(text.text)
        self._audio: BinaryIO | None = None
        self._encoder: AudioEncoder | None = None
        self._sample_rate = 0
        self._words = array("Q")  # for each word: first sample, end, first byte, end

    @property
    def summary(self) -> str:
        return f"a page with {self.samples / (self._sample_rate or 1):.1f} seconds of sound"

    def _add(self, file: AtomicFile, chunk: AudioChunk) -> None:
        if self._encoder is None:
            self._sample_rate = chunk.sample_rate
            self._audio = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - closed at the end or on abort
            self._encoder = make_encoder(self._audio, chunk.sample_rate)
        if chunk.pcm:
            self._encoder.write(chunk.pcm)
        for mark in chunk.marks:
            self._words.extend((mark.t0, mark.t1, *self._locator.locate(mark)))

    def _complete(self, file: AtomicFile) -> None:
        if self._encoder is None or self._audio is None:
            return
        self._encoder.close()
        lines = cut(self._text, ((start, end) for _, _, start, end in self._rows()))
        words = self._spoken_words([segment for line in lines for segment in line])
        for piece in render(self._text, lines, words, self._sample_rate, self.samples, self._audio):
            file.write(piece)
        self._audio.close()

    def _abandon(self) -> None:
        if self._encoder is not None:
            self._encoder.abandon()
        if self._audio is not None:
            self._audio.close()

    def _rows(self) -> Iterator[tuple[int, int, int, int]]:
        """The rows of `_words`."""
        values = iter(self._words)
        return zip(values, values, values, values, strict=True)

    def _spoken_words(self, segments: Sequence[TextSegment]) -> list[SpokenWord]:
        starts = [segment.start for segment in segments]
        words = []
        for t0, t1, start, end in self._rows():
            first = bisect_left(starts, start)
            words.append((t0, t1, first, bisect_left(starts, end) - first))
        return words
