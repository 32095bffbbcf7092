"""Where a reading is: from the word that sounds back to the phrase that it belongs to.

Where the word stands that sounds: a mark has the range of its whole utterance, an eye wants a word.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from codechoir.model import CastUtterance, Mark, Phrase


@dataclass(frozen=True, slots=True)
class Place:
    """A word of a reading: number `word` of part `part` of `phrase`, both counted from 0."""

    phrase: Phrase
    part: int
    word: int

    def rest(self) -> Phrase:
        """What the phrase still has to say, the word of this place first, without what comes before it."""
        spoken = self.phrase.parts[self.part]
        parts = self.phrase.parts[self.part :]
        if self.word > 0:
            words = " ".join(spoken.utterance.text.split()[self.word :])
            begun = replace(spoken.utterance, text=words, pause_before=0, cue="")
            parts = (replace(spoken, utterance=begun), *parts[1:])
        return Phrase(parts, spoken.utterance.start, self.phrase.end)


REMEMBERED = 32
"""Words behind the ear that can be gone back to."""


class PositionTracker:
    """Hands phrases on to an engine, and remembers those that were pulled and are not behind the ear yet.

    Pulled by one thread, followed by another. Holds no more phrases than the engine is ahead.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = phrases
        self._ahead: deque[Phrase] = deque()
        self._lock = threading.Lock()
        self._place: Place | None = None
        self._words = 0
        self._heard: deque[Place] = deque(maxlen=REMEMBERED)

    def __iter__(self) -> Iterator[Phrase]:
        for phrase in self._phrases:
            with self._lock:
                self._ahead.append(phrase)
            yield phrase

    @property
    def place(self) -> Place | None:
        """Where the last mark that was followed belongs; None before the first."""
        return self._place

    def back(self, words: int) -> Place | None:
        """The place so many words before the last one, or the farthest remembered; None before any."""
        with self._lock:
            return self._heard[max(len(self._heard) - 1 - words, 0)] if self._heard else None

    @property
    def ahead(self) -> int:
        """How many phrases are remembered."""
        return len(self._ahead)

    def follow(self, mark: Mark) -> None:
        """The ear has reached `mark`; marks come in the order in which they sound."""
        words = max(1, len(mark.text.split()))
        with self._lock:
            here = self._place
            if here is not None and _says(here.phrase.parts[here.part], mark, self._words):
                self._place = Place(here.phrase, here.part, self._words)
                self._words += words
            elif (found := self._find(mark)) is not None:
                self._place = found
                self._words = words
            if self._place is not None and self._place is not here:
                self._heard.append(self._place)

    def _find(self, mark: Mark) -> Place | None:
        """The next part that says the mark; phrases before it are forgotten."""
        first = self._place.part + 1 if self._place is not None else 0
        for index, phrase in enumerate(self._ahead):
            for part in range(first, len(phrase.parts)):
                if _says(phrase.parts[part], mark, 0):
                    for _ in range(index):
                        self._ahead.popleft()
                    return Place(phrase, part, 0)
            first = 0
        return None


def _says(spoken: CastUtterance, mark: Mark, words: int) -> bool:
    """Whether an utterance, of which `words` words were heard, has a word left that `mark` may be."""
    said = spoken.utterance
    same = said.start == mark.start and said.end == mark.end and said.category == mark.category
    return same and words < len(said.text.split())


REACH = 60
"""A spoken word is looked for at most this many characters after the one before it."""


class WordLocator:
    """Finds the source of spoken words, mark after mark, in the order of the reading.

    Words that are not in the source as they are said (`equals` for `=`, `zero point five` for `0.5`) have the
    range of their utterance.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._utterance = (-1, -1)
        self._source = ""
        self._at = 0

    def of(self, mark: Mark) -> tuple[int, int]:
        """The bytes that `mark` says."""
        if self._utterance != (mark.start, mark.end):
            self._utterance = (mark.start, mark.end)
            self._source = self._text[mark.start : mark.end].decode("utf-8", "replace")
            self._at = 0
        word = "".join(character for character in mark.text if character.isalnum())
        place = self._find(word) if word else None
        if place is None:
            return mark.start, mark.end
        self._at = place + len(word)
        start = mark.start + len(self._source[:place].encode())
        return start, start + len(self._source[place : self._at].encode())

    def _find(self, word: str) -> int | None:
        """Index of `word` in the utterance's source, after the word before it."""
        limit = min(len(self._source) - len(word), self._at + REACH)
        for place in range(self._at, limit + 1):
            there = self._source[place : place + len(word)]
            if there.casefold() == word.casefold() and self._begins(place):
                return place
        return None

    def _begins(self, place: int) -> bool:
        """Whether a word may begin here: after no letter, at a capital, or where the last one ended."""
        if place in (0, self._at):
            return True
        before, here = self._source[place - 1], self._source[place]
        return (
            not before.isalnum()
            or (here.isupper() and not before.isupper())
            or here.isdigit() != before.isdigit()
        )
