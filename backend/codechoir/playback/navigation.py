"""Navigation in a reading: which word is playing, how to resume there, and where a skip leads.

`PositionTracker` knows which phrases the engine has pulled, and which word is playing. The functions that
skip spans, lines, blocks or symbols are pure: they take the byte of the current place and a count, negative
for back, 0 for a repetition. They return the bytes of what is reached, or None beyond the last one; a skip
back stops at the first.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from codechoir.audio import fade_in
from codechoir.engines import AudioListener, ForwardingListener
from codechoir.model import AudioChunk, CastUtterance, Mark, Phrase


@dataclass(frozen=True, slots=True)
class ReadingPosition:
    """A word of a reading: word `word` of part `part` of `phrase`, the reading's phrase number `number`.

    All count from 0.
    """

    number: int
    phrase: Phrase
    part: int
    word: int

    def rest(self) -> Phrase:
        """The phrase from this word on."""
        spoken = self.phrase.parts[self.part]
        parts = self.phrase.parts[self.part :]
        if self.word > 0:
            words = " ".join(spoken.utterance.text.split()[self.word :])
            rest = spoken.utterance.words[self.word :]
            begun = replace(spoken.utterance, text=words, pause_before=0, cue="", words=rest)
            parts = (replace(spoken, utterance=begun), *parts[1:])
        return Phrase(parts, spoken.utterance.start, self.phrase.end)


KEPT_PLACES = 32
"""How many words `back` can go back."""


class PositionTracker:
    """Hands phrases to an engine, and keeps each of them until a word of a later one plays.

    One thread pulls phrases, another follows the marks.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = phrases
        self._lock = threading.Lock()
        self._kept: dict[int, Phrase] = {}
        self._places: deque[ReadingPosition] = deque(maxlen=KEPT_PLACES)

    def __iter__(self) -> Iterator[Phrase]:
        for number, phrase in enumerate(self._phrases):
            with self._lock:
                self._kept[number] = phrase
            yield phrase

    @property
    def place(self) -> ReadingPosition | None:
        """The word of the mark that was followed last; None before the first."""
        return self.back(0)

    def back(self, words: int) -> ReadingPosition | None:
        """The place `words` words before `place`, or the first that is kept; None before any."""
        with self._lock:
            return self._places[max(len(self._places) - 1 - words, 0)] if self._places else None

    def ahead(self) -> list[tuple[int, Phrase]]:
        """The phrases that were pulled, with their numbers, from that of `place` on."""
        with self._lock:
            first = self._places[-1].number if self._places else 0
            return [(number, phrase) for number, phrase in self._kept.items() if number >= first]

    def part_of(self, mark: Mark) -> CastUtterance | None:
        """The utterance of a mark; None if its phrase is not kept any more."""
        with self._lock:
            phrase = self._kept.get(mark.phrase)
        return phrase.parts[mark.part] if phrase is not None and mark.part < len(phrase.parts) else None

    def follow(self, mark: Mark) -> None:
        """The word of `mark` has begun to play. Marks come in the order in which they play.

        A mark that belongs to none of the phrases is ignored.
        """
        with self._lock:
            phrase = self._kept.get(mark.phrase)
            if phrase is None or mark.part >= len(phrase.parts):
                return
            for number in [number for number in self._kept if number < mark.phrase]:
                del self._kept[number]
            place = ReadingPosition(mark.phrase, phrase, mark.part, mark.word)
            if not self._places or place != self._places[-1]:
                self._places.append(place)


class StereoPositioner:
    """Adds to chunks where the voices of their words are between left and right.

    Engines make mono audio and do not know of it. If every voice is in the middle, nothing is added.
    """

    def __init__(self, tracker: PositionTracker) -> None:
        self._tracker = tracker
        self._balance = 0.0

    def placed(self, chunk: AudioChunk) -> AudioChunk:
        """The chunk with the balance of each word that differs from the word before."""
        balances = []
        for mark in chunk.marks:
            spoken = self._tracker.part_of(mark)
            if spoken is not None and spoken.voice.balance != self._balance:
                self._balance = spoken.voice.balance
                balances.append((max(mark.t0, chunk.first_sample), self._balance))
        return replace(chunk, balances=tuple(balances)) if balances else chunk


FADE_SECONDS = 0.005
"""A word that begins in its middle fades in: a step in the waveform sounds like a click."""


