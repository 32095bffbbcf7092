"""The safeguards for very short texts, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from codechoir.engines.xtts import short_text
from codechoir.engines.xtts.capabilities import find_language
from codechoir.engines.xtts.short_text import Outcome

ENGLISH = find_language("en")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("define", "define."),
        ("is it?", "is it?"),
        ('she said "no"', 'she said "no.'),
        ("and then -", "and then."),
        ("first, ", "first."),
        ("  ", ""),
        ("...", "..."),
    ],
)
def test_a_text_gets_a_sentence_end(text: str, said: str) -> None:
    assert short_text.with_sentence_end(text, ENGLISH) == said


def test_each_language_has_its_full_stop() -> None:
    assert short_text.with_sentence_end("返回", find_language("zh-CN")) == "返回。"
    assert short_text.with_sentence_end("वापस", find_language("hi")) == "वापस।"


def test_limits_grow_with_the_expected_duration() -> None:
    short, long = short_text.token_limits(0.4, 21.53), short_text.token_limits(4.0, 21.53)
    assert short.expected < short.most <= 30
    assert short.most < long.expected < long.most


def test_a_single_word_has_a_minimal_duration() -> None:
    assert short_text.expected_seconds("x", ENGLISH) == pytest.approx(0.35)
    assert short_text.expected_seconds("a" * 145, ENGLISH) == pytest.approx(10.0)


def test_only_short_texts_get_several_candidates() -> None:
    assert [short_text.candidate_count("return", most) for most in (1, 3)] == [1, 3]
    assert short_text.candidate_count("a comment of some length", 3) == 1


def test_an_outlier_is_never_preferred() -> None:
    babble = Outcome(tokens=30, log_probability=-1.0, expected=10, truncated=True)
    clipped = Outcome(tokens=2, log_probability=-1.0, expected=10, truncated=False)
    good = Outcome(tokens=11, log_probability=-3.0, expected=10, truncated=False)
    better = Outcome(tokens=9, log_probability=-2.0, expected=10, truncated=False)
    assert short_text.best_outcome([babble, good, clipped, better]) == 3
    assert short_text.best_outcome([babble, clipped]) in (0, 1)


@pytest.mark.parametrize(
    ("text", "spell", "embedded"),
    [
        ("x", False, True),
        ("a b", False, True),
        ("def", True, True),
        ("->", False, True),
        ("define", False, False),
    ],
)
def test_what_xtts_cannot_say_needs_the_fallback_engine(text: str, spell: bool, embedded: bool) -> None:
    assert short_text.needs_fallback_engine(text, spell) is embedded


def test_trailing_breath_is_cut_and_nothing_else() -> None:
    loud = np.sin(np.arange(24_000) / 10).astype(np.float32)
    breath = (0.005 * np.random.default_rng(2).normal(size=24_000)).astype(np.float32)
    trimmed = short_text.trim_tail(np.concatenate([loud, breath]), 24_000)
    assert 24_000 <= len(trimmed) <= 24_000 + 0.08 * 24_000
    np.testing.assert_array_equal(trimmed[:24_000], loud)
    assert len(short_text.trim_tail(loud, 24_000)) == len(loud)


def test_silence_and_fragments_are_not_trimmed() -> None:
    silence = np.zeros(4_800, np.float32)
    assert len(short_text.trim_tail(silence, 24_000)) == 4_800
    assert len(short_text.trim_tail(silence[:5], 24_000)) == 5


def test_short_neighbours_of_one_voice_are_joined() -> None:
    texts = ["def", "total price", "of", "a very long comment that stands alone", "end"]
    voices = ["k", "v", "v", "c", "c"]
    assert short_text.join_short_texts(texts, voices, ENGLISH) == [range(1), range(1, 3), range(3, 5)]


def test_joined_ranges_cover_all_texts_once_within_the_limit() -> None:
    texts = ["word"] * 200
    found = short_text.join_short_texts(texts, ["v"] * 200, ENGLISH)
    assert [i for run in found for i in run] == list(range(200))
    assert len(found) > 1
    assert all(len(" ".join(texts[i] for i in run)) <= ENGLISH.max_characters for run in found)
