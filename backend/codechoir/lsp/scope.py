"""What is being read, and what of it is still to be said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from codechoir.choir import Choir
from codechoir.lsp.telling import Telling
from codechoir.model import Phrase, Spoken
from codechoir.settings import SLOWEST
from codechoir.syntax.document import Snapshot

SLOWER = 0.7
"""By what factor a line is slower that is repeated slower."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is being read: bytes `start` to `end` of a snapshot, from byte `begin` on.

    `opening`: what is said first, if it is not the text at `begin`: words of the narrator's, the rest of a
    phrase. The reading goes on where the last of it ends, or, with `is_all`, not at all. `telling`: what is
    told instead of the text. `share`: how much of the first word was heard already, 0 to 1; None where
    it is new. `slow_until`: what begins before this byte is said slower.
    """

    snapshot: Snapshot
    start: int
    end: int
    begin: int
    opening: tuple[Phrase, ...] = ()
    is_all: bool = False
    telling: Telling | None = None
    share: float | None = None
    slow_until: int = 0

    def at(self, begin: int) -> Scope:
        """The same, read from another byte on."""
        return Scope(self.snapshot, self.start, self.end, begin)

    def phrases(self, choir: Choir) -> Iterator[Phrase]:
        """What there is to say, or the word "blank", so that silence is never taken for a failure."""
        for phrase in self._phrases(choir):
            yield slower(phrase) if phrase.start < self.slow_until else phrase

    def _phrases(self, choir: Choir) -> Iterator[Phrase]:
        begin = self.begin
        for phrase in self.opening:
            yield choir.recast(phrase)
            begin = phrase.end
        if self.is_all:
            return
        if self.telling is not None:
            phrases = self.telling.phrases(choir.recast)
        else:
            phrases = choir.phrases(self.snapshot, begin, self.end)
        first = next(phrases, None)
        if first is not None:
            yield first
        elif not self.opening:
            yield choir.narration("blank", begin)
        yield from phrases


def slower(phrase: Phrase) -> Phrase:
    """The same words, said slower."""
    return replace(phrase, parts=tuple(map(_slower, phrase.parts)))


def _slower(spoken: Spoken) -> Spoken:
    rate = max(spoken.voice.rate * SLOWER, float(SLOWEST))
    stand_in = spoken.stand_in
    return replace(
        spoken,
        voice=replace(spoken.voice, rate=rate),
        stand_in=None if stand_in is None else replace(stand_in, rate=rate),
    )
