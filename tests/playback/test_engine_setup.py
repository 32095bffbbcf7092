"""What stands between a reading and its engine: the phrase cache and the fallback, where they belong."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from codechoir.engines.base import CachePolicy
from codechoir.engines.cache.caching_engine import CachingEngine
from codechoir.engines.cache.phrase_cache import PhraseSettings
from codechoir.engines.espeak import EspeakEngine
from codechoir.engines.silent import SilentEngine
from codechoir.playback.engine_setup import FallbackEngine, PhraseCacheFactory, prepare_engine


def test_preparing_puts_the_cache_nearest_and_the_fallback_outside(tmp_path: Path) -> None:
    class Losable(SilentEngine):
        capabilities = replace(SilentEngine.capabilities, can_be_lost=True)

        def cache_policy(self) -> CachePolicy:
            return CachePolicy(lambda: str)

    plain, losable = SilentEngine(), Losable()
    caches = PhraseCacheFactory(PhraseSettings(tmp_path))
    assert prepare_engine(plain, caches) is plain
    prepared = prepare_engine(losable, caches, patience=2.0)
    assert isinstance(prepared, FallbackEngine)
    assert isinstance(prepared.inner, CachingEngine)
    assert prepared.inner.inner is losable
    assert prepared.patience == losable.patience == 2.0
    off = prepare_engine(losable, PhraseCacheFactory(PhraseSettings(tmp_path, mode="off")))
    assert isinstance(off, FallbackEngine)
    assert off.inner is losable


@pytest.mark.parametrize(("mode", "is_cached"), [("auto", False), ("on", True), ("off", False)])
def test_espeak_is_cached_only_on_request(tmp_path: Path, mode: str, is_cached: bool) -> None:
    settings = PhraseSettings.from_environment({"CODECHOIR_CACHE": str(tmp_path), "CODECHOIR_PHRASES": mode})
    assert isinstance(PhraseCacheFactory(settings).wrap(EspeakEngine()), CachingEngine) == is_cached


def test_what_an_engine_does_not_need_is_not_loaded() -> None:
    """The first sound of a session waits for the imports."""
    program = (
        "import sys\n"
        "from codechoir.engines import make_engine\n"
        "from codechoir.playback import PhraseCacheFactory, prepare_engine\n"
        "prepare_engine(make_engine('espeak'), PhraseCacheFactory(), 1.0)\n"
        "print(sorted(n for n in sys.modules if n.endswith(('fallback', 'caching_engine', 'resampling'))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
