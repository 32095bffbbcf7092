"""The setting `speakers`: families by engine and category, from the editor's JSON.

How code is said and what is heard of it: from the editor's JSON to fields of `Settings`.

A part that is wrong is left out with a warning; the others hold.

What editors say about the user's choices: JSON settings to `Settings`, with a warning for each mistake.

A setting that is wrong is left at its default and told; the others hold. A wrong key in an editor's
configuration must not make the reader mute.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args
from urllib.parse import unquote, urlsplit

from codechoir.errors import InputError, did_you_mean
from codechoir.model import Category
from codechoir.settings import (
    CHOICES,
    SWITCHES,
    VOICE_PROPERTIES,
    Level,
    Settings,
    VoiceChange,
    checked_audible,
    checked_category,
    checked_choice,
    checked_depth,
    checked_level,
    checked_rate,
    checked_resume_after,
    checked_resume_words,
)

if TYPE_CHECKING:
    from lsprotocol import types


def speakers(value: Any, given: SettingContext) -> dict[str, dict[Category, str]]:
    """`{"xtts": {"comment": "anna"}}`; a part that is wrong is left out with a warning."""
    found: dict[str, dict[Category, str]] = {}
    for engine, cast in _members(value, "an engine"):
        if cast is None:
            continue
        try:
            members = _members(cast, "a category")
        except InputError as error:
            given.warn(error)
            continue
        for name, family in members:
            if family is not None:
                _add(found.setdefault(engine, {}), name, family, given)
    return found


def _add(cast: dict[Category, str], name: str, family: Any, given: SettingContext) -> None:
    try:
        cast[checked_category(name)] = text(family, given)
    except InputError as error:
        given.warn(error)


def _members(value: Any, what: str) -> list[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise InputError(f"{value!r} is no object with {what} for each key")
    return [(str(key), each) for key, each in value.items()]


@dataclass(frozen=True, slots=True)
class SettingContext:
    """Where a value was given. `where`: the setting's full name. `folder`: what relative paths are in, for a
    project's files. `warnings`: takes a line about each part that is wrong."""

    where: str
    folder: Path | None = None
    warnings: list[str] = field(default_factory=list)

    def warn(self, error: InputError) -> None:
        """Tell what is wrong with a part of the value."""
        self.warnings.append(f"setting '{self.where}': {error}")


Reader = Callable[[Any, SettingContext], Any]
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


def text(value: Any, _: SettingContext) -> str:
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


def _level(value: Any, given: SettingContext) -> Level:
    return checked_level(text(value, given))


def _switch(value: Any, _: SettingContext) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{value!r} is neither true nor false")
    return value


def _depth(value: Any, _: SettingContext) -> int:
    return checked_depth(number(value))


def _levels(value: Any, given: SettingContext) -> dict[str, Level]:
    if not isinstance(value, Mapping):
        raise InputError('it has to be an object such as {"comment": "all", "python.operator": "most"}')
    from codechoir.pipeline import level_key

    found = {}
    for key, level in value.items():
        try:
            found[level_key(str(key))] = _level(level, given)
        except InputError as error:
            given.warn(error)
    return found


def _natural_language(value: Any, given: SettingContext) -> str:
    from codechoir.pipeline import natural_language

    return natural_language(text(value, given))


def _categories(value: Any, given: SettingContext) -> frozenset[Category]:
    return frozenset(_each(value, given, lambda name: checked_audible(text(name, given))))


def _user_words(value: Any, given: SettingContext) -> tuple[Path, ...]:
    """Tables of the user's; relative paths are in the folder of the user's configuration."""
    from platformdirs import user_config_path

    return _tables(value, given, user_config_path("codechoir"))


def _project_words(value: Any, given: SettingContext) -> tuple[Path, ...]:
    """Tables of a project; relative paths are in the folder that the editor has open."""
    return _tables(value, given, given.folder)


def _tables(value: Any, given: SettingContext, folder: Path | None) -> tuple[Path, ...]:
    from codechoir.pipeline import word_table

    def table(name: Any) -> Path:
        path = text(name, given)
        if folder is None and not Path(path).is_absolute() and not path.startswith("~"):
            raise InputError(f"'{path}' is relative, and no folder is open; give the whole path")
        return word_table(path, folder)

    return tuple(_each(value, given, table))


Part = TypeVar("Part")


def _each(value: Any, given: SettingContext, read: Callable[[Any], Part]) -> Iterable[Part]:
    """What `read` makes of each item of a list, or of the one item that is no list."""
    for item in value if isinstance(value, list | tuple) else [value]:
        try:
            yield read(item)
        except InputError as error:
            given.warn(error)


