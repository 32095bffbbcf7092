"""What editors say about the user's choices: JSON settings to `Settings`, with a warning for each mistake.

A setting that is wrong is left at its default and told; the others hold. A wrong key in an editor's
configuration must not make the reader mute.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import unquote, urlsplit

from codechoir.errors import InputError, did_you_mean
from codechoir.lsp import listening
from codechoir.lsp.listening import NAMES, Given, Reader, name_in_json, number, text
from codechoir.lsp.speakers import speakers
from codechoir.model import Category
from codechoir.settings import (
    VOICE_PROPERTIES,
    Settings,
    VoiceChange,
    checked_category,
    checked_rate,
    checked_resume_after,
    checked_resume_words,
)

if TYPE_CHECKING:
    from lsprotocol import types

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
            found[NAMES[key]] = READERS[NAMES[key]](value, Given(where, folder, warnings))
        except InputError as error:
            warnings.append(f"setting '{where}': {error}")
    return Configuration(Settings(**found), tuple(warnings))


def as_json(settings: Settings) -> dict[str, Any]:
    """The settings as an editor would write them, for the command `status`."""
    shape = {name_in_json(name): value for name, value in asdict(settings).items()}
    return {
        **shape,
        **listening.heard(settings),
        "voices": {category.value: change for category, change in shape["voices"].items()},
        "userWords": [str(path) for path in settings.user_words],
        "projectWords": [str(path) for path in settings.project_words],
    }


def section(given: Any) -> Any:
    """The part of `workspace/didChangeConfiguration` that is ours: editors send it bare or under its name."""
    if isinstance(given, Mapping) and isinstance(given.get(SECTION), Mapping):
        return given[SECTION]
    return given


def _rate(value: Any, _: Given) -> float:
    return checked_rate(number(value))


def _volume(value: Any, _: Given) -> float:
    volume = number(value)
    if not 0 <= volume <= 100:
        raise InputError(f"the volume is {volume:g}; choose one from 0 to 100")
    return volume


def _voices(value: Any, given: Given) -> dict[Category, VoiceChange]:
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


READERS: Mapping[str, Reader] = {
    **listening.READERS,
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
