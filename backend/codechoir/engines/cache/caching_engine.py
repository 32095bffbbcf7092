"""Puts the phrase cache between a reading and its engine: what was spoken before comes from the cache.

1. Each phrase is split into units, the smallest pieces that sound the same wherever they stand.
2. Units are pulled as the engine pulls phrases. Every unit is queued; those that are not cached also go to
   the engine, so that the batches of a neural engine are full although most units never reach it.
3. What the engine writes belongs to the first unit in the queue, until the engine reports it done. The unit
   is then cached, and the cached units behind it are written.

If everything is cached, the engine is not called.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from codechoir.engines import (
    AudioListener,
    CachePolicy,
    Engine,
    ForwardingEngine,
    ForwardingListener,
    VoiceIdentity,
)
from codechoir.engines.cache.phrase_cache import CachedMark, CachedPhrase, PhraseCache, phrase_key
from codechoir.model import AudioChunk, Mark, Phrase, chunk_samples

QUEUE_LIMIT = 64
"""Units that may wait behind one that the engine is saying; then the engine gets no more phrases."""


class CachingEngine(ForwardingEngine):
    """An engine with the phrase cache in front of it."""

    def __init__(self, inner: Engine, cache: PhraseCache, policy: CachePolicy) -> None:
        super().__init__(inner)
        self.cache = cache
        self._policy = policy

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`."""
        identity = self._policy.identity()
        rate, first_differs = self.capabilities.sample_rate, self._policy.first_differs
        reading = _CachedReading(self.name, rate, self.cache, identity, listener, first_differs)
        reading.run(self._split(phrases), self.inner)

    def close(self) -> None:
        """Closes the engine and writes the statistics."""
        super().close()
        self.cache.flush()

    def _split(self, phrases: Iterable[Phrase]) -> Iterator[_Unit]:
        for number, phrase in enumerate(phrases):
            units = list(self._policy.split(phrase)) or [(0, phrase)]
            yield from (_Unit(number, first, unit, unit is units[-1][1]) for first, unit in units)


@dataclass(slots=True)
class _Unit:
    """What is cached as one. `phrase`: index of its phrase in the reading. `first`: index of its first part
    in that phrase. `content`: the unit as a phrase. `key`, `cached`: set once it is looked up in the cache.
    """

    phrase: int
    first: int
    content: Phrase
    ends_phrase: bool
    key: str = ""
    cached: CachedPhrase | None = None

    def mark(self, cached: CachedMark, begin: int) -> Mark:
        """A mark of the unit, which begins at sample `begin`, as a mark of the reading."""
        utterance = self.content.parts[cached.part].utterance
        times = begin + cached.t0, begin + cached.t1
        part = self.first + cached.part
        return Mark.of(utterance, cached.text, *times, phrase=self.phrase, part=part, word=cached.word)


