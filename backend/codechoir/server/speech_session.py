"""One reading of one client: phrases go to an engine in turns, and audio comes back as the client takes it.

The engine runs in a thread, everything else in the event loop's. A turn is one call of `Engine.speak`. It
ends after a phrase when another reading waits for the engine, or when the client is `AHEAD_SECONDS` behind.
So neither a long reading nor a slow client keeps others waiting. What is buffered is bounded by that and by
the length of a phrase.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from codechoir.engines import AudioListener, Engine
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk, Phrase
from codechoir.server.places import Places

log = logging.getLogger(__name__)

AHEAD_SECONDS = 8.0
"""Audio that is made before the client takes it."""

SessionState = Literal["waiting", "speaking", "finished", "cancelled", "failed"]


class PhraseSource:
    """The phrases of a reading, which an engine's thread pulls. `skip`: how many are left out at first."""

    def __init__(self, phrases: Iterator[Phrase], skip: int = 0) -> None:
        self._phrases = phrases
        self._skip = skip
        self._ahead: Phrase | None = None
        self.is_exhausted = False

    def pull(self) -> Phrase | None:
        """The next phrase; None if there is none now, or, when `is_exhausted`, never again."""
        phrase, self._ahead = self._ahead, None
        return self.find() if phrase is None else phrase

    def has_more(self) -> bool:
        """Whether `pull` has something, or may have later: a reading that has none ends its turn as its
        last."""
        if self._ahead is None:
            self._ahead = self.find()
        return not self.is_exhausted

    def find(self) -> Phrase | None:
        """The next phrase of the text, as `pull` returns it."""
        while self._skip:
            self._skip -= 1
            if next(self._phrases, None) is None:
                self.is_exhausted = True
                return None
        phrase = next(self._phrases, None)
        self.is_exhausted = phrase is None
        return phrase

    async def wait(self) -> None:
        """Waits until `pull` has something; it is called in the event loop's thread."""


@dataclass(frozen=True, slots=True)
class SpokenPiece:
    """A chunk of audio and the index of its phrase in the reading."""

    phrase: int
    chunk: AudioChunk


@dataclass(slots=True)
class SessionTimes:
    """When what happened to a reading, in seconds of `time.perf_counter`; 0 for what has not happened."""

    began: float = field(default_factory=time.perf_counter)
    placed: float = 0.0
    first_audio: float = 0.0
    ended: float = 0.0
    speaking: float = 0.0
    """Seconds that the engine has taken."""


class EngineTurns:
    """An engine, or instances of one, for several readings. `make`: a new instance, prepared for reading."""

    def __init__(
        self, engine: Engine, make: Callable[[], Engine], executor: Executor, turns: int, instances: int
    ) -> None:
        self.engine = engine
        self.is_shared = engine.capabilities.concurrent
        self.places = Places(turns if self.is_shared else instances)
        self.executor = executor
        self._make = make
        self._idle = [engine]
        self._made = [engine]

    def borrow(self) -> Engine:
        """An engine that nobody uses, or the shared one. Called in the thread that will speak."""
        if self.is_shared:
            return self.engine
        with suppress(IndexError):
            return self._idle.pop()
        engine = self._make()
        self._made.append(engine)
        return engine

    def give_back(self, engine: Engine) -> None:
        """The engine is no longer used."""
        if not self.is_shared:
            self._idle.append(engine)

    def close(self) -> None:
        """Closes all instances."""
        for engine in self._made:
            engine.close()


