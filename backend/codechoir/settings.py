"""Every setting and its default, in one place.

The command line, the language server and the extension's manifest all follow this table; a test compares
the manifest with it. Readers of settings get a frozen `Settings`; a change makes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal, get_args

from codechoir.errors import InputError, did_you_mean
from codechoir.model import Category

Level = Literal["some", "most", "all", "literal"]
LEVELS: tuple[Level, ...] = get_args(Level)

Indentation = Literal["tone", "words", "both", "off"]
Brackets = Literal["pause", "sound", "words", "parentheses"]
Capitals = Literal["off", "word", "pitch"]
Balance = Literal["off", "column", "nesting"]
Only = Literal["everything", "signatures", "literals", "comments"]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "level": LEVELS,
    "indentation": get_args(Indentation),
    "brackets": get_args(Brackets),
    "capitals": get_args(Capitals),
    "balance": get_args(Balance),
    "only": get_args(Only),
}
"""The settings that are one word of several, by name."""

SWITCHES: tuple[str, ...] = ("cues", "phonetic", "closers", "doc_code")
"""The settings that are on or off, by name."""

DEEPEST = 20
"""Limit of the setting `depth`."""

MOST_RESUMED = 30
"""Limit of the setting `resume_words`."""

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


_ONLY_CATEGORIES: Mapping[str, frozenset[Category]] = {
    "literals": frozenset({Category.LITERAL}),
    "comments": frozenset({Category.COMMENT}),
}
"""What is heard where the listener wants only one kind of thing, whatever else is heard alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingOptions:
    """What a listener can choose about how code is said, and how much of it; all that words depend on.

    How it is said: `level`, how much punctuation is said. `levels`, exceptions from it, by category
    (`comment`), by language (`python`) or by both (`python.comment`); the finest wins. `indentation`: how a
    change of level is told. `brackets`: what structural brackets are below the level at which they have
    names: a pause, a sound, words, or words for parentheses only. `depth`: nesting of brackets beyond which
    it is said, 0 for never. `cues`: whether there are earcons. `capitals`: how a capital is marked, in names
    and in spelling: by a word ("cap"), or by a step in pitch (the capture `capital`). `balance`: what moves
    the words between left and right. `phonetic`: whether letters are spelled as "alfa bravo". `closers`:
    whether a closer says what it closes. `doc_code`: whether code in back-ticks inside a comment is said as
    code. `natural_language`: of the words (BCP 47). `user_words`, `project_words`: word tables, the strongest
    first, and the user's stronger than the project's.

    What is heard: `mute`, categories that are left out; `solo`, the only ones when not empty; `only`, a kind
    of thing. The narrator, who warns of what deceives, is always heard.
    """

    level: Level = "some"
    levels: Mapping[str, Level] = field(default_factory=dict)
    indentation: Indentation = "tone"
    brackets: Brackets = "pause"
    depth: int = 3
    cues: bool = True
    capitals: Capitals = "off"
    balance: Balance = "off"
    phonetic: bool = False
    closers: bool = True
    doc_code: bool = True
    natural_language: str = "en"
    user_words: tuple[Path, ...] = ()
    project_words: tuple[Path, ...] = ()
    mute: frozenset[Category] = frozenset()
    solo: frozenset[Category] = frozenset()
    only: Only = "everything"

    @property
    def tables(self) -> tuple[Path, ...]:
        """All word tables, the strongest first."""
        return (*self.user_words, *self.project_words)

    def level_of(self, language: str, category: Category) -> Level:
        """The level for one category of one language."""
        if not self.levels:
            return self.level
        for key in (f"{language}.{category.value}", category.value, language):
            if key in self.levels:
                return self.levels[key]
        return self.level

    def is_heard(self, category: Category) -> bool:
        """Whether the listener wants this category; the narrator is always heard."""
        if category is Category.NARRATION:
            return True
        alone = _ONLY_CATEGORIES.get(self.only, self.solo)
        return category not in self.mute and (not alone or category in alone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(WordingOptions):
    """What the user can choose: what the words depend on, and the following.

    `engine`: name of a driver. `profile`: name of a file in voices/, or the path of one. `rate`: words a
    minute for all voices, None for the profile's. `volume`: per cent, on top of each voice's own. `voices`:
    changes by category. `speakers`: families by engine and category, for those who use several engines; they
    win over the families of `voices`.

    A pause: `resume_after`, seconds after which going on repeats the last `resume_words` words; 0 for never.
    """

    engine: str = "espeak"
    profile: str = "default"
    rate: float | None = None
    volume: float = 100.0
    voices: Mapping[Category, VoiceChange] = field(default_factory=dict)
    speakers: Mapping[str, Mapping[Category, str]] = field(default_factory=dict)
    resume_after: float = 5.0
    resume_words: int = 3

    @property
    def wording(self) -> WordingOptions:
        """Only what the words depend on: equal where settings differ in nothing else than their voices."""
        return WordingOptions(**{each.name: getattr(self, each.name) for each in fields(WordingOptions)})


def checked_choice(name: str, value: str) -> str:
    """The value of a setting of `CHOICES`. Raises `InputError` naming the known ones."""
    known = CHOICES[name]
    if value not in known:
        what = f"'{value}' is unknown for {name.replace('_', ' ')}; known: {', '.join(known)}."
        raise InputError(f"{what}{did_you_mean(value, known)}")
    return value


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


def checked_depth(depth: float) -> int:
    """The depth of brackets. Raises `InputError` when it is out of bounds."""
    if not 0 <= depth <= DEEPEST or depth != int(depth):
        raise InputError(f"the depth is {depth:g}; choose a whole number from 0 (never said) to {DEEPEST}")
    return int(depth)


def checked_resume_after(seconds: float) -> float:
    """The seconds of a long pause. Raises `InputError` when they are out of bounds."""
    if not 0 <= seconds <= 86400:
        raise InputError(f"the pause is {seconds:g} seconds; choose 0 (never repeat) to 86400")
    return float(seconds)


def checked_resume_words(words: float) -> int:
    """How many words going on repeats. Raises `InputError` when they are out of bounds."""
    if not 0 <= words <= MOST_RESUMED or words != int(words):
        raise InputError(f"{words:g} words cannot be repeated; choose a number from 0 to {MOST_RESUMED}")
    return int(words)


def checked_audible(name: str) -> Category:
    """A category that may be muted, or heard alone. Raises `InputError` for the narrator's."""
    category = checked_category(name)
    if category is Category.NARRATION:
        raise InputError("the narrator is always heard, since it warns of what deceives the eye")
    return category


def checked_category(name: str) -> Category:
    """The category called `name`. Raises `InputError` naming the known ones."""
    known = [category.value for category in Category]
    if name not in known:
        raise InputError(f"unknown category '{name}'; known: {', '.join(known)}.{did_you_mean(name, known)}")
    return Category(name)


VOICE_PROPERTIES: tuple[str, ...] = tuple(f.name for f in fields(VoiceChange))
"""The properties of a voice that a profile or a user may set."""
