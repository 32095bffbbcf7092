"""Atomic files: a reader sees a file complete or not at all, whatever happens to the writer.

Content goes to a hidden temporary file in the same folder, which then replaces the target in one step:

    write_atomically(path, data)    bytes that are in memory; raises `OSError`
    AtomicFile(path)                a stream of unknown length; raises errors for people

Processes share files without locks: each checks what it reads. `set_aside` renames a file that fails its
check to `….bad`, so that somebody can look at it and the next writer starts afresh.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from codechoir.errors import CodechoirError, InputError

BAD_SUFFIX = ".bad"


def write_atomically(path: Path, data: bytes, durable: bool = True) -> None:
    """Write a file completely or not at all. Raises `OSError`, and leaves no temporary file then.

    `durable`: wait for the disk, so that the file also survives a power failure. Without it, a power failure
    may leave a damaged file, which its reader must detect.
    """
    temporary = _temporary_beside(path)
    try:
        with temporary.open("xb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


class AtomicFile:
    """A binary file that replaces `path` on `commit` and disappears on `discard`.

    Until `commit`, an older file at `path` stays as it is. Links are followed. Use it with `with`, or call
    one of the two methods. Raises `InputError` if the folder does not exist or is not writable.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._target = check_writable(path)
        self._temporary = _temporary_beside(self._target)
        try:
            self.file: BinaryIO = self._temporary.open("x+b")
        except OSError as error:
            raise InputError(f"cannot write {path}: {os_error_text(error)}") from error

    def write(self, data: bytes) -> None:
        """Append bytes. Raises `CodechoirError` if the disk refuses them."""
        try:
            self.file.write(data)
        except OSError as error:
            raise CodechoirError(f"cannot write {self.path}: {os_error_text(error)}") from error

    def commit(self) -> None:
        """Replace the target. Raises `CodechoirError`, and leaves no temporary file then."""
        try:
            self.file.close()
            self._temporary.replace(self._target)
        except OSError as error:
            self.discard()
            raise CodechoirError(f"cannot write {self.path}: {os_error_text(error)}") from error

    def discard(self) -> None:
        """Remove what was written. Does nothing after `commit` or when repeated."""
        with contextlib.suppress(OSError):  # on a full disk, closing fails to flush what is removed anyway
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


def check_writable(path: Path) -> Path:
    """The file that `path` leads to, through links. Raises `InputError` if no file can be created there."""
    try:
        target = Path(os.path.realpath(path))  # `resolve` raises for a link to itself, before Python 3.13
        is_folder = target.is_dir()
    except OSError as error:
        raise InputError(f"cannot write {path}: {os_error_text(error)}") from error
    if is_folder:
        raise InputError(f"cannot write {path}: it is a folder; name a file in it")
    if not target.parent.is_dir():
        raise InputError(f"cannot write {path}: the folder {target.parent} does not exist")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"cannot write {path}: the folder {target.parent} is not writable")
    return target


def bad_path(path: Path) -> Path:
    """The name that `set_aside` gives a file."""
    return path.with_name(path.name + BAD_SUFFIX)


def set_aside(path: Path, opened: os.stat_result) -> bool:
    """Rename a file that failed its check to `….bad`. Raises `OSError`.

    `opened`: the file's status when it was read. Returns False, and changes nothing, if another process has
    replaced the file since then.
    """
    now = path.stat()
    if _version(now) != _version(opened):
        return False
    path.replace(bad_path(path))
    return True


def os_error_text(error: OSError) -> str:
    """What the system says about an error, in lower case and without the path: `permission denied`."""
    text = os.strerror(error.errno) if error.errno else str(error)
    return text[:1].lower() + text[1:]


def _temporary_beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def _version(file: os.stat_result) -> tuple[int, int, int]:
    return file.st_ino, file.st_mtime_ns, file.st_size
