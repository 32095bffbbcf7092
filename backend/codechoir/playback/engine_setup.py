"""Prepares an engine for reading: puts the phrase cache and the fallback around it.

Only what this engine needs is loaded, since a reading waits for it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codechoir.engines import Engine
    from codechoir.engines.cache import PhraseCache, PhraseSettings


def prepare_engine(
    engine: Engine, cache: PhraseCacheFactory | None = None, patience: float | None = None
) -> Engine:
    """The engine with all that a reading needs around it.

    Nearest to the engine comes the phrase cache, where it is on, so that it never holds what the fallback
    engine said; around an engine that can be lost, `FallbackEngine`. `patience`: seconds that a reading waits
    for an engine that is loading. Raises `InputError` for bad settings of the cache.
    """
    engine.patience = patience
    cached = engine if cache is None else cache.wrap(engine)
    if not engine.capabilities.can_be_lost:
        return cached
    from codechoir.playback.fallback import FallbackEngine

    return FallbackEngine(cached)


class PhraseCacheFactory:
    """Puts one phrase cache, made on first need, in front of the engines for which it is on.

    Raises `InputError` for a bad value in the environment once the settings are needed.
    """

    def __init__(self, settings: PhraseSettings | None = None) -> None:
        self._given = settings

    @cached_property
    def settings(self) -> PhraseSettings:
        """Where phrases are cached, and of which engines."""
        from codechoir.engines.cache import PhraseSettings

        return self._given or PhraseSettings.from_environment()

    @cached_property
    def cache(self) -> PhraseCache:
        """The cache."""
        from codechoir.engines.cache import PhraseCache

        return PhraseCache(self.settings)

    def is_on_for(self, engine: Engine) -> bool:
        """Whether the phrases of an engine are cached."""
        policy = engine.cache_policy()
        if policy is None:
            return False
        mode = self.settings.mode
        return mode == "on" or (mode == "auto" and policy.by_default)

    def wrap(self, engine: Engine) -> Engine:
        """The engine with the cache in front of it, or as it is where the cache is off for it."""
        policy = engine.cache_policy()
        if policy is None or not self.is_on_for(engine):
            return engine
        from codechoir.engines.cache import CachingEngine

        return CachingEngine(engine, self.cache, policy)
