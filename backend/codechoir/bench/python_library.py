"""Real code of any length: Python's own library, which every machine that runs this has."""

from __future__ import annotations

import sysconfig
from functools import cache
from itertools import cycle, islice
from pathlib import Path


@cache
def python_source(lines: int) -> str:
    """That many lines of real Python code, the same each time on one version of Python."""
    return "".join(islice(cycle(_library()), lines))


@cache
def telling_lines(source: str, count: int) -> tuple[int, ...]:
    """Numbers, from 0, of `count` lines with something to say, evenly spread over the source."""
    lines = source.splitlines()
    telling = [number for number, line in enumerate(lines) if len(line.split()) >= 3]
    return tuple(telling[index * len(telling) // count] for index in range(count))


@cache
def _library() -> tuple[str, ...]:
    """The lines of the library's modules, in the order of their names; each ends with LF."""
    folder = Path(sysconfig.get_path("stdlib"))
    found: list[str] = []
    for file in sorted(folder.glob("*.py")):
        text = file.read_text(encoding="utf-8", errors="replace")
        found += [f"{line}\n" for line in text.splitlines()]
    return tuple(found)
