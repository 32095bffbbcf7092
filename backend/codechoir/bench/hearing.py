"""What can be measured of speech by listening to it: times, gaps, steps, loudness, pitch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from codechoir.bench.loudness import SENTENCES, rms
from codechoir.engines.protocol import Engine
from codechoir.model import AudioChunk, Category, Mark, Phrase, Spoken, Utterance, Voice

if TYPE_CHECKING:
    import numpy as np

    Samples = np.ndarray[tuple[Any, ...], np.dtype[np.int16]]

QUIET = 250
"""Samples no larger than this, 42 dB below full scale, count as silence."""


@dataclass(frozen=True)
class Heard:
    """What came out of an engine: samples from -32768 to 32767, and the marks in them."""

    samples: Samples
    marks: tuple[Mark, ...]
    sample_rate: int

    @property
    def bounds(self) -> tuple[int, int]:
        """The first sample that is not silent, and the one after the last; (0, 0) when all are."""
        import numpy as np

        loud = np.flatnonzero(np.abs(self.samples.astype(np.int32)) > QUIET)
        return (int(loud[0]), int(loud[-1]) + 1) if loud.size else (0, 0)

    @property
    def seconds(self) -> float:
        """Listening time, without the silence around it."""
        begin, end = self.bounds
        return (end - begin) / self.sample_rate

    @property
    def longest_gap(self) -> float:
        """Seconds of the longest silence inside."""
        return self.gap(QUIET)

    def gap(self, quiet: int) -> float:
        """Seconds of the longest stretch inside in which no sample is larger than `quiet`."""
        import numpy as np

        loud = np.flatnonzero(np.abs(self.samples.astype(np.int32)) > quiet)
        return float(np.diff(loud).max(initial=1) - 1) / self.sample_rate

    @property
    def largest_step(self) -> int:
        """The largest difference between two neighbouring samples."""
        import numpy as np

        return int(np.abs(np.diff(self.samples.astype(np.int32))).max(initial=0))


def hear(engine: Engine, *phrases: Phrase) -> Heard:
    """Let an engine say phrases."""
    import numpy as np

    chunks: list[AudioChunk] = []

    def keep(chunk: AudioChunk) -> bool:
        chunks.append(chunk)
        return True

    engine.speak(phrases, keep)
    samples = np.frombuffer(b"".join(chunk.pcm for chunk in chunks), np.int16)
    marks = tuple(mark for chunk in chunks for mark in chunk.marks)
    return Heard(samples, marks, engine.capabilities.sample_rate)


def words_of(phrase: Phrase) -> str:
    """All words of a phrase."""
    return " ".join(part.utterance.text for part in phrase.parts if part.utterance.text)


def in_one_voice(phrase: Phrase, voice: Voice) -> Phrase:
    """The same words as one utterance in one voice."""
    utterance = Utterance(words_of(phrase), Category.NARRATION, phrase.start, phrase.end)
    return Phrase((Spoken(utterance, voice),), phrase.start, phrase.end)


def without_cues(phrase: Phrase) -> Phrase:
    """The same phrase without earcons."""
    parts = tuple(replace(part, utterance=replace(part.utterance, cue="")) for part in phrase.parts)
    return replace(phrase, parts=parts)


def pitches(samples: Samples, sample_rate: int) -> np.ndarray[tuple[Any, ...], np.dtype[np.float64]]:
    """Fundamental frequency, in hertz, of every 40 ms that have a voice, by autocorrelation; 20 ms apart."""
    import numpy as np

    size = sample_rate // 25
    lowest, highest = sample_rate // 60, sample_rate // 450
    starts = range(0, len(samples) - size, size // 2)
    frames = np.array([samples[at : at + size] for at in starts], np.float64).reshape(len(starts), size)
    frames -= frames.mean(axis=1, keepdims=True)
    frames = frames[np.sqrt((frames**2).mean(axis=1)) > 2 * QUIET]
    alike = np.fft.irfft(np.abs(np.fft.rfft(frames, 2 * size, axis=1)) ** 2, axis=1)
    lags = highest + alike[:, highest:lowest].argmax(axis=1)
    voiced = alike[np.arange(len(lags)), lags] > 0.5 * alike[:, 0]
    found: np.ndarray[tuple[Any, ...], np.dtype[np.float64]] = sample_rate / lags[voiced]
    return found


def mark_error(heard: Heard) -> float:
    """Seconds by which the marks miss the sound at worst.

    Sound outside of all marks, and silence at the edges of a mark, both count.
    """
    import numpy as np

    loud = np.flatnonzero(np.abs(heard.samples.astype(np.int32)) > QUIET)
    begins = np.array([mark.t0 for mark in heard.marks])
    ends = np.array([mark.t1 for mark in heard.marks])
    if not loud.size or not begins.size:
        return 0.0
    before = np.searchsorted(begins, loud, side="right") - 1
    outside = np.minimum(
        np.where(before >= 0, loud - ends[before], len(heard.samples)),
        np.where(
            before + 1 < len(begins),
            begins[np.minimum(before + 1, len(begins) - 1)] - loud,
            len(heard.samples),
        ),
    )
    first = loud[np.minimum(np.searchsorted(loud, begins), loud.size - 1)]
    last = loud[np.maximum(np.searchsorted(loud, ends) - 1, 0)]
    worst = max(outside.max(), (first - begins).max(), (ends - last).max(), 0)
    return float(worst) / heard.sample_rate


def level_spread(engine: Engine, voices: Sequence[Voice], level: Callable[[Any, int], float] = rms) -> float:
    """Decibels between the loudest and the softest of the voices, by a measure of `loudness`."""
    import numpy as np

    levels = []
    for voice in voices:
        said = [
            Phrase((Spoken(Utterance(text, Category.VARIABLE, 0, 1), voice),), 0, 1) for text in SENTENCES
        ]
        sound = np.concatenate([_inside(hear(engine, phrase)) for phrase in said]).astype(np.float64)
        levels.append(level(sound, engine.capabilities.sample_rate))
    return float(max(levels) - min(levels))


def _inside(heard: Heard) -> Samples:
    begin, end = heard.bounds
    return heard.samples[begin:end]
