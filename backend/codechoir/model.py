"""The vocabulary that every part of Codechoir speaks.

One direction: text → `Span` → `Utterance` → `CastUtterance` (an utterance with its `Voice`) → `AudioChunk`.
Everything here is frozen: a step never changes what an earlier step made.

Offsets are UTF-8 byte offsets in the document. Times are milliseconds for pauses and samples for audio.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal


class Category(StrEnum):
    """What kind of token a listener hears. A closed set; finer kinds are captures."""

    COMMENT = "comment"
    KEYWORD = "keyword"
    LITERAL = "literal"
    OPERATOR = "operator"
    TYPE = "type"
    VARIABLE = "variable"
    NARRATION = "narration"
    FUNCTION = "function"
    PUNCTUATION = "punctuation"

    @property
    def inherits(self) -> Category | None:
        """The category whose voice this one takes until the user gives it one of its own."""
        return _INHERITS.get(self)


_INHERITS = {Category.FUNCTION: Category.VARIABLE, Category.PUNCTUATION: Category.OPERATOR}


@dataclass(frozen=True, slots=True)
class Span:
    """Who is it? One token of the source.

    `start`, `end`: UTF-8 byte offsets, half open. `capture`: the grammar's own name (`string.escape`).
    `language`: the language the token is written in, which differs from the document's where languages
    are embedded. `role`: what the token does here, a dotted name that only a parse tree knows
    (`assignment`, `call.open`, `block.close`), empty where nothing is known. `depth`: how many brackets
    or blocks enclose it inside its statement. `closes`: the words of what a closing token closes
    (`for user`), as source text, or empty. `change`: in a diff, what happened to the token, a dotted name
    (`added`, `removed.edited`; see `syntax.diff_analysis`), else empty.
    """

    start: int
    end: int
    category: Category
    capture: str
    language: str = ""
    role: str = ""
    depth: int = 0
    closes: str = ""
    change: str = ""

    def at(self, start: int, end: int) -> Span:
        """The same token at another place. Thousands at once: `dataclasses.replace` takes twice as long."""
        if start == self.start and end == self.end:
            return self
        return Span(
            *(start, end, self.category, self.capture, self.language, self.role, self.depth, self.closes),
            change=self.change,
        )


@dataclass(frozen=True, slots=True)
class Utterance:
    """How is it said? Words for one stretch of source; never raw code.

    `text`: words to be said in one breath; empty when only the pauses or the cue count.
    `pause_before`, `pause_after`: milliseconds at the normal rate. `cue`: name of an earcon that sounds
    before the words, or empty. `capture`: lets a profile overlay a voice on a finer kind. `depth`: nesting,
    which casting may turn into a step of pitch or balance. `spell`: the words are single characters, to be
    said by their names. `language`: the natural language of the words (BCP 47). `balance`: how far the words
    are moved from their voice's own place, -100 (left) to 100 (right). `change`: that of the span.
    `words`: the source range of each word of `text.split()`, for words of a comment or a string; empty if all
    words stand for the whole range.
    """

    text: str
    category: Category
    start: int
    end: int
    pause_before: int = 0
    pause_after: int = 0
    cue: str = ""
    capture: str = ""
    depth: int = 0
    spell: bool = False
    language: str = "en"
    balance: int = 0
    change: str = ""
    words: tuple[tuple[int, int], ...] = ()

    def range_of(self, word: int) -> tuple[int, int]:
        """The source range that word `word` stands for."""
        return self.words[word] if word < len(self.words) else (self.start, self.end)


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says it? The resolved settings of one category for one engine (names as in CSS Speech).

    `family`: the engine's own name of a voice (`en-us+f3`, a cloned voice's name). `rate`: words a minute.
    `pitch` and `range`: 0 to 100, 50 is the family's own. `volume`: 0 to 100 per cent.
    `balance`: -100 (left) to 100 (right).
    """

    family: str
    rate: float = 175.0
    pitch: float = 50.0
    range: float = 50.0
    volume: float = 100.0
    balance: float = 0.0


