"""Every setting and its default, in one place.

The command line, the language server and the extension's manifest all follow this table; a test compares
the manifest with it. Readers of settings get a frozen `Settings`; a change makes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, get_args

from codechoir.errors import InputError, did_you_mean
from codechoir.model import Category

Level = Literal["some", "most", "all", "literal"]
LEVELS: tuple[Level, ...] = get_args(Level)

SLOWEST, FASTEST = 80, 900
"""Limits of the rate, in words a minute."""


@dataclass(frozen=True, slots=True)
class VoiceChange:
    """What the user changes of one category's voice; None leaves the profile's value."""

    family: str | None = None
    rate: float | None = None
    pitch: float | None = None
    range: float | None = None
    volume: float | None = None
    balance: float | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user can choose.

    `engine`: name of a driver. `profile`: name of a file in voices/, or the path of one. `level`: how much
    punctuation is said. `rate`: words a minute for all voices, None for the profile's. `volume`: per cent,
    on top of each voice's own. `voices`: changes by category.
    """

    engine: str = "espeak"
    profile: str = "default"
    level: Level = "some"
    rate: float | None = None
    volume: float = 100.0
    voices: Mapping[Category, VoiceChange] = field(default_factory=dict)


def checked_level(name: str) -> Level:
    """The level called `name`. Raises `InputError` naming the known ones."""
    for level in LEVELS:
        if level == name:
            return level
    raise InputError(f"unknown level '{name}'; known: {', '.join(LEVELS)}.{did_you_mean(name, LEVELS)}")


def checked_rate(rate: float) -> float:
    """The rate in words a minute. Raises `InputError` when it is out of bounds."""
    if not SLOWEST <= rate <= FASTEST:
        raise InputError(f"the rate is {rate:g} words a minute; choose one from {SLOWEST} to {FASTEST}")
    return float(rate)


def checked_category(name: str) -> Category:
    """The category called `name`. Raises `InputError` naming the known ones."""
    known = [category.value for category in Category]
    if name not in known:
        raise InputError(f"unknown category '{name}'; known: {', '.join(known)}.{did_you_mean(name, known)}")
    return Category(name)


VOICE_PROPERTIES: tuple[str, ...] = tuple(f.name for f in fields(VoiceChange))
"""The properties of a voice that a profile or a user may set."""
