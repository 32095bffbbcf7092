"""What is read is the current text: where the words of a reading are after the edits since they were made.

Each phrase is made from the text of its moment. `PhraseOrigins` remembers which; `CurrentText` finds the
places of that text in the one that the editor shows now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from codechoir.lsp.documents import Documents, range_json
from codechoir.model import Mark
from codechoir.syntax import MovedRange, Snapshot, Text

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
