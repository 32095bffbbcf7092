"""What stands between a reading and its engine: the phrase cache and the fallback, where they belong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from codechoir.engines import AudioListener, CollectingListener, ForwardingListener
from codechoir.engines.base import CachePolicy
from codechoir.engines.cache.caching_engine import CachingEngine
from codechoir.engines.cache.phrase_cache import PhraseSettings
from codechoir.engines.espeak import EspeakEngine
from codechoir.engines.silent import SilentEngine
from codechoir.errors import EngineError
from codechoir.model import Phrase
from codechoir.playback.engine_setup import FallbackEngine, PhraseCacheFactory, prepare_engine
from support.listening import phrase


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


class Failing(SilentEngine):
    """Fails at each phrase with `fails`; `loaded`: whether it could say another one."""

    capabilities = replace(SilentEngine.capabilities, can_be_lost=True)

    def __init__(self, fails: str, loaded: bool) -> None:
        self.said: list[str] = []
        self._fails = fails
        self._loaded = loaded

    def is_ready(self) -> bool:
        return self._loaded

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        for number, each in enumerate(phrases):
            text = each.parts[0].utterance.text
            if self._fails in text:
                raise EngineError("it has failed")
            self.said.append(text)
            super().speak([each], ForwardingListener(listener) if number == 0 else AudioListener())


class Noting(SilentEngine):
    """The fallback engine, which remembers what it said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        def noted() -> Iterable[Phrase]:
            for each in phrases:
                self.said.append(each.parts[0].utterance.text)
                yield each

        super().speak(noted(), listener)


@pytest.mark.parametrize(
    ("fails", "loaded", "by_fallback", "broken"),
    [
        ("two", True, ["two"], []),  # one line has failed, and the next is said by the engine again
        ("one", False, ["one", "two", "three"], ["it has failed"]),
    ],
)
def test_an_engine_that_fails_is_replaced_at_the_next_phrase(
    fails: str, loaded: bool, by_fallback: list[str], broken: list[str]
) -> None:
    engine, fallback, told = Failing(fails, loaded), Noting(), list[str]()
    speaking = FallbackEngine(engine, lambda: fallback, lambda part: part, told.append)
    speaking.speak([phrase(word) for word in ("one", "two", "three")], CollectingListener())
    assert fallback.said == by_fallback
    assert engine.said == [word for word in ("one", "two", "three") if word not in by_fallback]
    assert told == broken


def test_an_engine_that_was_asked_for_by_name_fails_with_its_error() -> None:
    speaking = FallbackEngine(Failing("one", loaded=False), Noting, lambda part: part)
    with pytest.raises(EngineError, match="it has failed"):
        speaking.speak([phrase("one")], AudioListener())
