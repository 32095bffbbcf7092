"""The page's HTML, in pieces, so that a long reading is never in memory as a whole."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import BinaryIO

from codechoir import __version__
from codechoir.model import Category
from codechoir.sinks.page.text import PageText, Segment
from codechoir.visible import visible

SPEEDS = ("0.5", "0.75", "1", "1.25", "1.5", "1.75", "2", "2.5", "3")
SOUND_TYPE = "audio/mpeg"

_BASE64_BLOCK = 3 * 64 * 1024

Word = tuple[int, int, int, int]
"""A row of the score: first and last sample, first segment, number of segments."""


_HOLE = "\0"
"""Stands in the filled template for what is too long to be put there."""


def render(
    page: PageText,
    lines: Sequence[Sequence[Segment]],
    words: Sequence[Word],
    rate: int,
    samples: int,
    sound: BinaryIO,
) -> Iterator[bytes]:
    """The page. `sound`: an encoded file, read from its beginning. `samples`: its length at `rate` hertz."""
    before_code, before_score, before_sound, end = _frame(page, len(lines), samples / rate).split(_HOLE)
    yield before_code.encode()
    for line in lines:
        yield _line(page, line).encode()
    yield before_score.encode()
    score = {"rate": rate, "samples": samples, "type": SOUND_TYPE, "words": words}
    yield json.dumps(score, separators=(",", ":")).encode()
    yield before_sound.encode()
    sound.seek(0)
    while block := sound.read(_BASE64_BLOCK):
        yield b64encode(block)
    yield end.encode()


def _frame(page: PageText, line_count: int, seconds: float) -> str:
    """The page with holes for code, score and sound."""
    style, script = _asset("page.css"), _asset("page.js")
    last_line = page.first_line + line_count - 1
    return Template(_asset("template.html")).substitute(
        version=__version__,
        title=escape(visible(page.title)),
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
        code=_HOLE,
        score=_HOLE,
        sound=_HOLE,
    )


def _line(page: PageText, segments: Sequence[Segment]) -> str:
    return f"<li>{''.join(_segment(page, segment) for segment in segments)}</li>\n"


def _segment(page: PageText, segment: Segment) -> str:
    text = page.text[segment.start : segment.end].decode("utf-8", "replace")
    kind = f' class="{segment.category}"' if segment.category is not None else ""
    return f"<span{kind}>{escape(visible(text), quote=False)}</span>"


def _lines_in_words(first: int, last: int) -> str:
    return f"line {first}" if last <= first else f"lines {first} to {last}"


def _time_in_words(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    said = [f"{count} {unit}{'s' if count != 1 else ''}" for count, unit in parts if count]
    return " ".join(said) or "no sound"


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8").rstrip("\n")


def _hash(text: str) -> str:
    """The source expression by which the Content-Security-Policy lets `text` pass, and nothing else."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
