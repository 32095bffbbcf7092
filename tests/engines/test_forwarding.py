"""What stands between an engine and its reading, on either side, passes on what it does not change."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path

import codechoir
import pytest
from codechoir.engines.base import (
    AudioListener,
    CachePolicy,
    CollectingListener,
    Engine,
    ForwardingEngine,
    ForwardingListener,
)
from codechoir.engines.cache.caching_engine import CachingEngine, _CachedReading
from codechoir.engines.cache.phrase_cache import PhraseCache, PhraseSettings
from codechoir.engines.silent import SilentEngine
from codechoir.model import AudioChunk, Phrase
from codechoir.playback.engine_setup import (
    FallbackEngine,
    FallbackListener,
    SpokenProgress,
    StandInEngine,
)
from codechoir.playback.navigation import MidWordListener
from codechoir.playback.watched_engine import WatchedEngine, _WatchedListener
from support.cached_engine import cached
from support.listening import phrase

RATE = 22050


class Recorder(CollectingListener):
    """Counts the calls of each method; `state` is what it answers."""

    def __init__(self, state: bool) -> None:
        super().__init__()
        self.state = state
        self.calls: list[str] = []

    def write(self, chunk: AudioChunk) -> bool:
        return super().write(chunk) and self.state

    def is_cancelled(self) -> bool:
        return self.state

    def notify(self, line: str) -> bool:
        self.calls.append(line)
        return self.state

    def phrase_done(self) -> None:
        self.calls.append("done")

    def has_output(self) -> bool:
        return self.state


@pytest.fixture
def make(tmp_path_factory: pytest.TempPathFactory) -> dict[type, Callable[[AudioListener], AudioListener]]:
    """How to make each forwarding listener of the code base around another one."""
    cache = PhraseCache(PhraseSettings(tmp_path_factory.mktemp("cache")))
    neural_output = importlib.import_module("codechoir.engines.neural_output")
    return {
        ForwardingListener: ForwardingListener,
        MidWordListener: lambda inner: MidWordListener(inner, 0.5),
        FallbackListener: lambda inner: FallbackListener(inner, SpokenProgress([phrase("x")])),
        _CachedReading: lambda inner: _CachedReading("silent", RATE, cache, str, inner, False),
        neural_output._ResamplingListener: lambda inner: neural_output._ResamplingListener(
            inner, RATE, 24000
        ),
        _WatchedListener: _WatchedListener,
    }


def subclasses(kind: type) -> Iterator[type]:
    yield kind
    for each in kind.__subclasses__():
        yield from subclasses(each)


def import_everything() -> None:
    """All modules, but for those that need packages which are not installed here."""
    for module in pkgutil.walk_packages(codechoir.__path__, "codechoir."):
        if module.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            assert error.name in ("torch", "TTS", "llvmlite", "numba"), error


def test_the_list_names_every_forwarding_listener_of_the_code_base(make: dict[type, object]) -> None:
    import_everything()
    ours = {kind for kind in subclasses(ForwardingListener) if kind.__module__.startswith("codechoir.")}
    assert ours == set(make)


@pytest.mark.parametrize("state", [True, False])
def test_everything_is_forwarded(
    make: dict[type, Callable[[AudioListener], AudioListener]], state: bool
) -> None:
    for kind, wrap in make.items():
        inner = Recorder(state)
        outer = wrap(inner)
        assert outer.is_cancelled() == state, kind
        assert outer.has_output() == state, kind
        assert outer.notify("a line") == state, kind
        if kind is not _CachedReading:  # which counts the phrases of its reading, see below
            outer.phrase_done()
            assert inner.calls == ["a line", "done"], kind


def test_the_cache_reports_each_phrase_once_said_or_found(tmp_path: Path) -> None:
    cache = PhraseCache(PhraseSettings(tmp_path))
    phrases = [phrase("one", "two"), phrase("three", start=50), Phrase((), 90, 90)]
    for _ in range(2):
        listener = Recorder(True)
        cached(SilentEngine(), cache).speak(phrases, listener)
        assert listener.calls == ["done"] * 3


class Recording(SilentEngine):
    """Remembers which of its methods were called."""

    def __init__(self) -> None:
        self.called: set[str] = set()

    def __getattribute__(self, name: str) -> object:
        if callable(getattr(SilentEngine, name, None)) and not name.startswith("_"):
            self.called.add(name)
        return super().__getattribute__(name)

    def conditioner(self, parameters: object) -> object:  # type: ignore[override]
        return parameters

    def handle_call(self, method: str, arguments: object, blob: bytes) -> tuple[object, bytes]:
        return arguments, blob


CALLS: dict[str, tuple[object, ...]] = {
    "speak": ([], AudioListener()),
    "speaker": ("ana",),
    "conditioner": ({},),
    "handle_call": ("method", {}, b""),
}


@pytest.mark.parametrize("kind", [ForwardingEngine, CachingEngine, FallbackEngine, StandInEngine])
def test_every_method_of_an_engine_is_forwarded(kind: type[ForwardingEngine], tmp_path: Path) -> None:
    methods = {name for name in vars(Engine) if not name.startswith("_") and callable(vars(Engine)[name])}
    inner = Recording()
    policy = CachePolicy(lambda: str)
    outer = (
        CachingEngine(inner, PhraseCache(PhraseSettings(tmp_path)), policy)
        if kind is CachingEngine
        else StandInEngine(inner, lambda part: part)
        if kind is StandInEngine
        else kind(inner)
    )
    for name in methods:
        getattr(outer, name)(*CALLS.get(name, ()))
    expected = methods - {"speak"} if kind is CachingEngine else methods  # nothing to say, so no call
    assert inner.called == expected
    assert (outer.name, outer.capabilities) == (inner.name, inner.capabilities)
    outer.patience = 2.0
    assert inner.patience == outer.patience == 2.0


def test_the_list_names_every_forwarding_engine() -> None:
    import_everything()
    ours = {kind for kind in subclasses(ForwardingEngine) if kind.__module__.startswith("codechoir.")}
    assert ours == {ForwardingEngine, CachingEngine, FallbackEngine, StandInEngine, WatchedEngine}


def test_the_plain_listener_discards_and_never_cancels() -> None:
    listener = AudioListener()
    assert listener.write(AudioChunk(bytes(2), RATE, 0))
    assert not (listener.is_cancelled() or listener.has_output() or listener.notify("a line"))
    listener.phrase_done()
