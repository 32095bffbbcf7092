"""The documents that the editor has open, as it shows them; all others are read from the disk.

What is read is the current text. Each phrase is made from the text of its moment: `PhraseOrigins` remembers
which, and `CurrentText` finds the places of that text in the one that the editor shows now.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsprotocol import types

from codechoir.errors import InputError, shown
from codechoir.languages import Language, detect_language, language_named
from codechoir.model import Mark
from codechoir.storage import read_regular_file
from codechoir.syntax import Document, Encoding, MovedRange, Snapshot, Text, offset_at, position_at

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Larger files on the disk are not source code; a document that the editor has open may have any size."""

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

    def open(self, uri: str, language_id: str, text: str) -> None:
        """The editor has opened a document. Replaces one with the same URI."""
        document = Document(text, language_of(uri, language_id, text))
        self._open[uri] = document
        self._on_change(document)

    def change(self, uri: str, changes: Iterable[Change]) -> None:
        """Applies edits, each to the result of the one before. Raises `InputError` if it is not open."""
        document = self._open.get(uri)
        if document is None:
            raise InputError(f"{uri} was changed but is not open")
        for change in changes:
            lines = document.lines()
            if isinstance(change, types.TextDocumentContentChangePartial):
                start = offset_at(lines, change.range.start.line, change.range.start.character, self.encoding)
                end = offset_at(lines, change.range.end.line, change.range.end.character, self.encoding)
                document.edit(start, end, change.text)
            else:
                document.edit(0, len(lines.text), change.text)
        self._on_change(document)

    def close(self, uri: str) -> None:
        """The editor has closed a document; a reading of it continues from its snapshot."""
        self._open.pop(uri, None)

    def snapshot(self, uri: str) -> Snapshot:
        """The document as the editor has it, else as it is on the disk. Raises `InputError` without both."""
        document = self._open.get(uri)
        return document.snapshot() if document is not None else _from_disk(uri)

    def newest(self, uri: str, older: Snapshot) -> Snapshot:
        """The document as the editor has it; `older`, a snapshot of it, if it is the same or closed."""
        document = self._open.get(uri)
        return document.snapshot() if document is not None else older

    def newest_text(self, uri: str, older: Text) -> Text:
        """The same, never parsed: for the place of a word."""
        document = self._open.get(uri)
        return document.lines() if document is not None else older


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


KEPT_ORIGINS = 256
"""As many phrases as may be ahead of the one that sounds, and the few before it where a pause leads back."""

Follow = Callable[[Snapshot], Snapshot]
"""Returns the newest text of the document of a snapshot; the same one if nothing has changed."""


class PhraseOrigins:
    """The text that each phrase of one reading was made from, by the phrase's number in the reading.

    One thread adds phrases, others ask.
    """

    def __init__(self, first: Text) -> None:
        self._first = first
        self._texts: dict[int, Text] = {}

    def add(self, number: int, text: Text) -> None:
        """Phrase `number` is made from `text`."""
        self._texts[number] = text
        self._texts.pop(number - KEPT_ORIGINS, None)

    def of(self, number: int) -> Text:
        """The text of phrase `number`."""
        return self._texts.get(number, self._first)


@dataclass(frozen=True, slots=True)
class CurrentPlace:
    """Where a reading is. `byte`: of its word. `is_gone`: the line of the word was deleted.

    `is_removed`: nothing is left of that line, so that `byte` is in the line after it.
    """

    byte: int
    is_gone: bool = False
    is_removed: bool = False


class CurrentText:
    """The text that a reading is about, as the editor has it now.

    `uri`: of the document; empty if it has none. `first`: the text when the reading began.
    """

    def __init__(self, documents: Documents, uri: str, first: Snapshot) -> None:
        self._documents = documents
        self._uri = uri
        self._encoding = documents.encoding
        self.origins = PhraseOrigins(first)

    def follow(self, older: Snapshot) -> Snapshot:
        """The newest text of the document; `older` itself if nothing has changed."""
        return self._documents.newest(self._uri, older)

    def locate(self, mark: Mark) -> bytes:
        """The range of a mark in the newest text, as JSON."""
        origin = self.origins.of(mark.phrase)
        now = self._documents.newest_text(self._uri, origin)
        place = now.moved(origin, mark.start, mark.end)
        return range_json(now, self._encoding, place.start, place.end)

    def place(self, now: Snapshot, number: int, start: int, end: int) -> CurrentPlace:
        """Where bytes `start` to `end`, of phrase `number`, are in `now`."""
        return place_in(now, self.origins.of(number), start, end)


def place_in(now: Text, origin: Text, start: int, end: int) -> CurrentPlace:
    """Where bytes `start` to `end` of `origin` are in `now`, and whether their line is still there."""
    if now.revision is origin.revision:
        return CurrentPlace(start)
    line = origin.line_of(start)
    whole = _with_line_end(origin, line)
    text_start, text_end = origin.line_range(line)
    place = now.moved(origin, start, end)
    moved = now.moved(origin, whole.start, whole.end)
    had_words = bool(origin.text[text_start:text_end].strip())
    if moved.is_gone:
        return CurrentPlace(place.start, had_words, True)
    current_start, current_end = now.line_range(now.line_of(place.start))
    return CurrentPlace(place.start, had_words and not now.text[current_start:current_end].strip())


def _with_line_end(text: Text, line: int) -> MovedRange:
    """A line with its line end; the last line with the one before it."""
    start, end = text.line_range(line)
    if line + 1 < text.line_count:
        return MovedRange(start, text.line_range(line + 1)[0])
    return MovedRange(text.line_range(line - 1)[1] if line else start, end)
