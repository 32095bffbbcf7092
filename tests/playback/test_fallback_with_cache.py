"""The phrase cache in front of a child: cached phrases need no child, fallback audio is not cached."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from codechoir.engines.cache.phrase_cache import PhraseCache, PhraseSettings
from codechoir.engines.silent import SilentEngine
from codechoir.engines.subprocess.client import BackOff
from codechoir.model import CastUtterance
from codechoir.playback.engine_setup import FallbackEngine
from support.cached_engine import cached
from support.listening import Listener, phrase

LATE = BackOff(first=3600.0, longest=3600.0)
LINES = (phrase("for", "user name"), phrase("in", "for", start=101))


@pytest.fixture
def cache(tmp_path: Path) -> PhraseCache:
    return PhraseCache(PhraseSettings(tmp_path))


def behind(cache: PhraseCache, primary: Any) -> FallbackEngine:
    return FallbackEngine(cached(primary, cache), SilentEngine, same)


def same(spoken: CastUtterance) -> CastUtterance:
    return spoken


def test_what_was_heard_before_needs_no_child(child: Any, cache: PhraseCache) -> None:
    first = Listener()
    behind(cache, child("WordyEngine")).speak(LINES, first)
    primary = child("WordyEngine")
    engine = behind(cache, primary)
    second = Listener()
    engine.speak(LINES, second)
    assert primary.supervisor.pid is None
    assert second.marks == first.marks
    assert second.words == ["for", "user", "name", "in", "for"]
    samples = [b"".join(chunk.pcm for chunk in heard.chunks) for heard in (first, second)]
    assert samples[0] == samples[1]


def test_what_the_embedded_engine_says_meanwhile_is_not_kept(child: Any, cache: PhraseCache) -> None:
    primary = child("CountingEngine", {"step_seconds": 0.02}, LATE)
    engine = behind(cache, primary)

    def act(listener: Listener) -> bool:
        if len(listener.chunks) == 7:  # "for" is told, "user" has begun
            supervisor = primary.supervisor
            assert supervisor.pid is not None
            os.kill(supervisor.pid, signal.SIGKILL)
            assert supervisor.wait_until(lambda it: it.losses > 0, 10)
        return True

    heard = Listener(act)
    engine.speak(LINES, heard)
    assert heard.words[-2:] == ["in", "for"]
    assert cache.memory.usage[0] <= 2  # "for" and, if its last sample had arrived, "user name"
    again = Listener()
    behind(cache, child("CountingEngine")).speak(LINES, again)
    assert again.words == ["for", "user", "name", "in", "for"]
    assert again.samples == 5 * 5 * 480


def test_a_child_that_loads_for_ever_is_not_waited_for(child: Any, cache: PhraseCache) -> None:
    behind(cache, child("CountingEngine")).speak(LINES, Listener())
    primary = child("NeverReadyEngine")
    engine = behind(cache, primary)
    heard = Listener()
    engine.speak(LINES, heard)
    assert heard.words == ["for", "user", "name", "in", "for"]
