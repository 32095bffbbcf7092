"""How code is said and what is heard of it: from the editor's JSON to fields of `Settings`.

A part that is wrong is left out with a warning; the others hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from codechoir.errors import InputError
from codechoir.model import Category
from codechoir.settings import (
    CHOICES,
    SWITCHES,
    Level,
    Settings,
    checked_audible,
    checked_choice,
    checked_depth,
    checked_level,
)


@dataclass(frozen=True, slots=True)
class Given:
    """Where a value was given. `where`: the setting's full name. `folder`: what relative paths are in, for a
    project's files. `warnings`: takes a line about each part that is wrong."""

    where: str
    folder: Path | None = None
    warnings: list[str] = field(default_factory=list)

    def warn(self, error: InputError) -> None:
        """Tell what is wrong with a part of the value."""
        self.warnings.append(f"setting '{self.where}': {error}")


Reader = Callable[[Any, Given], Any]
"""Makes a field of `Settings` of a JSON value. Raises `InputError` when nothing of it is right."""


def name_in_json(field_name: str) -> str:
    """How editors write a setting: `doc_code` is `docCode`."""
    first, *others = field_name.split("_")
    return first + "".join(word.capitalize() for word in others)


NAMES: Mapping[str, str] = {name_in_json(field.name): field.name for field in fields(Settings)}
"""The fields of `Settings` by their names in JSON."""


def heard(settings: Settings) -> dict[str, Any]:
    """What is muted, heard alone, and of which kind, as the commands answer it."""
    return {
        "mute": [category.value for category in Category if category in settings.mute],
        "solo": [category.value for category in Category if category in settings.solo],
        "only": settings.only,
    }


def text(value: Any, _: Given) -> str:
    """A word that is not empty."""
    if not isinstance(value, str) or not value:
        raise InputError(f"{value!r} is no name")
    return value


def number(value: Any) -> float:
    """A number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{value!r} is no number")
    return float(value)


def _choice(name: str) -> Reader:
    return lambda value, given: checked_choice(name, text(value, given))


def _level(value: Any, given: Given) -> Level:
    return checked_level(text(value, given))


def _switch(value: Any, _: Given) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{value!r} is neither true nor false")
    return value


def _depth(value: Any, _: Given) -> int:
    return checked_depth(number(value))


def _levels(value: Any, given: Given) -> dict[str, Level]:
    if not isinstance(value, Mapping):
        raise InputError('it has to be an object such as {"comment": "all", "python.operator": "most"}')
    from codechoir.choices import level_key

    found = {}
    for key, level in value.items():
        try:
            found[level_key(str(key))] = _level(level, given)
        except InputError as error:
            given.warn(error)
    return found


def _natural_language(value: Any, given: Given) -> str:
    from codechoir.choices import natural_language

    return natural_language(text(value, given))


def _categories(value: Any, given: Given) -> frozenset[Category]:
    return frozenset(_each(value, given, lambda name: checked_audible(text(name, given))))


def _user_words(value: Any, given: Given) -> tuple[Path, ...]:
    """Tables of the user's; relative paths are in the folder of the user's configuration."""
    from platformdirs import user_config_path

    return _tables(value, given, user_config_path("codechoir"))


def _project_words(value: Any, given: Given) -> tuple[Path, ...]:
    """Tables of a project; relative paths are in the folder that the editor has open."""
    return _tables(value, given, given.folder)


def _tables(value: Any, given: Given, folder: Path | None) -> tuple[Path, ...]:
    from codechoir.choices import word_table

    def table(name: Any) -> Path:
        path = text(name, given)
        if folder is None and not Path(path).is_absolute() and not path.startswith("~"):
            raise InputError(f"'{path}' is relative, and no folder is open; give the whole path")
        return word_table(path, folder)

    return tuple(_each(value, given, table))


Part = TypeVar("Part")


def _each(value: Any, given: Given, read: Callable[[Any], Part]) -> Iterable[Part]:
    """What `read` makes of each item of a list, or of the one item that is no list."""
    for item in value if isinstance(value, list | tuple) else [value]:
        try:
            yield read(item)
        except InputError as error:
            given.warn(error)


READERS: Mapping[str, Reader] = {
    **{name: _choice(name) for name in CHOICES},
    **dict.fromkeys(SWITCHES, _switch),
    "level": _level,
    "levels": _levels,
    "depth": _depth,
    "natural_language": _natural_language,
    "user_words": _user_words,
    "project_words": _project_words,
    "mute": _categories,
    "solo": _categories,
}
"""How each of these settings is read, by its field in `Settings`."""
