"""How long a text should last: by its letters, and by the embedded engine, which knows how things are said.

`3.14159` and `HTML` have few letters and many syllables. A bound by letters alone would cut them off.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property

from codechoir.engines.protocol import Engine
from codechoir.engines.xtts import policy
from codechoir.engines.xtts.languages import Language
from codechoir.model import AudioChunk, Category, Phrase, Spoken, Utterance, Voice

Measure = Callable[[str, Language], float]
"""Seconds that a text should last at the speaker's own rate."""

FAMILIES = {"en": "en-us", "fr": "fr-fr", "zh": "cmn"}
"""The embedded engine's families of languages that it calls otherwise."""

REMEMBERED = 4096


class Yardstick:
    """Measures texts with the embedded engine; may be asked from any thread."""

    def __init__(self, embedded: Engine) -> None:
        self._embedded = embedded
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], float] = OrderedDict()

    def __call__(self, text: str, language: Language) -> float:
        """The longer of the two measures, since a bound that is too tight is heard and a loose one is not."""
        key = (language.code, text)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        seconds = max(policy.expected_seconds(text, language), self._measured(text, language))
        with self._lock:
            self._known[key] = seconds
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return seconds

    @cached_property
    def _families(self) -> frozenset[str]:
        return frozenset(voice.name for voice in self._embedded.voices())

    def _measured(self, text: str, language: Language) -> float:
        """Seconds that the embedded engine takes; none where it does not know the language."""
        family = FAMILIES.get(language.code, language.code)
        if family not in self._families:
            return 0.0
        samples = 0

        def count(chunk: AudioChunk) -> bool:
            nonlocal samples
            samples += chunk.samples
            return True

        said = Utterance(text, Category.NARRATION, 0, len(text), language=language.code)
        self._embedded.speak([Phrase((Spoken(said, Voice(family)),), 0, len(text))], count)
        return samples / self._embedded.capabilities.sample_rate
