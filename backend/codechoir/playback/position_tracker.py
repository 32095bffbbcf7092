"""Where a reading is: the phrases that the engine has pulled, and the word of them that is heard."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from codechoir.model import AudioChunk, CastUtterance, Mark, Phrase


@dataclass(frozen=True, slots=True)
class Place:
    """A word of a reading: word `word` of part `part` of `phrase`, both counted from 0."""

    phrase: Phrase
    part: int
    word: int

    def rest(self) -> Phrase:
        """What the phrase still has to say from this word on."""
        spoken = self.phrase.parts[self.part]
        parts = self.phrase.parts[self.part :]
        if self.word > 0:
            words = " ".join(spoken.utterance.text.split()[self.word :])
            begun = replace(spoken.utterance, text=words, pause_before=0, cue="")
            parts = (replace(spoken, utterance=begun), *parts[1:])
        return Phrase(parts, spoken.utterance.start, self.phrase.end)


REMEMBERED_WORDS = 32
"""How many words `back` can go back."""


class PositionTracker:
    """Hands phrases to an engine, and keeps each until a word of a later one is heard.

    One thread pulls phrases, another follows the marks.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = phrases
        self._lock = threading.Lock()
        self._kept: dict[int, Phrase] = {}
        self._place: Place | None = None
        self._heard: deque[Place] = deque(maxlen=REMEMBERED_WORDS)

    def __iter__(self) -> Iterator[Phrase]:
        for number, phrase in enumerate(self._phrases):
            with self._lock:
                self._kept[number] = phrase
            yield phrase

    @property
    def place(self) -> Place | None:
        """The word of the mark that was followed last; None before the first."""
        return self._place

    def back(self, words: int) -> Place | None:
        """The place `words` words before `place`, or the farthest that is remembered; None before any."""
        with self._lock:
            return self._heard[max(len(self._heard) - 1 - words, 0)] if self._heard else None

    @property
    def kept(self) -> int:
        """How many phrases are kept."""
        return len(self._kept)

    def spoken(self, mark: Mark) -> CastUtterance | None:
        """The utterance that a mark belongs to; None where its phrase is not kept any more."""
        with self._lock:
            phrase = self._kept.get(mark.phrase)
        return phrase.parts[mark.part] if phrase is not None and mark.part < len(phrase.parts) else None

    def follow(self, mark: Mark) -> None:
        """The listener has reached `mark`; marks come in the order in which they sound.

        A mark of a phrase that is not kept is ignored.
        """
        with self._lock:
            phrase = self._kept.get(mark.phrase)
            if phrase is None or mark.part >= len(phrase.parts):
                return
            for number in [number for number in self._kept if number < mark.phrase]:
                del self._kept[number]
            place = Place(phrase, mark.part, mark.word)
            if place != self._place:
                self._heard.append(place)
            self._place = place


class StereoPositioner:
    """Adds to chunks where the voices of their words are between left and right.

    Engines make mono audio and do not know of it. While every voice is in the middle, nothing is added.
    """

    def __init__(self, tracker: PositionTracker) -> None:
        self._tracker = tracker
        self._balance = 0.0

    def placed(self, chunk: AudioChunk) -> AudioChunk:
        """The chunk with the balance of each of its words that differs from that of the word before."""
        balances = []
        for mark in chunk.marks:
            spoken = self._tracker.spoken(mark)
            if spoken is not None and spoken.voice.balance != self._balance:
                self._balance = spoken.voice.balance
                balances.append((max(mark.t0, chunk.first_sample), self._balance))
        return replace(chunk, balances=tuple(balances)) if balances else chunk
