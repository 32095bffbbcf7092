"""Prepares an engine for reading: puts the phrase cache and the fallback engine around it.

Reading on with the fallback engine while another engine is away:

1. The engine speaks, and `SpokenProgress` watches what the listener takes.
2. The engine is lost: the listener is notified once, and the fallback engine says the rest of the line in its
   own voices, at the sample rate with which the reading began.
3. After each phrase of the fallback engine, the engine continues if it is back. A phrase is a line, or a part
   of one that is longer than any screen.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from codechoir.engines import (
    AudioListener,
    Engine,
    ForwardingEngine,
    ForwardingListener,
    make_fallback_engine,
)
from codechoir.errors import EngineError, EngineLostError
from codechoir.model import AudioChunk, CastUtterance, Mark, Phrase
from codechoir.voices import FallbackVoices

if TYPE_CHECKING:
    from codechoir.audio import Resampler
    from codechoir.engines.cache import PhraseCache, PhraseSettings


log = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.5
"""How long a reading that somebody waits for lets an engine load, before the fallback engine begins it."""

OnBroken = Callable[[str], None]
"""Called with a line that says why an engine cannot speak at all."""


def prepare_engine(
    engine: Engine,
    cache: PhraseCacheFactory | None = None,
    patience: float | None = None,
    on_broken: OnBroken | None = None,
) -> Engine:
    """The engine with all that a reading needs around it.

    Nearest to the engine comes the phrase cache, where it is on, so that it never holds what the fallback
    engine said; around an engine that can be lost, `FallbackEngine`. One of another package that runs in this
    process is watched, and can be lost then. `patience`: seconds that a reading waits
    for an engine that is loading. `on_broken`: see `FallbackEngine`. Raises `InputError` for bad settings of
    the cache.
    """
    engine.patience = patience
    if not engine.capabilities.can_be_lost and not _is_ours(engine):
        from codechoir.playback.watched_engine import WatchedEngine

        engine = WatchedEngine(engine)
    cached = engine if cache is None else cache.wrap(engine)
    if not engine.capabilities.can_be_lost:
        return cached
    return FallbackEngine(cached, on_broken=on_broken)


def _is_ours(engine: Engine) -> bool:
    """Whether the engine is part of Codechoir, and known to return."""
    return type(engine).__module__.partition(".")[0] == __name__.partition(".")[0]


class PhraseCacheFactory:
    """Puts one phrase cache, made on first need, in front of the engines for which it is on.

    Raises `InputError` for a bad value in the environment once the settings are needed.
    """

    def __init__(self, settings: PhraseSettings | None = None) -> None:
        self._given = settings

    @cached_property
    def settings(self) -> PhraseSettings:
        """Where phrases are cached, and of which engines."""
        from codechoir.engines.cache import PhraseSettings

        return self._given or PhraseSettings.from_environment()

    @cached_property
    def cache(self) -> PhraseCache:
        """The cache."""
        from codechoir.engines.cache import PhraseCache

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
        from codechoir.engines.cache import CachingEngine

        return CachingEngine(engine, self.cache, policy)


Recast = Callable[[CastUtterance], CastUtterance]
"""Gives an utterance its voice of the fallback engine."""


class FallbackEngine(ForwardingEngine):
    """An engine that can be lost, with the fallback engine to speak while it is away.

    `make_fallback`: called when the fallback engine is first needed. `recast`: see `Recast`. `on_broken`: the
    user has not asked for this engine by name. If a line fails, the fallback engine says the rest of it; if
    the engine cannot be loaded, this is called, and the fallback engine reads to the end. With None, such
    errors are raised.
    """

    def __init__(
        self,
        inner: Engine,
        make_fallback: Callable[[], Engine] = make_fallback_engine,
        recast: Recast | None = None,
        on_broken: OnBroken | None = None,
    ) -> None:
        super().__init__(inner)
        self._on_broken = on_broken
        self._make_fallback = make_fallback
        self._recast = FallbackVoices() if recast is None else recast
        self._made: Engine | None = None
        self._lock = threading.Lock()
        self._was_notified = False

    def warm_up(self) -> None:
        """Loads the engine; where a reading does not wait for it, load the fallback engine too."""
        try:
            super().warm_up()
        except EngineError as error:
            if self._on_broken is None:
                raise
            self._on_broken(str(error))
        if self.patience is not None:
            self._fallback().warm_up()
            self._resampler().flush()

    def close(self) -> None:
        """Closes both engines."""
        super().close()
        with self._lock:
            if self._made is not None:
                self._made.close()

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`."""
        progress = SpokenProgress(phrases)
        output = FallbackListener(listener, progress)
        while not output.left:
            output.begin()
            try:
                self.inner.speak(progress.phrases(), output)
                self._was_notified = False
                return
            except EngineLostError as error:
                self._notify(output, f"{error}; reading on with the fallback voices until it is back")
            except EngineError as error:
                if self._on_broken is None:
                    raise
                if not self.inner.is_ready():  # else only this line has failed
                    self._on_broken(str(error))
                self._notify(output, f"{error}; reading on with the fallback voices")
            if not self._bridge(progress, output):
                return

    def stand_in(self) -> Engine:
        """The fallback engine, for phrases that were cast for this one and must sound at once."""
        return StandInEngine(self._fallback(), self._recast)

    def _bridge(self, progress: SpokenProgress, listener: FallbackListener) -> bool:
        """Says phrases with the fallback engine until the other is back; True when there is more to say."""
        engine = self._fallback()
        listener.begin(self._resampler())
        phrases = FallbackPhrases(progress.phrases(), self._recast, self.inner.is_ready)
        with contextlib.nullcontext() if engine.capabilities.concurrent else self._lock:
            engine.speak(phrases, listener)
        is_heard = listener.flush()
        progress.all_said()
        listener.report_done()
        return is_heard and not phrases.exhausted

    def _fallback(self) -> Engine:
        with self._lock:
            if self._made is None:
                self._made = self._make_fallback()
            return self._made

    def _resampler(self) -> Resampler:
        from codechoir.audio import (
            Resampler,  # loads numpy, while the engine's process already loads the model
        )

        return Resampler(self._fallback().capabilities.sample_rate, self.capabilities.sample_rate)

    def _notify(self, listener: FallbackListener, line: str) -> None:
        """Tells the listener, or the log where nobody listens, once until the engine speaks again."""
        if self._was_notified:
            return
        self._was_notified = True
        log.log(logging.INFO if listener.notify(line) else logging.WARNING, "%s", line)


