"""A document that an editor changes, and immutable snapshots of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from codechoir.cancellation import Cancellation, CancelledError, ask, has_limited_patience
from codechoir.languages import Language
from codechoir.model import Span
from codechoir.syntax.analysis import STILL_PARSED, DocumentAnalysis
from codechoir.syntax.parsing import Parsing, make_parsing
from codechoir.syntax.positions import Encoding, LineIndex, character_start, line_end_length
from codechoir.syntax.revisions import Change, Edit, LineEdits, LinePosition, MovedRange, Revision
from codechoir.syntax.symbols import Symbol, enclosing_symbols


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its lines, which count from 0 and end with LF, CRLF or a lone CR.

    `text`: UTF-8, always valid; every offset is a byte offset in it. `revision`: which state of a document it
    is.
    """

    text: bytes
    _lines: LineIndex = field(repr=False)
    revision: Revision = field(repr=False)

    @property
    def line_count(self) -> int:
        """Number of lines; an empty document has one."""
        return self._lines.count

    def line_of(self, byte: int) -> int:
        """The line that contains `byte`; a line end belongs to the line that it ends."""
        return self._lines.line_of(min(max(byte, 0), len(self.text)))

    def line_range(self, line: int) -> tuple[int, int]:
        """Start and end of a line in bytes, without its line end. Raises `IndexError` beyond the text."""
        if not 0 <= line < self._lines.count:
            raise IndexError(f"no line {line} in a text of {self._lines.count} lines")
        start = self._lines.start_of(line)
        if line + 1 == self._lines.count:
            return start, len(self.text)
        end = self._lines.start_of(line + 1)
        return start, end - line_end_length(self.text, end)

    def moved(self, older: Text, start: int, end: int) -> MovedRange:
        """Where bytes `start` to `end` of an older text are in this one.

        If the older text is not of the same document, say because the editor has opened it again, one change
        is assumed, which leaves the longest beginning and end in place.
        """
        if older.revision is self.revision:
            return MovedRange(start, end)
        changes = older.revision.changes_until(self.revision)
        if changes is None:
            changes = [Change.between(0, older.text, self.text)]
        return MovedRange(start, end).after(changes)


