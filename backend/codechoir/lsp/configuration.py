"""What editors say about the user's choices: JSON settings to `Settings`, with a warning for each mistake.

A setting that is wrong is left at its default and told; the others hold. A wrong key in an editor's
configuration must not make the reader mute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from codechoir.errors import InputError, did_you_mean
from codechoir.model import Category
from codechoir.settings import (
    VOICE_PROPERTIES,
    Settings,
    VoiceChange,
    checked_category,
    checked_level,
    checked_rate,
)

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


def configuration(given: Any) -> Configuration:
    """The configuration that the section `codechoir` describes; what is missing or null is the default."""
    if not isinstance(given, Mapping):
        return Configuration(Settings(), () if given is None else ("the settings are no JSON object",))
    warnings: list[str] = []
    found: dict[str, Any] = {}
    known = [field.name for field in fields(Settings)]
    for key, value in given.items():
        if key in EDITORS_OWN or value is None:
            continue
        if key not in known:
            warnings.append(f"unknown setting '{SECTION}.{key}'.{did_you_mean(key, known)}")
            continue
        try:
            found[key] = READERS[key](value, warnings)
        except InputError as error:
            warnings.append(f"setting '{SECTION}.{key}': {error}")
    return Configuration(Settings(**found), tuple(warnings))


def section(given: Any) -> Any:
    """The part of `workspace/didChangeConfiguration` that is ours: editors send it bare or under its name."""
    if isinstance(given, Mapping) and isinstance(given.get(SECTION), Mapping):
        return given[SECTION]
    return given


def _text(value: Any, _: list[str]) -> str:
    if not isinstance(value, str) or not value:
        raise InputError(f"{value!r} is no name")
    return value


def _rate(value: Any, _: list[str]) -> float:
    return checked_rate(_number(value))


def _volume(value: Any, _: list[str]) -> float:
    volume = _number(value)
    if not 0 <= volume <= 100:
        raise InputError(f"the volume is {volume:g}; choose one from 0 to 100")
    return volume


def _level(value: Any, warnings: list[str]) -> str:
    return checked_level(_text(value, warnings))


def _voices(value: Any, warnings: list[str]) -> dict[Category, VoiceChange]:
    if not isinstance(value, Mapping):
        raise InputError("it has to be an object with a voice for each category")
    voices = {}
    for name, change in value.items():
        try:
            category = checked_category(str(name))
            voices[category] = _voice(category, change, warnings)
        except InputError as error:
            warnings.append(f"setting '{SECTION}.voices': {error}")
    return voices


def _voice(category: Category, change: Any, warnings: list[str]) -> VoiceChange:
    from codechoir.voices.properties import property_error

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


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{value!r} is no number")
    return float(value)


READERS: Mapping[str, Callable[[Any, list[str]], Any]] = {
    "engine": _text,
    "profile": _text,
    "level": _level,
    "rate": _rate,
    "volume": _volume,
    "voices": _voices,
}
"""How each setting is read; a test compares the keys with the fields of `Settings`."""
