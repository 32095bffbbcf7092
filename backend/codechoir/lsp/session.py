"""What is being read, and what of it is still to be said.

What is told about code and not read from it: an outline, a description, spelling.

What the editor's commands do to readings: start, stop, skip, change the voice in the middle of a line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from codechoir.errors import InputError
from codechoir.lsp.arguments import RateRequest, SkipRequest
from codechoir.lsp.documents import range_json
from codechoir.lsp.runtime import Runtime
from codechoir.lsp.targets import target
from codechoir.model import CastUtterance, Category, Phrase, State, Utterance
from codechoir.pipeline import SpeechPipeline
from codechoir.playback import Place, Reader, Reading, by_line
from codechoir.settings import FASTEST, SLOWEST, Settings
from codechoir.sinks import Send, Sink, StereoPositioner, Wire
from codechoir.syntax import Encoding, Snapshot

SLOWER = 0.7
"""By what factor a line is slower that is repeated slower."""


@dataclass(frozen=True, slots=True)
class ReadingScope:
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
    telling: ReplayablePhrases | None = None
    share: float | None = None
    slow_until: int = 0

    def at(self, begin: int) -> ReadingScope:
        """The same, read from another byte on."""
        return ReadingScope(self.snapshot, self.start, self.end, begin)

    def phrases(self, choir: SpeechPipeline) -> Iterator[Phrase]:
        """What there is to say, or the word "blank", so that silence is never taken for a failure."""
        for phrase in self._phrases(choir):
            yield slower(phrase) if phrase.start < self.slow_until else phrase

    def _phrases(self, choir: SpeechPipeline) -> Iterator[Phrase]:
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


def _slower(spoken: CastUtterance) -> CastUtterance:
    rate = max(spoken.voice.rate * SLOWER, float(SLOWEST))
    stand_in = spoken.stand_in
    return replace(
        spoken,
        voice=replace(spoken.voice, rate=rate),
        stand_in=None if stand_in is None else replace(stand_in, rate=rate),
    )


class ReplayablePhrases:
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


Answer = dict[str, Any]
"""`{session, state}`, as the commands answer."""

MakeSink = Callable[[Wire, int, bool], Sink]
"""A sink that tells the client over a wire: the sample rate in hertz, and whether its voices stand apart."""

OnState = Callable[[int, State, str], None]
"""Told of each change of state: session, state, a line or an empty string."""


class Readings:
    """One reading at a time. Used by the thread that handles messages; `close` may come from any."""

    def __init__(
        self, ensemble: Runtime, encoding: Encoding, make_sink: MakeSink, send: Send, on_state: OnState
    ) -> None:
        self._ensemble = ensemble
        self._encoding = encoding
        self._make_sink = make_sink
        self._send = send
        self._reader = Reader(lambda reading, state, line: on_state(reading.session, state, line))
        self._scope: ReadingScope | None = None
        self._waiting: ReadingScope | None = None  # what goes on after the place was told in a pause
        self._paused_at = 0.0

    def warm_up(self) -> None:
        """Load voices and engine in the readings' own thread; a reading that comes meanwhile waits for it."""
        self.prepare(self._ensemble.warm_up)

    def prepare(self, job: Callable[[], None]) -> None:
        """Do something in the readings' own thread, before the next reading."""
        self._reader.prepare(job)

    def read(self, scope: ReadingScope) -> Answer:
        """Begin a reading; what was being read ends."""
        choir, engine = self._ensemble.choir, self._ensemble.engine
        rate = engine.capabilities.sample_rate
        locate = partial(range_json, scope.snapshot, self._encoding)
        is_wide = choir.is_wide
        stage = StereoPositioner(scope.phrases(choir), begun=scope.share is not None)

        def make_sink(session: int) -> Sink:
            sink = self._make_sink(Wire(session, rate, self._send, locate), rate, is_wide)
            return stage.sink(sink) if is_wide else sink

        self._scope, self._waiting = scope, None
        self._reader.start_with(stage, engine, make_sink, scope.share)
        return self.answer()

    def stop(self) -> Answer:
        """Be silent."""
        self._waiting = None
        self._reader.stop()
        return self.answer()

    def pause(self) -> Answer:
        """Be silent and remember the place."""
        if (reading := self._reader.active) is not None and reading.pause():
            self._paused_at = time.monotonic()
        return self.answer()

    def resume(self) -> Answer:
        """Go on after a pause; after a long one the last words are repeated, as a new session."""
        reading, settings = self._reader.active, self._ensemble.settings
        if self._waiting is not None and (reading is None or reading.state != "paused"):
            return self.read(self._waiting)
        if reading is None or reading.state != "paused":
            return self.answer()
        paused = time.monotonic() - self._paused_at
        is_long = 0 < settings.resume_after <= paused and settings.resume_words > 0
        place = reading.back(settings.resume_words) if is_long else None
        if place is not None and self._scope is not None:
            return self.read(_from(self._scope, place))
        reading.resume()
        return self.answer()

    def heard(self, session: int, samples: int) -> None:
        """The client has played so many samples of a session; older sessions do not count any more."""
        reading = self._reader.current
        if reading is not None and reading.session == session:
            reading.played(samples)

    def skip(self, request: SkipRequest) -> Answer:
        """Read on from another place, as a new session.

        Inside what is being read the reading goes on to its end; outside of it only the span, line, block or
        symbol that was skipped to is read. Beyond the last one the narrator says that there is no more.
        """
        scope = self._demanded()
        at = self._at(scope)
        extent = target(self._ensemble.choir, scope.snapshot, request, at)
        if extent is None:
            words = self._ensemble.choir.narration("end", scope.end)
            return self.read(replace(scope.at(at), opening=(words,)))
        start, end = extent
        if scope.start <= start < scope.end:
            return self.read(scope.at(start))
        return self.read(ReadingScope(scope.snapshot, start, end, start))

    def repeat(self, slower: bool) -> Answer:
        """Read the line again that is being heard, or was heard last; `slower`: this line, and only once.

        What was being read then goes on.
        """
        scope = self._demanded()
        reading = self._reader.current
        if scope.telling is not None and reading is not None and (place := reading.place) is not None:
            scope.telling.heard(place.phrase)
            until = place.phrase.end + 1 if slower else 0
            return self.read(replace(scope, opening=(place.phrase,), share=None, slow_until=until))
        start, end = by_line(scope.snapshot, self._at(scope), 0) or (scope.start, scope.end)
        if self._reader.active is None:
            scope = ReadingScope(scope.snapshot, start, end, start)
        begin = max(start, scope.start)
        return self.read(replace(scope.at(begin), slow_until=end if slower else 0))

    def where(self) -> Answer:
        """Say where the ear is: line, symbols, share of the file; what was being read then goes on.

        In a pause it waits for `resume`.
        """
        scope, reading, waiting = self._demanded(), self._reader.active, self._waiting
        choir = self._ensemble.choir
        where = choir.wording.where(scope.snapshot, self._at(scope))
        words = choir.place(where)
        is_speaking = reading is not None and reading.state != "paused"
        if reading is not None and not scope.is_all:
            waiting = self._here(reading, scope)
        if waiting is not None and is_speaking and not scope.is_all:
            answer = self.read(replace(waiting, opening=(words, *waiting.opening)))
        else:
            answer = self.read(replace(scope.at(where.at), opening=(words,), is_all=True))
            self._waiting = waiting
        return {**answer, **where.as_json()}

    def rate(self, request: RateRequest) -> Answer:
        """Read faster or slower from the word on that is being heard."""
        wpm = request.wpm
        if wpm is None:
            wpm = min(max(self._words_a_minute() + (request.delta or 0), SLOWEST), FASTEST)
        self.configure(replace(self._ensemble.settings, rate=wpm))
        return {**self.answer(), "wpm": wpm}

    def configure(self, settings: Settings) -> None:
        """Follow new settings; a reading in progress goes on in them, as a new session.

        From the sample on that is being heard where only rate or volume are new, else from the word on.
        """
        before = self._ensemble.settings
        if settings == before:
            return
        retired = self._ensemble.change(settings)
        reading, scope = self._reader.active, self._scope
        if reading is not None and scope is not None:
            is_same = replace(settings, rate=before.rate, volume=before.volume) == before
            self._go_on(reading, scope, reading.share if is_same else None)
        if retired is not None:
            self.prepare(retired.close)
            self.warm_up()

    def answer(self) -> Answer:
        """The newest session and its state; session 0 where nothing has been read."""
        reading = self._reader.current
        if reading is None:
            return {"session": 0, "state": "stopped"}
        return {"session": reading.session, "state": reading.state or "speaking"}

    def close(self) -> None:
        """Fall silent for good."""
        self._reader.close(timeout=0.5)

    # ---- inside --------------------------------------------------------------------------------------

    def _demanded(self) -> ReadingScope:
        """What was read last. Raises `InputError` before anything was."""
        if self._scope is None:
            raise InputError("nothing has been read yet, so there is no place to go on from")
        return self._scope

    def _go_on(self, reading: Reading, scope: ReadingScope, share: float | None) -> None:
        """Read on from the word that is being heard, of which `share` was heard; paused, if it was paused."""
        was_paused = reading.state == "paused"
        waiting = self._waiting
        self.read(replace(self._here(reading, scope), share=share))
        self._waiting = waiting
        if was_paused:
            self.pause()

    def _here(self, reading: Reading, scope: ReadingScope) -> ReadingScope:
        """The scope from the word on that is being heard."""
        place = reading.place
        return scope if place is None else _from(scope, place)

    def _at(self, scope: ReadingScope) -> int:
        """The byte that is being heard, or was heard last; the narrator's own words are at no place."""
        reading = self._reader.current
        mark = reading.sounding if reading is not None else None
        return scope.begin if mark is None or mark.start == mark.end else mark.start

    def _words_a_minute(self) -> float:
        settings = self._ensemble.settings
        if settings.rate is not None:
            return settings.rate
        return self._ensemble.choir.voice_of(Category.NARRATION).rate


def _from(scope: ReadingScope, place: Place) -> ReadingScope:
    """The scope from a word on that was heard."""
    rest = place.rest()
    if scope.telling is not None:
        scope.telling.heard(place.phrase)
    following: tuple[Phrase, ...] = ()
    for index, phrase in enumerate(scope.opening):
        if _words(phrase) == _words(place.phrase):
            following = scope.opening[index + 1 :]
    return replace(scope, begin=rest.start, opening=(rest, *following), share=None)


def _words(phrase: Phrase) -> list[Utterance]:
    return [part.utterance for part in phrase.parts]
