"""What of a reading was said to its end, so that another engine can continue from there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from codechoir.model import AudioChunk, Mark, Phrase


class SpokenProgress:
    """Hands phrases to one engine after another, and watches how far each of them gets.

    Each engine numbers the phrases that it pulls from 0, and may be given only the end of the first one;
    `placed` gives its marks the indices of the reading. An utterance is said when a later one has begun, or
    when the sound has reached the end of its last word, and all of a phrase when the engine reports it done.
    In doubt it counts as not said: it is better to hear a word twice than to miss it.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._source = iter(phrases)
        self._pulled: deque[Phrase] = deque()  # what was pulled and is not said yet
        self._next = 0, 0  # indices of the first of these phrases, and of the part of it to be said next
        self._begin = 0, 0  # what `_next` was when the present engine began
        self._reported = 0  # how many phrases the present engine has reported done
        self._end = 0  # index of the phrase after the last one that the present engine has pulled
        self._mark: Mark | None = None  # the last one that was heard
        self._samples = 0

    def phrases(self) -> Iterator[Phrase]:
        """All that is not said yet, for the next engine, pulled from the source as the engine pulls it."""
        phrase, part = self._next
        if self._is_said():
            part += 1
            self._go_to(*((phrase, part) if part < len(self._pulled[0].parts) else (phrase + 1, 0)))
        self._begin, self._end = self._next, self._next[0]
        self._mark, self._reported = None, 0
        return self._unsaid(*self._begin)

    def placed(self, chunk: AudioChunk) -> AudioChunk:
        """A chunk of the present engine, its marks with the indices that they have in the reading."""
        if self._begin == (0, 0) or not chunk.marks:
            return chunk
        phrase, part = self._begin
        marks = tuple(
            replace(mark, phrase=phrase + mark.phrase, part=mark.part + (0 if mark.phrase else part))
            for mark in chunk.marks
        )
        return replace(chunk, marks=marks)

    def heard(self, chunk: AudioChunk) -> None:
        """The listener took this chunk, which `placed` has returned."""
        for mark in chunk.marks:
            self._go_to(mark.phrase, mark.part)
            self._mark = mark
        self._samples = chunk.first_sample + chunk.samples

    @property
    def phrases_done(self) -> int:
        """How many phrases are said to their end."""
        return self._next[0]

    def phrase_done(self) -> None:
        """The present engine has reported its next phrase done."""
        self._reported += 1
        self._go_to(self._begin[0] + self._reported, 0)

    def all_said(self) -> None:
        """The present engine has said all that it pulled."""
        self._go_to(self._end, 0)

    def _unsaid(self, number: int, part: int) -> Iterator[Phrase]:
        """The phrases from `number` on, the first of them from its part `part` on."""
        while True:
            ahead = number - self._next[0]
            if ahead == len(self._pulled):
                phrase = next(self._source, None)
                if phrase is None:
                    return
                self._pulled.append(phrase)
            phrase = self._pulled[ahead]
            self._end = number + 1
            yield replace(phrase, parts=phrase.parts[part:]) if part else phrase
            number, part = number + 1, 0

    def _go_to(self, phrase: int, part: int) -> None:
        """What comes before part `part` of phrase `phrase` is said; what was said stays so."""
        if (phrase, part) <= self._next:
            return
        for _ in range(min(phrase - self._next[0], len(self._pulled))):
            self._pulled.popleft()
        self._next = phrase, part

    def _is_said(self) -> bool:
        """Whether the utterance of the last mark was heard to its end."""
        mark = self._mark
        if mark is None or self._samples < mark.t1 or self._next != (mark.phrase, mark.part):
            return False
        return self._pulled[0].parts[mark.part].utterance.text.split()[mark.word :] == mark.text.split()
