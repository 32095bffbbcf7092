"""Divides a phrase into segments: sound of one speaker, and the pauses around it.

Neighbours of one voice are said as one utterance where one of them is short, since XTTS says single words
badly. Long texts are split into pieces that XTTS can say, each a whole sentence where that is possible. What
it cannot say at all is left to the fallback engine, eSpeak NG.

The language is that of the words, not of the listener: a comment may be in another language than the
narrator's. Numbers and symbols are written out later, by coqui's cleaners, when the text becomes tokens.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from codechoir.engines.xtts import short_text
from codechoir.engines.xtts.capabilities import XttsLanguage, find_language
from codechoir.errors import InputError
from codechoir.model import CastUtterance, Category, Phrase, Utterance

_SPACE = re.compile(r"\s+")
_CLAUSE_ENDS = ",;:，、；：،؛"


def clean_text(text: str) -> str:
    """The text with white space collapsed, control characters removed and letters composed (NFC)."""
    visible = "".join(
        c if unicodedata.category(c)[0] != "C" else " " for c in unicodedata.normalize("NFC", text)
    )
    return _SPACE.sub(" ", visible).strip()


def split_text(
    text: str, language: XttsLanguage, max_tokens: int, count_tokens: Callable[[str], int]
) -> list[str]:
    """The text in pieces of at most `language.max_characters` and `max_tokens` tokens.

    Sentences stay together as long as they fit. A sentence that does not fit is split at clauses, then at
    words, then anywhere. Nothing is lost except white space.
    """

    def fits(piece: str) -> bool:
        return len(piece) <= language.max_characters and count_tokens(piece) <= max_tokens

    pieces: list[str] = []
    for part in _smallest_parts(clean_text(text), language, fits):
        if pieces and fits(joined := _join(pieces[-1], part, language)):
            pieces[-1] = joined
        else:
            pieces.append(part)
    return pieces


def _smallest_parts(text: str, language: XttsLanguage, fits: Callable[[str], bool]) -> Iterator[str]:
    """Sentences; and the clauses, words or parts of words of those that do not fit."""
    for sentence in split_after(text, language.sentence_ends):
        if fits(sentence):
            yield sentence
            continue
        for clause in split_after(sentence, _CLAUSE_ENDS):
            if fits(clause):
                yield clause
                continue
            for word in clause.split(" "):
                yield from _halves(word, fits)


def _halves(word: str, fits: Callable[[str], bool]) -> Iterator[str]:
    if fits(word) or len(word) < 2:
        yield word
        return
    middle = len(word) // 2
    yield from _halves(word[:middle], fits)
    yield from _halves(word[middle:], fits)


def split_after(text: str, ends: str) -> list[str]:
    """Parts that end with one of the characters `ends` (and closing quotes after it), trimmed, none empty.

    A Latin stop only ends a part before white space, so that `3.5` and `os.path` stay whole.
    """
    latin = "".join(c for c in ends if c in ".!?…,;:")
    wide = "".join(c for c in ends if c not in latin)
    patterns = [rf"(?<=[{re.escape(latin)}])[\"'”’»)\]]*(?=\s)"] if latin else []
    patterns += [rf"(?<=[{re.escape(wide)}])"] if wide else []
    cuts = sorted({match.end() for pattern in patterns for match in re.finditer(pattern, text)})
    parts = [text[a:b].strip() for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return [part for part in parts if part]


def _join(left: str, right: str, language: XttsLanguage) -> str:
    """Two pieces as one; languages that write no spaces get none."""
    spaced = language.code not in ("zh", "ja")
    return f"{left} {right}" if spaced else left + right


NATURAL_RATE = 175.0
"""Words per minute of XTTS when its speed is not changed."""

MAX_JOINED_PAUSE = 120
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
    """Sound of one speaker.

    `first`: index of the first of its parts in the phrase. `pieces`: texts that XTTS says one after the
    other; empty where the fallback engine says the `parts`. `language`: None there. Pauses are in
    milliseconds, at the voice's rate.
    """

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
            SegmentWord(text, *utterance.range_of(word), utterance.category, part, word)
            for part, utterance in enumerate(part.utterance for part in self.parts)
            for word, text in enumerate(utterance.text.split())
        ]


def split_phrase(
    phrase: Phrase, max_tokens: int, count_tokens: CountTokens, has_fallback: bool = True
) -> Iterator[SpeechSegment]:
    """The segments of a phrase in order.

    Without a fallback engine XTTS says everything that has a letter, in a language that it speaks.
    """
    for first, parts in _joined_parts(phrase, has_fallback):
        language = _language_of(parts[0], has_fallback)
        pieces = () if language is None else _split_parts(parts, language, max_tokens, count_tokens)
        yield _make_segment(first, parts, pieces, language)


def _split_parts(
    parts: Sequence[CastUtterance], language: XttsLanguage, max_tokens: int, count_tokens: CountTokens
) -> tuple[str, ...]:
    """The texts that XTTS says one after the other for some parts."""
    whole = " ".join(part.utterance.text for part in parts)
    pieces = split_text(whole, language, max_tokens, lambda piece: count_tokens(piece, language))
    ended = (short_text.with_sentence_end(piece, language) for piece in pieces)
    return tuple(filter(None, ended))


def cacheable_units(phrase: Phrase) -> Iterator[tuple[int, Phrase]]:
    """The smallest parts of a phrase that sound the same wherever they stand: each becomes one segment.

    With each comes the index that its first part has in the phrase. The words of a segment are one unit, and
    the pauses and the cue around them are others, so that "return" is the same whatever comes before it.
    """
    for index, parts in _joined_parts(phrase, has_fallback=True):
        first, last = parts[0], parts[-1]
        if not any(part.utterance.text for part in parts):
            yield index, _phrase_of(parts)
            continue
        if first.utterance.pause_before or first.utterance.cue:
            lead = replace(first.utterance, text="", pause_after=0)
            yield index, _phrase_of([replace(first, utterance=lead)])
        yield index, _phrase_of([replace(part, utterance=_words_only(part.utterance)) for part in parts])
        if last.utterance.pause_after:
            rest = replace(last.utterance, text="", pause_before=0, cue="")
            yield index + len(parts) - 1, _phrase_of([replace(last, utterance=rest)])


def _phrase_of(parts: Sequence[CastUtterance]) -> Phrase:
    return Phrase(tuple(parts), parts[0].utterance.start, parts[-1].utterance.end)


def _words_only(utterance: Utterance) -> Utterance:
    return replace(utterance, pause_before=0, pause_after=0, cue="")


def _joined_parts(phrase: Phrase, has_fallback: bool) -> Iterator[tuple[int, Sequence[CastUtterance]]]:
    """The parts of each segment, and the index of the first: neighbours are joined where that helps."""
    index = 0
    for group in _joinable_parts(phrase.parts, has_fallback):
        language = _language_of(group[0], has_fallback)
        if language is None:
            ranges = [range(i, i + 1) for i in range(len(group))]
        else:
            texts = [part.utterance.text for part in group]
            families = [part.voice.family for part in group]
            ranges = short_text.join_short_texts(texts, families, language)
        for each in ranges:
            yield index + each.start, group[each.start : each.stop]
        index += len(group)


def _joinable_parts(parts: Sequence[CastUtterance], has_fallback: bool) -> Iterator[list[CastUtterance]]:
    """Neighbours that could be said as one: same voice, same language, no long pause between them."""
    group: list[CastUtterance] = []
    for part in parts:
        if group and not _can_join(group[-1], part, has_fallback):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _can_join(left: CastUtterance, right: CastUtterance, has_fallback: bool) -> bool:
    before, after = left.utterance, right.utterance
    return (
        left.voice == right.voice
        and before.language == after.language
        and before.pause_after + after.pause_before <= MAX_JOINED_PAUSE
        and not after.cue
        and _language_of(left, has_fallback) is not None
        and _language_of(right, has_fallback) is not None
    )


def _language_of(part: CastUtterance, has_fallback: bool) -> XttsLanguage | None:
    """The language in which XTTS says the part; None where the fallback engine says it."""
    utterance = part.utterance
    has_letters = any(character.isalnum() for character in utterance.text)
    if short_text.needs_fallback_engine(utterance.text, utterance.spell) and (
        has_fallback or not has_letters
    ):
        return None
    try:
        return find_language(utterance.language)
    except InputError:
        return None


def _make_segment(
    first: int, parts: Sequence[CastUtterance], pieces: tuple[str, ...], language: XttsLanguage | None
) -> SpeechSegment:
    scale = NATURAL_RATE / parts[0].voice.rate
    before, after = parts[0].utterance.pause_before * scale, parts[-1].utterance.pause_after * scale
    return SpeechSegment(first, tuple(parts), pieces, language, before, after)
