"""What the editor's commands do to readings: start, stop, skip, change the voice in the middle of a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from codechoir.errors import InputError
from codechoir.lsp.arguments import RateRequest, SkipRequest
from codechoir.lsp.ensemble import Ensemble
from codechoir.lsp.telling import Telling
from codechoir.model import Category, Phrase, State, Utterance
from codechoir.reading.reader import Reader
from codechoir.reading.reading import Reading
from codechoir.reading.steps import Extent, by_line, by_span, by_symbol
from codechoir.settings import FASTEST, SLOWEST, Settings
from codechoir.sinks.protocol import Sink
from codechoir.sinks.stream import Send, Wire
from codechoir.syntax.document import Snapshot
from codechoir.syntax.positions import Encoding, position_of

Answer = dict[str, Any]
"""`{session, state}`, as the commands answer."""

MakeSink = Callable[[Wire, int], Sink]
"""A sink that tells the client over a wire; the number is the sample rate in hertz."""

OnState = Callable[[int, State, str], None]
"""Told of each change of state: session, state, a line or an empty string."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is being read: bytes `start` to `end` of a snapshot, from byte `begin` on.

    `opening`: what is said first, if it is not the text at `begin`: the rest of a phrase, or words of the
    narrator's. The reading goes on where it ends. `telling`: what is told instead of the text.
    """

    snapshot: Snapshot
    start: int
    end: int
    begin: int
    opening: Phrase | None = None
    telling: Telling | None = None


class Readings:
    """One reading at a time. Used by the thread that handles messages; `close` may come from any."""

    def __init__(
        self, ensemble: Ensemble, encoding: Encoding, make_sink: MakeSink, send: Send, on_state: OnState
    ) -> None:
        self._ensemble = ensemble
        self._encoding = encoding
        self._make_sink = make_sink
        self._send = send
        self._reader = Reader(lambda reading, state, line: on_state(reading.session, state, line))
        self._scope: Scope | None = None

    def warm_up(self) -> None:
        """Load voices and engine in the readings' own thread; a reading that comes meanwhile waits for it."""
        self.prepare(self._ensemble.warm_up)

    def prepare(self, job: Callable[[], None]) -> None:
        """Do something in the readings' own thread, before the next reading."""
        self._reader.prepare(job)

    def read(self, scope: Scope) -> Answer:
        """Begin a reading; what was being read ends."""
        engine = self._ensemble.engine
        rate = engine.capabilities.sample_rate
        locate = partial(range_json, scope.snapshot, self._encoding)
        self._scope = scope
        self._reader.start_with(
            self._phrases(scope),
            engine,
            lambda session: self._make_sink(Wire(session, rate, self._send, locate), rate),
        )
        return self.answer()

    def stop(self) -> Answer:
        """Be silent."""
        self._reader.stop()
        return self.answer()

    def pause(self) -> Answer:
        """Be silent and remember the place."""
        if (reading := self._reader.active) is not None:
            reading.pause()
        return self.answer()

    def resume(self) -> Answer:
        """Go on after a pause."""
        if (reading := self._reader.active) is not None:
            reading.resume()
        return self.answer()

    def heard(self, session: int, samples: int) -> None:
        """The client has played so many samples of a session; older sessions do not count any more."""
        reading = self._reader.current
        if reading is not None and reading.session == session:
            reading.played(samples)

    def skip(self, request: SkipRequest) -> Answer:
        """Read on from another place, as a new session.

        Inside what is being read the reading goes on to its end; outside of it only the span, line or symbol
        that was skipped to is read. Beyond the last one the narrator says that there is no more.
        """
        scope = self._scope
        if scope is None:
            raise InputError("nothing has been read yet, so there is no place to skip from")
        at = self._at(scope)
        target = self._target(scope.snapshot, request, at)
        if target is None:
            words = self._ensemble.choir.narration("end", scope.end)
            return self.read(replace(scope, begin=at, opening=words, telling=None))
        start, end = target
        if scope.start <= start < scope.end:
            return self.read(replace(scope, begin=start, opening=None, telling=None))
        return self.read(Scope(scope.snapshot, start, end, start))

    def rate(self, request: RateRequest) -> Answer:
        """Read faster or slower from the word on that is being heard."""
        wpm = request.wpm
        if wpm is None:
            wpm = min(max(self._words_a_minute() + (request.delta or 0), SLOWEST), FASTEST)
        self.configure(replace(self._ensemble.settings, rate=wpm))
        return {**self.answer(), "wpm": wpm}

    def configure(self, settings: Settings) -> None:
        """Follow new settings; a reading in progress goes on in them, as a new session."""
        if settings == self._ensemble.settings:
            return
        retired = self._ensemble.change(settings)
        reading, scope = self._reader.active, self._scope
        if reading is not None and scope is not None:
            self._go_on(reading, scope)
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

    def _phrases(self, scope: Scope) -> Iterator[Phrase]:
        """What there is to say, or the word "blank", so that silence is never taken for a failure."""
        choir = self._ensemble.choir
        begin = scope.begin
        if scope.opening is not None:
            yield choir.recast(scope.opening)
            begin = scope.opening.end
        if scope.telling is not None:
            phrases = scope.telling.phrases(choir.recast)
        else:
            phrases = choir.phrases(scope.snapshot, begin, scope.end)
        first = next(phrases, None)
        if first is not None:
            yield first
        elif scope.opening is None:
            yield choir.narration("blank", begin)
        yield from phrases

    def _go_on(self, reading: Reading, scope: Scope) -> None:
        """Read on from the word that is being heard; paused, if it was paused."""
        was_paused = reading.state == "paused"
        if (place := reading.place) is not None:
            rest = place.rest()
            if scope.telling is not None:
                scope.telling.heard(place.phrase)
            scope = replace(scope, begin=rest.start, opening=rest)
        self.read(scope)
        if was_paused:
            self.pause()

    def _at(self, scope: Scope) -> int:
        """The byte that is being heard, or was heard last; the narrator's own words are at no place."""
        reading = self._reader.current
        mark = reading.sounding if reading is not None else None
        return scope.begin if mark is None or mark.start == mark.end else mark.start

    def _target(self, snapshot: Snapshot, request: SkipRequest, at: int) -> Extent | None:
        if request.by == "line":
            return by_line(snapshot, at, request.count)
        if request.by == "span":
            return by_span(snapshot, partial(self._heard_in, snapshot), at, request.count)
        symbols = snapshot.symbols()
        if not symbols:
            raise InputError("there are no functions or classes in this document")
        return by_symbol(symbols, at, request.count)

    def _heard_in(self, snapshot: Snapshot, start: int, end: int) -> list[Utterance]:
        """The utterances of a range that have words."""
        phrases = self._ensemble.choir.phrases(snapshot, start, end)
        said = (spoken.utterance for phrase in phrases for spoken in phrase.parts)
        return [one for one in said if one.text and one.category != Category.NARRATION]

    def _words_a_minute(self) -> float:
        settings = self._ensemble.settings
        if settings.rate is not None:
            return settings.rate
        return self._ensemble.choir.voice_of(Category.NARRATION).rate


def range_of(snapshot: Snapshot, encoding: Encoding, start: int, end: int) -> dict[str, dict[str, int]]:
    """The LSP range of two byte offsets."""
    places = (position_of(snapshot, start, encoding), position_of(snapshot, end, encoding))
    first, last = ({"line": line, "character": character} for line, character in places)
    return {"start": first, "end": last}


def range_json(snapshot: Snapshot, encoding: Encoding, start: int, end: int) -> bytes:
    """The same as JSON, put together by hand: it is made for each word that is said."""
    return b'{"start":{"line":%d,"character":%d},"end":{"line":%d,"character":%d}}' % (
        *position_of(snapshot, start, encoding),
        *position_of(snapshot, end, encoding),
    )
