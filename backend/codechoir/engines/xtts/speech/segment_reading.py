"""One reading: requests its segments ahead of playback, and writes them in order as their sound arrives."""

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
from codechoir.engines.xtts.speech.segments import NATURAL_RATE, SpeechSegment
from codechoir.engines.xtts.speech.speech_output import (
    ReadingCancelled,
    SpeechChunker,
    TailTrimmer,
    WordTiming,
    marks_of_reading,
)
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk, CastUtterance, Phrase

if TYPE_CHECKING:
    from codechoir.engines.xtts.neural import Event, Prompt, Sound
    from codechoir.engines.xtts.speech.worker import Worker

POLL_SECONDS = 0.01
MAX_REQUESTS = 24
"""Requests of a reading that are submitted and not yet written."""

CUE_GAP = 30
"""Milliseconds between a cue and the first syllable after it."""

HOLD_SECONDS, RELEASE_SECONDS = 8.0, 4.0
"""With more sound than this waiting no request is started, until less than that is left."""

SayParts = Callable[[tuple[CastUtterance, ...], AudioListener], None]
"""Says parts, writing chunks at XTTS's sample rate to a listener."""

SplitPhrase = Callable[[Phrase], Iterable[SpeechSegment]]
MakePrompts = Callable[[SpeechSegment, Callable[[str], object]], list[tuple["Prompt", ...]]]
"""The candidates of each piece of a segment; also takes where to report what the listener should know."""


@dataclass(frozen=True, slots=True)
class PendingSegment:
    """A segment of the phrase with the index `phrase`, and the ids of its requests.

    Without a segment it stands for the end of the phrase.
    """

    phrase: int
    segment: SpeechSegment | None
    ids: tuple[int, ...] = ()


