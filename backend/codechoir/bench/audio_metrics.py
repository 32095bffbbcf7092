"""What can be measured of speech by listening to it: times, gaps, steps, loudness, pitch.

What somebody hears of sound that comes in pieces: when it begins, and where it stops in between.

Can the voices be told apart? Arithmetic learns them on some words, and is asked on others.

Features of a word: the spectrum in twenty bands of growing width, without its loudness; the fundamental
frequency; how much of the word has a voice. The classifier is linear discriminant analysis.
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
class HeardAudio:
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


def hear(engine: Engine, *phrases: Phrase) -> HeardAudio:
    """Let an engine say phrases."""
    import numpy as np

    listener = CollectingListener()
    engine.speak(phrases, listener)
    samples = np.frombuffer(b"".join(chunk.pcm for chunk in listener.chunks), np.int16)
    marks = tuple(mark for chunk in listener.chunks for mark in chunk.marks)
    return HeardAudio(samples, marks, engine.capabilities.sample_rate)


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


def mark_error(heard: HeardAudio) -> float:
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


def level_spread(
    engine: Engine, voices: Sequence[Voice], level: Callable[[Any, int], float] = rms_level
) -> float:
    """Decibels between the loudest and the softest of the voices, by a measure of `loudness`."""
    import numpy as np

    levels = []
    for voice in voices:
        said = [
            Phrase((CastUtterance(Utterance(text, Category.VARIABLE, 0, 1), voice),), 0, 1)
            for text in SENTENCES
        ]
        sound = np.concatenate([_inside(hear(engine, phrase)) for phrase in said]).astype(np.float64)
        levels.append(level(sound, engine.capabilities.sample_rate))
    return float(max(levels) - min(levels))


def _inside(heard: HeardAudio) -> Samples:
    begin, end = heard.bounds
    return heard.samples[begin:end]


def gaps(pieces: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Silences after the first sound, as (seconds since then, length in seconds).

    `pieces`: in the order in which they are heard, (when it was there, how many seconds it lasts).
    """
    found: list[tuple[float, float]] = []
    first = end = None
    for ready, seconds in pieces:
        if first is None or end is None:
            first = end = ready
        if ready > end + 1e-9:
            found.append((end - first, ready - end))
        end = max(end, ready) + seconds
    return found


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: to the first sound, to the last, of sound, and of silence for who listens from the first."""

    first: float
    total: float
    sound: float
    silence: float

    @classmethod
    def of(cls, given: Sequence[tuple[int, float, float]], total: float) -> Timing:
        """From pieces: number of the utterance, seconds until it was there, seconds that it lasts."""
        heard = [(ready, seconds) for _, ready, seconds in sorted(given, key=lambda piece: piece[0])]
        silence = sum(length for _, length in gaps(heard))
        return cls(heard[0][0], total, sum(seconds for _, seconds in heard), silence)


def middle(timings: Sequence[Timing]) -> Timing:
    """The median of each."""
    return Timing(
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
    """.split()  # noqa: SIM905 - a page of words is read more easily
)

LINE = 8
"""Words that are said together, as in a line of code."""

_BANDS = 20


def share_mistaken(engine: Engine, voices: list[Voice]) -> float:
    """How many of the held-out words, three of seven, are taken for another voice's."""
    import numpy as np

    features, labels, learnt = [], [], []
    for label, voice in enumerate(voices):
        for index, word in enumerate(_words(engine, voice)):
            features.append(_features(word, engine.capabilities.sample_rate))
            labels.append(label)
            learnt.append(index % 7 < 4)
    chosen = np.array(learnt)
    return _mistaken(np.array(features), np.array(labels), chosen)


def _words(engine: Engine, voice: Voice) -> list[Any]:
    """The samples of each word of WORDS, said by a voice."""
    found = []
    for at in range(0, len(WORDS), LINE):
        text = " ".join(WORDS[at : at + LINE])
        heard = hear(engine, Phrase((CastUtterance(Utterance(text, Category.VARIABLE, 0, 1), voice),), 0, 1))
        found += [heard.samples[mark.t0 : mark.t1] for mark in heard.marks]
    return found


def _features(samples: Any, sample_rate: int) -> Matrix:
    import numpy as np

    size = 512
    window = np.hanning(size)
    frames = [samples[at : at + size] for at in range(0, max(len(samples) - size, 1), size // 2)]
    power = np.array([np.abs(np.fft.rfft(np.pad(one, (0, size - len(one))) * window)) ** 2 for one in frames])
    loudness = power.sum(axis=1)
    power = power[loudness >= np.median(loudness) / 2].mean(axis=0)
    edges = np.floor(len(power) * np.linspace(0, 1, _BANDS + 1) ** 1.8).astype(int)
    edges[1:] = np.maximum(edges[1:], edges[:-1] + 1)
    bands = np.log([power[a:b].mean() + 1 for a, b in pairwise(edges)])
    found = pitches(samples, sample_rate)
    pitch = np.log(np.median(found)) if found.size else np.log(40)
    voiced = found.size * sample_rate / 50 / max(len(samples), 1)
    return np.array([*(bands - bands.mean()), pitch, voiced])


def _mistaken(features: Matrix, labels: Any, learnt: Any) -> float:
    import numpy as np

    scale = features[learnt].std(axis=0) + 1e-9
    features = (features - features[learnt].mean(axis=0)) / scale
    known = np.unique(labels)
    means = np.array([features[learnt & (labels == label)].mean(axis=0) for label in known])
    rest = np.vstack([features[learnt & (labels == label)] - means[label] for label in known])
    inverse = np.linalg.inv(rest.T @ rest / len(rest) + 0.01 * np.eye(features.shape[1]))
    offsets = features[:, None, :] - means[None, :, :]
    distances = np.einsum("wvi,ij,wvj->wv", offsets, inverse, offsets)
    return float((distances.argmin(axis=1) != labels)[~learnt].mean())
