"""Profiles: TOML files that give each category, and each finer capture, a voice of each engine.

For an engine E, `[E.base]` has the properties of all voices. `[E.categories.C]` and `[E.captures."C.D"]` have
what differs from it, and `[E.depth]` what each level of nesting adds. `[meta]` has a name, a description, and
the engine that the profile is for, where the user has chosen none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

import platformdirs

from codechoir.errors import InputError, did_you_mean
from codechoir.model import Category
from codechoir.settings import VOICE_PROPERTIES, Number, Setting, VoiceOverride, declared, setting
from codechoir.storage import MAX_TOML_BYTES, KeyPath, TomlSource, ask_disk, read_toml, resource_path
from codechoir.syntax import CAPTURE_CATEGORIES

_PARTS = ("base", "categories", "captures", "depth", "changes")
"""The tables in the section of an engine."""

_CAPTURES_OF_WORDING = ("capital",)
"""Captures that no grammar has: wording gives them to capital letters that are marked by their voice."""


@dataclass(frozen=True, slots=True)
class DepthStep:
    """What each level of nesting adds to a voice."""

    pitch: float = setting(Number(-100, 100), 0.0, en="Added to the pitch.")
    balance: float = setting(Number(-100, 100), 0.0, en="Added to the balance.")
    deepest: float = setting(Number(-100, 100), 3, en="The last level that counts.")


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """What is added to the voices of lines, or words, of one kind in a diff."""

    pitch: float = setting(Number(-100, 100), 0.0, en="Added to the pitch.")
    volume: float = setting(Number(-100, 100), 0.0, en="Added to the volume.")


CHANGES = ("added", "removed", "context", "edited")
"""Kinds of lines in a diff; `edited`: words that differ between two versions of a line."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a profile says about one engine, without inheritance, which is the task of `Casting`.

    Everything is empty if the profile has no section for the engine.
    """

    name: str
    engine: str
    description: str = ""
    base: VoiceOverride = field(default_factory=VoiceOverride)
    categories: Mapping[Category, VoiceOverride] = field(default_factory=dict)
    captures: Mapping[str, VoiceOverride] = field(default_factory=dict)
    depth: DepthStep = field(default_factory=DepthStep)
    changes: Mapping[str, ChangeStep] = field(default_factory=dict)


def check_change(change: VoiceOverride, where: str) -> None:
    """Raises `InputError`, which names `where`, if a property of `change` exceeds its limits."""
    for name in VOICE_PROPERTIES:
        value = getattr(change, name)
        if value is not None:
            declared(VoiceOverride)[name].check(value, f"{where}: {name}")


def profile_folders() -> list[Path]:
    """The folders in which profiles are found by name: the user's first, then that of the package."""
    return [Path(platformdirs.user_config_dir("codechoir")) / "voices", resource_path("voices")]


def profile_names() -> list[str]:
    """The names of all profiles, sorted. A profile is a TOML file with a table `[meta]`."""
    return sorted(
        {name for folder in profile_folders() for name in ask_disk(folder, partial(_names_in, folder))}
    )


def _names_in(folder: Path) -> set[str]:
    found = folder.glob("*.toml") if folder.is_dir() else ()
    return {path.stem for path in found if path.is_file() and _has_meta(path)}


