"""From a phrase to segments: stretches of sound with one speaker, and the silences around them.

Neighbours of one voice are said as one utterance where one of them is short, since XTTS says single words
badly; long texts are cut into pieces that it can say; what it cannot say at all goes to the embedded engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from codechoir.engines.xtts import short_text
from codechoir.engines.xtts.capabilities import XttsLanguage, find_language
from codechoir.engines.xtts.text_splitting import split_text
from codechoir.errors import InputError
from codechoir.model import CastUtterance, Category, Phrase, Utterance

NORMAL_RATE = 175.0
"""Words a minute at which XTTS speaks when it is left alone."""

CLOSE = 120
"""Milliseconds; utterances with a longer pause between them are not joined."""

CountTokens = Callable[[str, XttsLanguage], int]


@dataclass(frozen=True, slots=True)
class SegmentWord:
    """A word that gets a mark, and the source that it stands for.

    `part`: index of its utterance in the segment. `word`: index of the word in the utterance.
    """

    text: str
    start: int
    end: int
    category: Category
    part: int
    word: int


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    """Sound of one speaker. `first`: index of the first of its parts in the phrase. `pieces`: what XTTS says
    one after the other; empty for the embedded engine, which says `parts` as they are. Pauses are
    milliseconds, already at the voice's rate."""

    first: int
    parts: tuple[CastUtterance, ...]
    pieces: tuple[str, ...]
    language: XttsLanguage | None
    pause_before: float
    pause_after: float

    @property
    def words(self) -> list[SegmentWord]:
        """The words in order."""
        return [
            SegmentWord(text, said.start, said.end, said.category, part, word)
            for part, said in enumerate(part.utterance for part in self.parts)
            for word, text in enumerate(said.text.split())
        ]


def segments(
    phrase: Phrase, most_tokens: int, count: CountTokens, embedded: bool = True
) -> Iterator[SpeechSegment]:
    """The segments of a phrase in order. Without an `embedded` engine XTTS has to say everything that has a
    letter, in a language of its own."""
    for first, parts in _runs(phrase, embedded):
        spoken_by = _language(parts[0], embedded)
        if spoken_by is None:
            yield _segment(first, parts, (), None)
        else:
            yield _said_by_xtts(first, parts, spoken_by, most_tokens, count)


def units(phrase: Phrase) -> Iterator[tuple[int, Phrase]]:
    """The pieces of a phrase that sound the same wherever they stand: each becomes one segment.

    With each piece comes the index that its first part has in the phrase. The words of a segment are one
    piece, and the pauses and the cue around them others, so that "return" is the same whatever comes before
    it.
    """
    for index, parts in _runs(phrase, embedded=True):
        first, last = parts[0], parts[-1]
        if not any(part.utterance.text for part in parts):
            yield index, _piece(parts)
            continue
        said = first.utterance
        if said.pause_before or said.cue:
            lead = replace(said, text="", pause_after=0)
            yield index, _piece([replace(first, utterance=lead)])
        yield index, _piece([replace(part, utterance=_bare(part.utterance)) for part in parts])
        if last.utterance.pause_after:
            rest = replace(last.utterance, text="", pause_before=0, cue="")
            yield index + len(parts) - 1, _piece([replace(last, utterance=rest)])


def _piece(parts: Sequence[CastUtterance]) -> Phrase:
    return Phrase(tuple(parts), parts[0].utterance.start, parts[-1].utterance.end)


def _bare(said: Utterance) -> Utterance:
    return replace(said, pause_before=0, pause_after=0, cue="")


def _runs(phrase: Phrase, embedded: bool) -> Iterator[tuple[int, Sequence[CastUtterance]]]:
    """The parts of each segment, and the index of the first: neighbours that may be joined, where that
    helps."""
    index = 0
    for group in _groups(phrase.parts, embedded):
        spoken_by = _language(group[0], embedded)
        if spoken_by is None:
            runs = [range(at, at + 1) for at in range(len(group))]
        else:
            texts = [part.utterance.text for part in group]
            families = [part.voice.family for part in group]
            runs = short_text.join_short_texts(texts, families, spoken_by)
        for run in runs:
            yield index + run.start, group[run.start : run.stop]
        index += len(group)


def _said_by_xtts(
    first: int, parts: Sequence[CastUtterance], spoken_by: XttsLanguage, most_tokens: int, count: CountTokens
) -> SpeechSegment:
    """The segment of neighbours, cut where they are too long."""
    whole = " ".join(part.utterance.text for part in parts)
    cut = split_text(whole, spoken_by, most_tokens, lambda piece: count(piece, spoken_by))
    ended = (short_text.with_sentence_end(piece, spoken_by) for piece in cut)
    return _segment(first, parts, tuple(filter(None, ended)), spoken_by)


def _groups(parts: Sequence[CastUtterance], embedded: bool) -> Iterator[list[CastUtterance]]:
    """Neighbours that could be said as one: same voice, same language, no pause between them."""
    group: list[CastUtterance] = []
    for part in parts:
        if group and not _joins(group[-1], part, embedded):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _joins(left: CastUtterance, right: CastUtterance, embedded: bool) -> bool:
    before, after = left.utterance, right.utterance
    return (
        left.voice == right.voice
        and before.language == after.language
        and before.pause_after + after.pause_before <= CLOSE
        and not after.cue
        and _language(left, embedded) is not None
        and _language(right, embedded) is not None
    )


def _language(part: CastUtterance, embedded: bool) -> XttsLanguage | None:
    """The language in which XTTS says the part; None when the embedded engine is to say it."""
    said = part.utterance
    if short_text.needs_fallback_engine(said.text, said.spell) and (embedded or not _has_letters(said.text)):
        return None
    try:
        return find_language(said.language)
    except InputError:
        return None


def _has_letters(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _segment(
    first: int, parts: Sequence[CastUtterance], pieces: tuple[str, ...], spoken_by: XttsLanguage | None
) -> SpeechSegment:
    scale = NORMAL_RATE / parts[0].voice.rate
    before, after = parts[0].utterance.pause_before * scale, parts[-1].utterance.pause_after * scale
    return SpeechSegment(first, tuple(parts), pieces, spoken_by, before, after)
