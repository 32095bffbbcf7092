"""From byte offsets to the ranges of the protocol, in the units that were negotiated.

Whether files have been written since they were looked at last.

The documents that the editor has open, kept in step with it, and files from the disk for all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from lsprotocol import types

from codechoir.errors import InputError
from codechoir.languages import PROSE, Language, detect, language_named
from codechoir.syntax import Document, Encoding, Snapshot, byte_of, position_of


def range_of(snapshot: Snapshot, encoding: Encoding, start: int, end: int) -> dict[str, dict[str, int]]:
    """The LSP range of two byte offsets."""
    places = (position_of(snapshot, start, encoding), position_of(snapshot, end, encoding))
    first, last = ({"line": line, "character": character} for line, character in places)
    return {"start": first, "end": last}


def range_json(snapshot: Snapshot, encoding: Encoding, start: int, end: int) -> bytes:
    """The same as JSON, put together by hand: it is made for each word that is said."""
    return b'{"start":{"line":%d,"character":%d},"end":{"line":%d,"character":%d}}' % (
        *position_of(snapshot, start, encoding),
        *position_of(snapshot, end, encoding),
    )


_Stamp = tuple[int, int] | None


class FileStamps:
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


LARGEST_FILE = 64 * 1024 * 1024
"""Files beyond this, in bytes, are no source code; an editor that has one open may still send it."""

Change = types.TextDocumentContentChangePartial | types.TextDocumentContentChangeWholeDocument

Warmed = Callable[[Document], None]
"""Told of a document that is new or has changed, so that somebody may get it ready in the background."""


class Documents:
    """Texts by URI, of any scheme: what the editor sends is what is read, saved or not.

    `encoding`: how the client counts characters. Used by the thread that handles messages.
    """

    def __init__(self, encoding: Encoding, changed: Warmed) -> None:
        self.encoding = encoding
        self._changed = changed
        self._open: dict[str, Document] = {}

    def open(self, uri: str, language_id: str, text: str) -> None:
        """The editor shows a document; a second time it replaces the first."""
        document = Document(text, language_of(uri, language_id, text))
        self._open[uri] = document
        self._changed(document)

    def change(self, uri: str, changes: Iterable[Change]) -> None:
        """Apply edits, each on the result of the one before. Raises `InputError` if it is not open."""
        document = self._open.get(uri)
        if document is None:
            raise InputError(f"{uri} was changed but is not open")
        for change in changes:
            lines = document.lines()
            if isinstance(change, types.TextDocumentContentChangePartial):
                start = byte_of(lines, change.range.start.line, change.range.start.character, self.encoding)
                end = byte_of(lines, change.range.end.line, change.range.end.character, self.encoding)
                document.edit(start, end, change.text)
            else:
                document.edit(0, len(lines.text), change.text)
        self._changed(document)

    def close(self, uri: str) -> None:
        """The editor shows it no longer; a reading of it goes on from its snapshot."""
        self._open.pop(uri, None)

    def snapshot(self, uri: str) -> Snapshot:
        """The document as the editor has it, else as the disk has it. Raises `InputError` without both."""
        document = self._open.get(uri)
        return document.snapshot() if document is not None else _from_disk(uri)


def language_of(uri: str, language_id: str, text: str) -> Language:
    """By the editor's language id; where that says nothing, by the file's name and its first line."""
    language = language_named(language_id) if language_id else None
    if language is not None and language is not PROSE:
        return language
    parts = urlsplit(uri)
    name = "" if parts.fragment else unquote(parts.path)  # a notebook's cell is not what its file is
    return detect(name, text[:4096].encode("utf-8", "replace"))


def _from_disk(uri: str) -> Snapshot:
    parts = urlsplit(uri)
    if parts.scheme != "file":
        raise InputError(f"{uri} is not open in the editor; open it first")
    path = Path(url2pathname(parts.path))
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; name a file")
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(
                f"{path} is larger than {LARGEST_FILE >> 20} MiB; open it in the editor to read it"
            )
        text = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(f"{path} is not open in the editor and cannot be read: {reason}") from error
    except ValueError as error:
        raise InputError(f"{uri!r} names no file: {error}") from error
    return Document(text, detect(str(path), text)).snapshot()
