"""Reads on with the fallback engine while another engine is away.

1. The engine speaks, and `SpokenProgress` watches what the listener takes.
2. The engine is lost: the listener is notified once, and the fallback engine says the rest of the line in its
   own voices, at the sample rate with which the reading began.
3. After each phrase of the fallback engine, the engine continues if it is back.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from codechoir.audio import Resampler
from codechoir.engines import (
    AudioListener,
    Engine,
    ForwardingEngine,
    ForwardingListener,
    make_fallback_engine,
)
from codechoir.errors import EngineLostError
from codechoir.model import AudioChunk, CastUtterance, Phrase
from codechoir.playback.spoken_progress import SpokenProgress
from codechoir.voices import FallbackVoices

log = logging.getLogger(__name__)

Recast = Callable[[CastUtterance], CastUtterance]
"""Gives an utterance its voice of the fallback engine."""


class FallbackEngine(ForwardingEngine):
    """An engine that can be lost, with the fallback engine to speak while it is away.

    `make_fallback`: called when the fallback engine is first needed. `recast`: see `Recast`.
    """

    def __init__(
        self,
        inner: Engine,
        make_fallback: Callable[[], Engine] = make_fallback_engine,
        recast: Recast | None = None,
    ) -> None:
        super().__init__(inner)
        self._make_fallback = make_fallback
        self._recast = FallbackVoices() if recast is None else recast
        self._made: Engine | None = None
        self._lock = threading.Lock()
        self._was_notified = False

    def warm_up(self) -> None:
        """Load the engine; where a reading does not wait for it, load the fallback engine too."""
        super().warm_up()
        if self.patience is not None:
            self._fallback().warm_up()
            self._resampler().flush()

    def close(self) -> None:
        """Close both engines."""
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
                self._notify(output, error)
            if not self._bridge(progress, output):
                return

    def _bridge(self, progress: SpokenProgress, listener: FallbackListener) -> bool:
        """Say phrases with the fallback engine until the other is back; True when there is more to say."""
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
        return Resampler(self._fallback().capabilities.sample_rate, self.capabilities.sample_rate)

    def _notify(self, listener: FallbackListener, error: EngineLostError) -> None:
        """Tell the listener, or the log where nobody listens, once until the engine speaks again."""
        if self._was_notified:
            return
        self._was_notified = True
        line = f"{error}; reading on with the fallback voices until it is back"
        log.log(logging.INFO if listener.notify(line) else logging.WARNING, "%s", line)


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
        """Write what the resampler still holds. False when the reading was cancelled."""
        if self._resampler is not None and not self.left:
            self._take(self._resampler.flush())
        return not self.left

    def phrase_done(self) -> None:
        self._progress.phrase_done()
        self.report_done()

    def report_done(self) -> None:
        """Report each phrase that is said to its end, once, whichever engines have said it."""
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