class SpeechSession:
    """A reading with the name `id`. `first_phrase`: the index that its first phrase has.

    Made and used in the event loop's thread. `pieces` ends with the error of a reading that has failed.
    """

    def __init__(
        self, id: str, client: str, source: PhraseSource, turns: EngineTurns, first_phrase: int = 0
    ) -> None:
        self.id = id
        self.client = client
        self.state: SessionState = "waiting"
        self.failure: Exception | None = None
        self.times = SessionTimes()
        self.engine = turns.engine.name
        self.sample_rate = turns.engine.capabilities.sample_rate
        self.produced = 0  # samples that the engine has written; its thread alone changes it
        self.taken = 0  # samples that the client has taken
        self.phrases_done = first_phrase
        self.notice: Callable[[str], None] = log.warning
        self._source = source
        self._turns = turns
        self._limit = round(AHEAD_SECONDS * self.sample_rate)
        self._loop = asyncio.get_running_loop()
        self._pieces: deque[SpokenPiece] = deque()
        self._arrived = asyncio.Event()
        self._is_signalled = False
        self._room = asyncio.Event()
        self._room.set()
        self._is_cancelled = False
        self._driver: asyncio.Task[None] | None = None

    # ---- the event loop's thread --------------------------------------------------------------------------

    def start(self) -> asyncio.Task[None]:
        """Begins to speak. The task ends when the engine is free of this reading."""
        self._driver = self._loop.create_task(self._drive(), name=f"codechoir-{self.id}")
        return self._driver

    def cancel(self) -> None:
        """Ends the reading; the engine stops at its next chunk, of 20 ms at most."""
        self._is_cancelled = True
        if self.state in ("waiting", "speaking"):
            self._end("cancelled")
        if self._driver is not None and not self._speaks:
            self._driver.cancel()  # it waits for a place, for text, or for the client

    def when_free(self, action: Callable[[], None]) -> None:
        """Calls `action` once the engine is free of this reading; at once if it is."""
        if self._driver is None or self._driver.done():
            action()
        else:
            self._driver.add_done_callback(lambda _: action())

    @property
    def has_ended(self) -> bool:
        """Whether nothing is added to its audio."""
        return self.state not in ("waiting", "speaking")

    @property
    def is_behind(self) -> bool:
        """Whether the client has enough audio to take."""
        return self.produced - self.taken >= self._limit

    async def wait_for_audio(self, seconds: float | None = None) -> None:
        """Waits until there is audio to take, or the reading has ended, or for `seconds`.

        Raises the error of a reading that has failed before its first audio.
        """
        if not self._pieces and not self.has_ended:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._wait()
        if not self._pieces and self.failure is not None:
            raise self.failure

    async def pieces(self) -> AsyncIterator[list[SpokenPiece]]:
        """All that has been spoken since, as soon as there is something; raises the error of the reading."""
        while True:
            taken = []
            while self._pieces:
                taken.append(self._pieces.popleft())
            if taken:
                self.taken += sum(piece.chunk.samples for piece in taken)
                if self.produced - self.taken < self._limit // 2:
                    self._room.set()
                yield taken
            elif self.has_ended:
                break
            else:
                await self._wait()
        if self.failure is not None:
            raise self.failure

    async def _wait(self) -> None:
        """Waits for a piece or the end."""
        while not self._pieces and not self.has_ended:
            self._arrived.clear()
            self._is_signalled = False
            if self._pieces or self.has_ended:
                return
            await self._arrived.wait()

    async def _drive(self) -> None:
        try:
            while not (self._source.is_exhausted or self._is_cancelled):
                await self._room.wait()
                await self._source.wait()
                await self._turns.places.take(self.client)
                try:
                    await self._take_turn()
                finally:
                    self._turns.places.give_back(self.client)
            self._end("finished")
        except asyncio.CancelledError:
            self._end("cancelled")
        except CodechoirError as error:
            self._end("failed", error)
        except Exception as error:
            log.exception("reading %s failed", self.id)
            self._end("failed", error)

    async def _take_turn(self) -> None:
        if self._is_cancelled:
            return
        if self.state == "waiting":
            self.state = "speaking"
            self.times.placed = time.perf_counter()
        self._speaks = True
        try:
            await self._loop.run_in_executor(self._turns.executor, self._speak)
        finally:
            self._speaks = False
            if self.is_behind:
                self._room.clear()

    _speaks = False
    """Whether a thread is in the engine for this reading; it cannot be cancelled, only stopped."""

    def _end(self, state: SessionState, failure: Exception | None = None) -> None:
        if not self.has_ended:
            self.state = state
            self.failure = failure
            self.times.ended = time.perf_counter()
        self._arrived.set()

    # ---- the engine's thread ------------------------------------------------------------------------------

    def _speak(self) -> None:
        began = time.perf_counter()
        engine = self._turns.borrow()
        try:
            engine.speak(self._phrases(), _SessionListener(self))
        finally:
            self._turns.give_back(engine)
            self.times.speaking += time.perf_counter() - began

    def _phrases(self) -> Iterator[Phrase]:
        """The phrases of one turn."""
        has_begun = False
        while not self._is_cancelled:
            if has_begun and (self.is_behind or self._turns.places.waiting) and self._source.has_more():
                return
            phrase = self._source.pull()
            if phrase is None:
                return
            yield phrase
            has_begun = True

    def add(self, chunk: AudioChunk) -> bool:
        """Takes the engine's next chunk, placed in the reading; False if the reading has ended."""
        if self._is_cancelled:
            return False
        if not self.times.first_audio and chunk.pcm:
            self.times.first_audio = time.perf_counter()
        self.produced += chunk.samples
        self._pieces.append(SpokenPiece(self.phrases_done, chunk))
        if not self._is_signalled:
            self._is_signalled = True
            self._loop.call_soon_threadsafe(self._arrived.set)
        return True

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody wants the reading any more."""
        return self._is_cancelled


class _SessionListener(AudioListener):
    """What the engine sees of a reading during one turn, in which samples and phrases count from 0."""

    def __init__(self, session: SpeechSession) -> None:
        self._session = session
        self._samples_before = session.produced
        self._phrases_before = session.phrases_done

    def write(self, chunk: AudioChunk) -> bool:
        if self._samples_before or self._phrases_before:
            chunk = chunk.shifted(self._samples_before, self._phrases_before)
        return self._session.add(chunk)

    def is_cancelled(self) -> bool:
        return self._session.is_cancelled

    def phrase_done(self) -> None:
        self._session.phrases_done += 1

    def has_output(self) -> bool:
        return self._samples_before > 0

    def is_waiting(self) -> bool:
        return self._session.produced == self._session.taken

    def notify(self, line: str) -> bool:
        self._session.notice(line)
        return True
