"""Divides a phrase into passes, and lays out the frames of each: which word sounds when, in which voice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from codechoir.audio import pitch_factor
from codechoir.engines.natural.derived_voices import DERIVED_VOICES
from codechoir.engines.natural.hibari_voice import FRAME, SAMPLE_RATE, Floats, Frames, FrameShape
from codechoir.engines.natural.pronunciation import Pronunciation
from codechoir.errors import EngineError, did_you_mean
from codechoir.model import CastUtterance, Category, Mark, Phrase

NATURAL_RATE = 175.0
"""Words a minute of the voice as it was recorded."""

FRAMES_A_SECOND = SAMPLE_RATE / FRAME
LONGEST_PASS = 200
"""Phonemes that the network says at once; a longer stretch is divided between two words."""

MARGIN_FRAMES = 12
"""Frames of the pads around a pass that may have sound: it begins up to so much before the first phoneme."""

AUDIBLE = 0.003
"""Share of the loudest frame below which a frame at the edge of a pass is silent: -50 dB."""

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


@dataclass(frozen=True, slots=True)
class PassLayout:
    """The frames of a pass. `starts`: at which of them each word begins, and where the last one ends."""

    shape: FrameShape
    starts: tuple[int, ...]

    def audible(self, sound: Floats) -> tuple[int, int]:
        """The frames of `sound` from the first to the last that can be heard, and one more on both sides.

        Only the first and the last word are shortened, and not to nothing.
        """
        energies = np.sqrt(np.square(sound.reshape(-1, FRAME)).mean(axis=1))
        loud = np.flatnonzero(energies > AUDIBLE * energies.max())
        if not len(loud):
            return 0, len(energies)
        begin = min(int(loud[0]) - 1, self.starts[1] - 1)
        end = max(int(loud[-1]) + 2, self.starts[-2] + 1)
        return max(begin, 0), min(end, len(energies))

    def marks(
        self, line_pass: LinePass, frames: tuple[int, int], begin: int, samples: int, phrase: int
    ) -> list[Mark]:
        """The marks of the words, if the `frames` from one to another sound for `samples` samples.

        They begin at sample `begin` of the reading.
        """
        first, last = frames
        a_frame = samples / (last - first)
        starts = [int((min(max(each, first), last) - first) * a_frame) for each in self.starts]
        return [
            Mark.of(
                line_pass.parts[word.part - line_pass.first].utterance,
                word.text,
                begin + starts[number],
                begin + starts[number + 1],
                phrase=phrase,
                part=word.part,
                word=word.word,
            )
            for number, word in enumerate(line_pass.words)
        ]


def phonemes_of(line_pass: LinePass) -> str:
    """What the network gets: the words, with blanks between them."""
    return " ".join(word.phonemes for word in line_pass.words)


def layout(line_pass: LinePass, frames: Frames) -> PassLayout:
    """Where each frame of the pass comes from, at the natural rate, with the pauses between the words."""
    builder = _LayoutBuilder()
    position = 0  # of the word's first phoneme; the network has a pad before the first
    ends = [0, *frames.ends]
    parts = {line_pass.first + offset: part for offset, part in enumerate(line_pass.parts)}
    said: int | None = None
    for number, word in enumerate(line_pass.words):
        part = parts[word.part]
        begin, end = ends[position + 1], ends[position + 2 + len(word.phonemes)]  # with the blank after it
        if number == 0:
            begin = max(begin - MARGIN_FRAMES, 0)
        if number == len(line_pass.words) - 1:
            end = min(ends[position + 1 + len(word.phonemes)] + MARGIN_FRAMES, frames.count)
        if said is not None and said != word.part:
            builder.pause(_milliseconds_between(parts, said, word.part))
        builder.begin_word()
        builder.add(begin, end, part)
        position += len(word.phonemes) + 1
        said = word.part
    return builder.finished()


def _milliseconds_between(parts: dict[int, CastUtterance], left: int, right: int) -> float:
    """The pauses between two parts, with those of silent parts between them."""
    before = sum(parts[index].utterance.pause_before for index in range(left + 1, right + 1))
    after = sum(parts[index].utterance.pause_after for index in range(left, right))
    return before + after


class _LayoutBuilder:
    def __init__(self) -> None:
        self._source: list[NDArray[np.int64]] = []
        self._values: list[tuple[int, float, float, float, float]] = []
        self._starts: list[int] = []
        self._count = 0

    def begin_word(self) -> None:
        self._starts.append(self._count)

    def add(self, begin: int, end: int, part: CastUtterance) -> None:
        """The frames `begin` to `end` of the network, in the voice of the part."""
        voice = part.voice
        derived = DERIVED_VOICES.get(voice.family)
        if derived is None:
            raise EngineError(
                f"there is no natural voice '{voice.family}'; known: {', '.join(DERIVED_VOICES)}."
                f"{did_you_mean(voice.family, DERIVED_VOICES)}"
            )
        pitch = derived.pitch * pitch_factor(voice.pitch)
        level = derived.level * voice.volume / 100
        self._append(np.arange(begin, end), pitch, voice.range / 50, derived.formants, level)

    def pause(self, milliseconds: float) -> None:
        size = round(milliseconds / 1000 * FRAMES_A_SECOND)
        if size:
            self._append(np.full(size, -1, np.int64), 1.0, 1.0, 1.0, 1.0)

    def finished(self) -> PassLayout:
        source = np.concatenate(self._source)
        columns = [
            np.repeat(
                np.array([row[column] for row in self._values], np.float32),
                [row[0] for row in self._values],
            )
            for column in range(1, 5)
        ]
        return PassLayout(FrameShape(source, *map(_smoothed, columns)), (*self._starts, self._count))

    def _append(
        self, source: NDArray[np.int64], pitch: float, melody: float, formants: float, level: float
    ) -> None:
        self._source.append(source)
        self._values.append((len(source), pitch, melody, formants, level))
        self._count += len(source)


def _smoothed(values: Floats) -> Floats:
    """The mean of each frame and its neighbours, so that a voice does not begin with a step."""
    padded = np.pad(values, 1, mode="edge")
    return ((padded[:-2] + padded[1:-1] + padded[2:]) / 3).astype(np.float32)
