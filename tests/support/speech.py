"""Speech to measure: one engine for all tests, and phrases in the voices of the default profile."""

from __future__ import annotations

from functools import cache

from codechoir.engines.espeak import EspeakEngine
from codechoir.model import CastUtterance, Category, Phrase, Utterance, Voice
from codechoir.settings import Settings
from codechoir.voices.casting import Casting
from codechoir.voices.profile import load_profile

PLAIN = Voice("en-us")
VOICED = [category for category in Category if category.inherits is None]


@cache
def engine() -> EspeakEngine:
    """An engine that is warm."""
    made = EspeakEngine()
    made.warm_up()
    return made


@cache
def _casting(rate: float | None) -> Casting:
    return Casting(load_profile("default", "espeak"), Settings(rate=rate))


def voice_of(category: Category, rate: float | None = None) -> Voice:
    """The voice of a category in the default profile."""
    return _casting(rate).voice_of(category)


def said(text: str, voice: Voice = PLAIN, **utterance: object) -> Phrase:
    """One utterance in one voice."""
    return of_utterances(Utterance(text, Category.VARIABLE, 0, len(text), **utterance), voice=voice)  # type: ignore[arg-type]


def of_utterances(*utterances: Utterance, voice: Voice | None = None, rate: float | None = None) -> Phrase:
    """A phrase of utterances, in `voice` or in the voices that the default profile gives them."""
    parts = tuple(CastUtterance(one, voice or voice_of(one.category, rate)) for one in utterances)
    return Phrase(parts, utterances[0].start, utterances[-1].end)


def line(*words: tuple[Category, str], rate: float | None = None) -> Phrase:
    """A line of code: categories and their words; utterance number n covers the bytes from 10 n."""
    utterances = (
        Utterance(text, category, 10 * index, 10 * index + 9) for index, (category, text) in enumerate(words)
    )
    return of_utterances(*utterances, rate=rate)


LINE = (
    (Category.KEYWORD, "for"),
    (Category.VARIABLE, "user"),
    (Category.KEYWORD, "in"),
    (Category.VARIABLE, "users"),
    (Category.OPERATOR, "dot"),
    (Category.FUNCTION, "list all"),
    (Category.LITERAL, "hello world"),
    (Category.TYPE, "user list"),
    (Category.COMMENT, "all of them"),
)
"""A line in six voices."""
