"""SHA-256 of files, with a table of known hashes that saves reading them again."""

from __future__ import annotations

import hashlib
import json
import logging
import stat
import threading
import time
from pathlib import Path

from codechoir.errors import InputError
from codechoir.storage.atomic import make_private_folder, write_atomically
from codechoir.storage.toml_lines import read_json

log = logging.getLogger(__name__)

SETTLED_SECONDS = 2.0
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
        if time.time_ns() - before.st_mtime_ns > SETTLED_SECONDS * 1e9:
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
