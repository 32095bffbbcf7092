"""How far the writing of a file has come, on a line of standard error."""

from __future__ import annotations

import sys
from pathlib import Path

from codechoir.model import Mark

ERASE_LINE = "\x1b[K"


class Progress:
    """A view that tells the share of the bytes `start` to `end` that was written to `path`, in per cent."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._path = path
        self._start = start
        self._length = max(1, end - start)
        self._shown = ""

    def show(self, mark: Mark | None) -> None:
        percent = 100 * (mark.start - self._start) // self._length if mark is not None else 0
        line = f"writing {self._path}  {percent} %"
        if line != self._shown:
            sys.stderr.write(f"\r{line}{ERASE_LINE}")
            sys.stderr.flush()
            self._shown = line

    def close(self, complete: bool) -> None:
        if self._shown:
            sys.stderr.write(f"\r{ERASE_LINE}")
            sys.stderr.flush()
