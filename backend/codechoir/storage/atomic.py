"""Atomic files: a reader sees a file complete or not at all, whatever happens to the writer.

Content goes to a hidden temporary file in the same folder, which then replaces the target in one step:

    write_atomically(path, data)    bytes that are in memory; raises `OSError`
    AtomicFile(path)                a stream of unknown length; raises errors for people

Only regular files are replaced, and they keep their mode. Processes share files without locks: each checks
what it reads. `set_aside` renames a file that fails its check to `….bad`, so that somebody can look at it and
the next writer starts afresh.

`KeyLocks` are for work that is not to be done twice: locks by key, among the threads of this process and
among all processes that share a folder. `FileHashes`: SHA-256 of files, with a table of known hashes that
saves reading them again.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
import os
import re
import secrets
import shutil
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from codechoir.errors import CodechoirError, InputError
from codechoir.storage.data_files import read_json

BAD_SUFFIX = ".bad"
PART_SUFFIX = ".part"

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

SETTLED_SECONDS = 60.0
"""A temporary file that is younger than this is never a leftover: its writer may just have made it."""


def write_atomically(path: Path, data: bytes, durable: bool = True) -> None:
    """Writes a file completely or not at all. Raises `OSError`, and leaves no temporary file then.

    A new file can be read by its owner only. `durable`: wait for the disk, so that the file also survives a
    power failure. Without it, a power failure may leave a damaged file, which its reader must detect.
    """
    temporary = _temporary_beside(path)
    try:
        with _create(temporary, path, PRIVATE_FILE) as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        _replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


class AtomicFile:
    """A binary file that replaces `path` on `commit` and disappears on `discard`.

    Until `commit`, an older file at `path` stays as it is. Links are followed. A pipe or a device such as
    /dev/null is not replaced: `commit` writes into it. Use it with `with`, or call one of the two methods.
    Raises `InputError` if the folder does not exist or is not writable, or if no program reads from the pipe.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._target = check_writable(path)
        self._temporary: Path | None = None
        self._device: BinaryIO | None = None
        try:
            if _is_stream(self._target):
                self._device = _open_stream(self._target)
                self.file = _unnamed_file()
            else:
                _remove_leftovers(self._target)
                self._temporary = _temporary_beside(self._target)
                self.file = _create(self._temporary, self._target, 0o666)
        except OSError as error:
            why = os_error_text(error)
            if error.errno == errno.ENXIO:
                why = "no program reads from this pipe; start the one that reads first"
            raise InputError(f"cannot write {path}: {why}") from error

    def write(self, data: bytes) -> None:
        """Appends bytes. Raises `CodechoirError` if the disk refuses them."""
        try:
            self.file.write(data)
        except OSError as error:
            raise CodechoirError(f"cannot write {self.path}: {os_error_text(error)}") from error

    def commit(self) -> None:
        """Replaces the target. Raises `CodechoirError`, and leaves no temporary file then."""
        try:
            if self._device is not None:
                self.file.seek(0)
                shutil.copyfileobj(self.file, self._device)
                self._device.close()
            self.file.close()
            if self._temporary is not None:
                _replace(self._temporary, self._target)
        except OSError as error:
            self.discard()
            raise CodechoirError(f"cannot write {self.path}: {os_error_text(error)}") from error

    def discard(self) -> None:
        """Removes what was written. Does nothing after `commit` or when repeated."""
        for file in (self.file, self._device):
            with contextlib.suppress(
                OSError
            ):  # on a full disk, closing fails to flush what is removed anyway
                if file is not None:
                    file.close()
        if self._temporary is not None:
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
    """The file that `path` leads to, through links. Raises `InputError` if no file can be written there."""
    try:
        if _is_stream(path):
            if not os.access(path, os.W_OK):
                raise InputError(f"cannot write {path}: {os.strerror(errno.EACCES).lower()}")
            return path  # where links lead is not a path for the pipe of a shell's `>(…)`
        target = Path(os.path.realpath(path))  # `resolve` raises for a link to itself, before Python 3.13
        is_folder = target.is_dir()
        is_other = not is_folder and target.exists() and not target.is_file()
    except OSError as error:
        raise InputError(f"cannot write {path}: {os_error_text(error)}") from error
    if is_folder:
        raise InputError(f"cannot write {path}: it is a folder; name a file in it")
    if is_other:
        raise InputError(f"cannot write {path}: it is a disk or a socket; name a file")
    if not target.parent.is_dir():
        raise InputError(f"cannot write {path}: the folder {target.parent} does not exist")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"cannot write {path}: the folder {target.parent} is not writable")
    return target


