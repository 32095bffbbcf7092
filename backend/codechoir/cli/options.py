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
    """`["a=0.5", "b=yes"]` as values: numbers where they are numbers. Raises `InputError`."""
    found: dict[str, Parameter] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise InputError(f"'{text}' is no parameter; write NAME=VALUE")
        found[name] = _value(value)
    return found


def shares(texts: Sequence[str]) -> dict[str, float]:
    """`["anna=0.7", "ben=0.3"]` as weights by name. Raises `InputError`."""
    found: dict[str, float] = {}
    for text in texts:
        name, _, weight = text.rpartition("=")
        try:
            number = float(weight)
        except ValueError:
            number = None
        if not name or number is None:
            raise InputError(f"'{text}' is no share of a voice; write VOICE=WEIGHT, such as anna=0.7")
        if name in found:
            raise InputError(f"'{name}' is named twice; give its whole weight once")
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
"""First and last line, from 1; None for the last one of the file."""


def add_file(parser: Parser) -> None:
    """FILE, and how it is to be understood."""
    parser.add_argument("file", metavar="FILE", help="a source file, or - for standard input")
    parser.add_argument("--language", metavar="L", help="the language, where name and shebang do not tell it")


def add_lines(parser: Parser) -> None:
    """--lines."""
    parser.add_argument(
        "--lines", metavar="A-B", type=lines, help="only lines A to B, from 1 (also A, A- and -B)"
    )


def add_output(parser: Parser) -> None:
    """-o, --marks and --no-play, and what changes the sound."""
    add_sound_settings(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=Path,
        help="write a file: .wav, .flac, .mp3, or .html (a page with code and sound), by its ending",
    )
    parser.add_argument("--marks", metavar="OUT.json", type=Path, help="write when each word sounds, as JSON")
    parser.add_argument(
        "--no-play", dest="play", action="store_false", help="do not play; writing is then as fast as it goes"
    )


def lines(text: str) -> Lines:
    """The line numbers that `--lines` names. Raises `InputError`."""
    match = _LINES.fullmatch(text)
    if match is None or not (match["first"] or match["last"]):
        raise InputError(f"invalid line range '{text}'; use 10-20, 10, 10- or -20")
    first = int(match["first"] or 1)
    last = int(match["last"]) if match["last"] else None if match["dash"] else first
    if first < 1 or last == 0:
        raise InputError(f"lines {text}: lines are counted from 1")
    if last is not None and last < first:
        raise InputError(f"lines {text}: the range runs backwards; write {last}-{first}")
    return first, last


def line(text: str) -> int:
    """The number of a line, from 1. Raises `InputError`."""
    if not text.isdecimal():
        raise InputError(f"the line '{text}' is no number; give one from 1")
    return int(text)
