"""Files that are there whole or not at all, and that processes share: each checks what it reads.

A file that fails its check is set aside as `….bad`, for somebody to look at, and counts as missing.

Files that exist whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from codechoir.errors import CodechoirError, InputError

BAD = ".bad"


def write_atomically(path: Path, data: bytes, lasting: bool = True) -> None:
    """Write a file so that it is there whole or not at all. Raises `OSError`.

    `lasting`: also after a power cut, for which the disk is waited for; else it may be unsound then.
    """
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def aside(path: Path) -> Path:
    """Where a file is put when it fails its check."""
    return path.with_name(path.name + BAD)


def set_aside(path: Path, opened: os.stat_result) -> bool:
    """Put a file aside that was as in `opened` when it was read and failed its check. Raises `OSError`.

    False when another process has just made it again: that one is left where it is.
    """
    now = path.stat()
    if _identity(now) != _identity(opened):
        return False
    path.replace(aside(path))
    return True


def _identity(file: os.stat_result) -> tuple[int, int, int]:
    return file.st_ino, file.st_mtime_ns, file.st_size


class AtomicFile:
    """A file beside `path` that takes its place on `commit` and vanishes on `discard`.

    Until `commit` an older file at `path` stays as it was. Raises `InputError` when the folder does not
    exist or may not be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._target = checked_target(path)
        self._temporary = self._target.with_name(f".{self._target.name}.{secrets.token_hex(4)}.part")
        try:
            self.file: BinaryIO = self._temporary.open("x+b")
        except OSError as error:
            raise InputError(f"cannot write {path}: {reason(error)}") from error

    def write(self, data: bytes) -> None:
        """Append bytes. Raises `CodechoirError` when the disk does not take them."""
        try:
            self.file.write(data)
        except OSError as error:
            raise CodechoirError(f"cannot write {self.path}: {reason(error)}") from error

    def commit(self) -> None:
        """Put the file in its place. Raises `CodechoirError`; the half file is gone then, too."""
        try:
            self.file.close()
            self._temporary.replace(self._target)
        except OSError as error:
            self.discard()
            raise CodechoirError(f"cannot write {self.path}: {reason(error)}") from error

    def discard(self) -> None:
        """Remove what was written; harmless after `commit` and when repeated."""
        with contextlib.suppress(OSError):  # the disk is full: what could not be flushed goes away anyway
            self.file.close()
        self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.commit()
        else:
            self.discard()


def checked_target(path: Path) -> Path:
    """The file behind `path`, through links. Raises `InputError` where none can be made."""
    try:
        target = Path(os.path.realpath(path))  # `resolve` raises for a link to itself, before Python 3.13
        is_folder = target.is_dir()
    except OSError as error:
        raise InputError(f"cannot write {path}: {reason(error)}") from error
    if is_folder:
        raise InputError(f"cannot write {path}: it is a folder; name a file in it")
    if not target.parent.is_dir():
        raise InputError(f"cannot write {path}: the folder {target.parent} does not exist")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"cannot write {path}: the folder {target.parent} may not be written")
    return target


def reason(error: OSError) -> str:
    """What went wrong with a file, in the system's words and lower case: `permission denied`."""
    words = os.strerror(error.errno) if error.errno else str(error)
    return words[:1].lower() + words[1:]
