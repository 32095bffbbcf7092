"""NAME=VALUE on the command line.

Options that several subcommands share, and what they mean.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codechoir.cli.main import Parser
from codechoir.cli.verbalize_options import wording_settings
from codechoir.errors import InputError
from codechoir.settings import FASTEST, SLOWEST, Settings, checked_rate

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


def add_engine(parser: Parser, default: str = Settings().engine) -> None:
    """--engine."""
    parser.add_argument("--engine", metavar="E", default=default, help="the speech engine (%(default)s)")


def add_voices(parser: Parser, engine: str = Settings().engine) -> None:
    """--engine and --voices."""
    add_engine(parser, engine)
    parser.add_argument(
        "--voices",
        metavar="PROFILE",
        default=Settings().profile,
        help="a voice profile's name, or a file with one (%(default)s)",
    )


def add_rate(parser: Parser) -> None:
    """--rate."""
    parser.add_argument(
        "--rate", metavar="WPM", type=rate, help=f"words a minute, {SLOWEST} to {FASTEST} (175)"
    )


def add_output(parser: Parser) -> None:
    """--rate, -o, --marks and --no-play."""
    add_rate(parser)
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
        raise InputError(f"'{text}' is no range of lines; write 10-20, 10, 10- or -20")
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


def rate(text: str) -> float:
    """Words a minute. Raises `InputError`."""
    try:
        return checked_rate(float(text))
    except ValueError as error:
        raise InputError(f"the rate '{text}' is not a number of words a minute") from error


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings that the options name, the defaults for what a command has no option for."""
    default = Settings()
    return Settings(
        engine=getattr(arguments, "engine", default.engine),
        profile=getattr(arguments, "voices", default.profile),
        rate=getattr(arguments, "rate", default.rate),
        **wording_settings(arguments),
    )
