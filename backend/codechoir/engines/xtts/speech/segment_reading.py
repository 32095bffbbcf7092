"""One reading: requests its segments ahead of playback, and writes them in order as their sound arrives.

`TailTrimmer` finds where the sound of an utterance ends, `WordTiming` when each of its words begins.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from codechoir.audio import VoiceShaper, pitch_factor
from codechoir.engines import AudioListener, ReadingCancelledError
from codechoir.engines.neural_output import (
    PartsListener,
    SayParts,
    SpeechChunker,
    marks_of_reading,
    words_only,
)
from codechoir.engines.xtts import short_text
from codechoir.engines.xtts.speech.segments import NATURAL_RATE, SegmentWord, SpeechSegment
from codechoir.errors import CodechoirError
from codechoir.model import Mark, Phrase

if TYPE_CHECKING:
    from codechoir.engines.xtts.neural import Event, Prompt, Sound
    from codechoir.engines.xtts.speech.worker import Worker


POLL_SECONDS = 0.01
MAX_REQUESTS = 24
"""Requests of a reading that are submitted and not yet written."""

HOLD_SECONDS, RELEASE_SECONDS = 8.0, 4.0
"""With more sound than this waiting no request is started, until less than that is left."""

BREATH_LEVEL = 0.02
"""Share of the loudest 10 ms so far, below which sound counts as breath."""

KEPT_SECONDS = 0.06
"""How much of the breath at the end is kept."""

Floats = NDArray[np.float32]

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
        """Reads until everything is written or the reading is cancelled. Raises `CodechoirError`."""
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
        except ReadingCancelledError:
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
        """Notifies the listener, once per reading."""
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
        self._chunker.write_cue(segment.parts[0])
        if pending.ids:
            self._write_speech(segment, pending.phrase, pending.ids)
        elif self._fallback is not None and any(part.utterance.text for part in segment.parts):
            self._write_fallback(segment, pending.phrase, self._fallback)
        self._chunker.write_silence(segment.pause_after)

    def _write_speech(self, segment: SpeechSegment, phrase: int, ids: tuple[int, ...]) -> None:
        """Writes what XTTS says, at the voice's rate, pitch and volume."""
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

    def _trimmed_sounds(self, number: int) -> Iterator[tuple[Floats, bool]]:
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
        """Takes what has arrived; with `wait`, waits a moment for the first event."""
        if self._listener.is_cancelled():
            raise ReadingCancelledError
        try:
            event = self._inbox.get(wait, POLL_SECONDS) if wait else self._inbox.get_nowait()
        except Empty:
            return
        while True:
            self._take(event)
            try:
                event = self._inbox.get_nowait()
            except Empty:
                return

    def _take(self, event: Event | CodechoirError) -> None:
        """Keeps a sound, passes on a notice, raises an error. A sound that nobody waits for is dropped."""
        from codechoir.engines.xtts.neural import Notice

        if isinstance(event, CodechoirError):
            raise event
        if isinstance(event, Notice):
            self._listener.notify(event.text)
        elif event.id in self._sounds:
            self._sounds[event.id].append(event)

    def _hold_or_release(self) -> None:
        """Holds the reading while much more sound waits than the listener has taken."""
        waiting = sum(len(sound.samples) for sounds in self._sounds.values() for sound in sounds)
        seconds = waiting / self._sample_rate
        if not self._held and seconds > HOLD_SECONDS:
            self._held = True
            self._worker.hold(self._reading)
        elif self._held and seconds < RELEASE_SECONDS:
            self._held = False
            self._worker.release(self._reading)

    def _write_fallback(self, segment: SpeechSegment, phrase: int, say: SayParts) -> None:
        say(words_only(segment.parts), PartsListener(self._chunker, self._listener, phrase, segment.first))


def _speed(segment: SpeechSegment) -> float:
    """Seconds of XTTS's sound that are played in a second."""
    return min(4.0, max(0.4, segment.parts[0].voice.rate / NATURAL_RATE))


class TailTrimmer:
    """Cuts the breath at the end of an utterance that arrives in pieces.

    Quiet sound is held back until something loud follows it; at the end all but `KEPT_SECONDS` of it is
    dropped. The result does not depend on how the sound is divided into pieces.
    """

    def __init__(self, sample_rate: int) -> None:
        self._frame = sample_rate // 100
        self._kept = round(sample_rate * KEPT_SECONDS)
        self._loudest = 0.0
        self._quiet: list[Floats] = []
        self._rest: Floats = np.zeros(0, np.float32)

    def feed(self, samples: Floats) -> Floats:
        """Takes the next samples; returns what certainly belongs to the utterance."""
        waiting = np.concatenate([self._rest, samples])
        whole = len(waiting) // self._frame * self._frame
        frames, self._rest = waiting[:whole].reshape(-1, self._frame), waiting[whole:]
        ready: list[Floats] = []
        for frame, energy in zip(frames, np.sqrt(np.square(frames).mean(axis=1)), strict=True):
            self._loudest = max(self._loudest, float(energy))
            self._quiet.append(frame)
            if energy > BREATH_LEVEL * self._loudest:
                ready += self._quiet
                self._quiet = []
        return np.concatenate(ready) if ready else np.zeros(0, np.float32)

    def flush(self) -> Floats:
        """The beginning of what is held back."""
        held = np.concatenate([*self._quiet, self._rest])
        self._quiet, self._rest = [], np.zeros(0, np.float32)
        return held[: self._kept]


class WordTiming:
    """When each word of a segment sounds: by its share of the letters, since XTTS does not report it.

    While the sound is still being made its length is only expected. Once it is known, the words that have not
    begun are spread over the time that is left. `expected`: likely length in samples. Marks count samples and
    parts from the segment's start.
    """

    def __init__(self, words: Sequence[SegmentWord], expected: float) -> None:
        self._words = list(words)
        sizes = [len(word.text) + 1.0 for word in words]
        total = sum(sizes) or 1.0
        self._starts = [sum(sizes[:i]) / total for i in range(len(sizes) + 1)]
        self._expected = max(expected, 1.0)
        self._next = 0

    def starts_before(self, sample: int) -> list[Mark]:
        """The marks of the words that begin before `sample` and have not been returned yet."""
        found = []
        while self._next < len(self._words) and self._sample(self._next) < sample:
            found.append(self._mark(self._next))
            self._next += 1
        return found

    def set_end(self, sample: int, now: int) -> None:
        """The sound ends at `sample`, and `now` is reached: spread the remaining words over what is left."""
        done = self._starts[self._next] if self._next < len(self._starts) else 1.0
        left = max(1e-9, 1.0 - done)
        begin = min(now, max(0, sample - 1))
        for index in range(self._next, len(self._starts)):
            share = (self._starts[index] - done) / left
            self._starts[index] = (begin + share * (sample - begin)) / self._expected

    def _sample(self, index: int) -> int:
        return int(self._starts[index] * self._expected)

    def _mark(self, index: int) -> Mark:
        word = self._words[index]
        source = word.start, word.end, word.category, word.text
        t0, t1 = self._sample(index), self._sample(index + 1)
        return Mark(t0, t1, *source, phrase=0, part=word.part, word=word.word)
