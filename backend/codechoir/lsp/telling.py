"""What is told about code and not read from it: an outline, a description, spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from codechoir.model import Phrase


class Telling:
    """Phrases that are made as they are pulled, and that can be told on from the one that was heard last.

    `tell`: makes the phrases; called when the first of them is wanted. `phrases` is pulled by one thread at a
    time, the readings' own; `heard` may come from any.
    """

    def __init__(self, tell: Callable[[], Iterable[Phrase]]) -> None:
        self._tell = tell
        self._source: Iterator[Phrase] | None = None
        self._made: list[Phrase] = []
        self._next = 0

    def phrases(self, recast: Callable[[Phrase], Phrase]) -> Iterator[Phrase]:
        """What comes after the phrase that was heard last; those that were made before in new voices."""
        if self._source is None:
            self._source = iter(self._tell())
        index = self._next
        known = len(self._made)
        while True:
            if index < known:
                self._made[index] = recast(self._made[index])
            elif (phrase := next(self._source, None)) is not None:
                self._made.append(phrase)
            else:
                return
            yield self._made[index]
            index += 1

    def heard(self, phrase: Phrase) -> None:
        """The ear has reached this phrase. The rest of one that was begun before is none of ours."""
        for index, made in enumerate(self._made):
            if made is phrase:
                self._next = index + 1
                return
