"""The documents that the editor has open, as it shows them; all others are read from the disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsprotocol import types

from codechoir.errors import InputError, shown
from codechoir.languages import Language, detect_language, language_named
from codechoir.storage import read_regular_file
from codechoir.syntax import Document, Encoding, Snapshot, Text, offset_at, position_at

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Larger files on the disk are not source code; a document that the editor has open may have any size."""

MAX_COPIED_BYTES = 32 * 1024 * 1024
"""Edits that copy more than this in all are applied together."""

Change = types.TextDocumentContentChangePartial | types.TextDocumentContentChangeWholeDocument

OnChange = Callable[[Document], None]
"""Called with a document that is new or has changed, to prepare it in the background."""


class Documents:
    """Open documents by URI, of any scheme, with unsaved changes.

    Changed by the thread that handles messages; any thread may ask for the newest text.

    `encoding`: the unit in which the client counts characters.
    """

    def __init__(self, encoding: Encoding, on_change: OnChange) -> None:
        self.encoding = encoding
        self._on_change = on_change
        self._open: dict[str, Document] = {}
        self._versions: dict[str, int] = {}
        self._lock = threading.Lock()

    def open(self, uri: str, language_id: str, text: str, version: int = 0) -> None:
        """The editor has opened a document. Replaces one with the same URI."""
        document = Document(text, language_of(uri, language_id, text))
        with self._lock:
            self._open[uri], self._versions[uri] = document, version
        self._on_change(document)

    def change(self, uri: str, changes: Sequence[Change], version: int = 0) -> None:
        """Applies edits, each to the result of the one before. Raises `InputError` if it is not open.

        `version`: the editor's number for the result; 0 if it does not count.
        """
        document = self._open.get(uri)
        if document is None:
            raise InputError(f"{uri} was changed but is not open")
        with self._lock:  # nobody sees a text between two edits, which has no version
            if len(changes) * len(document.lines().text) > MAX_COPIED_BYTES:
                document.edit_many(map(_edit_of, changes), self.encoding)
            else:
                for change in changes:
                    self._edit(document, change)
            self._versions[uri] = version
        self._on_change(document)

    def _edit(self, document: Document, change: Change) -> None:
        lines = document.lines()
        if isinstance(change, types.TextDocumentContentChangePartial):
            start = offset_at(lines, change.range.start.line, change.range.start.character, self.encoding)
            end = offset_at(lines, change.range.end.line, change.range.end.character, self.encoding)
            document.edit(start, end, change.text)
        else:
            document.edit(0, len(lines.text), change.text)

    def close(self, uri: str) -> None:
        """The editor has closed a document; a reading of it continues from its snapshot."""
        with self._lock:
            self._open.pop(uri, None)
            self._versions.pop(uri, None)

    def snapshot(self, uri: str) -> Snapshot:
        """The document as the editor has it, else as it is on the disk. Raises `InputError` without both."""
        document = self._open.get(uri)
        return document.snapshot() if document is not None else _from_disk(uri)

    def newest(self, uri: str, older: Snapshot) -> Snapshot:
        """The document as the editor has it; `older`, a snapshot of it, if it is the same or closed."""
        document = self._open.get(uri)
        return document.snapshot() if document is not None else older

    def newest_text(self, uri: str, older: Text) -> tuple[Text, int]:
        """The same, never parsed, with its version, or 0: for the place of a word."""
        with self._lock:
            document = self._open.get(uri)
            return (older, 0) if document is None else (document.lines(), self._versions[uri])


def language_of(uri: str, language_id: str, text: str) -> Language:
    """The language by the editor's id; if that is unknown, by the file's name and its first line."""
    language = language_named(language_id) if language_id else None
    if language is not None and language.parser != "prose":
        return language
    parts = urlsplit(uri)
    name = "" if parts.fragment else unquote(parts.path)  # a cell is not in the language of its notebook
    return detect_language(name, text[:4096].encode("utf-8", "replace"))


def range_of(snapshot: Text, encoding: Encoding, start: int, end: int) -> dict[str, dict[str, int]]:
    """The LSP range of bytes `start` to `end`."""
    positions = (position_at(snapshot, start, encoding), position_at(snapshot, end, encoding))
    first, last = ({"line": line, "character": character} for line, character in positions)
    return {"start": first, "end": last}


def range_json(snapshot: Text, encoding: Encoding, start: int, end: int) -> bytes:
    """The same as JSON; formatted by hand, since it is made for each word that is said."""
    return b'{"start":{"line":%d,"character":%d},"end":{"line":%d,"character":%d}}' % (
        *position_at(snapshot, start, encoding),
        *position_at(snapshot, end, encoding),
    )


def _edit_of(change: Change) -> tuple[tuple[int, int], tuple[int, int], str] | str:
    """A change in the form of `Document.edit_many`."""
    if not isinstance(change, types.TextDocumentContentChangePartial):
        return change.text
    start, end = change.range.start, change.range.end
    return (start.line, start.character), (end.line, end.character), change.text


def _from_disk(uri: str) -> Snapshot:
    from urllib.request import url2pathname  # loads an HTTP client, which would delay the start

    parts = urlsplit(uri)
    if parts.scheme != "file":
        raise InputError(f"{uri} is not open in the editor; open it first")
    if parts.netloc not in ("", "localhost") and os.name != "nt":
        raise InputError(f"{uri} is on another computer, '{parts.netloc}'; open it in the editor to read it")
    try:
        host = f"//{parts.netloc}" if parts.netloc not in ("", "localhost") else ""
        path = Path(url2pathname(host + parts.path))
    except (OSError, ValueError) as error:
        raise InputError(f"invalid file URI {shown(uri)}: {error}") from error
    try:
        text = read_regular_file(path, MAX_FILE_BYTES, "open it in the editor to read it")
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder; name a file") from error
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(f"{path} is not open in the editor and cannot be read: {reason}") from error
    except ValueError as error:
        raise InputError(f"invalid file URI {shown(uri)}: {error}") from error
    return Document(text, detect_language(str(path), text)).snapshot()
