"""A TOML file that can say on which line each of its keys stands, so that a wrong one can be found."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codechoir.errors import InputError

Keys = tuple[str, ...]
"""The way to a value: `("espeak", "base", "pitch")`."""

_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w-]+)\s*=""")


@dataclass(frozen=True, slots=True)
class TomlSource:
    """The values of a TOML file, and the line of each key."""

    path: Path
    values: dict[str, Any]
    lines: dict[Keys, int]

    def wrong(self, keys: Keys, what: str) -> InputError:
        """The error `file:line: what` for the value at `keys`, or for the nearest table around it."""
        for depth in range(len(keys), 0, -1):
            if keys[:depth] in self.lines:
                return InputError(f"{self.path}:{self.lines[keys[:depth]]}: {what}")
        return InputError(f"{self.path}: {what}")


def read_toml(path: Path) -> TomlSource:
    """Read a TOML file. Raises `InputError` naming the file, and the line where the syntax is wrong."""
    try:
        text = path.read_bytes().decode()
        return TomlSource(path, tomllib.loads(text), _key_lines(text))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        where = f"{path}:{found[1]}" if found else str(path)
        raise InputError(f"{where}: {error}") from error


def _key_lines(text: str) -> dict[Keys, int]:
    """Every key path and the line, counted from 1, on which it first stands."""
    lines: dict[Keys, int] = {}
    table: Keys = ()
    for number, line in enumerate(text.splitlines(), 1):
        try:
            paths = list(_paths(tomllib.loads(line)))
        except tomllib.TOMLDecodeError:  # the first line of a value that goes on below, or the inside of one
            match = _KEY.match(line)
            paths = [(match[1].strip("\"'"),)] if match else []
        is_header = bool(paths) and line.lstrip().startswith("[")
        for path in paths:
            lines.setdefault(path if is_header else (*table, *path), number)
        if is_header:
            table = paths[-1]
    return lines


def _paths(values: object) -> Iterator[Keys]:
    """The key paths of nested tables, a table before its keys (arrays of tables count as their first)."""
    if isinstance(values, list):
        values = values[0] if values else None
    if isinstance(values, dict):
        for key, value in values.items():
            yield (key,)
            yield from ((key, *rest) for rest in _paths(value))
