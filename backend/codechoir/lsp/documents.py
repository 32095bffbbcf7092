"""The documents that the editor has open, as it shows them, and where the words of a reading are in them.

All other documents are read from the disk.

What is read is the current text. Each phrase is made from the text of its moment: `PhraseOrigins` remembers
which. `CurrentText` finds the places of that text in the one that the editor shows now, and which phrases
that are made, and not heard yet, were edited since.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsprotocol import types

from codechoir.errors import InputError, shown
from codechoir.languages import Language, detect_language, language_named
from codechoir.model import CastUtterance, Mark, Phrase
from codechoir.storage import read_regular_file
from codechoir.syntax import Document, Encoding, MovedRange, Snapshot, Text, offset_at, position_at

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


# ---- the current text of a reading -----------------------------------------------------------------------

KEPT_ORIGINS = 256
"""As many phrases as may be ahead of the one that sounds, and the few before it where a pause leads back."""


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

    def moved_to(self, now: Text, before: Text) -> CurrentPlace:
        """The place, which is one of `before`, in a later text."""
        return replace(self, byte=now.moved(before, self.byte, self.byte).start)


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

    def locate(self, marks: Sequence[Mark]) -> tuple[list[bytes], int]:
        """The ranges of marks in the newest text, as JSON, and its version."""
        now, version = self._documents.newest_text(self._uri, self.origins.of(marks[-1].phrase))
        places = (now.moved(self.origins.of(mark.phrase), mark.start, mark.end) for mark in marks)
        return [range_json(now, self._encoding, place.start, place.end) for place in places], version

    def unchanged(self, ahead: Sequence[tuple[int, Phrase]]) -> list[Phrase] | None:
        """Of phrases with their numbers, those before the first edit; see `unchanged`."""
        made = [MadePhrase(phrase, self.origins.of(number)) for number, phrase in ahead]
        return unchanged(made, self._documents.newest_text(self._uri, made[-1].origin)[0]) if made else None

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


# ---- edits of what is made ahead --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MadePhrase:
    """A phrase, and the text that it was made from."""

    phrase: Phrase
    origin: Text

    def place_in(self, text: Text) -> MovedRange:
        """Where it is in the same text or a later one."""
        return text.moved(self.origin, self.phrase.start, self.phrase.end)

    @property
    def has_place(self) -> bool:
        """Whether it says a part of the text; the narrator's sentences do not."""
        return self.phrase.start < self.phrase.end


def unchanged(made: Sequence[MadePhrase], now: Text) -> list[Phrase] | None:
    """The phrases before the first edit, with their places in `now`; None if no edit is among them.

    `made`: in the order of the reading. An edit between two phrases, or after the last one in its line,
    counts as well: what was inserted there is to be said.
    """
    found: list[Phrase] = []
    before: MadePhrase | None = None
    for each in made:
        place = each.place_in(now)
        if not each.has_place:
            found.append(_moved_by(each.phrase, place.start - each.phrase.start))
            continue
        if each.origin.text[each.phrase.start : each.phrase.end] != now.text[place.start : place.end]:
            return found
        if before is not None and not _same_gap(before, each, now):
            return found
        found.append(_moved_by(each.phrase, place.start - each.phrase.start))
        before = each
    return None if before is None or _same_rest_of_line(before, now) else found


def _same_gap(before: MadePhrase, after: MadePhrase, now: Text) -> bool:
    """Whether there is still the same between two phrases."""
    start, end = before.place_in(after.origin).end, after.phrase.start
    new_start, new_end = before.place_in(now).end, after.place_in(now).start
    return end < start or after.origin.text[start:end] == now.text[new_start:new_end]


def _same_rest_of_line(made: MadePhrase, now: Text) -> bool:
    return _rest_of_line(made.origin, made.phrase.end) == _rest_of_line(now, made.place_in(now).end)


def _rest_of_line(text: Text, byte: int) -> bytes:
    return text.text[byte : max(byte, text.line_range(text.line_of(byte))[1])]


def _moved_by(phrase: Phrase, shift: int) -> Phrase:
    if not shift:
        return phrase
    parts = tuple(_part_moved_by(part, shift) for part in phrase.parts)
    return Phrase(parts, phrase.start + shift, phrase.end + shift)


def _part_moved_by(part: CastUtterance, shift: int) -> CastUtterance:
    said = part.utterance
    return replace(part, utterance=replace(said, start=said.start + shift, end=said.end + shift))
