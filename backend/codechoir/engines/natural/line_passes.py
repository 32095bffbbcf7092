"""Divides a phrase into passes: stretches of words that the network says at once, whatever their voices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from codechoir.engines.natural.pronunciation import Pronunciation
from codechoir.model import CastUtterance, Category, Phrase

NATURAL_RATE = 175.0
"""Words a minute of the voice as it was recorded."""

LONGEST_PASS = 200
"""Phonemes that the network says at once; a longer stretch is divided between two words."""

PROSE = frozenset({Category.COMMENT, Category.NARRATION})
"""Where a single letter is a word, and not a name."""


@dataclass(frozen=True, slots=True)
class PassWord:
    """A word with its phonemes: word `word` of part `part` of the phrase."""

    text: str
    phonemes: str
    part: int
    word: int


@dataclass(frozen=True, slots=True)
class LinePass:
    """Words that are said at once. Without words: parts that the stand-in says, or that are only a pause.

    `first`: index of the first of the `parts` in the phrase.
    """

    first: int
    parts: tuple[CastUtterance, ...]
    words: tuple[PassWord, ...]


def passes_of(phrase: Phrase, pronunciation: Pronunciation) -> Iterator[LinePass]:
    """The passes of a phrase in order. A cue, another rate, or words that this voice cannot say end one."""
    first = 0
    words: list[PassWord] = []
    for index, part in enumerate(phrase.parts):
        utterance = part.utterance
        own = _words_of(index, part, pronunciation) if _can_say(part) else ()
        is_silent = not utterance.text.split()
        has_other_rate = index > first and part.voice.rate != phrase.parts[first].voice.rate
        if utterance.cue or has_other_rate or not (own or is_silent) or _is_too_long(words, own):
            if index > first:
                yield LinePass(first, phrase.parts[first:index], tuple(words))
            first, words = index, []
        if not (own or is_silent):
            yield LinePass(index, (part,), ())
            first = index + 1
            continue
        if _is_too_long(own, ()):  # one utterance that is too long by itself
            yield from _pieces(index, part, own)
            first = index + 1
            continue
        words += own
    if first < len(phrase.parts):
        yield LinePass(first, phrase.parts[first:], tuple(words))


def _pieces(index: int, part: CastUtterance, words: Sequence[PassWord]) -> Iterator[LinePass]:
    """One utterance in several passes; its pauses and its cue are around all of them."""
    utterance = replace(part.utterance, pause_after=0)
    while _is_too_long(words, ()):
        cut = _longest_start(words)
        yield LinePass(index, (replace(part, utterance=utterance),), tuple(words[:cut]))
        words = words[cut:]
        utterance = replace(utterance, pause_before=0, cue="")
    utterance = replace(utterance, pause_after=part.utterance.pause_after)
    yield LinePass(index, (replace(part, utterance=utterance),), tuple(words))


def _can_say(part: CastUtterance) -> bool:
    return part.utterance.language.partition("-")[0] == "en"


def _words_of(index: int, part: CastUtterance, pronunciation: Pronunciation) -> tuple[PassWord, ...]:
    """The words of a part; empty if not all of them can be pronounced."""
    utterance = part.utterance
    texts = utterance.text.split()
    letters = utterance.spell or (len(texts) == 1 and utterance.category not in PROSE)
    groups = pronunciation.words(texts, letters)
    if not all(groups):
        return ()
    return tuple(
        PassWord(text, group, index, number)
        for number, (text, group) in enumerate(zip(texts, groups, strict=True))
    )


def _size(words: Sequence[PassWord]) -> int:
    return sum(len(word.phonemes) + 1 for word in words)


def _is_too_long(words: Sequence[PassWord], more: Sequence[PassWord]) -> bool:
    return len(words) + len(more) > 1 and _size(words) + _size(more) > LONGEST_PASS


def _longest_start(words: Sequence[PassWord]) -> int:
    """How many of the words fit into a pass, at least one."""
    size = 0
    for count, word in enumerate(words):
        size += len(word.phonemes) + 1
        if size > LONGEST_PASS:
            return max(count, 1)
    return len(words)


def phonemes_of(line_pass: LinePass) -> str:
    """What the network gets: the words, with blanks between them."""
    return " ".join(word.phonemes for word in line_pass.words)


def pause_between(parts: Mapping[int, CastUtterance], left: int, right: int) -> float:
    """Milliseconds of the pauses between two parts, by their index, with those of silent parts between."""
    before = sum(parts[index].utterance.pause_before for index in range(left + 1, right + 1))
    after = sum(parts[index].utterance.pause_after for index in range(left, right))
    return before + after
