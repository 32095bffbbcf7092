"""The settings that editors send: JSON to `Settings`, by their declarations.

A mistake in an editor's configuration must not make the reader mute: the setting, or the wrong part of it, is
left out with a warning, and everything else holds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, get_args
from urllib.parse import unquote, urlsplit

from codechoir.errors import InputError, did_you_mean, shown
from codechoir.model import Category
from codechoir.settings import (
    EDITOR_SETTINGS,
    Categories,
    Levels,
    Name,
    NaturalLanguage,
    Setting,
    Settings,
    SimpleType,
    Speakers,
    VoiceOverride,
    VoiceOverrides,
    WordTables,
    category_named,
    declared,
    filterable_category,
    read_environment,
    violation,
)

if TYPE_CHECKING:
    from lsprotocol import types

SECTION = "codechoir"

EDITORS_OWN = frozenset({*EDITOR_SETTINGS, "trace"})
"""Keys of the section `codechoir` that only the editor uses; they are no mistakes here."""

AudioMode = Literal["client", "server", "none"]
AUDIO_MODES: tuple[AudioMode, ...] = get_args(AudioMode)

Item = TypeVar("Item")
Value = TypeVar("Value")
Owner = TypeVar("Owner")


@dataclass(frozen=True, slots=True)
class Configuration(Generic[Owner]):
    """The settings that were understood, and a line about each part that was not."""

    settings: Owner
    warnings: tuple[str, ...] = ()


def configuration(given: Any, folder: Path | None = None) -> Configuration[Settings]:
    """The settings in the section `codechoir` of an editor; what is missing or null has its default.

    `folder`: the folder that the editor has open, which a project's relative paths start in.
    """
    return read_configuration(Settings, given, folder)


def read_configuration(owner: type[Owner], given: Any, folder: Path | None = None) -> Configuration[Owner]:
    """The same for any dataclass of settings."""
    if not isinstance(given, Mapping):
        wrong = (
            () if given is None else (f"the section '{SECTION}' must be a JSON object, got {shown(given)}",)
        )
        return Configuration(read_environment(owner), wrong)
    known = {setting.json_name: setting for setting in declared(owner).values()}
    reader = _Reader(folder)

    def read(item: tuple[str, Any]) -> tuple[str, Any]:
        key, value = item
        name = f"{SECTION}.{key}"
        if key not in known:
            raise InputError(f"unknown setting '{name}'.{did_you_mean(key, known)}")
        return known[key].name, reader.read(known[key], name, value)

    wanted = ((key, value) for key, value in given.items() if key not in EDITORS_OWN and value is not None)
    found = dict(reader.parts(wanted, read))
    return Configuration(read_environment(owner, **found), tuple(reader.warnings))


class _Reader:
    """Makes the values of settings from JSON. `warnings`: a line about each part that was left out."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.warnings: list[str] = []

    def read(self, setting: Setting, name: str, value: Any) -> Any:
        """The value of a setting, called `name` in messages. Raises `InputError` if all of it is wrong."""
        match setting.type:
            case SimpleType() as simple:
                return simple.check(name, value)
            case NaturalLanguage():
                from codechoir.pipeline import natural_language

                return _prefixed(name, natural_language, _text(name, value))
            case Categories():
                return frozenset(self.parts(_items(value), lambda item: _category_to_filter(name, item)))
            case WordTables(base=base):
                return tuple(self.parts(_items(value), lambda item: self._word_table(name, base, item)))
            case Levels(choice=choice):
                return dict(self.parts(_members(name, value), lambda member: _level(name, choice, *member)))
            case VoiceOverrides():
                return dict(self.parts(_members(name, value), lambda member: self._voice(name, *member)))
            case Speakers():
                members = ((engine, cast) for engine, cast in _members(name, value) if cast is not None)
                casts = self.parts(members, lambda member: self._speakers(name, *member))
                return {engine: cast for engine, cast in casts if cast}
        raise TypeError(f"nothing reads {setting.type}")

    def parts(self, items: Iterable[Item], read: Callable[[Item], Value]) -> Iterator[Value]:
        """What `read` makes of each item; those that it refuses are left out with a warning."""
        for item in items:
            try:
                value = read(item)
            except InputError as error:
                self.warnings.append(str(error))
            else:
                yield value

    def _word_table(self, name: str, base: str, value: Any) -> Path:
        from codechoir.pipeline import word_table

        path = _text(name, value)
        if base == "user":
            from platformdirs import user_config_path

            folder: Path | None = user_config_path("codechoir")
        else:
            folder = self._folder
        if folder is None and not Path(path).is_absolute() and not path.startswith("~"):
            raise InputError(f"{name}: '{path}' is relative, and no folder is open; write the whole path")
        return _prefixed(name, lambda path: word_table(path, folder), path)

    def _voice(self, name: str, category: str, value: Any) -> tuple[Category, VoiceOverride]:
        found = _prefixed(name, category_named, category)
        name = f"{name}.{category}"
        known = declared(VoiceOverride)

        def read(member: tuple[str, Any]) -> tuple[str, Any]:
            key, given = member
            if key not in known:
                near = did_you_mean(key, known)
                raise InputError(f"unknown setting '{name}.{key}'; known: {', '.join(known)}.{near}")
            known[key].check(given, f"{name}.{key}")
            return key, given

        members = ((key, given) for key, given in _members(name, value) if given is not None)
        return found, VoiceOverride(**dict(self.parts(members, read)))

    def _speakers(self, name: str, engine: str, value: Any) -> tuple[str, dict[Category, str]]:
        name = f"{name}.{engine}"
        members = ((category, speaker) for category, speaker in _members(name, value) if speaker is not None)
        return engine, dict(self.parts(members, lambda member: _speaker(name, *member)))