class SegmentReading:
    """Reads phrases to one listener. `fallback`: says what XTTS cannot say; None where there is none."""

    def __init__(
        self,
        worker: Worker,
        split_phrase: SplitPhrase,
        make_prompts: MakePrompts,
        fallback: SayParts | None,
        listener: AudioListener,
        sample_rate: int,
    ) -> None:
        self._worker = worker
        self._split_phrase = split_phrase
        self._make_prompts = make_prompts
        self._fallback = fallback
        self._listener = listener
        self._sample_rate = sample_rate
        self._chunker = SpeechChunker(listener, sample_rate)
        self._inbox: SimpleQueue[Event | CodechoirError] = SimpleQueue()
        self._reading = worker.new_reading()
        self._phrases = 0
        self._priority = 0
        self._pending: deque[PendingSegment] = deque()
        self._sounds: dict[int, deque[Sound]] = {}
        self._held = False
        self._reported: set[str] = set()

    def run(self, phrases: Iterable[Phrase]) -> None:
        """Read until everything is written or the reading is cancelled. Raises `CodechoirError`."""
        source = iter(phrases)
        more = True
        try:
            while more or self._pending:
                while more and len(self._sounds) < MAX_REQUESTS:
                    phrase = next(source, None)
                    if phrase is None:
                        more = False
                    else:
                        self._request(phrase)
                    if self._pending and self._has_sound(self._pending[0]):
                        break
                if self._pending:
                    self._write(self._pending.popleft())
        except ReadingCancelled:
            return
        finally:
            self._worker.cancel(set(self._sounds))
            self._worker.release(self._reading)

    def _request(self, phrase: Phrase) -> None:
        for segment in self._split_phrase(phrase):
            ids = []
            for candidates in self._make_prompts(segment, self._report):
                self._priority += 1
                # What somebody waits for is written while it is made, so there is nothing to choose from.
                tried = candidates if self._sounds else candidates[:1]
                number = self._worker.submit(
                    tried, self._priority, self._reading, self._inbox, _speed(segment)
                )
                self._sounds[number] = deque()
                ids.append(number)
            self._pending.append(PendingSegment(self._phrases, segment, tuple(ids)))
        self._pending.append(PendingSegment(self._phrases, None))
        self._phrases += 1

    def _report(self, line: str) -> None:
        """Notify the listener, once per reading."""
        if line not in self._reported:
            self._reported.add(line)
            self._listener.notify(line)

    def _has_sound(self, pending: PendingSegment) -> bool:
        self._receive(wait=False)
        return not pending.ids or bool(self._sounds[pending.ids[0]])

    def _write(self, pending: PendingSegment) -> None:
        segment = pending.segment
        if segment is None:
            self._listener.phrase_done()
            return
        self._chunker.write_silence(segment.pause_before)
        self._write_cue(segment.parts[0])
        if pending.ids:
            self._write_speech(segment, pending.phrase, pending.ids)
        elif self._fallback is not None and any(part.utterance.text for part in segment.parts):
            self._write_fallback(segment, pending.phrase, self._fallback)
        self._chunker.write_silence(segment.pause_after)

    def _write_cue(self, part: CastUtterance) -> None:
        if not part.utterance.cue:
            return
        cue = np.frombuffer(render_earcon(part.utterance.cue, self._sample_rate), "<i2").astype(np.float32)
        self._chunker.write(cue / np.float32(32768) * np.float32(part.voice.volume / 100))
        self._chunker.write_silence(CUE_GAP)

    def _write_speech(self, segment: SpeechSegment, phrase: int, ids: tuple[int, ...]) -> None:
        """Write what XTTS says, at the voice's rate, pitch and volume."""
        voice = segment.parts[0].voice
        speed = _speed(segment)
        shaper = VoiceShaper(speed, pitch_factor(voice.pitch), self._sample_rate)
        assert segment.language is not None
        seconds = sum(short_text.expected_seconds(piece, segment.language) for piece in segment.pieces)
        timing = WordTiming(segment.words, seconds / speed * self._sample_rate)
        begin = self._chunker.samples
        for number in ids:
            for samples, last in self._trimmed_sounds(number):
                shaped = shaper.feed(samples)
                if last and number == ids[-1]:
                    # At least 10 ms, to carry the marks of words that no sound was left for.
                    least = np.zeros(self._sample_rate // 100, np.float32)
                    shaped = np.concatenate([shaped, shaper.flush()])
                    shaped = shaped if len(shaped) else least
                    now = self._chunker.samples - begin
                    timing.set_end(now + len(shaped), now)
                end = self._chunker.samples - begin + len(shaped)
                marks = marks_of_reading(timing.starts_before(end), begin, phrase, segment.first)
                self._chunker.write(shaped * np.float32(voice.volume / 100), marks)

    def _trimmed_sounds(self, number: int) -> Iterator[tuple[NDArray[np.float32], bool]]:
        """The sound of a request as it arrives, without the breath at its end; and whether it is the last."""
        trimmer = TailTrimmer(self._sample_rate)
        while True:
            while not self._sounds[number]:
                if self._held:
                    self._held = False
                    self._worker.release(self._reading)
                self._receive(wait=True)
            sound = self._sounds[number].popleft()
            self._hold_or_release()
            if not sound.last:
                yield trimmer.feed(sound.samples), False
                continue
            del self._sounds[number]
            yield np.concatenate([trimmer.feed(sound.samples), trimmer.flush()]), True
            return

    def _receive(self, wait: bool) -> None:
        """Take what has arrived; with `wait`, wait a moment for the first event."""
        if self._listener.is_cancelled():
            raise ReadingCancelled
        try:
            event = self._inbox.get(wait, POLL_SECONDS) if wait else self._inbox.get_nowait()
        except Empty:
            return
        while True:
            if isinstance(event, CodechoirError):
                raise event
            number = getattr(event, "id", None)
            if number is None:
                self._listener.notify(getattr(event, "text", ""))
            elif number in self._sounds:
                self._sounds[number].append(event)  # type: ignore[arg-type]
            try:
                event = self._inbox.get_nowait()
            except Empty:
                return

    def _hold_or_release(self) -> None:
        """Hold the reading while much more sound waits than the listener has taken."""
        waiting = sum(len(sound.samples) for sounds in self._sounds.values() for sound in sounds)
        seconds = waiting / self._sample_rate
        if not self._held and seconds > HOLD_SECONDS:
            self._held = True
            self._worker.hold(self._reading)
        elif self._held and seconds < RELEASE_SECONDS:
            self._held = False
            self._worker.release(self._reading)

    def _write_fallback(self, segment: SpeechSegment, phrase: int, say: SayParts) -> None:
        parts = tuple(
            replace(part, utterance=replace(part.utterance, pause_before=0, pause_after=0, cue=""))
            for part in segment.parts
        )
        say(parts, _SegmentListener(self._chunker, self._listener, phrase, segment.first))


def _speed(segment: SpeechSegment) -> float:
    """Seconds of XTTS's sound that are played in a second."""
    return min(4.0, max(0.4, segment.parts[0].voice.rate / NATURAL_RATE))


class _SegmentListener(AudioListener):
    """Receives one segment from the fallback engine and adds it to the reading.

    It begins with part `first` of the phrase with the index `phrase`. `phrase_done` and `has_output` stay
    here: a segment is not a phrase, and it begins without a pause.
    """

    def __init__(self, chunker: SpeechChunker, listener: AudioListener, phrase: int, first: int) -> None:
        self._chunker = chunker
        self._listener = listener
        self._place = (chunker.samples, phrase, first)

    def write(self, chunk: AudioChunk) -> bool:
        samples = np.frombuffer(chunk.pcm, "<i2").astype(np.float32) / np.float32(32768)
        self._chunker.write(samples, marks_of_reading(chunk.marks, *self._place))
        return True

    def is_cancelled(self) -> bool:
        return self._listener.is_cancelled()

    def notify(self, line: str) -> bool:
        return self._listener.notify(line)


class FallbackSpeech:
    """Says with the fallback engine what XTTS cannot say, in the fallback voice of each part.

    `with_fallback_voice`: gives a part its fallback voice. `sample_rate`: of the chunks that it writes.
    """

    def __init__(
        self, engine: Engine, with_fallback_voice: Callable[[CastUtterance], CastUtterance], sample_rate: int
    ) -> None:
        self._engine = engine
        self._with_fallback_voice = with_fallback_voice
        self._sample_rate = sample_rate

    def __call__(self, parts: tuple[CastUtterance, ...], listener: AudioListener) -> None:
        resampling = _ResamplingListener(listener, self._engine.capabilities.sample_rate, self._sample_rate)
        phrase = Phrase(tuple(map(self._with_fallback_voice, parts)), 0, 0)
        self._engine.speak([phrase], resampling)
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
