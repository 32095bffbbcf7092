"""What can be measured of speech by listening to it: times, gaps, steps, loudness, pitch, marks, and whether
voices can be told apart.

`SynthesizedAudio` is what an engine made; `StreamTiming` is about sound that arrives in pieces. To tell
voices apart, a classifier (linear discriminant analysis) learns them on some words, and is asked about
others. Features of a word: means and deviations of the cepstrum, which is the shape of the spectrum without
its loudness; the fundamental frequency; how much of the word is voiced.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from codechoir.audio import rms_level
from codechoir.engines import CollectingListener, Engine
from codechoir.engines.espeak import SENTENCES
from codechoir.model import CastUtterance, Category, Mark, Phrase, Utterance, Voice

if TYPE_CHECKING:
    import numpy as np

    Samples = np.ndarray[tuple[Any, ...], np.dtype[np.int16]]
    Matrix = np.ndarray[tuple[Any, ...], np.dtype[np.float64]]

QUIET = 250
"""Samples no larger than this, 42 dB below full scale, count as silence."""


@dataclass(frozen=True)
class SynthesizedAudio:
    """The audio that an engine made: samples from -32768 to 32767, and marks."""

    samples: Samples
    marks: tuple[Mark, ...]
    sample_rate: int

    @property
    def bounds(self) -> tuple[int, int]:
        """The first sample that is not silent, and the one after the last; (0, 0) when all are silent."""
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


def synthesize(engine: Engine, *phrases: Phrase) -> SynthesizedAudio:
    """All that an engine makes of phrases."""
    import numpy as np

    listener = CollectingListener()
    engine.speak(phrases, listener)
    samples = np.frombuffer(b"".join(chunk.pcm for chunk in listener.chunks), np.int16)
    marks = tuple(mark for chunk in listener.chunks for mark in chunk.marks)
    return SynthesizedAudio(samples, marks, engine.capabilities.sample_rate)


def words_of(phrase: Phrase) -> str:
    """All words of a phrase."""
    return " ".join(part.utterance.text for part in phrase.parts if part.utterance.text)


def in_one_voice(phrase: Phrase, voice: Voice) -> Phrase:
    """The same words as one utterance in one voice."""
    utterance = Utterance(words_of(phrase), Category.NARRATION, phrase.start, phrase.end)
    return Phrase((CastUtterance(utterance, voice),), phrase.start, phrase.end)


def without_cues(phrase: Phrase) -> Phrase:
    """The same phrase without earcons."""
    parts = tuple(replace(part, utterance=replace(part.utterance, cue="")) for part in phrase.parts)
    return replace(phrase, parts=parts)


def pitches(samples: Samples, sample_rate: int) -> np.ndarray[tuple[Any, ...], np.dtype[np.float64]]:
    """Fundamental frequency, in hertz, of every voiced 40 ms, by autocorrelation; 20 ms apart."""
    import numpy as np

    size = sample_rate // 25
    lowest, highest = sample_rate // 60, sample_rate // 450
    starts = range(0, len(samples) - size, size // 2)
    frames = np.array([samples[start : start + size] for start in starts], np.float64).reshape(
        len(starts), size
    )
    frames -= frames.mean(axis=1, keepdims=True)
    frames = frames[np.sqrt((frames**2).mean(axis=1)) > 2 * QUIET]
    correlation = np.fft.irfft(np.abs(np.fft.rfft(frames, 2 * size, axis=1)) ** 2, axis=1)
    lags = highest + correlation[:, highest:lowest].argmax(axis=1)
    voiced = correlation[np.arange(len(lags)), lags] > 0.5 * correlation[:, 0]
    found: np.ndarray[tuple[Any, ...], np.dtype[np.float64]] = sample_rate / lags[voiced]
    return found


def mark_error(audio: SynthesizedAudio) -> float:
    """The largest distance between marks and sound, in seconds.

    Sound outside of all marks counts, and so does silence at the edges of a mark.
    """
    import numpy as np

    loud = np.flatnonzero(np.abs(audio.samples.astype(np.int32)) > QUIET)
    begins = np.array([mark.t0 for mark in audio.marks])
    ends = np.array([mark.t1 for mark in audio.marks])
    if not loud.size or not begins.size:
        return 0.0
    before = np.searchsorted(begins, loud, side="right") - 1
    outside = np.minimum(
        np.where(before >= 0, loud - ends[before], len(audio.samples)),
        np.where(
            before + 1 < len(begins),
            begins[np.minimum(before + 1, len(begins) - 1)] - loud,
            len(audio.samples),
        ),
    )
    first = loud[np.minimum(np.searchsorted(loud, begins), loud.size - 1)]
    last = loud[np.maximum(np.searchsorted(loud, ends) - 1, 0)]
    worst = max(outside.max(), (first - begins).max(), (ends - last).max(), 0)
    return float(worst) / audio.sample_rate


def level_spread(
    engine: Engine, voices: Sequence[Voice], level: Callable[[Any, int], float] = rms_level
) -> float:
    """Decibels between the loudest and the softest voice, by a measure of `audio.loudness`."""
    import numpy as np

    levels = []
    for voice in voices:
        phrases = [
            Phrase((CastUtterance(Utterance(text, Category.VARIABLE, 0, 1), voice),), 0, 1)
            for text in SENTENCES
        ]
        sound = np.concatenate([_without_silence(synthesize(engine, phrase)) for phrase in phrases]).astype(
            np.float64
        )
        levels.append(level(sound, engine.capabilities.sample_rate))
    return float(max(levels) - min(levels))


def _without_silence(audio: SynthesizedAudio) -> Samples:
    begin, end = audio.bounds
    return audio.samples[begin:end]


# ---- sound that arrives in pieces -----------------------------------------------------------------------


def stream_gaps(pieces: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Silences after the first sound, as (seconds since then, length in seconds).

    `pieces`: in the order in which they are played, (seconds until it arrived, seconds that it lasts).
    """
    found: list[tuple[float, float]] = []
    first = end = None
    for arrival, seconds in pieces:
        if first is None or end is None:
            first = end = arrival
        if arrival > end + 1e-9:
            found.append((end - first, arrival - end))
        end = max(end, arrival) + seconds
    return found


