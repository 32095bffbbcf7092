"""An engine that counts how often it is asked, behind a phrase cache."""

from __future__ import annotations

from collections.abc import Iterable

from codechoir.engines.base import AudioListener, CachePolicy, Engine
from codechoir.engines.cache.caching_engine import CachingEngine
from codechoir.engines.cache.phrase_cache import PhraseCache
from codechoir.engines.silent import SilentEngine
from codechoir.model import Phrase


class CountingEngine(SilentEngine):
    """Says nothing for as long as the words take, and remembers what it was asked to say."""

    name = "counting"

    def __init__(self) -> None:
        self.calls = 0
        self.asked: list[str] = []

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        self.calls += 1
        super().speak(self._noted(phrases), listener)

    def _noted(self, phrases: Iterable[Phrase]) -> Iterable[Phrase]:
        for phrase in phrases:
            self.asked.append(" ".join(part.utterance.text for part in phrase.parts))
            yield phrase


def each_part(phrase: Phrase) -> Iterable[tuple[int, Phrase]]:
    """Units as a neural engine has them: every utterance by itself."""
    for index, part in enumerate(phrase.parts):
        yield index, Phrase((part,), part.utterance.start, part.utterance.end)


def cached(engine: Engine, cache: PhraseCache, model: str = "one") -> CachingEngine:
    """The engine behind the cache, with units of one utterance."""
    return CachingEngine(engine, cache, CachePolicy(lambda: lambda family: model + family, split=each_part))