def _has_meta(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return b"\n[meta]" in b"\n" + file.read(MAX_TOML_BYTES)
    return False


def load_profile(name_or_path: str, engine: str) -> Profile:
    """What the profile with that name, or in that file, says about an engine.

    Raises `InputError`: for an unknown name, with the known ones; for an error in the file, with file and
    line, and with the most similar key for an unknown one.
    """
    path = _find(name_or_path)
    source = read_toml(path, is_own=path.parent == resource_path("voices"))
    _check_tables(source, engine)
    _check_engine_name(source, engine)
    meta = _meta(source)
    section = _table(source, (engine,), _PARTS)
    if section and "base" not in section:
        raise source.error((engine,), f"[{engine}] has no [{engine}.base] with a family for all categories")
    categories = _table(source, (engine, "categories"), [category.value for category in Category])
    captures = _table(source, (engine, "captures"))
    _check_captures(source, (engine, "captures"), captures)
    return Profile(
        name=str(meta.get("name", source.path.stem)),
        engine=engine,
        description=str(meta.get("description", "")),
        base=_voice(source, (engine, "base")),
        categories={Category(key): _voice(source, (engine, "categories", key)) for key in categories},
        captures={key: _voice(source, (engine, "captures", key)) for key in captures},
        depth=_depth(source, (engine, "depth")),
        changes=_changes(source, (engine, "changes")),
    )


@dataclass(frozen=True, slots=True)
class ProfileEngines:
    """Engines that a profile names. `meant`: the one that it is for, if any. `voiced`: those with voices."""

    meant: str = ""
    voiced: frozenset[str] = frozenset()


def engines_of_profile(name_or_path: str) -> ProfileEngines:
    """The engines that a profile names. Raises `InputError` like `load_profile`."""
    path = _find(name_or_path)
    source = read_toml(path, is_own=path.parent == resource_path("voices"))
    return ProfileEngines(str(_meta(source).get("engine", "")), frozenset(source.values) - {"meta"})


def _meta(source: TomlSource) -> dict[str, Any]:
    table = _table(source, ("meta",), ("name", "description", "engine"))
    for key, value in table.items():
        if not isinstance(value, str):
            raise source.error(("meta", key), f"{key} must be a text in quotation marks")
    return table


def _find(name_or_path: str) -> Path:
    if Path(name_or_path).name == name_or_path:
        users, own = (folder / f"{name_or_path}.toml" for folder in profile_folders())
        if ask_disk(users, users.is_file):
            return users
        if own.is_file():
            return own
    path = Path(name_or_path).expanduser()
    if ask_disk(path, path.is_file):
        return path
    if path.suffix == ".toml" or path.name != name_or_path:
        raise InputError(f"there is no voice profile {path}; use the path of a file, or a profile's name")
    known = profile_names()
    near = did_you_mean(name_or_path, known)
    raise InputError(f"unknown voice profile '{name_or_path}'; known: {', '.join(known)}.{near}")


def _check_tables(source: TomlSource, engine: str) -> None:
    """Refuses `[base]` without an engine, which would count as the section of an engine with that name."""
    for key in source.values:
        if key in _PARTS:
            raise source.error((key,), f"[{key}] needs an engine; write [{engine}.{key}…]")


def _check_engine_name(source: TomlSource, engine: str) -> None:
    """Refuses a misspelt name of the engine. Sections for engines that are not installed are fine."""
    if engine not in source.values:
        for key in source.values:
            if key != "meta" and (near := did_you_mean(key, [engine])):
                raise source.error((key,), f"unknown engine '{key}'.{near}")


def _check_captures(source: TomlSource, keys: KeyPath, captures: Iterable[str]) -> None:
    """Refuses overlays on captures that no grammar has."""
    known = sorted({*(name.partition(".")[0] for name in CAPTURE_CATEGORIES), *_CAPTURES_OF_WORDING})
    for capture in captures:
        first = capture.partition(".")[0]
        if first not in known:
            near = did_you_mean(first, known)
            raise source.error((*keys, capture), f"no capture begins with '{first}'.{near}")


def _table(source: TomlSource, keys: KeyPath, known: list[str] | tuple[str, ...] = ()) -> dict[str, Any]:
    """The table at `keys`, empty if there is none. Refuses keys that are not in `known`, unless that is
    empty."""
    table: Any = source.values
    for key in keys:
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise source.error(
                keys, f"'{'.'.join(keys)}' must be a table; write [{'.'.join(keys)}] above its keys"
            )
    for key in table:
        if known and key not in known:
            near = did_you_mean(key, known)
            raise source.error((*keys, key), f"unknown key '{key}'; known: {', '.join(known)}.{near}")
    return dict(table)


def _voice(source: TomlSource, keys: KeyPath) -> VoiceOverride:
    table = _table(source, keys, VOICE_PROPERTIES)
    for key, value in table.items():
        _check(source, (*keys, key), declared(VoiceOverride)[key], value)
    return VoiceOverride(**table)


def _depth(source: TomlSource, keys: KeyPath) -> DepthStep:
    table = _table(source, keys, [step.name for step in fields(DepthStep)])
    for key, value in table.items():
        _check(source, (*keys, key), declared(DepthStep)[key], value)
    return DepthStep(**table)


def _changes(source: TomlSource, keys: KeyPath) -> dict[str, ChangeStep]:
    found = {}
    for name in _table(source, keys, CHANGES):
        table = _table(source, (*keys, name), [step.name for step in fields(ChangeStep)])
        for key, value in table.items():
            _check(source, (*keys, name, key), declared(ChangeStep)[key], value)
        found[name] = ChangeStep(**table)
    return found


def _check(source: TomlSource, keys: KeyPath, property: Setting, value: object) -> None:
    """Refuses a value that the property does not allow, with file and line."""
    try:
        property.check(value)
    except InputError as error:
        raise source.error(keys, str(error)) from error
