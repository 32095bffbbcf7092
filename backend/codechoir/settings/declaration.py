"""How a setting is declared, and how its values are checked.

A setting is a field of a dataclass, made by `setting(…)`. The declaration holds all that is known of it:
type, limits, default, texts in English and German, scope, command-line option, environment variable.
Everything else follows from it: checks, options (`cli.options`), the language server's configuration
(`lsp.configuration`), environment variables (`read_environment`), and what `make generate` writes:
the extension's manifest and texts, and the tables in the documentation.

A dataclass whose fields are declared with `variable` is read by `read_environment`. Variables that stand for
themselves are declared here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Hashable, Mapping
from dataclasses import field, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, cast

from codechoir.errors import InputError, did_you_mean, shown
from codechoir.model import Category

Texts = tuple[str, str]
"""A text for people, in English and in German."""

Scope = Literal["window", "language-overridable", "machine-overridable"]
"""Where VS Code lets a setting be set; `language-overridable`: it may also differ by programming language."""

Section = Literal["reading", "words", "listening", "voices"]

SECTIONS: Mapping[Section, Texts] = {
    "reading": ("Reading", "Vorlesen"),
    "words": ("Wording", "Formulierung"),
    "listening": ("Filters", "Filter"),
    "voices": ("Voices", "Stimmen"),
}
"""Titles of the groups that settings editors show, in their order."""


def violation(name: str, rule: str, value: object, known: tuple[str, ...] = ()) -> InputError:
    """An error such as `depth must be a whole number between 0 and 20, got 40`. `known`: accepted values."""
    near = did_you_mean(value, known) if isinstance(value, str) else ""
    return InputError(f"{name} must be {rule}, got {shown(value)}{'.' if near else ''}{near}")


# ---- types that can be checked without loading anything ---------------------------------------------------


class SettingType:
    """What values a setting takes."""


class SimpleType(SettingType):
    """A type whose values are one word or number each."""

    def check(self, name: str, value: object) -> Any:
        """The value of the setting `name`. Raises `InputError` for one that is not allowed."""
        raise NotImplementedError

    def parse(self, name: str, text: str) -> Any:
        """The value that `text` on a command line or in the environment stands for. Raises `InputError`."""
        return self.check(name, text)


class Switch(SimpleType):
    """On or off."""

    def check(self, name: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise violation(name, "true or false", value)
        return value

    def parse(self, name: str, text: str) -> bool:
        words = {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}
        return self.check(name, words.get(text.lower(), text))


class Choice(SimpleType):
    """One word of several. `options`: what each of them means."""

    def __init__(self, options: Mapping[str, Texts]) -> None:
        self.options = options

    def check(self, name: str, value: object) -> str:
        known = tuple(self.options)
        if not isinstance(value, str) or value not in known:
            raise violation(name, f"one of {', '.join(known)}", value, known)
        return value


_LARGEST_NUMBER = 1e15
"""A larger number, which JSON and TOML allow, cannot be computed with."""


class Number(SimpleType):
    """A number from `low` to `high`; None stands for no limit. A whole number needs both."""

    def __init__(
        self, low: float | None = None, high: float | None = None, *, is_whole: bool = False
    ) -> None:
        self.low = low
        self.high = high
        self.is_whole = is_whole

    def check(self, name: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not self._allows(value):
            raise violation(name, self.rule, value)
        return int(value) if self.is_whole else float(value)

    def parse(self, name: str, text: str) -> Any:
        try:
            number = float(text)
        except ValueError as error:
            raise violation(name, self.rule, text) from error
        return self.check(name, number)

    def clamp(self, number: float) -> float:
        """The nearest number that is allowed."""
        if self.low is not None:
            number = max(number, self.low)
        return number if self.high is None else min(number, self.high)

    @property
    def rule(self) -> str:
        """The rule in words."""
        kind = "a whole number" if self.is_whole else "a number"
        if self.low is None:
            return kind
        if self.high is None:
            return f"{kind} of at least {self.low:g}"
        return f"{kind} between {self.low:g} and {self.high:g}"

    def _allows(self, number: float) -> bool:
        if abs(number) > _LARGEST_NUMBER and number != math.inf:
            return False
        if self.low is not None and not number >= self.low:
            return False
        if self.high is not None and not number <= self.high:
            return False
        if self.low is not None and number == math.inf:
            return False
        return not self.is_whole or number == int(number)


class Name(SimpleType):
    """A word that is not empty. `known`: some names and what they mean; others are accepted as well."""

    def __init__(self, known: Mapping[str, Texts] | None = None) -> None:
        self.known = known or {}

    def check(self, name: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise violation(name, "a name", value)
        return value


class AnyText(SimpleType):
    """Any text."""

    def check(self, name: str, value: object) -> str:
        if not isinstance(value, str):
            raise violation(name, "a text", value)
        return value


# ---- types that are read with the help of languages, tables and files -------------------------------------


class NaturalLanguage(SettingType):
    """A natural language (BCP 47) that has words. `known`: their names."""

    def __init__(self, known: Mapping[str, Texts]) -> None:
        self.known = known


class WordTables(SettingType):
    """Paths of word tables, the strongest first. `base`: whose folder an editor's relative paths start in."""

    def __init__(self, base: Literal["user", "project"]) -> None:
        self.base = base


class Categories(SettingType):
    """Categories other than narration, which is always heard."""


