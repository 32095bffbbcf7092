"""Between a reading and its engine: phrases that were heard before are told from the cache.

1. A phrase is divided into `units`, the smallest pieces that sound the same wherever they stand.
2. Units are pulled as the engine asks for phrases. One that is kept is queued; one that is not is handed to
   the engine, so that a neural engine's batches are full although most units never reach it.
3. The engine's sound belongs to the first unit in the queue until it says that this one is told; then it is
   kept, and the kept ones after it are told.

An engine is not called at all where everything is kept.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from codechoir.engines import (
    AudioListener,
    CachePolicy,
    Engine,
    ForwardingEngine,
    ForwardingListener,
    VoiceIdentity,
)
from codechoir.engines.cache.cached_phrase import CachedMark, CachedPhrase, phrase_key
from codechoir.engines.cache.phrase_cache import PhraseCache, PhraseSettings
from codechoir.model import AudioChunk, CastUtterance, Mark, Phrase

MOST_QUEUED = 64
"""Kept units that wait for one that the engine is saying; beyond that it first says what it has."""


class PhraseCacheFactory:
    """Puts one phrase cache, made on first need, in front of the engines for which it is on.

    Raises `InputError` for a bad value in the environment once the settings are needed.
    """

    def __init__(self, settings: PhraseSettings | None = None) -> None:
        self._given = settings

    @cached_property
    def settings(self) -> PhraseSettings:
        """Where phrases are cached, and of which engines."""
        return self._given or PhraseSettings.from_environment()

    @cached_property
    def cache(self) -> PhraseCache:
        """The cache."""
        return PhraseCache(self.settings)

    def is_on_for(self, engine: Engine) -> bool:
        """Whether the phrases of an engine are cached."""
        policy = engine.cache_policy()
        if policy is None:
            return False
        mode = self.settings.mode
        return mode == "on" or (mode == "auto" and policy.by_default)

    def wrap(self, engine: Engine) -> Engine:
        """The engine with the cache in front of it, or as it is where the cache is off for it."""
        policy = engine.cache_policy()
        if policy is None or not self.is_on_for(engine):
            return engine
        return CachingEngine(engine, self.cache, policy)


class CachingEngine(ForwardingEngine):
    """An engine with the phrase cache in front of it."""

    def __init__(self, inner: Engine, cache: PhraseCache, policy: CachePolicy) -> None:
        super().__init__(inner)
        self.cache = cache
        self._policy = policy

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`."""
        identity = self._policy.identity()
        begins = self._policy.first_differs and not listener.has_output()
        rate = self.capabilities.sample_rate
        reading = _CachedReading(self.name, rate, self.cache, identity, listener, begins)
        reading.tell(self._split(phrases), self.inner)

    def close(self) -> None:
        """Close the engine and write the statistics."""
        super().close()
        self.cache.flush()

    def _split(self, phrases: Iterable[Phrase]) -> Iterator[_Piece]:
        for number, phrase in enumerate(phrases):
            units = list(self._policy.split(phrase)) or [(0, phrase)]
            yield from ((number, first, unit, unit is units[-1][1]) for first, unit in units)


_Piece = tuple[int, int, Phrase, bool]
"""Number of a phrase in the reading, index of a part of it, the unit that begins with that part, and whether
the phrase ends with the unit."""


@dataclass(slots=True)
class _Unit:
    """A unit that waits to be told: kept as `entry`, or being said by the engine. `last`: of its phrase.

    `phrase`, `first`: where its first part stands in the reading.
    """

    phrase: int
    first: int
    parts: tuple[CastUtterance, ...]
    key: str
    entry: CachedPhrase | None
    last: bool

    def mark(self, cached: CachedMark, begin: int) -> Mark:
        """A mark of the unit, which begins at sample `begin`, as a mark of the reading."""
        said = self.parts[cached.part].utterance
        times = begin + cached.t0, begin + cached.t1
        part = self.first + cached.part
        return Mark.of(said, cached.text, *times, phrase=self.phrase, part=part, word=cached.word)