def _prefixed(name: str, check: Callable[[str], Value], text: str) -> Value:
    """What `check` makes of a text, with the setting's name in front of its error."""
    try:
        return check(text)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def _text(name: str, value: Any) -> str:
    return Name().check(name, value)


def _items(value: Any) -> Iterable[Any]:
    """The items of a list; one value without a list is accepted, too."""
    return value if isinstance(value, list | tuple) else [value]


def _members(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise violation(name, "an object", value)
    return ((str(key), each) for key, each in value.items())


def _category_to_filter(name: str, value: Any) -> Category:
    return _prefixed(name, filterable_category, _text(name, value))


def _level(name: str, choice: SimpleType, key: str, value: Any) -> tuple[str, str]:
    from codechoir.pipeline import level_key

    return _prefixed(name, level_key, key), choice.check(f"{name}.{key}", value)


def _speaker(name: str, category: str, value: Any) -> tuple[Category, str]:
    return _prefixed(name, category_named, category), _text(f"{name}.{category}", value)


# ---- settings to JSON -------------------------------------------------------------------------------------


def as_json(settings: Any) -> dict[str, Any]:
    """Settings as an editor would write them, for the command `status`."""
    return {each.json_name: _json(getattr(settings, name)) for name, each in declared(type(settings)).items()}


def filters_as_json(settings: Settings) -> dict[str, Any]:
    """The filters, as the commands that change them answer."""
    return {name: _json(getattr(settings, name)) for name in ("mute", "solo", "only")}


def _json(value: Any) -> Any:
    if isinstance(value, frozenset):
        return [category.value for category in Category if category in value]
    if isinstance(value, Mapping):
        return {str(key): _json(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [str(path) for path in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


# ---- what else the client sends ---------------------------------------------------------------------------


def section(given: Any) -> Any:
    """Our part of `workspace/didChangeConfiguration`, which editors send bare or under its name."""
    if isinstance(given, Mapping) and isinstance(given.get(SECTION), Mapping):
        return given[SECTION]
    return given


def audio_mode(options: Mapping[str, Any]) -> AudioMode:
    """`initializationOptions.audio`. Raises `InputError` for an unknown one."""
    value = options.get("audio", "server")
    for mode in AUDIO_MODES:
        if mode == value:
            return mode
    raise violation("initializationOptions.audio", f"one of {', '.join(AUDIO_MODES)}", value, AUDIO_MODES)


def open_folder(params: types.InitializeParams) -> Path | None:
    """The folder that the editor has open, the first of several; None without one on this machine's disk."""
    folders = params.workspace_folders or []
    uri = folders[0].uri if folders else params.root_uri
    parts = urlsplit(uri or "")
    # not by urllib.request: it loads an HTTP client, which would delay the start
    path = unquote(parts.path).lstrip("/") if os.name == "nt" else unquote(parts.path)
    return Path(path) if parts.scheme == "file" else None
