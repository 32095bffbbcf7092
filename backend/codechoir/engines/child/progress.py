"""What of the phrases was said to its end, so that another engine can go on from there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from codechoir.model import AudioChunk, Mark, Phrase, Utterance


class Progress:
    """Watches one engine say phrases: phrases on their way in, chunks on their way out.

    The only witness is the marks: an utterance is said when the mark of a later one has begun, or when the
    sound has reached the end of its last word. In doubt it counts as not said, since hearing a word twice is
    better than missing it.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.samples = 0
        self._source = iter(phrases)
        self._pulled: deque[Phrase] = deque()
        self._part = 0
        self._mark: Mark | None = None

    def phrases(self) -> Iterator[Phrase]:
        """The phrases for the engine, pulled from the source as the engine pulls them."""
        for phrase in self._source:
            self._pulled.append(phrase)
            yield phrase

    def said(self, chunk: AudioChunk) -> None:
        """The listener took this chunk."""
        for mark in chunk.marks:
            self._move_to(mark)
        self.samples = chunk.first_sample + chunk.samples

    def rest(self) -> Iterator[Phrase]:
        """What was not said to its end, and all that follows, from the same source."""
        skip = self._part + self._is_complete()
        for phrase in self._pulled:
            if parts := phrase.parts[skip:]:
                yield replace(phrase, parts=parts)
            skip = 0
        yield from self._source

    def _move_to(self, mark: Mark) -> None:
        skipped = 0
        first = self._part
        for phrase in self._pulled:
            for index in range(first, len(phrase.parts)):
                if _within(mark, phrase.parts[index].utterance):
                    for _ in range(skipped):
                        self._pulled.popleft()
                    self._part, self._mark = index, mark
                    return
            skipped, first = skipped + 1, 0

    def _is_complete(self) -> bool:
        if self._mark is None or self.samples < self._mark.t1 or not self._pulled:
            return False
        words = self._pulled[0].parts[self._part].utterance.text.split()
        return words[-1:] == self._mark.text.split()[-1:]


def _within(mark: Mark, utterance: Utterance) -> bool:
    return bool(utterance.text) and utterance.start <= mark.start and mark.end <= utterance.end