WORDING_READERS: Mapping[str, Reader] = {
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


SECTION = "codechoir"

AudioMode = Literal["client", "server", "none"]
AUDIO_MODES: tuple[AudioMode, ...] = get_args(AudioMode)

EDITORS_OWN = frozenset({"audio", "interpreter", "highlight", "follow", "trace"})
"""Keys of the section `codechoir` that an editor keeps for itself; they are no mistakes here."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings that were understood, and a line about each thing that was not."""

    settings: Settings
    warnings: tuple[str, ...] = ()


def audio_mode(options: Mapping[str, Any]) -> AudioMode:
    """`initializationOptions.audio`. Raises `InputError` for an unknown one."""
    value = options.get("audio", "server")
    for mode in AUDIO_MODES:
        if mode == value:
            return mode
    near = did_you_mean(value, AUDIO_MODES) if isinstance(value, str) else ""
    raise InputError(f"'audio' is {value!r}; known: {', '.join(AUDIO_MODES)}.{near}")


def open_folder(params: types.InitializeParams) -> Path | None:
    """The folder that the editor has open, the first of several; None without one on this machine's disk."""
    folders = params.workspace_folders or []
    uri = folders[0].uri if folders else params.root_uri
    parts = urlsplit(uri or "")
    # not by urllib.request: it loads a client for HTTP, and the start has to be quick
    path = unquote(parts.path).lstrip("/") if os.name == "nt" else unquote(parts.path)
    return Path(path) if parts.scheme == "file" else None


def configuration(given: Any, folder: Path | None = None) -> Configuration:
    """The configuration that the section `codechoir` describes; what is missing or null is the default.

    `folder`: the one that the editor has open, which a project's relative paths are in.
    """
    if not isinstance(given, Mapping):
        return Configuration(Settings(), () if given is None else ("the settings are no JSON object",))
    warnings: list[str] = []
    found: dict[str, Any] = {}
    for key, value in given.items():
        if key in EDITORS_OWN or value is None:
            continue
        where = f"{SECTION}.{key}"
        if key not in NAMES:
            warnings.append(f"unknown setting '{where}'.{did_you_mean(key, NAMES)}")
            continue
        try:
            found[NAMES[key]] = READERS[NAMES[key]](value, SettingContext(where, folder, warnings))
        except InputError as error:
            warnings.append(f"setting '{where}': {error}")
    return Configuration(Settings(**found), tuple(warnings))


def as_json(settings: Settings) -> dict[str, Any]:
    """The settings as an editor would write them, for the command `status`."""
    shape = {name_in_json(name): value for name, value in asdict(settings).items()}
    return {
        **shape,
        **heard(settings),
        "voices": {category.value: change for category, change in shape["voices"].items()},
        "userWords": [str(path) for path in settings.user_words],
        "projectWords": [str(path) for path in settings.project_words],
    }


def section(given: Any) -> Any:
    """The part of `workspace/didChangeConfiguration` that is ours: editors send it bare or under its name."""
    if isinstance(given, Mapping) and isinstance(given.get(SECTION), Mapping):
        return given[SECTION]
    return given


def _rate(value: Any, _: SettingContext) -> float:
    return checked_rate(number(value))


def _volume(value: Any, _: SettingContext) -> float:
    volume = number(value)
    if not 0 <= volume <= 100:
        raise InputError(f"the volume is {volume:g}; choose one from 0 to 100")
    return volume


def _voices(value: Any, given: SettingContext) -> dict[Category, VoiceChange]:
    if not isinstance(value, Mapping):
        raise InputError("it has to be an object with a voice for each category")
    voices = {}
    for name, change in value.items():
        try:
            category = checked_category(str(name))
            voices[category] = _voice(category, change, given.warnings)
        except InputError as error:
            given.warn(error)
    return voices


def _voice(category: Category, change: Any, warnings: list[str]) -> VoiceChange:
    from codechoir.voices import property_error

    where = f"{SECTION}.voices.{category.value}"
    if not isinstance(change, Mapping):
        raise InputError(f"{category.value} has to be an object with {', '.join(VOICE_PROPERTIES)}")
    found: dict[str, Any] = {}
    for key, value in change.items():
        if key not in VOICE_PROPERTIES:
            near = did_you_mean(str(key), VOICE_PROPERTIES)
            warnings.append(f"unknown setting '{where}.{key}'; known: {', '.join(VOICE_PROPERTIES)}.{near}")
        elif value is not None:
            if wrong := property_error(key, value):
                warnings.append(f"setting '{where}': {wrong}")
            else:
                found[key] = value
    return VoiceChange(**found)


READERS: Mapping[str, Reader] = {
    **WORDING_READERS,
    "engine": text,
    "profile": text,
    "rate": _rate,
    "volume": _volume,
    "voices": _voices,
    "speakers": speakers,
    "resume_after": lambda value, _: checked_resume_after(number(value)),
    "resume_words": lambda value, _: checked_resume_words(number(value)),
}
"""How each setting is read; a test compares the keys with the fields of `Settings`."""
