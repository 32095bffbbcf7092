"""The source text that a command works on: a file or standard input, or some of its lines."""

from __future__ import annotations

import argparse
import errno
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from codechoir.cli.options import Lines
from codechoir.errors import InputError
from codechoir.stdio import report
from codechoir.storage import os_error_text

if TYPE_CHECKING:
    from codechoir.sinks import Chapter, Content, PageText
    from codechoir.syntax import Snapshot

STDIN = "-"

MAX_SOURCE_BYTES = 64 * 1024 * 1024
"""More is no source code: a disk image, or a device such as /dev/zero, which never ends."""


@dataclass(frozen=True, slots=True)
class SourceWindow:
    """Bytes `start` to `end` of a source. `title`: its name in messages."""

    snapshot: Snapshot
    title: str
    start: int
    end: int

    @property
    def first_line(self) -> int:
        """The number of its first line, from 0."""
        return self.snapshot.line_of(self.start)

    @property
    def last_line(self) -> int:
        """The number of its last line, from 0."""
        return self.snapshot.line_of(max(self.start, self.end - 1))

    @property
    def is_blank(self) -> bool:
        """Whether it contains only white space."""
        return not self.snapshot.text[self.start : self.end].strip()

    @property
    def file_name(self) -> str:
        """The title without folders: files that are passed on must not tell where the source was."""
        return PurePath(self.title).name or self.title

    @property
    def content(self) -> Content:
        """What output files contain besides audio: a title, chapters, the code."""
        from codechoir.sinks import Content

        return Content(self.file_name, self._chapters, self._page_text)

    def _chapters(self) -> list[Chapter]:
        """A chapter for each named symbol in it that is no constant."""
        from codechoir.sinks import Chapter

        return [
            Chapter(symbol.start, f"{symbol.kind} {symbol.name}")
            for symbol in self.snapshot.symbols()
            if symbol.name
            and symbol.kind != "constant"
            and symbol.start < self.end
            and symbol.end > self.start
        ]

    def _page_text(self) -> PageText:
        """The code for an HTML page."""
        from codechoir.sinks import PageText

        spans = tuple(self.snapshot.spans(self.start, self.end))
        language = self.snapshot.language.title
        text = self.snapshot.text
        return PageText(self.file_name, language, text, self.start, self.end, self.first_line + 1, spans)


def read_bytes(name: str) -> bytes:
    """The content of a file, or of standard input for `-`. Raises `InputError` if it cannot be read."""
    if name == STDIN:
        try:
            return _bounded(sys.stdin.buffer, "standard input")
        except OSError as error:
            why = "it is closed" if error.errno == errno.EBADF else os_error_text(error)
            raise InputError(f"cannot read standard input: {why}; name a file") from error
    if not name:
        raise InputError("the file name is empty; name a file, or - for standard input")
    try:
        with Path(name).open("rb") as file:
            return _bounded(file, f"'{name}'")
    except FileNotFoundError as error:
        raise InputError(f"file '{name}' does not exist") from error
    except IsADirectoryError as error:
        raise InputError(f"'{name}' is a folder; name a file in it") from error
    except PermissionError as error:
        raise InputError(f"cannot read file '{name}': permission denied") from error
    except OSError as error:
        raise InputError(f"cannot read file '{name}': {os_error_text(error)}") from error
    except ValueError as error:
        raise InputError(f"cannot read file '{name}': {error}") from error


def _bounded(file: BinaryIO, name: str) -> bytes:
    """All of a file, which may be a pipe. Raises `InputError` if it is too large, or a device without end."""
    text = file.read(MAX_SOURCE_BYTES + 1)
    if len(text) > MAX_SOURCE_BYTES:
        raise InputError(f"{name} is larger than {MAX_SOURCE_BYTES >> 20} MiB; read a part of it")
    return text


def open_source(name: str, language: str | None) -> Snapshot:
    """A snapshot of a file. Warnings about its text, such as its encoding, go to standard error."""
    return snapshot_of(read_bytes(name), name, language)


def snapshot_of(text: bytes, name: str, language: str | None) -> Snapshot:
    """A snapshot of the text of a source. Warnings about it go to standard error."""
    from codechoir.languages import detect_language
    from codechoir.syntax import Document

    if text.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        text = text.decode("utf-16", "replace").encode()
        report(f"warning: {title(name)}: the text is UTF-16; offsets are those of the text in UTF-8")
    snapshot = Document(text, detect_language(None if name == STDIN else name, text, language)).snapshot()
    for warning in snapshot.warnings:
        report(f"warning: {title(name)}: {warning}")
    return snapshot


def title(name: str) -> str:
    """The name of a source in messages."""
    return "standard input" if name == STDIN else name


def open_window(arguments: argparse.Namespace) -> SourceWindow:
    """The lines of a file that --lines selects. Raises `InputError` if the file has fewer."""
    snapshot = open_source(arguments.file, arguments.language)
    start, end = line_bytes(snapshot, arguments.lines, arguments.file)
    return SourceWindow(snapshot, title(arguments.file), start, end)


def line_bytes(snapshot: Snapshot, lines: Lines | None, name: str) -> tuple[int, int]:
    """The bytes of `lines`, with the last line break. Raises `InputError` if there are fewer lines."""
    if lines is None:
        return 0, len(snapshot.text)
    count = counted_lines(snapshot)
    first, last = lines[0], lines[1] or max(count, lines[0])
    if last > count:
        beyond = f"line {first} is" if first == last else f"lines {first} to {last} are"
        has = {0: "is empty", 1: "has 1 line"}.get(count, f"has {count} lines")
        raise InputError(f"{beyond} out of range: {title(name)} {has}")
    after = snapshot.line_range(last)[0] if last < snapshot.line_count else len(snapshot.text)
    return snapshot.line_range(first - 1)[0], after


def counted_lines(snapshot: Snapshot) -> int:
    """The number of lines as people count them: an empty rest after the last line break is not a line."""
    start, end = snapshot.line_range(snapshot.line_count - 1)
    return snapshot.line_count - (start == end)
