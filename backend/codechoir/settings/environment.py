"""Settings that come from environment variables.

A dataclass whose fields are declared with `variable` is read by `read_environment`. Variables that stand for
themselves are declared here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from codechoir.settings.declaration import AnyText, Number, Setting, SimpleType, declared, violation

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
