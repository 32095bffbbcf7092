"""The indices of a mark lead to its utterance: engines in this process, and the phrase cache before them."""

from __future__ import annotations

from typing import Any

import pytest
from codechoir.engines.base import CachePolicy
from codechoir.engines.cache.caching_engine import CachingEngine
from codechoir.engines.cache.phrase_cache import PhraseCache, PhraseSettings
from codechoir.engines.espeak import EspeakEngine
from codechoir.engines.silent import SilentEngine
from codechoir.engines.xtts import cacheable_units
from codechoir.model import Phrase
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cached_engine import each_part
from support.listening import Listener
from support.mark_indices import UNSPEAKABLE, all_words, check_marks, check_reading, index_of, readings


@given(readings)
def test_the_silent_engine(phrases: list[Phrase]) -> None:
    check_reading(SilentEngine(), phrases)


@settings(max_examples=60)
@given(readings)
def test_espeak_leaves_out_what_it_cannot_say_and_marks_pieces_of_long_words(phrases: list[Phrase]) -> None:
    heard = Listener()
    EspeakEngine().speak(phrases, heard)
    check_marks(phrases, heard.marks)
    indices = list(map(index_of, heard.marks))
    assert indices == sorted(indices)
    assert set(indices) == {
        (phrase, part, word)
        for phrase, part, word in all_words(phrases)
        if words_of(phrases[phrase])[part][word] != UNSPEAKABLE or is_named(phrases[phrase])
    }


def words_of(phrase: Phrase) -> list[list[str]]:
    return [part.utterance.text.split() for part in phrase.parts]


def is_named(phrase: Phrase) -> bool:
    """Whether its characters are said by their names, since it would be silent otherwise."""
    return {word for words in words_of(phrase) for word in words} == {UNSPEAKABLE}


@pytest.mark.parametrize(
    "divide", [None, each_part, cacheable_units], ids=["whole", "parts", "units of XTTS"]
)
@given(readings, st.data())
def test_a_phrase_cache_that_holds_some_of_the_phrases(
    tmp_path_factory: pytest.TempPathFactory, divide: Any, phrases: list[Phrase], data: st.DataObject
) -> None:
    cache = PhraseCache(PhraseSettings(tmp_path_factory.mktemp("cache"), 10**6, 10**6))
    divided = {} if divide is None else {"split": divide}
    engine = CachingEngine(SilentEngine(), cache, CachePolicy(lambda: lambda _: "model", **divided))
    known = data.draw(st.lists(st.sampled_from(phrases), max_size=3)) if phrases else []
    engine.speak(known, Listener())
    check_reading(engine, phrases)
    cache.memory.clear()
    check_reading(engine, phrases)


@settings(max_examples=30)
@given(readings)
def test_espeak_from_the_phrase_cache(
    tmp_path_factory: pytest.TempPathFactory, phrases: list[Phrase]
) -> None:
    cache = PhraseCache(PhraseSettings(tmp_path_factory.mktemp("cache"), 10**6, 0))
    engine = CachingEngine(EspeakEngine(), cache, EspeakEngine().cache_policy())
    first, second = Listener(), Listener()
    engine.speak(phrases, first)
    engine.speak(phrases, second)
    check_marks(phrases, first.marks)
    assert second.marks == first.marks
