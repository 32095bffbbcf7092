"""Which engines' phrases are kept."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from codechoir.engines.protocol import Engine

if TYPE_CHECKING:
    from codechoir.phrases.cache import PhraseCache
    from codechoir.phrases.places import PhraseSettings


@runtime_checkable
class Keeping(Protocol):
    """An engine whose phrases may be kept: the same words in the same voice sound the same each time.

    `keeps`: whether that pays for itself, so that it is done without being asked for. Such an engine calls
    `told` after each phrase.
    """

    keeps: bool

    def keep_in(self, cache: PhraseCache) -> Engine:
        """This engine, with the cache in front of it."""


class Phrases:
    """Puts one phrase cache, made on first need, in front of those engines for which it pays or is wanted.

    Raises `InputError` for settings of the environment that cannot be understood, when they are needed.
    """

    def __init__(self, settings: PhraseSettings | None = None) -> None:
        self._given = settings

    @cached_property
    def settings(self) -> PhraseSettings:
        """Where phrases are kept, and of which engines."""
        from codechoir.phrases.places import PhraseSettings

        return self._given or PhraseSettings.from_environment()

    @cached_property
    def cache(self) -> PhraseCache:
        """The cache."""
        from codechoir.phrases.cache import PhraseCache

        return PhraseCache(self.settings)

    def wanted_for(self, engine: Engine) -> bool:
        """Whether the phrases of an engine are kept."""
        if not isinstance(engine, Keeping):
            return False
        wish = self.settings.wish
        return wish == "on" or (wish == "auto" and engine.keeps)

    def in_front_of(self, engine: Engine) -> Engine:
        """The engine, with the cache in front of it or without."""
        if isinstance(engine, Keeping) and self.wanted_for(engine):
            return engine.keep_in(self.cache)
        return engine