class _CachedReading(ForwardingListener):
    """One reading. It is also the listener that the engine writes to."""

    def __init__(
        self,
        engine: str,
        sample_rate: int,
        cache: PhraseCache,
        identity: VoiceIdentity,
        listener: AudioListener,
        begins: bool,
    ) -> None:
        super().__init__(listener)
        self._name = engine
        self._rate = sample_rate
        self._cache = cache
        self._identity = identity
        self._queue: deque[_Unit] = deque()
        self._samples = 0
        self._begins = begins
        self._left = False
        self._elsewhere = 0.0  # seconds for which the listener held us up
        self._recording = _Recording(0.0)

    def tell(self, units: Iterator[_Piece], engine: Engine) -> None:
        """Tell everything, with as few calls of the engine as there can be."""
        while (asked := next(self._asked(units), None)) is not None and not self._left:
            self._recording = _Recording(self._elsewhere)
            engine.speak(self._all_asked(asked, units), self)
            while self._queue and not self._left:  # all kept, unless the engine has not told what it said
                self._tell_kept()
                if self._queue:
                    self._queue.popleft()

    # ---- what the engine sees --------------------------------------------------------------------------

    def write(self, chunk: AudioChunk) -> bool:
        if self._left or not self._queue:
            return False
        unit, begin = self._queue[0], self._samples - self._recording.samples
        marks = tuple(unit.mark(mark, begin) for mark in self._recording.take(chunk))
        return self._hand_out(chunk.pcm, marks)

    def phrase_done(self) -> None:
        if self._left or not self._queue:
            return
        unit = self._queue.popleft()
        entry = self._recording.entry(self._rate, self._elsewhere)
        self._cache.keep(unit.key, entry, self._name)
        if unit.last:
            super().phrase_done()
        self._tell_kept()
        self._recording = _Recording(self._elsewhere)

    def is_cancelled(self) -> bool:
        return self._left or super().is_cancelled()

    def has_output(self) -> bool:
        return self._samples > 0 or super().has_output()

    # ---- units -----------------------------------------------------------------------------------------

    def _all_asked(self, first: Phrase, units: Iterator[_Piece]) -> Iterator[Phrase]:
        yield first
        yield from self._asked(units)

    def _asked(self, units: Iterator[_Piece]) -> Iterator[Phrase]:
        """What the engine has to say, as far as it can be known now; the kept units on the way are queued."""
        while not self._left and len(self._queue) < MOST_QUEUED:
            piece = next(units, None)
            if piece is None:
                return
            number, first, unit, last = piece
            key = phrase_key(self._name, self._identity, unit, self._rate, self._begins)
            self._begins = False
            entry = self._cache.find(key, self._name)
            self._queue.append(_Unit(number, first, unit.parts, key, entry, last))
            if entry is None:
                yield unit
            elif self._queue[0].entry is not None:
                self._tell_kept()

    def _tell_kept(self) -> None:
        """Tell the kept units at the head of the queue."""
        while self._queue and (entry := self._queue[0].entry) is not None and not self._left:
            unit = self._queue.popleft()
            self._tell_entry(unit, entry)
            if unit.last and not self._left:
                super().phrase_done()

    def _tell_entry(self, unit: _Unit, entry: CachedPhrase) -> None:
        begin, step = self._samples, entry.sample_rate // 50
        marks = deque(unit.mark(mark, begin) for mark in entry.marks)
        for at in range(0, len(entry.pcm) // 2, step):
            pcm = entry.pcm[2 * at : 2 * (at + step)]
            here = []
            while marks and marks[0].t0 < self._samples + len(pcm) // 2:
                here.append(marks.popleft())
            if not self._hand_out(pcm, tuple(here)):
                return

    def _hand_out(self, pcm: bytes, marks: tuple[Mark, ...]) -> bool:
        began = time.perf_counter()
        self._left = not self.inner.write(AudioChunk(pcm, self._rate, self._samples, marks))
        self._elsewhere += time.perf_counter() - began
        self._samples += len(pcm) // 2
        return not self._left


class _Recording:
    """A unit as the engine says it. `elsewhere`: seconds that passed with the listener so far."""

    def __init__(self, elsewhere: float) -> None:
        self.samples = 0
        self._began = time.perf_counter() - elsewhere
        self._pcm: list[bytes] = []
        self._marks: list[CachedMark] = []

    def take(self, chunk: AudioChunk) -> list[CachedMark]:
        """The next chunk; returns its marks, which count from the unit's first sample."""
        first = chunk.first_sample - self.samples
        marks = [CachedMark(m.t0 - first, m.t1 - first, m.part, m.word, m.text) for m in chunk.marks]
        self.samples += chunk.samples
        self._pcm.append(chunk.pcm)
        self._marks += marks
        return marks

    def entry(self, sample_rate: int, elsewhere: float) -> CachedPhrase:
        """All of it, and the seconds that it has taken without those of the listener."""
        seconds = time.perf_counter() - elsewhere - self._began
        return CachedPhrase(sample_rate, b"".join(self._pcm), tuple(self._marks), round(max(seconds, 0.0), 6))
