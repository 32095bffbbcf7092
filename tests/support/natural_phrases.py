"""Phrases for the natural voices. Both models know `heart`: Kokoro says it in the voice it was made from."""

from __future__ import annotations

from codechoir.model import CastUtterance, Category, Phrase, Utterance, Voice

HEART = Voice("heart")


def said(text: str, start: int = 0, voice: Voice = HEART, **about: object) -> CastUtterance:
    category = about.pop("category", Category.VARIABLE)
    utterance = Utterance(text, category, start, start + 9, **about)  # type: ignore[arg-type]
    return CastUtterance(utterance, voice)


def line(*parts: CastUtterance) -> Phrase:
    return Phrase(parts, parts[0].utterance.start, parts[-1].utterance.end)