@dataclass(frozen=True, slots=True)
class Snapshot(Text):
    """An immutable view of a document; any thread may read it while the document changes.

    Parsed when spans, symbols or warnings are first needed. `language`: the language of the text.
    """

    language: Language
    _parsed: _ParsedText = field(repr=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Messages about replaced bytes and failed parsing, one line each; usually none."""
        analysis, warning = self._parsed.result()
        return tuple(line for line in (self._parsed.text_warning, warning, analysis.warning) if line)

    def spans(self, start: int = 0, end: int | None = None) -> list[Span]:
        """The spans that overlap bytes `start` to `end` (default: to the end), at the cost of that window.

        In order, disjoint, none empty; only white space is uncovered. A span that extends beyond the window
        is returned whole, and is the same span that the whole document has there.
        """
        end = len(self.text) if end is None else min(end, len(self.text))
        start = max(0, start)
        return self._parsed.result()[0].spans(start, end) if start < end else []

    def symbols(self) -> list[Symbol]:
        """The functions and types of the whole document in order, outer ones first; computed once."""
        analysis = self._parsed.result()[0]
        return _unhurried(f"symbols {id(analysis)}", self.text, analysis.symbols)

    def settle(self) -> None:
        """See to it that the spans are those of a text without a history.

        They are so at once, except in a long text with errors, which is parsed again. Other threads need not
        wait for it. Ends early when the document is edited.
        """
        self._parsed.settle()

    def replaced(self) -> None:
        """The document was edited: nobody waits for `settle` any more."""
        self._parsed.newer_text.cancel()

    def enclosing(self, byte: int) -> list[Symbol]:
        """The symbols that contain `byte`, outermost first."""
        return enclosing_symbols(self.symbols(), byte)


LONG_BYTES = 256 * 1024
"""A longer text takes noticeable time."""

Result = TypeVar("Result")


def _unhurried(name: str, text: bytes, compute: Callable[[], Result]) -> Result:
    """What `compute` returns for a text.

    Raises `InputError` if that takes long, in a thread with limited patience; another thread goes on with it.
    """
    if len(text) <= LONG_BYTES or not has_limited_patience():
        return compute()
    return ask(name, compute, STILL_PARSED, 0)


class _ParsedText:
    """The result of parsing one text, made when it is first needed.

    `text_warning`: a line about replaced bytes, or empty. `newer_text`: cancelled when this text is not the
    newest any more.
    """

    def __init__(self, parsing: Parsing, text: bytes, revision: Revision, text_warning: str) -> None:
        self.text_warning = text_warning
        self.newer_text = Cancellation()
        self._parsing = parsing
        self._text = text
        self._revision = revision
        self._lock = threading.Lock()
        self._result: tuple[DocumentAnalysis, str] | None = None

    def settle(self) -> None:
        """Parse afresh, if that may change the result and no newer text has replaced this one."""
        analysis, _ = self.result()
        with suppress(CancelledError), self.newer_text.active():
            fresh = self._parsing.parse_afresh(self._text, self._revision, analysis)
            if fresh is not None:
                self._result = fresh, ""

    def result(self) -> tuple[DocumentAnalysis, str]:
        """The analysis, and a warning or an empty string."""
        if self._result is None:
            return _unhurried(f"parsing {id(self)}", self._text, self._parse)
        return self._result

    def _parse(self) -> tuple[DocumentAnalysis, str]:
        with self._lock:
            if self._result is None:
                self._result = self._parsing.parse(self._text, self._revision)
            return self._result


class Document:
    """A text in a language, under edits. Thread-safe.

    Bytes that are not valid UTF-8, and lone surrogates of a `str`, become U+FFFD, with one line in
    `warnings`; all offsets are offsets in the text with the replacements (`Snapshot.text`). A byte order mark
    stays in the text and is a token of its own.

    Edits and snapshots are cheap, and never wait for parsing. A snapshot parses what has changed since the
    last one when its spans are needed; ask for some when a document is opened, so that a later reading costs
    only its window.
    """

    def __init__(self, text: str | bytes, language: Language) -> None:
        self.language = language
        self._text, replaced = _valid(text)
        self._lines = LineIndex.of(self._text)
        self._carriage_returns = b"\r" in self._text
        self._parsing = make_parsing(language)
        self._warning = _replacement_warning(replaced) if replaced else ""
        self._revision = Revision()
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Messages for the user, as in `Snapshot.warnings`."""
        return self.snapshot().warnings

    def lines(self) -> Text:
        """The current text, without parsing it: for finding the place of an edit."""
        with self._lock:
            return Text(self._text, self._lines, self._revision)

    def edit(self, start_byte: int, old_end_byte: int, new_text: str | bytes) -> None:
        """Replaces bytes `start_byte` to `old_end_byte` by `new_text`.

        An offset outside of the text means its nearest end; one inside a character means its start.
        """
        new, replaced = _valid(new_text)
        with self._lock:
            old = self._text
            start = character_start(old, min(max(start_byte, 0), len(old)))
            old_end = character_start(old, min(max(old_end_byte, start), len(old)))
            if replaced:
                self._warning = _replacement_warning(replaced)
            new_end = start + len(new)
            start_point, old_end_point = self._point(start), self._point(old_end)
            self._text = b"".join((old[:start], new, old[old_end:]))
            self._carriage_returns = self._carriage_returns or b"\r" in new
            self._lines = self._lines.edited(self._text, start, old_end, new_end)
            edit = Edit(start, old_end, new_end, start_point, old_end_point, self._point(new_end))
            self._revision = self._revision.followed_by(Change.between(start, old[start:old_end], new, edit))
            if self._snapshot is not None:
                self._snapshot.replaced()
            self._snapshot = None

    def edit_many(
        self, edits: Iterable[tuple[LinePosition, LinePosition, str] | str], encoding: Encoding = "utf-16"
    ) -> None:
        """Applies edits, each to the result of the one before: start, end and new text, or a whole new text.

        Cheaper than `edit` for many of them. Not for several threads at once.
        """
        lines, replaced = LineEdits(self.lines().text, encoding), 0
        for edit in edits:
            new, invalid = _valid(edit if isinstance(edit, str) else edit[2])
            replaced += invalid
            if isinstance(edit, str):
                lines.replace_all(new)
            else:
                lines.replace(edit[0], edit[1], new)
        self.edit(*lines.changed_part())
        if replaced:
            with self._lock:
                self._warning = _replacement_warning(replaced)
                self._snapshot = None

    def snapshot(self) -> Snapshot:
        """The current document, not parsed yet. Returns the same object until the next edit."""
        with self._lock:
            if self._snapshot is None:
                parsed = _ParsedText(self._parsing, self._text, self._revision, self._warning)
                self._snapshot = Snapshot(self._text, self._lines, self._revision, self.language, parsed)
            return self._snapshot

    def _point(self, byte: int) -> tuple[int, int]:
        """Row and column of a byte as tree-sitter counts them: only LF ends a row, columns are bytes."""
        row = self._text.count(b"\n", 0, byte) if self._carriage_returns else self._lines.line_of(byte)
        return row, byte - (self._text.rfind(b"\n", 0, byte) + 1)


def _valid(text: str | bytes) -> tuple[bytes, int]:
    """The text as valid UTF-8, and the number of replacements."""
    if isinstance(text, str):
        try:
            return text.encode(), 0
        except UnicodeEncodeError:
            clean = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
            return clean.encode(), sum("\ud800" <= c <= "\udfff" for c in text)
    try:
        text.decode()
    except UnicodeDecodeError:
        before = text.count("\ufffd".encode())
        clean_bytes = text.decode("utf-8", "replace").encode()
        return clean_bytes, clean_bytes.count("\ufffd".encode()) - before
    return text, 0


def _replacement_warning(count: int) -> str:
    places = "1 place" if count == 1 else f"{count} places"
    return f"the text is not valid UTF-8 in {places}; the invalid bytes are replaced by U+FFFD"
