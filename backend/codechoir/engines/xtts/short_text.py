"""Very short texts: XTTS's known weakness, and the whole of our load.

A single word can run on into babble (coqui-ai/TTS#3516, #4125). None of the measures here is enough alone:
the text is given an end it knows, the number of audio tokens is bounded by the expected duration, several
candidates are compared, what trails off is trimmed, and what XTTS cannot say (single characters, spelling)
goes to the embedded engine.

How long a text should last: by its letters, and by the embedded engine, which knows how things are said.

`3.14159` and `HTML` have few letters and many syllables. A bound by letters alone would cut them off.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from codechoir.engines import CollectingListener, Engine
from codechoir.engines.xtts.capabilities import XttsLanguage
from codechoir.model import CastUtterance, Category, Phrase, Utterance, Voice

SHORT = 12
"""Characters up to which a text counts as short."""

_LEAST_SECONDS = 0.35
_SLACK_SECONDS = 0.5
_CLOSING = " \t\n\"'”’»)]}-–—:;,"


@dataclass(frozen=True, slots=True)
class Limits:
    """Audio tokens of an utterance: `expected`, after which stopping becomes likelier, and `most`."""

    expected: float
    most: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a candidate went: audio tokens made, mean log probability, tokens expected, cut at its limit."""

    tokens: int
    log_probability: float
    expected: float
    cut: bool

    @property
    def outlier(self) -> bool:
        """Far from the expected length, or never ended: what the benchmark counts."""
        if not math.isfinite(self.expected):
            return self.cut
        return self.cut or self.tokens < 0.4 * self.expected


def ended(text: str, language: XttsLanguage) -> str:
    """The text with an ending that XTTS knows: a full stop where nothing ends it, no quote or dash last."""
    kept = text.strip().rstrip(_CLOSING)
    if not kept:
        return ""
    return kept if kept[-1] in language.stops else kept + language.full_stop


def expected_seconds(text: str, language: XttsLanguage) -> float:
    """Duration of ordinary speech, by the number of characters; `yardstick.py` measures better."""
    return max(len(text.strip()) / language.characters_per_second, _LEAST_SECONDS)


def limits(seconds: float, tokens_per_second: float) -> Limits:
    """Bounds for speech expected to last that long.

    Speakers differ by a third, and a recorded voice adds a breath; twice the expectation and half a second
    is certainly babble.
    """
    return Limits(
        expected=(1.35 * seconds + 0.3 * _SLACK_SECONDS) * tokens_per_second,
        most=math.ceil((2.0 * seconds + _SLACK_SECONDS) * tokens_per_second),
    )


def candidates(text: str, most: int) -> int:
    """How many rows to try for a text that nobody waits for yet: up to `most`, and one for a long text, which
    hardly ever goes wrong."""
    return most if len(text.strip()) <= SHORT else 1


def best(outcomes: Sequence[Outcome]) -> int:
    """Index of the candidate to keep: no outlier before an outlier, then the most probable."""
    return max(range(len(outcomes)), key=lambda i: (not outcomes[i].outlier, outcomes[i].log_probability))


def for_embedded_engine(text: str, spell: bool) -> bool:
    """Whether XTTS should not say this at all: spelling, single characters, and what has no letter."""
    words = text.split()
    return spell or not any(c.isalnum() for c in text) or all(len(word) == 1 for word in words)


def trim_tail(
    samples: NDArray[np.float32], sample_rate: int, floor: float = 0.02, keep: float = 0.06
) -> NDArray[np.float32]:
    """Cut trailing silence and breath: what follows the last 10 ms whose energy is above `floor` of the
    loudest, but for `keep` seconds. Nothing is cut from silence."""
    step = sample_rate // 100
    count = len(samples) // step
    if count == 0:
        return samples
    energy = np.sqrt(np.mean(np.square(samples[: count * step].reshape(count, step)), axis=1))
    loud = np.flatnonzero(energy > floor * energy.max())
    if len(loud) == 0:
        return samples
    end = min((int(loud[-1]) + 1) * step + int(keep * sample_rate), len(samples))
    return samples[:end]


def runs(texts: Sequence[str], voices: Sequence[str], language: XttsLanguage) -> list[range]:
    """Which neighbours to say as one utterance: those of the same voice of which one is short, as long as
    they stay within the model's length. Ranges of indexes, in order, that cover all texts."""
    result: list[range] = []
    length = 0
    for i, text in enumerate(texts):
        size = len(text.strip())
        together = (
            bool(result) and voices[i] == voices[i - 1] and length + 1 + size <= language.most_characters
        )
        if together and min(size, length) <= SHORT:
            result[-1] = range(result[-1].start, i + 1)
            length += 1 + size
        else:
            result.append(range(i, i + 1))
            length = size
    return result


Measure = Callable[[str, XttsLanguage], float]
"""Seconds that a text should last at the speaker's own rate."""

FAMILIES = {"en": "en-us", "fr": "fr-fr", "zh": "cmn"}
"""The embedded engine's families of languages that it calls otherwise."""

REMEMBERED = 4096


class DurationEstimator:
    """Measures texts with the embedded engine; may be asked from any thread."""

    def __init__(self, embedded: Engine) -> None:
        self._embedded = embedded
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], float] = OrderedDict()

    def __call__(self, text: str, language: XttsLanguage) -> float:
        """The longer of the two measures, since a bound that is too tight is heard and a loose one is not."""
        key = (language.code, text)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        seconds = max(expected_seconds(text, language), self._measured(text, language))
        with self._lock:
            self._known[key] = seconds
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return seconds

    @cached_property
    def _families(self) -> frozenset[str]:
        return frozenset(voice.name for voice in self._embedded.voices())

    def _measured(self, text: str, language: XttsLanguage) -> float:
        """Seconds that the embedded engine takes; none where it does not know the language."""
        family = FAMILIES.get(language.code, language.code)
        if family not in self._families:
            return 0.0
        listener = CollectingListener()
        said = Utterance(text, Category.NARRATION, 0, len(text), language=language.code)
        self._embedded.speak([Phrase((CastUtterance(said, Voice(family)),), 0, len(text))], listener)
        return sum(chunk.samples for chunk in listener.chunks) / self._embedded.capabilities.sample_rate
