"""What is read is the current text: where the words of a reading are after the edits since they were made.

Each phrase is made from the text of its moment. `PhraseOrigins` remembers which; `CurrentText` finds the
places of that text in the one that the editor shows now, and which phrases that are made, and not heard yet,
were edited since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from codechoir.lsp.documents import Documents, range_json
from codechoir.model import CastUtterance, Mark, Phrase
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
