"""Reading on while the child is away: with the embedded engine, from the first span not heard.

1. The child's engine speaks, and `SpokenProgress` watches what the listener took of it.
2. The child is lost: the listener is told so once, and the embedded engine says the rest of the line, in
   its own voices, at the sample rate that the reading began with.
3. At the end of each phrase we look whether the child is back; then it goes on.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from codechoir.audio import Resampler
from codechoir.engines import AudioListener, Engine, ForwardingListener
from codechoir.engines.subprocess import POLL, ChildEngine, ChildLostError
from codechoir.model import AudioChunk, CastUtterance, Phrase, VoiceInfo
from codechoir.playback.spoken_progress import SpokenProgress

log = logging.getLogger(__name__)


SILENT_SECONDS = 1.0
"""A listener who waits longer than this is told what for."""

WrapInCache = Callable[[Engine], Engine]
"""Puts a cache in front of an engine."""

Recast = Callable[[CastUtterance], CastUtterance]
"""Gives an utterance the voice that it has with the embedded engine."""


class FallbackEngine(Engine):
    """The engine of a child, with the embedded one to stand in for it.

    `patience`: seconds that a reading waits for a child that is still loading before the embedded engine
    begins; None waits as long as it takes, which is right when a file is written. `keep`: puts the phrase
    cache in front of the child, which is then waited for only where something is not kept.
    """

    def __init__(
        self,
        primary: ChildEngine,
        embedded: Callable[[], Engine],
        recast: Recast,
        patience: float | None = None,
        keep: WrapInCache | None = None,
    ) -> None:
        self.name = primary.name
        self.capabilities = primary.capabilities
        self.primary = primary
        self.patience = patience
        awaited = WaitingEngine(self)
        self._speaker: Engine = awaited if keep is None else keep(awaited)
        self._make_embedded = embedded
        self._recast = recast
        self._embedded: Engine | None = None
        self._turn = threading.Lock()
        self._told = False

    def check(self) -> str | None:
        """See `Engine.check`."""
        return self.primary.check()

    def warm_up(self) -> None:
        """See `Engine.warm_up`; where patience has an end nobody waits here either."""
        if self.patience is None:
            self.primary.warm_up()
            return
        self.primary.supervisor.child()
        self._stand_in().warm_up()
        self._resampler().flush()

    def voices(self) -> list[VoiceInfo]:
        """See `Engine.voices`."""
        return self.primary.voices()

    def close(self) -> None:
        """See `Engine.close`."""
        self._speaker.close()
        with self._turn:
            if self._embedded is not None:
                self._embedded.close()

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`."""
        progress = SpokenProgress(phrases)
        output = FallbackListener(listener, progress)
        while not output.left:
            output.begin()
            try:
                self._speaker.speak(progress.phrases(), output)
                self._told = False
                return
            except ChildLostError as loss:
                self._tell(output, loss)
            if not self._bridge(progress, output):
                return

    def _bridge(self, progress: SpokenProgress, listener: FallbackListener) -> bool:
        """Say phrases with the embedded engine until the child is back; True when there is more to say."""
        engine = self._stand_in()
        listener.begin(self._resampler())
        stretch = FallbackPhrases(progress.phrases(), self._recast, lambda: self.primary.supervisor.ready)
        with contextlib.nullcontext() if engine.capabilities.concurrent else self._turn:
            engine.speak(stretch, listener)
        is_heard = listener.flush()
        progress.all_said()
        return is_heard and not stretch.exhausted

    def _stand_in(self) -> Engine:
        with self._turn:
            if self._embedded is None:
                self._embedded = self._make_embedded()
            return self._embedded

    def _resampler(self) -> Resampler:
        return Resampler(self._stand_in().capabilities.sample_rate, self.capabilities.sample_rate)

    def _tell(self, listener: FallbackListener, loss: ChildLostError) -> None:
        if self._told:
            return
        self._told = True
        line = f"{loss}; reading on with the embedded voices until it is back"
        log.log(logging.INFO if listener.notify(line) else logging.WARNING, "%s", line)


class WaitingEngine(Engine):
    """The child's engine, which is waited for before it speaks, as long as `fallback` is patient."""

    def __init__(self, fallback: FallbackEngine) -> None:
        self.name = fallback.name
        self.capabilities = fallback.capabilities
        self._fallback = fallback
        self._child = fallback.primary

    def check(self) -> str | None:
        """See `Engine.check`."""
        return self._child.check()

    def warm_up(self) -> None:
        """See `Engine.warm_up`."""
        self._child.warm_up()

    def voices(self) -> list[VoiceInfo]:
        """See `Engine.voices`."""
        return self._child.voices()

    def close(self) -> None:
        """See `Engine.close`."""
        self._child.close()

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`. Raises `ChildLostError` when patience has ended."""
        if not self._child.supervisor.ready:
            self._await(listener)
        self._child.speak(phrases, listener)

    def _await(self, listener: AudioListener) -> None:
        patience = self._fallback.patience
        child = self._child.supervisor.child()
        began = time.monotonic()
        told = False
        while not child.wait_ready(POLL) and not listener.is_cancelled():
            waited = time.monotonic() - began
            if patience is not None and waited > patience:
                raise ChildLostError(f"the engine '{self.name}' is still loading")
            if not told and waited > SILENT_SECONDS:
                told = True
                listener.notify(f"the engine '{self.name}' is loading")


class FallbackPhrases:
    """The phrases that the embedded engine is given: one for certain, then more until the child is back."""

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
        """The stand-in has ended: hand out what its resampler still holds. False when nobody listens."""
        if self._resampler is not None and not self.left:
            self._take(self._resampler.flush())
        return not self.left

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