class _CachedReading(ForwardingListener):
    """One reading. It is the listener that the engine writes to. `first_differs`: see `CachePolicy`."""

    def __init__(
        self,
        engine: str,
        sample_rate: int,
        cache: PhraseCache,
        identity: VoiceIdentity,
        listener: AudioListener,
        first_differs: bool,
    ) -> None:
        super().__init__(listener)
        self._engine_name = engine
        self._sample_rate = sample_rate
        self._cache = cache
        self._identity = identity
        self._queue: deque[_Unit] = deque()
        self._samples = 0
        self._first_differs = first_differs
        self._was_cancelled = False
        self._blocked = 0.0  # seconds that `inner.write` has taken
        self._recorder = _Recorder(0.0)

    def run(self, units: Iterator[_Unit], engine: Engine) -> None:
        """Says all units with as few calls of the engine as possible."""
        while (miss := next(self._misses(units), None)) is not None and not self._was_cancelled:
            self._recorder = _Recorder(self._blocked)
            engine.speak(chain((miss,), self._misses(units)), self)
            while self._queue and not self._was_cancelled:  # cached, or not reported done by the engine
                self._write_cached_units()
                if self._queue:
                    self._queue.popleft()

    # ---- called by the engine ----------------------------------------------------------------------------

    def write(self, chunk: AudioChunk) -> bool:
        if self._was_cancelled or not self._queue:
            return False
        unit, begin = self._queue[0], self._samples - self._recorder.samples
        marks = tuple(unit.mark(mark, begin) for mark in self._recorder.add(chunk))
        return self._write(chunk.pcm, marks)

    def phrase_done(self) -> None:
        if self._was_cancelled or not self._queue:
            return
        unit = self._queue.popleft()
        self._cache.put(
            unit.key, self._recorder.recorded(self._sample_rate, self._blocked), self._engine_name
        )
        if unit.ends_phrase:
            super().phrase_done()
        self._write_cached_units()
        self._recorder = _Recorder(self._blocked)

    def is_cancelled(self) -> bool:
        return self._was_cancelled or super().is_cancelled()

    def has_output(self) -> bool:
        return self._samples > 0 or super().has_output()

    def needs_same_samples(self) -> bool:
        return True

    # ---- units -------------------------------------------------------------------------------------------

    def _misses(self, units: Iterator[_Unit]) -> Iterator[Phrase]:
        """Queues units and yields those that are not cached, for the engine."""
        while not self._was_cancelled and len(self._queue) < QUEUE_LIMIT:
            unit = next(units, None)
            if unit is None:
                return
            begins = self._first_differs and not self._queue and not self.has_output()
            unit.key = phrase_key(self._engine_name, self._identity, unit.content, self._sample_rate, begins)
            unit.cached = self._cache.find(unit.key, self._engine_name)
            self._queue.append(unit)
            if unit.cached is None:
                yield unit.content
            elif self._queue[0].cached is not None:
                self._write_cached_units()

    def _write_cached_units(self) -> None:
        """Writes the cached units at the head of the queue."""
        while self._queue and (cached := self._queue[0].cached) is not None and not self._was_cancelled:
            unit = self._queue.popleft()
            self._write_cached(unit, cached)
            if unit.ends_phrase and not self._was_cancelled:
                super().phrase_done()

    def _write_cached(self, unit: _Unit, cached: CachedPhrase) -> None:
        begin, step = self._samples, chunk_samples(cached.sample_rate)
        marks = deque(unit.mark(mark, begin) for mark in cached.marks)
        for start in range(0, len(cached.pcm) // 2, step):
            pcm = cached.pcm[2 * start : 2 * (start + step)]
            here = []
            while marks and marks[0].t0 < self._samples + len(pcm) // 2:
                here.append(marks.popleft())
            if not self._write(pcm, tuple(here)):
                return

    def _write(self, pcm: bytes, marks: tuple[Mark, ...]) -> bool:
        began = time.perf_counter()
        self._was_cancelled = not self.inner.write(AudioChunk(pcm, self._sample_rate, self._samples, marks))
        self._blocked += time.perf_counter() - began
        self._samples += len(pcm) // 2
        return not self._was_cancelled


class _Recorder:
    """Records what the engine writes for one unit. `blocked`: seconds spent in the listener so far."""

    def __init__(self, blocked: float) -> None:
        self.samples = 0
        self._began = time.perf_counter() - blocked
        self._pcm: list[bytes] = []
        self._marks: list[CachedMark] = []

    def add(self, chunk: AudioChunk) -> list[CachedMark]:
        """Adds the next chunk; returns its marks, which count from the unit's first sample."""
        first = chunk.first_sample - self.samples
        marks = [CachedMark(m.t0 - first, m.t1 - first, m.part, m.word, m.text) for m in chunk.marks]
        self.samples += chunk.samples
        self._pcm.append(chunk.pcm)
        self._marks += marks
        return marks

    def recorded(self, sample_rate: int, blocked: float) -> CachedPhrase:
        """The unit, with the seconds that the engine took for it, without those of the listener."""
        seconds = time.perf_counter() - blocked - self._began
        return CachedPhrase(sample_rate, b"".join(self._pcm), tuple(self._marks), round(max(seconds, 0.0), 6))
