"""What a reading says: a part of a document, or words about it, and what comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import dropwhile

from codechoir.lsp.documents import CurrentText
from codechoir.model import CastUtterance, Phrase
from codechoir.pipeline import SpeechPipeline
from codechoir.playback import Extent, Place
from codechoir.settings import MIN_RATE
from codechoir.syntax import Snapshot

SLOWER = 0.7
"""The factor of the rate for a line that is repeated slower."""


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """What to read: bytes `start` to `end` of a snapshot, from byte `begin` on.

    `opening`: phrases to say first instead of the text at `begin`: words of the narrator, or the rest of a
    phrase that was interrupted. The text follows from the end of the last of them, unless `opening_only`.
    `extents`: of several selections, the parts of `start` to `end` that are read, in order; empty if all is.
    `about`: phrases to say instead of the text, such as an outline. `heard`: the share of the first word that
    was played before, 0 to 1; None if it is new. `slow_until`: phrases before this byte are slower. `uri`: of
    the document; empty if it has none. `make_about`: makes what `about` says from a later text.
    """

    snapshot: Snapshot
    start: int
    end: int
    begin: int
    opening: tuple[Phrase, ...] = ()
    opening_only: bool = False
    about: ReplayablePhrases | None = None
    heard: float | None = None
    slow_until: int = 0
    extents: tuple[Extent, ...] = ()
    uri: str = ""
    make_about: MakeAbout | None = None

    def from_byte(self, begin: int) -> ReadingPlan:
        """The same text from another byte on."""
        return ReadingPlan(self.snapshot, self.start, self.end, begin, extents=self.extents, uri=self.uri)

    def nearest(self, byte: int, is_forward: bool) -> int:
        """The byte itself if it is read, else the next one that is, or the last line before it that is."""
        if not self.extents or any(start <= byte < end for start, end in self.extents):
            return byte
        before = [extent for extent in self.extents if extent[1] <= byte]
        if is_forward or not before:
            return next((start for start, _ in self.extents if start > byte), self.end)
        start, end = before[-1]
        return max(start, self.snapshot.line_range(self.snapshot.line_of(end - 1))[0])

    def moved_to(self, now: Snapshot) -> ReadingPlan:
        """The same in a later text of the document. What has words of the older text is made again."""
        before = self.snapshot
        if now is before:
            return self
        place = now.moved(before, self.start, self.end)
        end = place.end
        if self.end == len(before.text):
            end = len(now.text)
        elif before.line_range(before.line_of(self.end))[1] == self.end and not place.is_gone:
            end = now.line_range(now.line_of(end))[1]
        begin = now.moved(before, self.begin, self.begin).start
        parts = [now.moved(before, *extent) for extent in self.extents]
        return replace(
            self,
            snapshot=now,
            start=place.start,
            end=end,
            begin=begin,
            extents=tuple((part.start, part.end) for part in parts),
            opening=self.opening if self.opening_only else (),
            about=self._about_in(now, 0),
            heard=None,
            slow_until=now.moved(before, self.slow_until, self.slow_until).start if self.slow_until else 0,
        )

    def about_from(self, byte: int) -> ReadingPlan:
        """The same from the phrase about byte `byte` on; without such phrases from the byte itself on."""
        if self.about is None:
            return self.from_byte(byte)
        return replace(self, about=self._about_in(self.snapshot, byte), opening=(), heard=None)

    def _about_in(self, now: Snapshot, byte: int) -> ReplayablePhrases | None:
        """The phrases of `about` for a text, without those before `byte`."""
        make = self.make_about
        if self.about is None or make is None:
            return self.about
        return ReplayablePhrases(lambda: dropwhile(lambda phrase: phrase.start < byte, make(now)))

    def from_place(self, place: Place) -> ReadingPlan:
        """The same from the word at `place` on."""
        rest = place.rest()
        self.continue_after(place)
        following = self.opening[place.number + 1 :]
        return replace(self, begin=rest.start, opening=(rest, *following), heard=None)

    def continue_after(self, place: Place) -> None:
        """Lets the phrases of `about` continue after the phrase of a place, if it is one of them."""
        if self.about is not None and place.number >= len(self.opening):
            self.about.continue_after(place.number - len(self.opening))

    def phrases(self, pipeline: SpeechPipeline, text: CurrentText | None = None) -> Iterator[Phrase]:
        """What to say, lazily. The word "blank" if it is nothing: silence would be taken for a failure.

        `text`: follows the edits; each phrase is made from the text of the moment when it is pulled.
        """
        for number, (phrase, plan) in enumerate(self._phrases(pipeline, text)):
            if text is not None:
                text.origins.add(number, plan.snapshot)
            yield _slower_phrase(phrase) if phrase.start < plan.slow_until else phrase

    def _phrases(
        self, pipeline: SpeechPipeline, text: CurrentText | None
    ) -> Iterator[tuple[Phrase, ReadingPlan]]:
        """The phrases, each with the plan as it is in the text that the phrase is made from."""
        begin = self.begin
        for phrase in self.opening:
            yield pipeline.recast(phrase), self
            begin = phrase.end
        if self.opening_only:
            return
        is_silent = not self.opening
        for phrase, plan in self._body(pipeline, text, begin):
            yield phrase, plan
            is_silent = False
        if is_silent:
            yield pipeline.narration("blank", begin), self

    def _body(
        self, pipeline: SpeechPipeline, text: CurrentText | None, begin: int
    ) -> Iterator[tuple[Phrase, ReadingPlan]]:
        """What follows the opening."""
        if self.about is not None:
            for phrase in self.about.phrases(pipeline.recast):
                yield phrase, self
            return
        plan = self
        phrases = plan._text(pipeline, begin)
        while True:
            now = plan.snapshot if text is None else text.follow(plan.snapshot)
            if now is not plan.snapshot:
                begin = now.moved(plan.snapshot, begin, begin).start
                plan = plan.moved_to(now)
                phrases = plan._text(pipeline, begin)
            said = next(phrases, None)
            if text is not None and text.follow(plan.snapshot) is not plan.snapshot:
                continue  # edited while it was made
            if said is None:
                return
            begin = said.end
            yield said, plan

    def _text(self, pipeline: SpeechPipeline, begin: int) -> Iterator[Phrase]:
        """The text from a byte on."""
        for start, end in self.extents or ((begin, self.end),):
            if end > begin:
                yield from pipeline.phrases(self.snapshot, max(start, begin), end)


MakeAbout = Callable[[Snapshot], Iterable[Phrase]]
"""Makes phrases about a text, which is that of the plan or a later one."""


class ReplayablePhrases:
    """Phrases that are made when they are needed, and kept, so that a reading can continue among them.

    `make` is called when the first phrase is needed. `phrases` is pulled by one thread at a time, that of the
    reader; `continue_after` may be called by any, once that thread has pulled.
    """

    def __init__(self, make: Callable[[], Iterable[Phrase]]) -> None:
        self._make = make
        self._source: Iterator[Phrase] | None = None
        self._made: list[Phrase] = []
        self._next = 0  # index of the phrase that the next reading begins with
        self._begin = 0  # index of the one that the current reading began with

    def phrases(self, recast: Callable[[Phrase], Phrase]) -> Iterator[Phrase]:
        """Phrases from where to continue; those made before get the voices of now from `recast`."""
        if self._source is None:
            self._source = iter(self._make())
        index = self._begin = self._next
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

    def continue_after(self, number: int) -> None:
        """Lets the next call of `phrases` begin after number `number`, from 0, of those of the last call."""
        self._next = self._begin + number + 1


def _slower_phrase(phrase: Phrase) -> Phrase:
    return replace(phrase, parts=tuple(map(_slower, phrase.parts)))


def _slower(part: CastUtterance) -> CastUtterance:
    rate = max(part.voice.rate * SLOWER, float(MIN_RATE))
    fallback = part.fallback_voice
    return replace(
        part,
        voice=replace(part.voice, rate=rate),
        fallback_voice=None if fallback is None else replace(fallback, rate=rate),
    )
