"""One reading: segments are asked for ahead of the ear, and told in order as their sound arrives."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from codechoir.audio import Resampler, VoiceShaper, pitch_factor, render_earcon
from codechoir.engines import AudioListener, Engine, ForwardingListener
from codechoir.engines.xtts import short_text
from codechoir.engines.xtts.speech.segments import NORMAL_RATE, SpeechSegment
from codechoir.engines.xtts.speech.speech_output import (
    ListenerLeft,
    SpeechChunker,
    Trimmer,
    WordClock,
    marks_of_reading,
)
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk, CastUtterance, Phrase

if TYPE_CHECKING:
    from codechoir.engines.xtts.neural.decoder import Prompt
    from codechoir.engines.xtts.neural.tasks import Event, Sound
    from codechoir.engines.xtts.speech.worker import Worker

POLL = 0.01
AHEAD = 24
"""Requests of a reading that are asked for ahead of the one being told."""

CUE_GAP = 30
"""Milliseconds between a cue and the first syllable after it."""

FAR_SECONDS, NEAR_SECONDS = 8.0, 4.0
"""With more sound than this lying ready nothing new is begun, until less than that is left."""

StandIn = Callable[[tuple[CastUtterance, ...], AudioListener], None]
"""Says parts, writing chunks at XTTS's sample rate to a listener."""

Plan = Callable[[Phrase], Iterable[SpeechSegment]]
Prepare = Callable[[SpeechSegment, Callable[[str], object]], list[tuple["Prompt", ...]]]


@dataclass(frozen=True, slots=True)
class PendingSegment:
    """A segment of phrase number `phrase`, and the numbers of its requests; None stands for the phrase's
    end."""

    phrase: int
    segment: SpeechSegment | None
    ids: tuple[int, ...] = ()


