"""SHA-256 of files, with a memory that may be lost."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from pathlib import Path

from codechoir.errors import InputError
from codechoir.storage.atomic import write_atomically

log = logging.getLogger(__name__)

SETTLED_SECONDS = 2.0
"""A file that changed less than this before it was hashed may change again within one tick of its time
stamp, so its hash is not remembered."""


class FileHashes:
    """SHA-256 of recordings and weights, remembered by path, size and time of change.

    The memory is only a short cut: it may be lost, be wrong in shape or not be written, and nothing but time
    is lost with it.
    """

    def __init__(self, index: Path) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._known: dict[str, list[object]] | None = None

    def of(self, file: Path) -> str:
        """The hash of a file's content. Raises `InputError` when it cannot be read."""
        try:
            path = file.resolve(strict=True)
            before = path.stat()
            stamp = [before.st_size, before.st_mtime_ns]
            if (known := self._load().get(str(path))) is not None and known[:2] == stamp:
                return str(known[2])
            with path.open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
        except IsADirectoryError as error:
            raise InputError(f"{file} is a folder; name a file in it") from error
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}") from error
        if time.time_ns() - before.st_mtime_ns > SETTLED_SECONDS * 1e9:
            self._remember(str(path), [*stamp, found])
        return found

    def _load(self) -> dict[str, list[object]]:
        with self._lock:
            if self._known is None:
                self._known = _read(self._index)
            return self._known

    def _remember(self, path: str, entry: list[object]) -> None:
        with self._lock:
            # Read again: another process may have added to it. Whoever writes last may still win over an
            # entry of the other, which costs that one a hash.
            self._known = {**_read(self._index), path: entry}
            try:
                self._index.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(self._index, json.dumps(self._known).encode())
            except OSError as error:
                log.debug("hashes of files are not kept: %s", error)


def _read(index: Path) -> dict[str, list[object]]:
    try:
        values = json.loads(index.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(values, dict):
        return {}
    return {path: entry for path, entry in values.items() if isinstance(entry, list) and len(entry) == 3}