@dataclass(frozen=True, slots=True)
class CastUtterance:
    """An utterance together with the voice that casting gave it: what an engine is asked to say.

    `fallback_voice`: its voice of the fallback engine, which speaks when the engine cannot; None if the
    engine is the fallback engine, or if nobody cast the utterance for it.
    """

    utterance: Utterance
    voice: Voice
    fallback_voice: Voice | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is said in one breath, normally a line of code: the unit that engines are handed.

    `start`, `end`: the source range that the phrase covers, which holds the ranges of all its parts.
    """

    parts: tuple[CastUtterance, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Which word sounds when, and which word it is: samples `t0` to `t1` of the audio say `text`.

    `start`, `end`: the source range of the word; `category`: that of its utterance. `phrase`: index of its
    phrase among those that the engine has pulled in this call of `speak`. `part`: index of the utterance in
    the phrase. `word`: index of the word, or the first of several, in the utterance's `text.split()`. All
    count from 0.

    Engines set the indices. Whatever passes only some of a reading's phrases to an engine translates the
    indices of its marks, so nobody has to search for the utterance of a mark.
    """

    t0: int
    t1: int
    start: int
    end: int
    category: Category
    text: str
    phrase: int
    part: int
    word: int

    @classmethod
    def of(
        cls, utterance: Utterance, text: str, t0: int, t1: int, *, phrase: int, part: int, word: int
    ) -> Mark:
        """The mark of a word of `utterance`."""
        source = *utterance.range_of(word), utterance.category
        return cls(t0, t1, *source, text, phrase, part, word)


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A piece of sound: PCM s16le mono.

    `first_sample`: index of the chunk's first sample in the reading. `marks`: the words that begin in this
    chunk, in samples of the reading, ascending. `last`: nothing comes after it. `balances`: where the sound
    moves between left and right: a sample of the reading and the balance from there on, -100 to 100.
    """

    pcm: bytes
    sample_rate: int
    first_sample: int
    marks: tuple[Mark, ...] = ()
    last: bool = False
    balances: tuple[tuple[int, float], ...] = ()

    @property
    def samples(self) -> int:
        """Number of samples in the chunk."""
        return len(self.pcm) // 2

    def shifted(self, samples: int, phrases: int = 0) -> AudioChunk:
        """The chunk moved `samples` and `phrases` later in the reading, its marks with it."""
        marks = tuple(
            replace(mark, t0=mark.t0 + samples, t1=mark.t1 + samples, phrase=mark.phrase + phrases)
            for mark in self.marks
        )
        return replace(self, first_sample=self.first_sample + samples, marks=marks)


def chunk_samples(sample_rate: int) -> int:
    """The samples of a full chunk: 20 ms. Stop is heard no later than the chunk that is playing."""
    return sample_rate // 50


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do, as data.

    `sample_rate`: native, in hertz. `inline_prosody`: pitch, rate and volume may change inside an utterance
    without a seam. `cloning`: voices can be made from recordings. `batching`: several utterances cost little
    more than one, so the engine should be given phrases ahead. `concurrent`: several threads may call `speak`
    at once. `can_be_lost`: it runs in another process, may load for long and may die, so the fallback engine
    speaks in the meantime. `languages`: BCP 47 tags it can speak. `ignores`: names of voice properties that
    have no effect.
    """

    sample_rate: int
    inline_prosody: bool = False
    cloning: bool = False
    batching: bool = False
    concurrent: bool = False
    can_be_lost: bool = False
    languages: tuple[str, ...] = ("en",)
    ignores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """A voice family of an engine: its name, its natural language (BCP 47 or empty), a description."""

    name: str
    language: str
    description: str = ""


State = Literal["speaking", "paused", "stopped", "finished", "blocked", "error"]
"""The states of a reading, as clients see them."""
