"""What a reading says: which bytes of a document a request means, and what comes first.

A request means a line, a symbol, a selection; a skip leads to another place. `ReadingPlan` reads a part of a
document, or words about it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import dropwhile

from codechoir.errors import InputError
from codechoir.lsp.arguments import Position, Range, ReadRequest, SayRequest, SkipRequest, Step, Unit
from codechoir.lsp.documents import CurrentText
from codechoir.model import CastUtterance, Category, Phrase, Utterance
from codechoir.pipeline import SpeechPipeline
from codechoir.playback import Extent, ReadingPosition, skip_blocks, skip_lines, skip_spans, skip_symbols
from codechoir.settings import MIN_RATE
from codechoir.syntax import Encoding, Snapshot, character_start, offset_at

_WORD_BEFORE = re.compile(r"[\w$]+\Z")
_LONGEST_WORD = 200


def offset(snapshot: Snapshot, position: Position, encoding: Encoding) -> int:
    """The byte at a position; a position beyond the document is its end."""
    return offset_at(snapshot, position.line, position.character, encoding)


def extent_of(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    """The bytes to read. Raises `InputError` for an empty selection, or if there is no symbol."""
    return _UNITS[request.unit](request, snapshot, encoding)


def extents_of(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> tuple[Extent, ...]:
    """The parts to read, in document order without overlap; more than one only for several selections.

    Raises `InputError` if there is nothing to read.
    """
    if request.unit == "selection" and request.ranges:
        return _selections(request.ranges, snapshot, encoding)
    return (extent_of(request, snapshot, encoding),)


def extents_to_spell(request: SayRequest, snapshot: Snapshot, encoding: Encoding) -> tuple[Extent, ...]:
    """The bytes of the ranges, or of the token at the position. Raises `InputError` if there is none."""
    if request.ranges:
        return _selections(request.ranges, snapshot, encoding)
    return (extent_to_spell(request, snapshot, encoding),)


def _selections(ranges: Sequence[Range], snapshot: Snapshot, encoding: Encoding) -> tuple[Extent, ...]:
    """Selections in document order. Empty ones are left out; those that touch become one."""
    found: list[Extent] = []
    for start, end in sorted(
        (offset(snapshot, each.start, encoding), offset(snapshot, each.end, encoding)) for each in ranges
    ):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    if not found:
        raise InputError("all selections are empty; select some code, or read the line")
    return tuple(found)


def extent_to_spell(request: SayRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    """The bytes of the range, or of the token at the position. Raises `InputError` if there is none."""
    if request.range is not None:
        start = offset(snapshot, request.range.start, encoding)
        end = offset(snapshot, request.range.end, encoding)
        if start == end:
            raise InputError("the selection is empty; select what to spell")
        return start, end
    if request.position is None:
        raise InputError("to spell, 'range' or 'position' is needed")
    at = offset(snapshot, request.position, encoding)
    line = snapshot.line_range(snapshot.line_of(at))
    around = [span for span in snapshot.spans(*line) if span.start <= at <= span.end]
    if not around:
        raise InputError("there is no word at the cursor; select what to spell")
    return max(around[-1].start, line[0]), min(around[-1].end, line[1])


def _selection(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    if request.range is None:
        raise InputError("to read a selection, 'range' is needed")
    start = offset(snapshot, request.range.start, encoding)
    end = offset(snapshot, request.range.end, encoding)
    if start == end and request.range.start == request.range.end:
        raise InputError("the selection is empty; select some code, or read the line")
    if start == end:
        raise InputError(f"the selection contains no text; the document has {snapshot.line_count} lines")
    return start, end


def _line(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    return snapshot.line_range(snapshot.line_of(offset(snapshot, request.place, encoding)))


def _symbol(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    at = offset(snapshot, request.place, encoding)
    start, end = snapshot.line_range(snapshot.line_of(at))
    line = snapshot.text[start:end]
    at = max(at, start + len(line) - len(line.lstrip()))  # in the indentation, what it indents is meant
    around = [symbol for symbol in snapshot.symbols() if symbol.start <= at <= symbol.end]
    if not around:
        raise InputError("there is no function or class here; read the line or the file instead")
    innermost = min(around, key=lambda symbol: symbol.end - symbol.start)
    return innermost.start, innermost.end


def _file(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    return 0, len(snapshot.text)


def _from_cursor(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    """From the beginning of the word that the cursor is in to the end of the document."""
    at = character_start(snapshot.text, offset(snapshot, request.place, encoding))
    line_start, _ = snapshot.line_range(snapshot.line_of(at))
    before = snapshot.text[max(line_start, at - _LONGEST_WORD) : at].decode("utf-8", "ignore")
    if word := _WORD_BEFORE.search(before):
        at -= len(word.group().encode())
    return at, len(snapshot.text)


_UNITS: Mapping[Unit, Callable[[ReadRequest, Snapshot, Encoding], Extent]] = {
    "selection": _selection,
    "line": _line,
    "symbol": _symbol,
    "file": _file,
    "from-cursor": _from_cursor,
}


def skip_target(pipeline: SpeechPipeline, snapshot: Snapshot, request: SkipRequest, at: int) -> Extent | None:
    """The bytes to read after a skip from byte `at`; None beyond the last one.

    Raises `InputError` if the document has nothing of the kind.
    """
    return _STEPS[request.by](pipeline, snapshot, at, request.count)


def _by_span(pipeline: SpeechPipeline, snapshot: Snapshot, at: int, count: int) -> Extent | None:
    return skip_spans(snapshot, partial(_utterances_with_words, pipeline, snapshot), at, count)


def _by_symbol(_: SpeechPipeline, snapshot: Snapshot, at: int, count: int) -> Extent | None:
    symbols = snapshot.symbols()
    if not symbols:
        raise InputError("there are no functions or classes in this document")
    return skip_symbols(symbols, at, count)


def _utterances_with_words(
    pipeline: SpeechPipeline, snapshot: Snapshot, start: int, end: int
) -> list[Utterance]:
    """The utterances of a range that say something of the source."""
    phrases = pipeline.phrases(snapshot, start, end)
    utterances = (part.utterance for phrase in phrases for part in phrase.parts)
    return [one for one in utterances if one.text and one.category != Category.NARRATION]


_STEPS: Mapping[Step, Callable[[SpeechPipeline, Snapshot, int, int], Extent | None]] = {
    "span": _by_span,
    "line": lambda _, snapshot, at, count: skip_lines(snapshot, at, count),
    "block": lambda _, snapshot, at, count: skip_blocks(snapshot, at, count),
    "symbol": _by_symbol,
}


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
    the document; empty if it has none. `make_about`: makes what `about` says from a later text. `spells`:
    what `about` says is spelled.
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
    spells: bool = False

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

    def from_place(self, place: ReadingPosition) -> ReadingPlan:
        """The same from the word at `place` on."""
        rest = place.rest()
        self.continue_after(place)
        following = self.opening[place.number + 1 :]
        return replace(self, begin=rest.start, opening=(rest, *following), heard=None)

    def continue_after(self, place: ReadingPosition) -> None:
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
