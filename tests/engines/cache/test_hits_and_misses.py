"""Whichever phrases come from the cache: sample by sample, and mark by mark, the reading is the same."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from codechoir.engines.base import Engine
from codechoir.engines.cache.caching_engine import CachingEngine
from codechoir.engines.cache.phrase_cache import CachedPhrase, PhraseCache, PhraseSettings
from codechoir.engines.espeak import EspeakEngine, HelperLibrary, SynthParams, library
from codechoir.engines.silent import SilentEngine
from codechoir.model import Category, Mark, Phrase, Utterance, Voice
from support.cached_engine import cached
from support.listening import Listener
from support.speech import of_utterances

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="only a copied process has the same state")

Build = Callable[[PhraseCache], CachingEngine]


def espeak(cache: PhraseCache) -> CachingEngine:
    return CachingEngine(EspeakEngine(), cache, EspeakEngine().cache_policy())


def silent(cache: PhraseCache) -> CachingEngine:
    return cached(SilentEngine(), cache)


ENGINES = [pytest.param(silent, id="silent"), pytest.param(espeak, id="espeak", marks=needs_fork)]


def said(*texts: str, at: int, voice: Voice, cue: str = "", pause: int = 0) -> Phrase:
    """A phrase whose first words have a pause and a cue before them; every second part has another voice."""
    utterances = [Utterance(text, Category.VARIABLE, at + 10 * n, at + 9) for n, text in enumerate(texts)]
    utterances[0] = replace(utterances[0], cue=cue, pause_before=pause)
    other = replace(voice, family="en-us+f3", pitch=60)
    parts = [of_utterances(one, voice=(voice, other)[n % 2]).parts[0] for n, one in enumerate(utterances)]
    return Phrase(tuple(parts), at, at + 10 * len(texts))


VOICE = Voice("en-us")
FAST = Voice("en-us", rate=600)
"""Compressed in time: the end of one phrase must not change the beginning of the next."""

LINES = (
    said("for", "user name", at=0, voice=VOICE),
    said("add", "to", "cart", at=100, voice=VOICE, cue="indent", pause=60),
    said("return", "total price", at=200, voice=FAST),
    said("hello, world", at=300, voice=FAST, pause=40),
)
BEGINS_SILENTLY = (said("", at=0, voice=VOICE), *LINES[1:3])


def reading(engine: Engine, lines: tuple[Phrase, ...]) -> tuple[bytes, list[Mark]]:
    heard = Listener()
    engine.speak(lines, heard)
    assert heard.done == len(lines)
    return b"".join(chunk.pcm for chunk in heard.chunks), heard.marks


class ForgetfulCache(PhraseCache):
    """Finds only the units that `finds` names, by their number in the reading."""

    def __init__(self, settings: PhraseSettings) -> None:
        super().__init__(settings)
        self.finds = Counter[bool]()
        self._wanted: tuple[bool, ...] = ()
        self._asked = 0

    def begin(self, *wanted: bool) -> None:
        """The next reading finds these units."""
        self._wanted, self._asked = wanted, 0
        self.finds.clear()

    def find(self, key: str, engine: str) -> CachedPhrase | None:
        wanted = self._asked < len(self._wanted) and self._wanted[self._asked]
        self._asked += 1
        found = super().find(key, engine) if wanted else None
        self.finds[found is not None] += 1
        return found


@pytest.mark.parametrize("build", ENGINES)
@pytest.mark.parametrize("lines", [LINES, BEGINS_SILENTLY], ids=["words", "silence"])
def test_every_mix_of_cached_and_new_phrases_is_the_same_reading(
    build: Build, lines: tuple[Phrase, ...], tmp_path: Path
) -> None:
    cache = ForgetfulCache(PhraseSettings(tmp_path, 10**8, 0))
    engine = build(cache)
    cache.begin()
    fresh = reading(engine, lines)
    units = cache.finds.total()
    assert fresh[1]
    reading(engine, lines[::-1])  # so some phrases in the cache come from another place of another reading
    for hits in product((False, True), repeat=units):
        cache.begin(*hits)
        assert reading(engine, lines) == fresh, hits
        assert cache.finds[True] == sum(hits)


@needs_fork
def test_a_new_process_says_the_same_samples(tmp_path: Path) -> None:
    """What is cached was said by an earlier process, after other texts."""
    cache = ForgetfulCache(PhraseSettings(tmp_path, 10**8, 0))
    here = reading(espeak(cache), LINES)
    used = library()
    assert isinstance(used, HelperLibrary)
    used.close()
    library().say("something else", SynthParams("en-us+whisper", 175, 50, 50, 100), lambda pcm, words: True)
    assert reading(espeak(cache), LINES) == here


@needs_fork
def test_a_process_that_is_killed_is_replaced_to_the_sample(tmp_path: Path) -> None:
    cache = ForgetfulCache(PhraseSettings(tmp_path, 10**8, 0))
    expected = reading(espeak(cache), LINES)
    exact = library().reproducible()
    assert isinstance(exact, HelperLibrary)
    pids = []

    def kill(heard: Listener) -> bool:
        if len(heard.chunks) in (1, 40):
            assert exact.pid is not None
            pids.append(exact.pid)
            os.kill(exact.pid, signal.SIGKILL)
        return True

    heard = Listener(kill)
    espeak(cache).speak(LINES, heard)
    assert (b"".join(chunk.pcm for chunk in heard.chunks), heard.marks) == expected
    assert len(set(pids)) == 2