class MidWordListener(ForwardingListener):
    """Resumes mid-word: drops the audio of the first word that was played in an earlier reading.

    `heard`: the share of the word that was played, 0 to 1. The first sample after it becomes sample 0 of the
    reading, so the word's mark begins before that: its `t0` is negative.
    """

    def __init__(self, inner: AudioListener, heard: float) -> None:
        super().__init__(inner)
        self._heard = heard
        self._cut: int | None = None  # samples to drop, once the first word's length is known
        self._marks: list[Mark] = []
        self._has_begun = False

    def write(self, chunk: AudioChunk) -> bool:
        self._marks += chunk.marks
        if self._cut is None and self._marks:
            first = self._marks[0]
            self._cut = first.t0 + max(round(min(self._heard, 1.0) * (first.t1 - first.t0)), 1)
        cut = self._cut
        if cut is None or chunk.first_sample + chunk.samples <= cut:
            return not self.is_cancelled()
        pcm = chunk.pcm[2 * max(cut - chunk.first_sample, 0) :]
        if not self._has_begun:
            faded = round(chunk.sample_rate * FADE_SECONDS)
            samples = array("h", pcm)
            pcm = (fade_in(samples[:faded]) + samples[faded:]).tobytes()
        self._has_begun = True
        marks, self._marks = self._marks, []
        moved = tuple(replace(mark, t0=mark.t0 - cut, t1=mark.t1 - cut) for mark in marks)
        begin = max(chunk.first_sample - cut, 0)
        return self.inner.write(replace(chunk, pcm=pcm, first_sample=begin, marks=moved))


# ---- skips -----------------------------------------------------------------------------------------------

Extent = tuple[int, int]
"""Bytes of a document, half open."""


class HasRange(Protocol):
    """Something with a range in the document: a symbol, an utterance."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


class LineSource(Protocol):
    """What skips need of a document; `Snapshot` has it."""

    @property
    def text(self) -> bytes: ...

    @property
    def line_count(self) -> int: ...

    def line_of(self, byte: int) -> int: ...

    def line_range(self, line: int) -> Extent: ...


def skip_lines(source: LineSource, byte: int, count: int) -> Extent | None:
    """The line `count` lines after the one with `byte`; blank lines do not count."""
    line = reached = source.line_of(byte)
    step = 1 if count > 0 else -1
    left = abs(count)
    while left and 0 <= line + step < source.line_count:
        line += step
        if _line(source, line):
            reached = line
            left -= 1
    return None if left and count > 0 else source.line_range(reached)


def skip_blocks(source: LineSource, byte: int, count: int) -> Extent | None:
    """The block `count` blocks after the one with `byte`.

    A block is a run of lines with the same indentation. A blank line and another indentation end it; a line
    of closing brackets alone belongs to the block before it.
    """
    first = source.line_of(byte)
    while first > 0 and not _begins_block(source, first):
        first -= 1
    left = abs(count)
    step = 1 if count > 0 else -1
    line = first
    while left and 0 <= line + step < source.line_count:
        line += step
        if _begins_block(source, line):
            first = line
            left -= 1
    if left and count > 0:
        return None
    last = first
    while last + 1 < source.line_count and _line(source, last + 1) and not _begins_block(source, last + 1):
        last += 1
    return source.line_range(first)[0], source.line_range(last)[1]


def skip_symbols(symbols: Sequence[HasRange], byte: int, count: int) -> Extent | None:
    """The symbol `count` symbols after the last one that begins at or before `byte`, in order of the text.

    None also if there are no symbols.
    """
    ordered = sorted({(symbol.start, symbol.end) for symbol in symbols}, key=lambda extent: extent[0])
    current = bisect_right([start for start, _ in ordered], byte) - 1
    reached = max(current + count, 0)
    return ordered[reached] if reached < len(ordered) else None


def skip_spans(
    source: LineSource, spoken: Callable[[int, int], Sequence[HasRange]], byte: int, count: int
) -> Extent | None:
    """The utterance `count` utterances after the one at `byte`.

    `spoken`: the utterances with words in a range of bytes, in order; called line by line, as far as needed.
    Silent spans do not count: a skip back from a name would lead to the bracket before it, and the name would
    be said again.
    """
    line = source.line_of(byte)
    extents = _extents(spoken, source.line_range(line))
    current = bisect_right([start for start, _ in extents], byte) - 1
    reached = count if current < 0 and count < 0 else current + count
    while reached < 0 and line > 0:
        line -= 1
        before = _extents(spoken, source.line_range(line))
        reached += len(before)
        extents = before or extents
    while reached >= len(extents) and line + 1 < source.line_count:
        reached -= len(extents)
        line += 1
        extents = _extents(spoken, source.line_range(line))
    reached = max(reached, 0)
    return extents[reached] if reached < len(extents) else None


def _extents(spoken: Callable[[int, int], Sequence[HasRange]], line: Extent) -> list[Extent]:
    return [(utterance.start, utterance.end) for utterance in spoken(*line)]


_CLOSERS = b" \t\r\n)]};,"


def _begins_block(source: LineSource, line: int) -> bool:
    text = _line(source, line)
    if not text:
        return False
    before = _line(source, line - 1) if line else b""
    if not before:
        return True
    return _indentation(text) != _indentation(before) and bool(text.strip(_CLOSERS))


def _line(source: LineSource, line: int) -> bytes:
    """The text of a line; empty if it is blank."""
    start, end = source.line_range(line)
    text = source.text[start:end]
    return text if text.strip() else b""


def _indentation(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip())]
