"""Options that several subcommands share: those of settings, the source, the output.

The option of a setting follows from its declaration. One that is not given leaves no trace in the arguments,
so that the default stays in the declaration.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from codechoir.cli.main import Parser
from codechoir.errors import InputError
from codechoir.model import Category
from codechoir.settings import (
    MEGABYTE,
    Categories,
    Choice,
    Megabytes,
    NaturalLanguage,
    Number,
    Setting,
    Settings,
    SimpleType,
    Switch,
    WordingOptions,
    WordTables,
    declared,
    filterable_category,
    read_environment,
)

if TYPE_CHECKING:
    from codechoir.engines import EngineSelection
    from codechoir.voices.library import Parameter


T = TypeVar("T")
Owner = TypeVar("Owner")

VOICE_SETTINGS = ("engine", "profile")
WORD_SETTINGS = ("natural_language", "user_words", "project_words")


# ---- settings ----------------------------------------------------------------------------------------------


def add_engine(parser: Parser, engine: str = "") -> None:
    """--engine. `engine`: the default of this command, where it has one of its own."""
    setting = declared(Settings)["engine"]
    add_settings(parser, [setting._replace(default=engine or setting.default)])
    if engine:
        parser.set_defaults(engine=engine)


def add_voice_settings(parser: Parser, engine: str = "") -> None:
    """Which engine speaks, in which voices."""
    add_engine(parser, engine)
    add_settings(parser, _named("profile"))


def add_sound_settings(parser: Parser) -> None:
    """What changes the sound of all voices."""
    others = {*declared(WordingOptions), *VOICE_SETTINGS}
    add_settings(parser, (each for name, each in declared(Settings).items() if name not in others))


def add_wording_settings(parser: Parser) -> None:
    """What is read, and how it is said."""
    settings = declared(WordingOptions).values()
    add_settings(parser, (each for each in settings if each.section == "listening"), "filters")
    add_settings(parser, (each for each in settings if each.section != "listening"), "wording")


def add_word_settings(parser: Parser) -> None:
    """The natural language and the word tables only."""
    add_settings(parser, _named(*WORD_SETTINGS), "wording")


def add_settings(parser: Parser, settings: Iterable[Setting], title: str = "") -> None:
    """The options of those settings that have one, in a group with a title."""
    group: Any = parser.add_argument_group(title) if title else parser
    for option, sharing in groupby((each for each in settings if each.option), lambda each: each.option):
        setting, *others = sharing
        group.add_argument(
            option,
            dest=setting.name,
            default=argparse.SUPPRESS,
            **(_level_option(setting) if others else _option(setting)),
        )


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings that the options give; the others come from the environment, or are the defaults."""
    return read_options(Settings, arguments)


def speech_settings_of(arguments: argparse.Namespace) -> tuple[Settings, EngineSelection]:
    """The same, and the engine that they choose, which they then name."""
    from codechoir.engines import select_engine

    settings = settings_of(arguments)
    choice = select_engine(settings)
    return choice.applied_to(settings), choice


def read_options(owner: type[Owner], arguments: argparse.Namespace) -> Owner:
    """An `owner`, a dataclass of settings, with what the options give."""
    given = vars(arguments)
    found: dict[str, Any] = {}
    for name, setting in declared(owner).items():
        if setting.option and name in given:
            found |= _joined(setting, given[name])
    return read_environment(owner, **found)


def _named(*names: str) -> list[Setting]:
    return [declared(Settings)[name] for name in names]


# ---- from a declaration to an option ----------------------------------------------------------------------


