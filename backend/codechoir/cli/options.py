"""Options that several subcommands share, other than settings."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codechoir.cli.main import Parser
from codechoir.cli.setting_options import add_sound_settings
from codechoir.errors import InputError

if TYPE_CHECKING:
    from codechoir.voices.library import Parameter


def parameters(texts: Sequence[str]) -> dict[str, Parameter]:
    """Parses `["a=0.5", "b=yes"]`; a value that looks like a number is one. Raises `InputError`."""
    found: dict[str, Parameter] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise InputError(f"invalid parameter '{text}'; use NAME=VALUE")
        found[name] = _value(value)
    return found


def shares(texts: Sequence[str]) -> dict[str, float]:
    """Parses `["anna=0.7", "ben=0.3"]` to weights by name. Raises `InputError`."""
    found: dict[str, float] = {}
    for text in texts:
        name, _, weight = text.rpartition("=")
        try:
            number = float(weight)
        except ValueError:
            number = None
        if not name or number is None:
            raise InputError(f"invalid weight '{text}'; use VOICE=WEIGHT, for example anna=0.7")
        if name in found:
            raise InputError(f"voice '{name}' is given twice; give its whole weight once")
        found[name] = number
    return found


def _value(text: str) -> Parameter:
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if math.isfinite(number):
            return number
    return {"true": True, "false": False}.get(text, text)


_LINES = re.compile(r"(?P<first>\d+)?(?P<dash>-)?(?P<last>\d+)?")

Lines = tuple[int, int | None]
"""First and last line, from 1; None is the last line of the file."""


def add_file(parser: Parser) -> None:
    """Adds FILE and --language."""
    parser.add_argument("file", metavar="FILE", help="a source file, or - for standard input")
    parser.add_argument(
        "--language", metavar="L", help="the language, if the file name and its first line do not say it"
    )


def add_lines(parser: Parser) -> None:
    """Adds --lines."""
    parser.add_argument(
        "--lines", metavar="A-B", type=lines, help="only lines A to B, from 1 (also A, A- and -B)"
    )


def add_output(parser: Parser) -> None:
    """Adds -o, --marks, --no-play and the settings of sound."""
    add_sound_settings(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=Path,
        help="write a file: .wav, .flac, .mp3, or .html (a page with code and audio), by its extension",
    )
    parser.add_argument(
        "--marks", metavar="OUT.json", type=Path, help="write when each word is spoken, as JSON"
    )
    parser.add_argument(
        "--no-play", dest="play", action="store_false", help="do not play; write as fast as possible"
    )


def lines(text: str) -> Lines:
    """Parses the value of --lines. Raises `InputError`."""
    match = _LINES.fullmatch(text)
    if match is None or not (match["first"] or match["last"]):
        raise InputError(f"invalid line range '{text}'; use 10-20, 10, 10- or -20")
    first = int(match["first"] or 1)
    last = int(match["last"]) if match["last"] else None if match["dash"] else first
    if first < 1 or last == 0:
        raise InputError(f"invalid line range '{text}'; lines are counted from 1")
    if last is not None and last < first:
        raise InputError(
            f"invalid line range '{text}'; the first line comes after the last, use {last}-{first}"
        )
    return first, last


def line(text: str) -> int:
    """Parses a line number, from 1. Raises `InputError`."""
    if not text.isdecimal():
        raise InputError(f"invalid line number '{text}'; use a whole number from 1")
    return int(text)