class SegmentReading:
    """Tells phrases to one listener. `stand_in`: says what XTTS cannot, where there is one."""

    def __init__(
        self,
        pump: Worker,
        plan: Plan,
        prepare: Prepare,
        stand_in: StandIn | None,
        listener: AudioListener,
        sample_rate: int,
    ) -> None:
        self._pump = pump
        self._plan = plan
        self._prepare = prepare
        self._stand_in = stand_in
        self._listener = listener
        self._rate = sample_rate
        self._outlet = SpeechChunker(listener, sample_rate)
        self._box: SimpleQueue[Event | CodechoirError] = SimpleQueue()
        self._reading = pump.number()
        self._phrases = 0
        self._urgency = 0
        self._queue: deque[PendingSegment] = deque()
        self._open: dict[int, deque[Sound]] = {}
        self._held = False
        self._complaints: set[str] = set()

    def tell(self, phrases: Iterable[Phrase]) -> None:
        """Until all is told or the listener has left. Raises `CodechoirError`."""
        source = iter(phrases)
        more = True
        try:
            while more or self._queue:
                while more and len(self._open) < AHEAD:
                    phrase = next(source, None)
                    if phrase is None:
                        more = False
                    else:
                        self._ask(phrase)
                    if self._queue and self._has_sound(self._queue[0]):
                        break
                if self._queue:
                    self._tell(self._queue.popleft())
        except ListenerLeft:
            return
        finally:
            self._pump.cancel(set(self._open))
            self._pump.release(self._reading)

    def _ask(self, phrase: Phrase) -> None:
        for segment in self._plan(phrase):
            ids = []
            for candidates in self._prepare(segment, self._complain):
                self._urgency += 1
                # What somebody waits for is heard while it is made, so there is nothing to choose from.
                tried = candidates if self._open else candidates[:1]
                number = self._pump.submit(tried, self._urgency, self._reading, self._box, _speed(segment))
                self._open[number] = deque()
                ids.append(number)
            self._queue.append(PendingSegment(self._phrases, segment, tuple(ids)))
        self._queue.append(PendingSegment(self._phrases, None))
        self._phrases += 1

    def _complain(self, line: str) -> None:
        """Tell the listener something, once a reading."""
        if line not in self._complaints:
            self._complaints.add(line)
            self._listener.notify(line)

    def _has_sound(self, asked: PendingSegment) -> bool:
        self._sort_mail(wait=False)
        return not asked.ids or bool(self._open[asked.ids[0]])

    def _tell(self, asked: PendingSegment) -> None:
        segment = asked.segment
        if segment is None:
            self._listener.phrase_done()
            return
        self._outlet.silence(segment.pause_before)
        self._sound_cue(segment.parts[0])
        if asked.ids:
            self._tell_neural(segment, asked.phrase, asked.ids)
        elif self._stand_in is not None and any(part.utterance.text for part in segment.parts):
            self._tell_embedded(segment, asked.phrase, self._stand_in)
        self._outlet.silence(segment.pause_after)

    def _sound_cue(self, part: CastUtterance) -> None:
        if not part.utterance.cue:
            return
        cue = np.frombuffer(render_earcon(part.utterance.cue, self._rate), "<i2").astype(np.float32)
        self._outlet.sound(cue / np.float32(32768) * np.float32(part.voice.volume / 100))
        self._outlet.silence(CUE_GAP)

    def _tell_neural(self, segment: SpeechSegment, phrase: int, ids: tuple[int, ...]) -> None:
        voice = segment.parts[0].voice
        speed = _speed(segment)
        shaper = VoiceShaper(speed, pitch_factor(voice.pitch), self._rate)
        assert segment.language is not None
        seconds = sum(short_text.expected_seconds(piece, segment.language) for piece in segment.pieces)
        clock = WordClock(segment.words, seconds / speed * self._rate)
        begin = self._outlet.samples
        for number in ids:
            for samples, last in self._sounds(number):
                heard = shaper.feed(samples)
                if last and number == ids[-1]:
                    # At least 10 ms, to carry the marks of words that nothing was left for.
                    least = np.zeros(self._rate // 100, np.float32)
                    heard = np.concatenate([heard, shaper.flush()])
                    heard = heard if len(heard) else least
                    now = self._outlet.samples - begin
                    clock.ends_at(now + len(heard), now)
                end = self._outlet.samples - begin + len(heard)
                marks = marks_of_reading(clock.begin_before(end), begin, phrase, segment.first)
                self._outlet.sound(heard * np.float32(voice.volume / 100), marks)

    def _sounds(self, number: int) -> Iterator[tuple[NDArray[np.float32], bool]]:
        """The sound of a request as it comes, without the breath at its end."""
        trimmer = Trimmer(self._rate)
        while True:
            while not self._open[number]:
                if self._held:
                    self._held = False
                    self._pump.release(self._reading)
                self._sort_mail(wait=True)
            sound = self._open[number].popleft()
            self._pace()
            if not sound.last:
                yield trimmer.take(sound.samples), False
                continue
            del self._open[number]
            yield np.concatenate([trimmer.take(sound.samples), trimmer.finish()]), True
            return

    def _sort_mail(self, wait: bool) -> None:
        """Put what has arrived where it belongs."""
        if self._listener.is_cancelled():
            raise ListenerLeft
        try:
            event = self._box.get(wait, POLL) if wait else self._box.get_nowait()
        except Empty:
            return
        while True:
            if isinstance(event, CodechoirError):
                raise event
            number = getattr(event, "id", None)
            if number is None:
                self._listener.notify(getattr(event, "text", ""))
            elif number in self._open:
                self._open[number].append(event)  # type: ignore[arg-type]
            try:
                event = self._box.get_nowait()
            except Empty:
                return

    def _pace(self) -> None:
        """Hold the reading while much more lies ready than the listener has taken."""
        ready = sum(len(sound.samples) for sounds in self._open.values() for sound in sounds) / self._rate
        if not self._held and ready > FAR_SECONDS:
            self._held = True
            self._pump.hold(self._reading)
        elif self._held and ready < NEAR_SECONDS:
            self._held = False
            self._pump.release(self._reading)

    def _tell_embedded(self, segment: SpeechSegment, phrase: int, stand_in: StandIn) -> None:
        parts = tuple(
            replace(part, utterance=replace(part.utterance, pause_before=0, pause_after=0, cue=""))
            for part in segment.parts
        )
        stand_in(parts, _SegmentListener(self._outlet, self._listener, phrase, segment.first))


class _SegmentListener(AudioListener):
    """Receives one segment from the embedded engine and adds it to the reading.

    It begins with part `first` of the phrase with the index `phrase`. `phrase_done` and `has_output` stay
    here: a segment is not a phrase, and it begins without a pause.
    """

    def __init__(self, outlet: SpeechChunker, listener: AudioListener, phrase: int, first: int) -> None:
        self._outlet = outlet
        self._listener = listener
        self._place = (outlet.samples, phrase, first)

    def write(self, chunk: AudioChunk) -> bool:
        samples = np.frombuffer(chunk.pcm, "<i2").astype(np.float32) / np.float32(32768)
        self._outlet.sound(samples, marks_of_reading(chunk.marks, *self._place))
        return True

    def is_cancelled(self) -> bool:
        return self._listener.is_cancelled()

    def notify(self, line: str) -> bool:
        return self._listener.notify(line)


def _speed(segment: SpeechSegment) -> float:
    """Seconds of XTTS's sound that are heard in a second."""
    return min(4.0, max(0.4, segment.parts[0].voice.rate / NORMAL_RATE))


class EmbeddedVoice:
    """Says with the embedded engine what XTTS cannot say, in the voice that the category has there."""

    def __init__(
        self, engine: Engine, recast: Callable[[CastUtterance], CastUtterance], sample_rate: int
    ) -> None:
        self._engine = engine
        self._recast = recast
        self._rate = sample_rate

    def __call__(self, parts: tuple[CastUtterance, ...], listener: AudioListener) -> None:
        resampling = _ResamplingListener(listener, self._engine.capabilities.sample_rate, self._rate)
        self._engine.speak([Phrase(tuple(map(self._recast, parts)), 0, 0)], resampling)
        resampling.flush()


class _ResamplingListener(ForwardingListener):
    """Changes the sample rate of what it passes on."""

    def __init__(self, inner: AudioListener, source: int, target: int) -> None:
        super().__init__(inner)
        self._resampler = Resampler(source, target)

    def write(self, chunk: AudioChunk) -> bool:
        return self.inner.write(self._resampler.feed(chunk))

    def flush(self) -> None:
        """Pass on what the resampler still holds."""
        self.inner.write(self._resampler.flush())