def _option(setting: Setting) -> dict[str, Any]:
    """What argparse is told about a setting."""
    text = _help(setting)
    match setting.type:
        case Switch():
            default = "yes" if setting.default else "no"
            return {"action": argparse.BooleanOptionalAction, "help": f"{text} (default: {default})"}
        case Choice(options=options):
            text = f"{text}: {', '.join(options)}"
        case Number(low=low, high=high):
            text = f"{text}, {low:g} to {high:g}"
        case NaturalLanguage(known=known):
            text = f"{text}: {', '.join(known)}"
        case WordTables():
            return _repeatable(setting, f"{text}; may be repeated, the strongest first", _word_table)
        case Categories():
            return _repeatable(setting, f"{text}, such as comment; may be repeated", _categories)
    default = f" (default: {_default_of(setting)})" if _default_of(setting) else ""
    return {"metavar": setting.metavar, "type": _check(setting), "help": text + default}


def _default_of(setting: Setting) -> str:
    """The default in words; empty if there is none."""
    if setting.default_text:
        return setting.default_text
    if isinstance(setting.type, Megabytes):
        return f"{setting.default / MEGABYTE:g}"
    return "" if setting.default is None else str(setting.default)


def _level_option(setting: Setting) -> dict[str, Any]:
    """The option that `level` and `levels` share."""
    assert isinstance(setting.type, Choice)
    text = (
        f"{_help(setting)}: {', '.join(setting.type.options)} (default: {setting.default}); may be repeated "
        "for a category, a language or both, as in comment=some, python=most, python.operator=all"
    )
    return {
        "metavar": "[FOR=]LV",
        "action": "append",
        "type": lambda given: _level(setting, given),
        "help": text,
    }


def _repeatable(setting: Setting, text: str, read: Callable[[str], Any]) -> dict[str, Any]:
    return {"metavar": setting.metavar, "action": "append", "type": _prefixed(setting, read), "help": text}


def _help(setting: Setting) -> str:
    """The text of the setting as the help of an option, which is no sentence and no Markdown."""
    text = setting.option_help or setting.en
    return f"{text[0].lower()}{text[1:]}".rstrip(".").replace("`", "")


# ---- from texts to values ---------------------------------------------------------------------------------


def _check(setting: Setting) -> Callable[[str], Any]:
    """Makes the value of one text."""
    kind = setting.type
    if isinstance(kind, SimpleType):
        return lambda text: kind.parse(setting.option, text)
    return _prefixed(setting, _natural_language)


def _prefixed(setting: Setting, read: Callable[[str], T]) -> Callable[[str], T]:
    """`read`, with the option in front of its errors."""

    def check(text: str) -> T:
        try:
            return read(text)
        except InputError as error:
            raise InputError(f"{setting.option}: {error}") from error

    return check


def _natural_language(text: str) -> str:
    from codechoir.pipeline import natural_language

    return natural_language(text)


def _word_table(text: str) -> Path:
    from codechoir.pipeline import word_table

    return word_table(text)


def _categories(text: str) -> frozenset[Category]:
    return frozenset(filterable_category(name.strip()) for name in text.split(","))


def _level(setting: Setting, text: str) -> tuple[str, str]:
    """What a level is for, empty for everything, and the level."""
    from codechoir.pipeline import level_key

    what, equals, level = text.rpartition("=")
    level = _check(setting)(level)
    return (_prefixed(setting, level_key)(what) if equals else ""), level


def _joined(setting: Setting, value: Any) -> dict[str, Any]:
    """The fields that an option gives, whose values may be lists of all that it was given."""
    match setting.type:
        case Categories():
            return {setting.name: frozenset().union(*value)}
        case WordTables():
            return {setting.name: tuple(value)}
        case Choice() if isinstance(value, list):
            levels = dict(value)
            general = levels.pop("", setting.default)
            return {setting.name: general, "levels": levels}
    return {setting.name: value}


# ---- the source and the output -----------------------------------------------------------------------------

_LINES = re.compile(r"(?P<first>\d{1,9})?(?P<dash>-)?(?P<last>\d{1,9})?")

MAX_DIGITS = 9
"""Of a line number."""

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
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        raise InputError(f"invalid line number '{text}'; use a whole number from 1")
    return int(text)


# ---- NAME=VALUE --------------------------------------------------------------------------------------------


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
