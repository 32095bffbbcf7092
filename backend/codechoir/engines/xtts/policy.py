"""Very short texts: XTTS's known weakness, and the whole of our load.

A single word can run on into babble (coqui-ai/TTS#3516, #4125). None of the measures here is enough alone:
the text is given an end it knows, the number of audio tokens is bounded by the expected duration, several
candidates are compared, what trails off is trimmed, and what XTTS cannot say (single characters, spelling)
goes to the embedded engine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codechoir.engines.xtts.languages import Language

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


def ended(text: str, language: Language) -> str:
    """The text with an ending that XTTS knows: a full stop where nothing ends it, no quote or dash last."""
    kept = text.strip().rstrip(_CLOSING)
    if not kept:
        return ""
    return kept if kept[-1] in language.stops else kept + language.full_stop


def expected_seconds(text: str, language: Language) -> float:
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


def runs(texts: Sequence[str], voices: Sequence[str], language: Language) -> list[range]:
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
