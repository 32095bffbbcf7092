"""Data files: where the package's own lie, TOML with line numbers, JSON and other files from anywhere.

A pipe or a device may have taken a file's place, and a disk in the network may not answer. So only regular
files are read, up to a size, and all that asks the disk is asked with patience.

A wrong value in TOML is reported with the line of its key, which `tomllib` does not know. What is too large
or nested too deep is refused: such files are a mistake, or an attack.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from codechoir.cancellation import ask
from codechoir.errors import InputError


def program_path(name: str) -> str | None:
    """The path of an installed program; None if there is none.

    One in the current folder does not count. Windows, and a `PATH` with a dot, would find it first, and the
    current folder may be a project that somebody else wrote.
    """
    import shutil

    found = shutil.which(name)
    return found if found and Path(found).is_absolute() else None


DISK_SECONDS = 10.0
"""How long to wait for a disk: one that sleeps has to start up."""

Answer = TypeVar("Answer")


def ask_disk(path: Path, question: Callable[[], Answer]) -> Answer:
    """What `question`, which opens or looks at the file `path`, returns or raises.

    Raises `InputError` if the disk does not answer.
    """
    complaint = f"{path} is on a disk that does not answer; try again when it does"
    return ask(str(path), question, complaint, DISK_SECONDS)


def read_regular_file(path: Path, max_bytes: int, if_larger: str) -> bytes:
    """The content of a file. Raises `OSError`, and `InputError` for a file that is not regular or too large.

    `if_larger`: what to do about a file of more than `max_bytes`.
    """
    return ask_disk(path, lambda: _content(path, max_bytes, if_larger))


def check_regular_file(path: Path, max_bytes: int, if_larger: str) -> None:
    """The same check for a file that other code is going to read. A missing file and a folder pass."""
    with suppress(FileNotFoundError):
        about = ask_disk(path, path.stat)
        if not stat.S_ISREG(about.st_mode) and not stat.S_ISDIR(about.st_mode):
            raise _not_regular(path)
        if about.st_size > max_bytes:
            raise _larger(path, max_bytes, if_larger)


def _content(path: Path, max_bytes: int, if_larger: str) -> bytes:
    with open(path, "rb", opener=_open_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _not_regular(path)
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise _larger(path, max_bytes, if_larger)
    return content


def _not_regular(path: Path) -> InputError:
    return InputError(f"{path} is a pipe or a device; only files can be read")


def _larger(path: Path, max_bytes: int, if_larger: str) -> InputError:
    size = f"{max_bytes >> 20} MiB" if max_bytes >> 20 else f"{max_bytes >> 10} KiB"
    return InputError(f"{path} is larger than {size}; {if_larger}")


def _open_without_waiting(name: str, flags: int) -> int:
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def resource_path(*parts: str) -> Path:
    """A file or folder of the package's data, such as `resource_path("voices", "default.toml")`.

    The data is in the installed wheel, or at the top of a checkout.
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "data"
    root = installed if installed.is_dir() else package.parent.parent
    return root.joinpath(*parts)


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises `ValueError` with the reason, whatever the text is."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except ValueError:
        raise ValueError("it has a number with too many digits") from None


MAX_JSON_BYTES = 16 * 1024 * 1024
"""A record of ours, such as the statistics of a cache, has a few kilobytes."""


def read_json(path: Path) -> Any:
    """The value in a JSON file. Raises `OSError`, and `ValueError` for what is no file or no JSON."""
    try:
        return parse_json(read_regular_file(path, MAX_JSON_BYTES, "delete it"))
    except InputError as error:
        raise ValueError(str(error)) from error


KeyPath = tuple[str, ...]
"""The keys that lead to a value: `("espeak", "base", "pitch")`."""

_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w-]+)\s*=""")


@dataclass(frozen=True)
class TomlSource:
    """A TOML file: its text and its values."""

    path: Path
    text: str
    values: dict[str, Any]

    @cached_property
    def lines(self) -> dict[KeyPath, int]:
        """The line of each key, counted from 1. Computed on first use: takes as long as reading the file."""
        return _key_lines(self.text)

    def error(self, keys: KeyPath, message: str) -> InputError:
        """The error `file:line: message` for the value at `keys`, or for the nearest table around it."""
        for depth in range(len(keys), 0, -1):
            if keys[:depth] in self.lines:
                return InputError(f"{self.path}:{self.lines[keys[:depth]]}: {message}")
        return InputError(f"{self.path}: {message}")


MAX_TOML_BYTES = 256 * 1024
"""Seven times the largest table of words that is shipped."""

MAX_KEY_PARTS = 32
"""The parser takes quadratic time for a key such as `a.b.c` with many parts."""


def read_toml(path: Path, is_own: bool = False) -> TomlSource:
    """Reads a TOML file. Raises `InputError` with the file, and with the line of a syntax error.

    `is_own`: it is a file of the package, which is on the disk of the program.
    """
    try:
        if is_own:
            text = path.read_bytes().decode()
            return TomlSource(path, text, tomllib.loads(text))
        text = read_regular_file(path, MAX_TOML_BYTES, "keep only what differs from the default").decode()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text; save it as UTF-8") from error
    _check_keys(path, text)
    try:
        return TomlSource(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        where = f"{path}:{found[1]}" if found else str(path)
        raise InputError(f"{where}: not valid TOML: {error}") from error
    except RecursionError:
        raise InputError(f"{path}: its values are nested too deep") from None
    except ValueError as error:  # from `int`
        raise InputError(f"{path}: it has a number with too many digits") from error


_QUOTED = re.compile(r"""\"[^"\n]*"|'[^'\n]*'|#[^\n]*""")


def _check_keys(path: Path, text: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") >= MAX_KEY_PARTS and _QUOTED.sub("", line).count(".") >= MAX_KEY_PARTS:
            raise InputError(f"{path}:{number}: more than {MAX_KEY_PARTS} parts in a key, or as many dots")


def _key_lines(text: str) -> dict[KeyPath, int]:
    """The line on which each key first appears. `text` is valid TOML, so each line can be parsed by
    itself."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), 1):
        try:
            paths = list(_key_paths(tomllib.loads(line)))
        except tomllib.TOMLDecodeError:  # the first line of a value that continues below, or a later one
            match = _KEY.match(line)
            paths = [(match[1].strip("\"'"),)] if match else []
        is_header = bool(paths) and line.lstrip().startswith("[")
        for path in paths:
            lines.setdefault(path if is_header else (*table, *path), number)
        if is_header:
            table = paths[-1]
    return lines


def _key_paths(values: object) -> Iterator[KeyPath]:
    """The key paths in nested tables, a table before its keys; an array of tables counts as its first
    table."""
    if isinstance(values, list):
        values = values[0] if values else None
    if isinstance(values, dict):
        for key, value in values.items():
            yield (key,)
            yield from ((key, *rest) for rest in _key_paths(value))