class Levels(SettingType):
    """Levels by category, language or both. `choice`: the type of one level."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice


class VoiceOverrides(SettingType):
    """Changes of voices by category. `texts`: what each is."""

    def __init__(self, texts: Mapping[Category, Texts]) -> None:
        self.texts = texts


class Speakers(SettingType):
    """Names of voices by engine and category."""


# ---- categories -------------------------------------------------------------------------------------------


def category_named(name: str) -> Category:
    """The category called `name`. Raises `InputError` naming the known ones."""
    if name not in tuple(Category):
        raise InputError(
            f"unknown category '{name}'; known: {', '.join(Category)}.{did_you_mean(name, Category)}"
        )
    return Category(name)


def filterable_category(name: str) -> Category:
    """A category that may be muted, or read alone. Raises `InputError` for narration."""
    category = category_named(name)
    if category is Category.NARRATION:
        raise InputError(
            "narration cannot be filtered: it warns of deceptive characters; choose another category"
        )
    return category


# ---- declarations -----------------------------------------------------------------------------------------


class Setting(NamedTuple):
    """All that is known of one setting.

    `default`: the value, or a function that returns it where it depends on the machine; the documentation
    then shows `default_text`. `en`, `de`: what the setting does, as settings editors show it (Markdown).
    `section`, `order`: its place there; None for a setting that no editor has. `is_restricted`: the value of
    an untrusted workspace does not count, since it could run code, or hide code from who listens; False only
    for what changes nothing that is heard. `option`: the command-line option, with `metavar`, and with
    `option_help` where it needs another text. `variable`: the environment variable. `name`: of the field;
    only `declared` knows it.
    """

    type: SettingType
    default: Any
    en: str
    de: str = ""
    section: Section | None = None
    order: int = 0
    scope: Scope = "window"
    is_restricted: bool = True
    option: str = ""
    metavar: str = ""
    option_help: str = ""
    variable: str = ""
    default_text: str = ""
    name: str = ""

    @property
    def json_name(self) -> str:
        """The name in editors' settings: `doc_code` is `docCode`."""
        first, *others = self.name.split("_")
        return first + "".join(word.capitalize() for word in others)

    def check(self, value: object, name: str = "") -> Any:
        """The value. Raises `InputError`, which calls it `name`, when it is not allowed."""
        assert isinstance(
            self.type, SimpleType
        )  # the others are checked where languages and tables are known
        return self.type.check(name or self.name, value)


_KEY = "setting"


def setting(type: SettingType, default: Any, **about: Any) -> Any:
    """The field of a dataclass that is a setting. `about`: the other fields of `Setting`."""
    metadata = {_KEY: Setting(type, default, **about)}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


def declared(owner: type[Any]) -> Mapping[str, Setting]:
    """The settings that are fields of a dataclass, by name."""
    return _declared(cast("Hashable", owner))


@cache
def _declared(owner: Any) -> Mapping[str, Setting]:
    return {
        each.name: each.metadata[_KEY]._replace(name=each.name)
        for each in fields(owner)
        if _KEY in each.metadata
    }


MEGABYTE = 1024 * 1024

Environment = Mapping[str, str]

Owner = TypeVar("Owner")


class FilePath(SimpleType):
    """The path of a file or folder; `~` is the user's home."""

    def check(self, name: str, value: object) -> Path:
        if not isinstance(value, Path):
            raise violation(name, "a path", value)
        return value

    def parse(self, name: str, text: str) -> Path:
        try:
            return Path(text).expanduser()
        except RuntimeError as error:  # `~name` of an unknown user
            raise violation(name, "a path", text) from error


class Megabytes(Number):
    """Bytes that are given as megabytes."""

    def parse(self, name: str, text: str) -> int:
        megabytes: float = super().parse(name, text)
        return round(megabytes * MEGABYTE)


class Seconds(Number):
    """Seconds; 0 stands for forever, as None."""

    def parse(self, name: str, text: str) -> float | None:
        seconds: float = super().parse(name, text)
        return seconds if seconds > 0 else None


class Names(SimpleType):
    """Names, separated by commas."""

    def check(self, name: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, str):
            raise violation(name, "names separated by commas", value)
        return tuple(each.strip() for each in value.split(",") if each.strip())


def read_variable(declaration: Setting, environment: Environment | None = None) -> Any:
    """The value that an environment variable gives a setting, or its default. Raises `InputError`."""
    text = (os.environ if environment is None else environment).get(declaration.variable, "").strip()
    if text and isinstance(declaration.type, SimpleType):
        return declaration.type.parse(declaration.variable, text)
    return declaration.default() if callable(declaration.default) else declaration.default


def read_environment(owner: type[Owner], environment: Environment | None = None, **values: Any) -> Owner:
    """An `owner`, a dataclass of settings, with what environment variables give. `values`: its other fields.

    Raises `InputError` that names a variable with a value that is not allowed.
    """
    for name, declaration in declared(owner).items():
        if declaration.variable and name not in values:
            values[name] = read_variable(declaration, environment)
    return owner(**values)


# ---- variables that several packages use ------------------------------------------------------------------


def _user_cache() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("codechoir", appauthor=False))


CACHE_FOLDER = Setting(
    FilePath(),
    _user_cache,
    en="Folder of what can be computed again: conditioning latents and phrases.",
    variable="CODECHOIR_CACHE",
    default_text="the user's cache folder",
)

DEBUG = Setting(
    AnyText(),
    "",
    en="`1`: print the traceback of an unexpected error.",
    variable="CODECHOIR_DEBUG",
    default_text="unset",
)


def cache_folder(environment: Environment | None = None) -> Path:
    """The folder of what can be computed again."""
    folder: Path = read_variable(CACHE_FOLDER, environment)
    return folder