def make_private_folder(folder: Path) -> None:
    """Creates a folder, and those above it, that only their owner can open. Raises `OSError`.

    Folders that exist stay as they are.
    """
    try:
        folder.mkdir(PRIVATE_FOLDER, exist_ok=True)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        make_private_folder(folder.parent)
        folder.mkdir(PRIVATE_FOLDER, exist_ok=True)


def bad_path(path: Path) -> Path:
    """The name that `set_aside` gives a file."""
    return path.with_name(path.name + BAD_SUFFIX)


def set_aside(path: Path, opened: os.stat_result) -> bool:
    """Renames a file that failed its check to `….bad`. Raises `OSError`.

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
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART_SUFFIX}")


def _create(temporary: Path, target: Path, mode: int) -> BinaryIO:
    """Creates a file with the mode and the owner of the regular file at `target`; with `mode` if there is
    none."""
    try:
        older = target.lstat()
    except OSError:
        older = None
    if older is not None and not stat.S_ISREG(older.st_mode):
        older = None
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, mode if older is None else PRIVATE_FILE)
    _lock(descriptor)
    if older is not None and os.name == "posix":
        with contextlib.suppress(OSError):  # only root may give files away
            os.fchown(descriptor, older.st_uid, older.st_gid)
        with contextlib.suppress(OSError):  # some file systems have no modes
            os.fchmod(descriptor, older.st_mode & 0o777)
    return os.fdopen(descriptor, "w+b")


def _replace(temporary: Path, target: Path) -> None:
    """Renames a temporary file to `target`. Raises `OSError` where a device, a pipe or a socket is."""
    with contextlib.suppress(FileNotFoundError):
        mode = target.lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode)):
            raise FileExistsError(errno.EEXIST, "it is not a regular file", str(target))
    temporary.replace(target)  # refuses a folder


def _is_stream(path: Path) -> bool:
    """Whether this is a pipe or a device that takes bytes, such as a terminal or /dev/null."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def _open_stream(path: Path) -> BinaryIO:
    """Opens a pipe or device without waiting for a reader. Raises `OSError`; `ENXIO` if none reads."""
    flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    if os.name == "posix":
        os.set_blocking(descriptor, True)
    return os.fdopen(descriptor, "wb")


def _unnamed_file() -> BinaryIO:
    from tempfile import TemporaryFile

    return cast(BinaryIO, TemporaryFile())


def _lock(descriptor: int) -> bool:
    """Lock an open file until it is closed; False if another process has locked it."""
    try:
        import fcntl
    except ImportError:  # Windows, which deletes no open file
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove_leftovers(target: Path) -> None:
    """Deletes the temporary files that writers of `target` left when they were killed."""
    pattern = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{8}}{re.escape(PART_SUFFIX)}")
    with contextlib.suppress(OSError):
        for path in target.parent.iterdir():
            if pattern.fullmatch(path.name):
                _remove_unlocked(path)


def _remove_unlocked(path: Path) -> None:
    with contextlib.suppress(OSError):
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or abs(time.time() - about.st_mtime) < SETTLED_SECONDS:
            return
        descriptor = os.open(path, os.O_RDWR)
        try:
            is_left = _lock(descriptor)
        finally:
            os.close(descriptor)
        if is_left:
            path.unlink()


def _version(file: os.stat_result) -> tuple[int, int, int]:
    return file.st_ino, file.st_mtime_ns, file.st_size


