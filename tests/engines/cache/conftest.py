"""A cache in a folder of its own, and an engine that counts how often it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.engines.cache.phrase_cache import PhraseCache, PhraseSettings
from codechoir.settings import MEGABYTE
from support.cached_engine import CountingEngine


@pytest.fixture
def settings(tmp_path: Path) -> PhraseSettings:
    return PhraseSettings(tmp_path / "phrases", MEGABYTE, 10 * MEGABYTE)


@pytest.fixture
def cache(settings: PhraseSettings) -> PhraseCache:
    return PhraseCache(settings)


@pytest.fixture
def engine() -> CountingEngine:
    return CountingEngine()
