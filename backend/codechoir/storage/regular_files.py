"""Reading files that somebody else has put there: nothing grows or waits without end.

A pipe or a device may have taken a file's place, and a disk in the network may not answer. So only regular
files are read, up to a size, and a daemon thread asks the disk: whoever waits for it gives up after a while,
and who has given up once does not wait for the same file again until the disk has answered.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar, copy_context
from pathlib import Path
from typing import TypeVar

from codechoir.errors import InputError

PATIENCE_SECONDS = 10.0
"""How long a thread waits for a disk unless it has said otherwise: a disk that sleeps has to start up."""

THREAD_NAME = "codechoir-disk"

Answer = TypeVar("Answer")


class DiskPatience:
    """How long one thread waits for a disk, and for which files it has waited in vain."""

    def __init__(self, seconds: float = PATIENCE_SECONDS) -> None:
        self._seconds = seconds
        self._asked: dict[str, threading.Event] = {}

    def wait(self, name: str, answered: threading.Event) -> bool:
        """Waits until a disk has `answered`; False if it takes too long.

        While an answer is missing, the disk does not get as long for each of its other files.
        """
        is_answering = all(asked.is_set() for asked in self._asked.values())
        if not answered.wait(self._seconds if is_answering else self._seconds / 10):
            self._asked[name] = answered
            return False
        return True

    def has_given_up(self, name: str) -> bool:
        """Whether the disk still owes an answer about this file."""
        asked = self._asked.get(name)
        if asked is not None and asked.is_set():
            del self._asked[name]
            return False
        return asked is not None


_patience: ContextVar[DiskPatience | None] = ContextVar("disk_patience", default=None)


def limit_disk_patience(seconds: float) -> None:
    """From now on, this thread waits no longer for a disk."""
    _patience.set(DiskPatience(seconds))


def ask_disk(path: Path, question: Callable[[], Answer]) -> Answer:
    """What `question`, which opens or looks at the file `path`, returns or raises.

    Raises `InputError` if the disk does not answer. The question is asked in another thread.
    """
    patience = _patience.get() or DiskPatience()
    name = str(path)
    answers: list[Answer] = []
    errors: list[BaseException] = []
    answered = threading.Event()

    def ask() -> None:
        try:
            answers.append(question())
        except BaseException as error:  # noqa: BLE001 - raised where it was asked
            errors.append(error)
        answered.set()

    if not patience.has_given_up(name):
        threading.Thread(target=copy_context().run, args=(ask,), name=THREAD_NAME, daemon=True).start()
        if patience.wait(name, answered):
            if errors:
                raise errors[0]
            return answers[0]
    raise InputError(f"{path} is on a disk that does not answer; try again when it does")


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
