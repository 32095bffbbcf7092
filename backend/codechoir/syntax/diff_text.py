"""The files, hunks and lines of a unified diff, as `git diff`, `git show`, `diff -u` and `hg` write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

LineKind = Literal["added", "removed", "context", "header", "file", "hunk", "text", "binary", "size", "data"]
"""`header`: lines about a file. `file`: the one of them that names it. `text`: around the diff, say of a mail
or a commit. `binary`, `size`, `data`: of a binary patch, the line before it, the one with the number of
bytes, and the first one of them. The others are lines of hunks."""

FileStatus = Literal["changed", "new", "deleted", "renamed"]

_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_HEADER = re.compile(
    rb"(?:diff --git |diff -|index [0-9a-f]|old mode |new mode |new file mode |deleted file mode "
    rb"|(?:dis)?similarity index |rename from |rename to |copy from |copy to |Binary files |GIT binary patch"
    rb"|--- |\+\+\+ |\\ )"
)

_SIZE = re.compile(rb"(?:literal|delta) (\d{1,12})")
_BASE_85 = re.compile(rb"[A-Za-z](?:[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{5})+")
"""A line of a binary patch: a letter for the number of bytes in it, and the bytes."""


@dataclass(slots=True)
class DiffLine:
    """A line, bytes `start` to `end` without its line end; `after`: where the next one starts.

    `named`: the bytes of the file's name in a line of kind `file`; of the number in that before a hunk, and
    in one of kind `size`.
    """

    kind: LineKind
    start: int
    end: int
    after: int
    named: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Hunk:
    """Changed lines of a file with those around them. `line`: the one before them, `@@ … @@`. `section`: the
    bytes of what stands behind that, usually the beginning of the function around it."""

    line: DiffLine
    section: tuple[int, int]
    lines: list[DiffLine] = field(default_factory=list)


@dataclass(slots=True)
class FileDiff:
    """The changes of one file. `name`: its path; empty if it is not told. `is_binary`: it has no lines."""

    name: str = ""
    status: FileStatus = "changed"
    is_binary: bool = False
    header: list[DiffLine] = field(default_factory=list)
    hunks: list[Hunk] = field(default_factory=list)


@dataclass(slots=True)
class DiffText:
    """All of a diff, in order: lines of text and files."""

    parts: list[DiffLine | FileDiff]

    @property
    def files(self) -> list[FileDiff]:
        """The files that are changed."""
        return [part for part in self.parts if isinstance(part, FileDiff)]


def parse_diff(text: bytes) -> DiffText:
    """Finds the parts of a diff, in linear time. Whatever is no part of a file is text."""
    parts: list[DiffLine | FileDiff] = []
    file: FileDiff | None = None
    hunk: Hunk | None = None
    old = new = 0  # lines of the hunk that are still to come
    for line in _lines(text):
        sign = text[line.start : line.start + 1]
        if hunk is not None and (old or new or sign == b"\\"):
            kind = _SIGNS.get(sign, "context" if line.start == line.end else None)
            if kind is not None:
                line.kind = kind
                old -= kind in ("removed", "context")
                new -= kind in ("added", "context")
                hunk.lines.append(line)
                continue
        if file is not None and (kind := _binary_kind(file, text, line)) is not None:
            line.kind = kind
            file.header.append(line)
            continue
        match = _HUNK.match(text, line.start, line.end)
        if match is not None and file is not None:
            line.kind, line.named = "hunk", match.span(1 if match[3] == b"0" else 3)
            old, new = (1 if match[group] is None else int(match[group]) for group in (2, 4))
            section = match.end() + (text[match.end() : match.end() + 1] == b" ")
            hunk = Hunk(line, (min(section, line.end), line.end))
            file.hunks.append(hunk)
        elif _HEADER.match(text, line.start, line.end):
            if file is None or file.hunks or text.startswith(b"diff ", line.start):
                file = FileDiff()
                parts.append(file)
            hunk = None
            line.kind = "binary" if text.startswith(b"GIT binary patch", line.start) else "header"
            file.header.append(line)
        else:
            file = hunk = None
            parts.append(line)
    for part in parts:
        if isinstance(part, FileDiff):
            _name(part, text)
    return DiffText(parts)


def _binary_kind(file: FileDiff, text: bytes, line: DiffLine) -> LineKind | None:
    """The kind of a line of a binary patch; None for one that is no part of it.

    Both directions are in there, first the new file. Only its size is told.
    """
    previous = file.header[-1].kind if file.header and not file.hunks else None
    if previous == "header" and not file.is_binary:
        return None
    if previous not in ("binary", "size", "data", "header"):
        return None
    file.is_binary = True
    size = _SIZE.fullmatch(text, line.start, line.end)
    if size is not None and previous == "binary":
        line.named = size.span(1)
        return "size"
    if previous == "size" and _BASE_85.fullmatch(text, line.start, line.end):
        return "data"
    is_inside = size is not None or line.start == line.end or _BASE_85.fullmatch(text, line.start, line.end)
    return "header" if is_inside else None


_SIGNS: dict[bytes, LineKind] = {
    b"+": "added",
    b"-": "removed",
    b" ": "context",
    b"\\": "header",
    b"\t": "context",
}


def _lines(text: bytes) -> Iterator[DiffLine]:
    at = 0
    while at < len(text):
        found = text.find(b"\n", at)
        after = len(text) if found < 0 else found + 1
        end = after if found < 0 else found
        if end > at and text[end - 1 : end] == b"\r":
            end -= 1
        yield DiffLine("text", at, end, after)
        at = after


def _name(file: FileDiff, text: bytes) -> None:
    """Finds out what is the file's name, which line tells it, and what has happened to the file."""
    lines = {
        prefix: line for line in file.header for prefix in _ALL_NAMES if text.startswith(prefix, line.start)
    }
    for line in file.header:
        for prefix, status in _STATUSES:
            if text.startswith(prefix, line.start):
                file.status = status
    if (deleted := lines.get(b"+++ ")) is not None and text.startswith(b"/dev/null", deleted.start + 4):
        file.status = "deleted"
        del lines[b"+++ "]
    if (new := lines.get(b"--- ")) is not None and text.startswith(b"/dev/null", new.start + 4):
        file.status = "new"
        del lines[b"--- "]
    for prefix in _ALL_NAMES:
        named = lines.get(prefix)
        if named is not None:
            begin, end = _path(text, named.start + len(prefix), named.end, prefix)
            named.kind, named.named = "file", (begin, end)
            file.name = text[begin:end].decode("utf-8", "replace")
            return


_ALL_NAMES = (b"rename to ", b"copy to ", b"+++ ", b"--- ", b"Binary files ", b"diff --git ")
"""Lines that tell the file's name, the best first."""

_STATUSES: tuple[tuple[bytes, FileStatus], ...] = (
    (b"new file mode ", "new"),
    (b"deleted file mode ", "deleted"),
    (b"rename to ", "renamed"),
)


def _path(text: bytes, start: int, end: int, prefix: bytes) -> tuple[int, int]:
    """The bytes of the path in a line, without the `a/` or `b/` of git, a time stamp, or quotes."""
    if prefix == b"diff --git ":
        middle = text.rfind(b" b/", start, end)
        start = middle + 1 if middle >= 0 else start
    elif prefix == b"Binary files ":
        middle = text.find(b" and ", start, end)
        start, end = (middle + 5 if middle >= 0 else start), max(text.rfind(b" differ", start, end), start)
    tab = text.find(b"\t", start, end)
    end = tab if tab >= 0 else end
    if text[start : start + 1] == b'"' and end - start > 1 and text[end - 1 : end] == b'"':
        start, end = start + 1, end - 1
    if text[start : start + 2] in (b"a/", b"b/"):
        start += 2
    return start, max(start, end)