log = logging.getLogger(__name__)

STRIPES = 64
"""Number of lock files. Keys share them, so that none is ever deleted: deleting a lock file is a race."""

POLL_SECONDS = 0.02


class KeyLocks:
    """Lets one holder at a time compute the value of a key.

    The operating system releases a lock when its holder dies. A holder that hangs delays others for at most
    `patience` seconds: after that they continue without the lock, because computing a value twice is better
    than waiting forever. Where lock files do not work (read-only disk, network folder), only threads exclude
    each other.
    """

    def __init__(self, folder: Path, patience: float = 120.0) -> None:
        self._folder = folder
        self._patience = patience
        self._threads = [threading.Lock() for _ in range(STRIPES)]

    @contextlib.contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Holds the lock of `key`, a hexadecimal string. Not reentrant."""
        stripe = int(key[:8], 16) % STRIPES
        with self._threads[stripe], self._hold_file(stripe):
            yield

    @contextlib.contextmanager
    def _hold_file(self, stripe: int) -> Iterator[None]:
        from filelock import FileLock, Timeout

        lock = FileLock(
            self._folder / f"{stripe:02}.lock",
            timeout=self._patience,
            poll_interval=POLL_SECONDS,
            mode=PRIVATE_FILE,
            preserve_lock_file=True,
        )
        with contextlib.ExitStack() as held:
            try:
                make_private_folder(self._folder)
                held.enter_context(lock)
            except Timeout:
                log.warning(
                    "another process holds a lock in %s for more than %g s; continuing without it",
                    self._folder,
                    self._patience,
                )
            except OSError as error:
                log.debug("processes do not exclude each other in %s: %s", self._folder, error)
            yield


HASH_SETTLED_SECONDS = 2.0
"""A file that is younger than this when it is hashed may change again without a new time stamp, so its hash
is not stored."""


class FileHashes:
    """SHA-256 of recordings and weights; known ones are stored in the file `index`.

    A known hash counts while the file's path, size and time of change stay the same. The index is only a
    short cut: if it is missing, damaged or not writable, files are read again.
    """

    def __init__(self, index: Path) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._known: dict[str, list[object]] | None = None

    def of(self, file: Path) -> str:
        """The hash of a file's content, in hexadecimal. Raises `InputError` if the file cannot be read."""
        try:
            path = file.resolve(strict=True)
            before = path.stat()
            if not stat.S_ISREG(before.st_mode) and not stat.S_ISDIR(before.st_mode):
                raise InputError(f"{file} is a pipe or a device; only files can be read")
            stamp = [before.st_size, before.st_mtime_ns]
            if (known := self._load().get(str(path))) is not None and known[:2] == stamp:
                return str(known[2])
            with path.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
        except IsADirectoryError as error:
            raise InputError(f"{file} is a folder; name a file in it") from error
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}") from error
        if time.time_ns() - before.st_mtime_ns > HASH_SETTLED_SECONDS * 1e9:
            self._store(str(path), [*stamp, digest])
        return digest

    def _load(self) -> dict[str, list[object]]:
        with self._lock:
            if self._known is None:
                self._known = _read_index(self._index)
            return self._known

    def _store(self, path: str, entry: list[object]) -> None:
        with self._lock:
            # Other processes add entries too, so the index is read again. If two write at the same moment,
            # one entry is lost, and that file is hashed once more.
            self._known = {**_read_index(self._index), path: entry}
            try:
                make_private_folder(self._index.parent)
                write_atomically(self._index, json.dumps(self._known).encode())
            except OSError as error:
                log.debug("file hashes are not stored: %s", error)


def _read_index(index: Path) -> dict[str, list[object]]:
    """Size, time of change and hash by path; empty if the index is missing or damaged."""
    try:
        values = read_json(index)
    except (OSError, ValueError):
        return {}
    if not isinstance(values, dict):
        return {}
    return {path: entry for path, entry in values.items() if isinstance(entry, list) and len(entry) == 3}
