"""Phrases that come from no source file, and the text that they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codechoir.model import Phrase, Span, Spoken
from codechoir.sinks.labels import Chapter
from codechoir.sinks.output import Content
from codechoir.sinks.page.text import PageText


def script(title: str, parts: Sequence[Spoken]) -> tuple[list[Phrase], Content]:
    """A phrase for each part, and a text with a line for each, which is a chapter."""
    phrases, spans, text = [], [], b""
    for part in parts:
        start = len(text)
        text += part.utterance.text.encode("utf-8", "replace")
        placed = replace(part, utterance=replace(part.utterance, start=start, end=len(text)))
        phrases.append(Phrase((placed,), start, len(text)))
        spans.append(Span(start, len(text), part.utterance.category, ""))
        text += b"\n"
    chapters = [Chapter(phrase.start, phrase.parts[0].utterance.text) for phrase in phrases]
    page = PageText(title, "spoken text", text, 0, len(text), 1, tuple(spans))
    return phrases, Content(title, lambda: chapters, lambda: page)
