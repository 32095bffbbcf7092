"""The indices of a mark lead to its utterance, whichever engine says it."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from codechoir.engines.cache.phrase_cache import PhraseCache, PhraseSettings
from codechoir.engines.silent import SilentEngine
from codechoir.engines.subprocess.client import BackOff
from codechoir.model import Phrase
from codechoir.playback.engine_setup import FallbackEngine
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cached_engine import cached
from support.listening import Listener
from support.mark_indices import all_words, check_marks, index_of, readings

SOON = BackOff(first=0.01, factor=1.0, attempts=10**6)


@pytest.mark.parametrize("has_cache", [False, True])
def test_when_children_are_killed_on_the_way(child: Any, has_cache: bool, tmp_path: Path) -> None:
    primary = child("CountingEngine", {"step_seconds": 0.001}, SOON)
    primary.warm_up()
    cache = PhraseCache(PhraseSettings(tmp_path, 10**6, 0))
    inner = cached(primary, cache) if has_cache else primary

    @settings(max_examples=15)
    @given(readings.filter(any), st.sets(st.integers(1, 60), max_size=3))
    def check(phrases: list[Phrase], deadly: set[int]) -> None:
        engine = FallbackEngine(inner, SilentEngine, lambda spoken: spoken)
        assert primary.supervisor.wait_until(lambda it: it.is_ready, 10)

        def kill(heard: Listener) -> bool:
            supervisor = primary.supervisor
            if len(heard.chunks) in deadly and supervisor.pid is not None:
                losses = supervisor.losses
                os.kill(supervisor.pid, signal.SIGKILL)
                assert supervisor.wait_until(lambda it: it.losses > losses, 10)
            return True

        heard = Listener(kill)
        engine.speak(phrases, heard)
        check_marks(phrases, heard.marks)
        assert set(map(index_of, heard.marks)) == set(all_words(phrases))
        assert heard.done == len(phrases)

    check()