class StandInEngine(ForwardingEngine):
    """An engine that says phrases which were cast for another one, in the voices that `recast` gives them."""

    def __init__(self, inner: Engine, recast: Recast) -> None:
        super().__init__(inner)
        self._recast = recast

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`."""
        recast = (replace(phrase, parts=tuple(map(self._recast, phrase.parts))) for phrase in phrases)
        self.inner.speak(recast, listener)


class FallbackPhrases:
    """The phrases for the fallback engine: at least one, then more until the other engine is back."""

    def __init__(self, source: Iterator[Phrase], recast: Recast, is_back: Callable[[], bool]) -> None:
        self.exhausted = False
        self._source = source
        self._recast = recast
        self._is_back = is_back

    def __iter__(self) -> Iterator[Phrase]:
        while (phrase := next(self._source, None)) is not None:
            yield replace(phrase, parts=tuple(map(self._recast, phrase.parts)))
            if self._is_back():
                return
        self.exhausted = True


class FallbackListener(ForwardingListener):
    """Joins the audio of one engine after another: samples and phrases are counted on, at one rate."""

    def __init__(self, inner: AudioListener, progress: SpokenProgress) -> None:
        super().__init__(inner)
        self.left = False
        self._progress = progress
        self._before = 0
        self._samples = 0
        self._reported = 0
        self._resampler: Resampler | None = None

    def begin(self, resampler: Resampler | None = None) -> None:
        """Another engine begins, and counts from 0."""
        self._before += self._samples
        self._samples = 0
        self._resampler = resampler

    def write(self, chunk: AudioChunk) -> bool:
        if self._resampler is not None:
            chunk = self._resampler.feed(chunk)
        return self._take(chunk)

    def flush(self) -> bool:
        """Writes what the resampler still holds. False when the reading was cancelled."""
        if self._resampler is not None and not self.left:
            self._take(self._resampler.flush())
        return not self.left

    def phrase_done(self) -> None:
        self._progress.phrase_done()
        self.report_done()

    def report_done(self) -> None:
        """Reports each phrase that is said to its end, once, whichever engines have said it."""
        while self._reported < self._progress.phrases_done:
            self._reported += 1
            super().phrase_done()

    def is_cancelled(self) -> bool:
        return self.left or super().is_cancelled()

    def has_output(self) -> bool:
        return self._before + self._samples > 0 or super().has_output()

    def _take(self, chunk: AudioChunk) -> bool:
        if not chunk.pcm and not chunk.marks:
            return not self.is_cancelled()
        placed = self._progress.placed(chunk).shifted(self._before)
        if not self.inner.write(placed):
            self.left = True
            return False
        self._samples = chunk.first_sample + chunk.samples
        self._progress.heard(placed)
        return True


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