@dataclass(frozen=True, slots=True)
class StreamTiming:
    """Seconds: to the first sound, to the last, of sound, and of silence for who listens from the first."""

    first: float
    total: float
    sound: float
    silence: float

    @classmethod
    def of(cls, pieces: Sequence[tuple[int, float, float]], total: float) -> StreamTiming:
        """From pieces: number of the utterance, seconds until it arrived, seconds that it lasts."""
        played = [(arrival, seconds) for _, arrival, seconds in sorted(pieces, key=lambda piece: piece[0])]
        silence = sum(length for _, length in stream_gaps(played))
        return cls(played[0][0], total, sum(seconds for _, seconds in played), silence)


def median_timing(timings: Sequence[StreamTiming]) -> StreamTiming:
    """The median of each field."""
    return StreamTiming(
        statistics.median(t.first for t in timings),
        statistics.median(t.total for t in timings),
        statistics.median(t.sound for t in timings),
        statistics.median(t.silence for t in timings),
    )


WORDS = tuple(
    """
    if else for while return import class define in not is none true false lambda yield try raise
    with as from user name list index value count file path line string number item key data result
    error node tree left right open close read write start end first last next plus minus times
    equals dot arrow less greater and or colon comma bracket brace call returns given new public
    static void integer float double byte long short array map set hash queue stack size length
    width height color green red blue one two three four five six seven eight nine ten zero hundred
    quote tab space hello world message text word token parse print format buffer stream socket
    server client request response header body status code test case switch break continue default
    final abstract interface package private protected super this self arguments options settings
    cache lock thread process signal event
    """.split()  # noqa: SIM905 - a page of words is easier to read
)

WORDS_A_LINE = 8
"""Words that are said together, as in a line of code."""

_BANDS = 32
_CEPSTRUM = 13
"""How many coefficients of the cepstrum say what a voice sounds like, whatever its loudness."""


def share_mistaken(engine: Engine, voices: Sequence[Voice], words_a_line: int = WORDS_A_LINE) -> float:
    """The share of held-out words, three of seven, that are taken for another voice's.

    They are cut from lines of so many words.
    """
    import numpy as np

    features, labels, is_training = [], [], []
    for label, voice in enumerate(voices):
        for index, word in enumerate(_words(engine, voice, words_a_line)):
            features.append(_features(word, engine.capabilities.sample_rate))
            labels.append(label)
            is_training.append(index % 7 < 4)
    return _classification_error(np.array(features), np.array(labels), np.array(is_training))


def _words(engine: Engine, voice: Voice, words_a_line: int) -> list[Any]:
    """The samples of each word of WORDS, said by a voice."""
    found = []
    for first in range(0, len(WORDS), words_a_line):
        utterance = Utterance(" ".join(WORDS[first : first + words_a_line]), Category.VARIABLE, 0, 1)
        audio = synthesize(engine, Phrase((CastUtterance(utterance, voice),), 0, 1))
        found += [audio.samples[mark.t0 : mark.t1] for mark in audio.marks]
    return found


def _features(samples: Any, sample_rate: int) -> Matrix:
    import numpy as np

    size = 1024
    padded = np.pad(samples.astype(np.float64), (0, max(size - len(samples), 0)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[:: size // 4] * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    loudness = power.sum(axis=1)
    power = power[loudness >= loudness.max() / 100]
    edges = np.floor(power.shape[1] * np.linspace(0, 1, _BANDS + 1) ** 1.8).astype(int)
    edges[1:] = np.maximum(edges[1:], edges[:-1] + 1)
    bands = np.log(np.stack([power[:, a:b].mean(axis=1) for a, b in pairwise(edges)], axis=1) + 1)
    places = np.pi / _BANDS * np.outer(np.arange(1, _CEPSTRUM + 1), np.arange(_BANDS) + 0.5)
    cepstrum = bands @ np.cos(places).T
    found = pitches(samples, sample_rate)
    pitch = np.log(np.median(found)) if found.size else np.nan
    voiced = found.size * sample_rate / 50 / max(len(samples), 1)
    return np.array([*cepstrum.mean(axis=0), *cepstrum.std(axis=0), pitch, voiced])


def _classification_error(features: Matrix, labels: Any, is_training: Any) -> float:
    """Learns the training words, and returns the share of the others that it classifies wrong."""
    import numpy as np

    usual = np.nanmedian(features[is_training], axis=0)  # of words without a voiced frame
    features = np.where(np.isnan(features), usual, features)
    scale = features[is_training].std(axis=0) + 1e-9
    features = (features - features[is_training].mean(axis=0)) / scale
    known = np.unique(labels)
    means = np.array([features[is_training & (labels == label)].mean(axis=0) for label in known])
    rest = np.vstack([features[is_training & (labels == label)] - means[label] for label in known])
    inverse = np.linalg.inv(rest.T @ rest / len(rest) + 0.01 * np.eye(features.shape[1]))
    offsets = features[:, None, :] - means[None, :, :]
    distances = np.einsum("wvi,ij,wvj->wv", offsets, inverse, offsets)
    return float((distances.argmin(axis=1) != labels)[~is_training].mean())
