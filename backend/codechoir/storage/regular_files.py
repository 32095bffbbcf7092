"""Reading files that somebody else has put there: nothing grows or waits without end.

A pipe or a device may have taken a file's place, and a disk in the network may not answer. So only regular
files are read, up to a size, and all that asks the disk is asked with patience.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from codechoir.errors import InputError
from codechoir.patience import ask

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
