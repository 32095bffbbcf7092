"""Can the voices be told apart? A classifier learns them on some words, and is asked about others.

Features of a word: the spectrum in twenty bands of growing width, without its loudness; the fundamental
frequency; how much of the word is voiced. The classifier is linear discriminant analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from codechoir.bench.audio_metrics import pitches, synthesize
from codechoir.engines import Engine
from codechoir.model import CastUtterance, Category, Phrase, Utterance, Voice

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[tuple[Any, ...], np.dtype[np.float64]]

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

_BANDS = 20


def share_mistaken(engine: Engine, voices: Sequence[Voice]) -> float:
    """The share of held-out words, three of seven, that are taken for another voice's."""
    import numpy as np

    features, labels, is_training = [], [], []
    for label, voice in enumerate(voices):
        for index, word in enumerate(_words(engine, voice)):
            features.append(_features(word, engine.capabilities.sample_rate))
            labels.append(label)
            is_training.append(index % 7 < 4)
    return _classification_error(np.array(features), np.array(labels), np.array(is_training))


def _words(engine: Engine, voice: Voice) -> list[Any]:
    """The samples of each word of WORDS, said by a voice."""
    found = []
    for first in range(0, len(WORDS), WORDS_A_LINE):
        utterance = Utterance(" ".join(WORDS[first : first + WORDS_A_LINE]), Category.VARIABLE, 0, 1)
        audio = synthesize(engine, Phrase((CastUtterance(utterance, voice),), 0, 1))
        found += [audio.samples[mark.t0 : mark.t1] for mark in audio.marks]
    return found


def _features(samples: Any, sample_rate: int) -> Matrix:
    import numpy as np

    size = 512
    window = np.hanning(size)
    frames = [samples[i : i + size] for i in range(0, max(len(samples) - size, 1), size // 2)]
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


def _classification_error(features: Matrix, labels: Any, is_training: Any) -> float:
    """Learns the training words, and returns the share of the others that it classifies wrong."""
    import numpy as np

    scale = features[is_training].std(axis=0) + 1e-9
    features = (features - features[is_training].mean(axis=0)) / scale
    known = np.unique(labels)
    means = np.array([features[is_training & (labels == label)].mean(axis=0) for label in known])
    rest = np.vstack([features[is_training & (labels == label)] - means[label] for label in known])
    inverse = np.linalg.inv(rest.T @ rest / len(rest) + 0.01 * np.eye(features.shape[1]))
    offsets = features[:, None, :] - means[None, :, :]
    distances = np.einsum("wvi,ij,wvj->wv", offsets, inverse, offsets)
    return float((distances.argmin(axis=1) != labels)[~is_training].mean())
