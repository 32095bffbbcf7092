"""Files that are there whole or not at all, and that processes share: each checks what it reads.

A file that fails its check is set aside as `….bad`, for somebody to look at, and counts as missing.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

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
