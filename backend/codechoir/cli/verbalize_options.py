"""Options of how code is said, and how much of it: the settings of the wording as flags.

An option that is not given leaves no trace in the arguments, so that the default stays in `settings`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from codechoir.cli.main import Parser
from codechoir.errors import InputError
from codechoir.model import Category
from codechoir.settings import (
    CHOICES,
    DEEPEST,
    LEVELS,
    Settings,
    checked_audible,
    checked_choice,
    checked_depth,
    checked_level,
)

_HELP: Mapping[str, str] = {
    "indentation": "how a change of indentation is told",
    "brackets": "what brackets are at the level some",
    "capitals": "how a capital is marked, in names (word) and in spelling",
    "balance": "what moves the words between left and right",
    "cues": "short sounds for indentation, blank lines, brackets, warnings",
    "closers": 'what a closing bracket closes, as in "end for user"',
    "doc_code": "code in comments, between back-ticks, said as code",
    "phonetic": "letters that are spelled as alfa, bravo",
}
"""What the settings of one word, and those that are on or off, are about."""

WORDING_OPTIONS = (
    "level",
    "indentation",
    "brackets",
    "depth",
    "cues",
    "capitals",
    "balance",
    "closers",
    "doc_code",
)
WORDS = ("natural_language", "user_words", "project_words")
HEARD = ("mute", "solo", "only")
SPELLING = ("phonetic",)


def add_wording_options(parser: Parser) -> None:
    """All of them: how much is heard, how it is said, and in which words."""
    _add(parser, "what is heard", HEARD)
    _add(parser, "how it is said", (*WORDING_OPTIONS, *SPELLING, *WORDS))


def add_word_tables(parser: Parser) -> None:
    """The natural language and the word tables only."""
    _add(parser, "in which words", WORDS)


def wording_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """The fields of `Settings` that the options give. Raises `InputError` for a word table with a mistake."""
    given = vars(arguments)
    found = {name: given[name] for name in _ADD if name in given and name not in _TOLD}
    for name in _TOLD:
        if name in given:
            found |= _TOLD[name](given[name])
    return found


# ---- one option -----------------------------------------------------------------------------------------


def _add(parser: Parser, title: str, names: Iterable[str]) -> None:
    group = parser.add_argument_group(title)
    for name in names:
        _ADD[name](group, f"--{name.replace('_', '-')}", name)


def _level(group: Any, flag: str, name: str) -> None:
    group.add_argument(
        flag,
        metavar="[FOR=]LV",
        action="append",
        type=_level_of,
        default=argparse.SUPPRESS,
        help=f"how much punctuation is said: {', '.join(LEVELS)} ({Settings().level}); may be repeated for a "
        "category, a language or both, as in comment=some, python=most, python.operator=all",
    )


def _choice(group: Any, flag: str, name: str) -> None:
    group.add_argument(
        flag,
        metavar="HOW" if name != "only" else "WHAT",
        type=lambda value: checked_choice(name, value),
        default=argparse.SUPPRESS,
        help=f"{_HELP.get(name, 'only this is heard')}: {', '.join(CHOICES[name])} "
        f"({getattr(Settings(), name)})",
    )


def _switch(group: Any, flag: str, name: str) -> None:
    group.add_argument(
        flag,
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS,
        help=f"{_HELP[name]} ({'yes' if getattr(Settings(), name) else 'no'})",
    )


def _depth(group: Any, flag: str, name: str) -> None:
    group.add_argument(
        flag,
        metavar="N",
        type=_depth_of,
        default=argparse.SUPPRESS,
        help=f"brackets nested deeper than this are told, 0 to {DEEPEST}, 0 for none ({Settings().depth})",
    )


def _tag(group: Any, flag: str, name: str) -> None:
    group.add_argument(
        flag,
        metavar="TAG",
        type=_natural_language_of,
        default=argparse.SUPPRESS,
        help=f"the language of the words, such as en or de ({Settings().natural_language})",
    )


def _tables(group: Any, flag: str, name: str) -> None:
    whose = {"user_words": "your words", "project_words": "a project's words, weaker than yours"}[name]
    group.add_argument(
        flag,
        metavar="FILE",
        action="append",
        default=argparse.SUPPRESS,
        help=f"a table (.toml) with {whose}; may be repeated, the strongest first",
    )


def _categories(group: Any, flag: str, name: str) -> None:
    what = {"mute": "leave this category out", "solo": "leave all others out"}[name]
    group.add_argument(
        flag,
        metavar="C[,C]",
        action="append",
        type=_categories_of,
        default=argparse.SUPPRESS,
        help=f"{what}, such as comment; may be repeated",
    )


_ADD: Mapping[str, Callable[[Any, str, str], None]] = {
    "level": _level,
    "indentation": _choice,
    "brackets": _choice,
    "depth": _depth,
    "cues": _switch,
    "capitals": _choice,
    "balance": _choice,
    "phonetic": _switch,
    "closers": _switch,
    "doc_code": _switch,
    "natural_language": _tag,
    "user_words": _tables,
    "project_words": _tables,
    "mute": _categories,
    "solo": _categories,
    "only": _choice,
}
"""How each setting becomes an option; a test compares their names with the fields of `WordingOptions`."""


# ---- what was given --------------------------------------------------------------------------------------


def _level_of(text: str) -> tuple[str, str]:
    """What a level is for, empty for everything, and the level."""
    what, equals, level = text.rpartition("=")
    if not equals:
        return "", checked_level(level)
    from codechoir.pipeline import level_key

    return level_key(what), checked_level(level)


def _depth_of(text: str) -> int:
    try:
        return checked_depth(float(text))
    except (ValueError, OverflowError) as error:
        raise InputError(f"the depth '{text}' is not a number") from error


def _natural_language_of(text: str) -> str:
    from codechoir.pipeline import natural_language

    return natural_language(text)


def _categories_of(text: str) -> list[Category]:
    return [checked_audible(name.strip()) for name in text.split(",")]


def _told_levels(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    levels = dict(pairs)
    rest = {key: level for key, level in levels.items() if key}
    return {"level": levels.get("", Settings().level), "levels": rest}


def _told_tables(name: str, paths: list[str]) -> dict[str, Any]:
    from codechoir.pipeline import word_table

    return {name: tuple(Path(word_table(path)) for path in paths)}


_TOLD: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "level": _told_levels,
    "mute": lambda lists: {"mute": frozenset().union(*lists)},
    "solo": lambda lists: {"solo": frozenset().union(*lists)},
    "user_words": lambda paths: _told_tables("user_words", paths),
    "project_words": lambda paths: _told_tables("project_words", paths),
}
"""Options that may be repeated: from all that was given to fields of `Settings`."""
