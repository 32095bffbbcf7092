"""Safeguards for very short texts: XTTS's known weakness, and most of what code consists of.

A single word can run on into babble (coqui-ai/TTS#3516, #4125). No measure is enough alone, so there are
several:

- the text gets an ending that XTTS knows (`with_sentence_end`);
- a short text is joined with its neighbour (`join_short_texts`);
- the number of audio tokens is limited by the expected duration (`token_limits`, `DurationEstimator`);
- several candidates are compared (`candidate_count`, `best_outcome`);
- breath and silence at the end are trimmed (`trim_tail`);
- the fallback engine says what XTTS cannot: single characters and spelling (`needs_fallback_engine`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from codechoir.engines import CollectingListener, Engine
from codechoir.engines.xtts.capabilities import XttsLanguage
from codechoir.model import CastUtterance, Category, Phrase, Utterance, Voice

SHORT = 12
"""Characters up to which a text counts as short."""

_MIN_SECONDS = 0.35
_SLACK_SECONDS = 0.5
_CLOSING = " \t\n\"'”’»)]}-–—:;,"


# ---- before decoding ------------------------------------------------------------------------------------


def needs_fallback_engine(text: str, spell: bool) -> bool:
    """Whether XTTS should not say this at all: spelling, single characters, and text without letters."""
    words = text.split()
    return spell or not any(c.isalnum() for c in text) or all(len(word) == 1 for word in words)


def with_sentence_end(text: str, language: XttsLanguage) -> str:
    """The text with an ending that XTTS knows: a full stop unless it has one, no quote or dash at the end."""
    kept = text.strip().rstrip(_CLOSING)
    if not kept:
        return ""
    return kept if kept[-1] in language.sentence_ends else kept + language.full_stop


def join_short_texts(texts: Sequence[str], voices: Sequence[str], language: XttsLanguage) -> list[range]:
    """Which neighbours to say as one utterance: those of one voice, of which one is short, within the model's
    length. Ranges of indices, in order, that cover all texts."""
    ranges: list[range] = []
    length = 0
    for i, text in enumerate(texts):
        size = len(text.strip())
        fits = bool(ranges) and voices[i] == voices[i - 1] and length + 1 + size <= language.max_characters
        if fits and min(size, length) <= SHORT:
            ranges[-1] = range(ranges[-1].start, i + 1)
            length += 1 + size
        else:
            ranges.append(range(i, i + 1))
            length = size
    return ranges


def candidate_count(text: str, most: int) -> int:
    """How many candidates to try for a text that nobody waits for yet: `most` for a short text, one for a
    long one, which hardly ever goes wrong."""
    return most if len(text.strip()) <= SHORT else 1


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """Audio tokens of an utterance: `expected`, after which stopping becomes likelier, and `most`."""

    expected: float
    most: int


def token_limits(seconds: float, tokens_per_second: float) -> TokenLimits:
    """Limits for speech that is expected to last so long.

    Speakers differ by a third, and a recorded voice adds a breath; twice the expectation and half a second
    is certainly babble.
    """
    return TokenLimits(
        expected=(1.35 * seconds + 0.3 * _SLACK_SECONDS) * tokens_per_second,
        most=math.ceil((2.0 * seconds + _SLACK_SECONDS) * tokens_per_second),
    )


# ---- after decoding -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a candidate went.

    `tokens`: audio tokens made. `log_probability`: their mean. `expected`: tokens expected. `truncated`:
    whether it reached its limit.
    """

    tokens: int
    log_probability: float
    expected: float
    truncated: bool

    @property
    def outlier(self) -> bool:
        """Far too short, or never ended: what the benchmark counts."""
        if not math.isfinite(self.expected):
            return self.truncated
        return self.truncated or self.tokens < 0.4 * self.expected


def best_outcome(outcomes: Sequence[Outcome]) -> int:
    """Index of the candidate to keep: no outlier before an outlier, then the most probable."""
    return max(range(len(outcomes)), key=lambda i: (not outcomes[i].outlier, outcomes[i].log_probability))


def trim_tail(
    samples: NDArray[np.float32], sample_rate: int, floor: float = 0.02, keep: float = 0.06
) -> NDArray[np.float32]:
    """Cuts breath and silence at the end: all but `keep` seconds of what follows the last loud 10 ms.

    Loud is what has more energy than `floor` times the loudest. Nothing is cut from silence.
    """
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


# ---- expected duration ----------------------------------------------------------------------------------

EstimateSeconds = Callable[[str, XttsLanguage], float]
"""Seconds that a text should last at the speaker's own rate."""

ESPEAK_LANGUAGES = {"en": "en-us", "fr": "fr-fr", "zh": "cmn"}
"""The families of eSpeak NG for languages that it calls otherwise."""

CACHED_DURATIONS = 4096


def expected_seconds(text: str, language: XttsLanguage) -> float:
    """Duration of ordinary speech, by the number of characters; `DurationEstimator` is more accurate."""
    return max(len(text.strip()) / language.characters_per_second, _MIN_SECONDS)


class DurationEstimator:
    """Expected durations, by the number of characters and by the fallback engine, which knows pronunciation.

    `3.14159` and `HTML` have few characters and many syllables; a limit by characters alone would truncate
    them. May be called from any thread.
    """

    def __init__(self, fallback: Engine) -> None:
        self._fallback = fallback
        self._lock = threading.Lock()
        self._known: LRUCache[tuple[str, str], float] = LRUCache(CACHED_DURATIONS)

    def __call__(self, text: str, language: XttsLanguage) -> float:
        """The longer of the two estimates, since a limit that is too tight is audible and a loose one is
        not."""
        key = (language.code, text)
        with self._lock:
            if (known := self._known.get(key)) is not None:
                return known
        seconds = max(expected_seconds(text, language), self._fallback_seconds(text, language))
        with self._lock:
            self._known[key] = seconds
        return seconds

    @cached_property
    def _families(self) -> frozenset[str]:
        return frozenset(voice.name for voice in self._fallback.voices())

    def _fallback_seconds(self, text: str, language: XttsLanguage) -> float:
        """Seconds that the fallback engine takes; zero where it does not know the language."""
        family = ESPEAK_LANGUAGES.get(language.code, language.code)
        if family not in self._families:
            return 0.0
        listener = CollectingListener()
        utterance = Utterance(text, Category.NARRATION, 0, len(text), language=language.code)
        phrase = Phrase((CastUtterance(utterance, Voice(family)),), 0, len(text))
        self._fallback.speak([phrase], listener)
        return sum(chunk.samples for chunk in listener.chunks) / self._fallback.capabilities.sample_rate
