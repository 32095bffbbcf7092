"""Whether files have been written since they were looked at last."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_Stamp = tuple[int, int] | None


class Stamps:
    """Remembers time and size of files. A look costs microseconds a file."""

    def __init__(self) -> None:
        self._seen: dict[Path, _Stamp] = {}

    def changed(self, paths: Iterable[Path]) -> list[Path]:
        """Those that are not as they were at the last look; at the first look at a file none is."""
        found = []
        for path in paths:
            stamp = _stamp(path)
            if self._seen.setdefault(path, stamp) != stamp:
                self._seen[path] = stamp
                found.append(path)
        return found


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None  # a file that is gone is another than the one that was there
    return status.st_mtime_ns, status.st_size
