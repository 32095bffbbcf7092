"""Standard output and standard error: UTF-8 whatever the locale, data on the one, words on the other."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable
from typing import Any, TextIO


def use_utf8() -> None:
    """Make the standard streams UTF-8 in a way that never fails on a character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def write_line(text: str) -> None:
    """One line of output."""
    sys.stdout.write(text + "\n")


def write_json(value: Any) -> None:
    """The output of `--json`: one object."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_json_list(items: Iterable[Any]) -> None:
    """The output of `--json`: a list, an item a line, written as the items come."""
    before = "[\n"
    for item in items:
        sys.stdout.write(before + json.dumps(item, ensure_ascii=False))
        before = ",\n"
    sys.stdout.write("[]\n" if before == "[\n" else "\n]\n")


def write_bytes(data: bytes) -> None:
    """Output byte for byte, where line ends count."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def diagnose(line: str) -> None:
    """One line on standard error."""
    sys.stderr.write(" ".join(line.splitlines()) + "\n")
    sys.stderr.flush()


def devnull_stdout() -> None:
    """Give standard output away: the interpreter's last flush must not complain about a closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_terminal(stream: TextIO) -> bool:
    """Whether cursor movements mean something on `stream`."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def has_colour(stream: TextIO) -> bool:
    """Whether `stream` should get colours; the user can refuse them with NO_COLOR (no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")
