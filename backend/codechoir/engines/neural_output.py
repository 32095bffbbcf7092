"""For engines that make sound themselves: chunks with marks, cues, and a stand-in for what they cannot say.

Sound is 32-bit floats from -1 to 1, one channel. Needs numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from codechoir.audio import Resampler, render_earcon
from codechoir.engines import AudioListener, Engine, ForwardingListener, ReadingCancelledError
from codechoir.model import AudioChunk, CastUtterance, Mark, Phrase, chunk_samples

CUE_GAP = 30
"""Milliseconds between a cue and the first syllable after it."""

SayParts = Callable[[tuple[CastUtterance, ...], AudioListener], None]
"""Says parts, writing chunks at the engine's sample rate to a listener."""


class SpeechChunker:
    """Counts samples, and writes chunks. Raises `ReadingCancelledError` when `listener` takes no more."""

    def __init__(self, listener: AudioListener, sample_rate: int) -> None:
        self.samples = 0
        self._listener = listener
        self._sample_rate = sample_rate
        self._chunk_size = chunk_samples(sample_rate)

    def write(self, samples: NDArray[np.float32], marks: Sequence[Mark] = ()) -> None:
        """Writes samples (-1 … 1). `marks`: in samples of the reading, ascending, within these samples."""
        pcm = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2")
        for offset in range(0, len(pcm), self._chunk_size):
            piece = pcm[offset : offset + self._chunk_size].tobytes()
            end = self.samples + len(piece) // 2
            here = tuple(mark for mark in marks if self.samples <= mark.t0 < end)
            if not self._listener.write(AudioChunk(piece, self._sample_rate, self.samples, here)):
                raise ReadingCancelledError
            self.samples = end

    def write_cue(self, part: CastUtterance) -> None:
        """Writes the cue of a part, if it has one, and the gap after it."""
        if not part.utterance.cue:
            return
        cue = np.frombuffer(render_earcon(part.utterance.cue, self._sample_rate), "<i2").astype(np.float32)
        self.write(cue / np.float32(32768) * np.float32(part.voice.volume / 100))
        self.write_silence(CUE_GAP)

    def write_silence(self, milliseconds: float) -> None:
        """Writes silence."""
        self.write(np.zeros(round(self._sample_rate * milliseconds / 1000), np.float32))


def marks_of_reading(marks: Sequence[Mark], begin: int, phrase: int, part: int) -> list[Mark]:
    """Marks that count from the start of some parts as marks of the reading.

    The parts began at sample `begin` with part `part` of phrase `phrase`.
    """
    return [
        replace(mark, t0=begin + mark.t0, t1=begin + mark.t1, phrase=phrase, part=part + mark.part)
        for mark in marks
    ]


class PartsListener(AudioListener):
    """Receives some parts of a phrase from the fallback engine and adds them to the reading.

    They begin with part `first` of the phrase with the index `phrase`. `phrase_done` and `has_output` stay
    here: the parts are not a phrase, and they begin without a pause.
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
    """Says with the fallback engine what another one cannot say, in the fallback voice of each part.

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
        """Passes on what the resampler still holds."""
        self.inner.write(self._resampler.flush())


def words_only(parts: Sequence[CastUtterance]) -> tuple[CastUtterance, ...]:
    """The parts without their pauses and cues."""
    return tuple(
        replace(part, utterance=replace(part.utterance, pause_before=0, pause_after=0, cue=""))
        for part in parts
    )
