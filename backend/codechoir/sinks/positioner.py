"""Where each word of a reading stands between left and right, told along with the sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from codechoir.model import AudioChunk, Category, Mark, Phrase
from codechoir.sinks.base import Played, Sink

_REMEMBERED = 4096
"""Words whose place is remembered; an engine is never so far ahead of its own marks."""

_Said = tuple[int, int, Category]


class StereoPositioner:
    """Hands phrases on to an engine, and tells of its chunks where the voices of their words stand.

    Engines make mono sound and know nothing of it. While every voice stands in the middle, nothing is told.
    Stands between phrases and engine, and with `sink` between engine and sink. `begun`: the first word began
    in an earlier reading, so no mark will tell of it.
    """

    def __init__(self, phrases: Iterable[Phrase], begun: bool = False) -> None:
        self._phrases = phrases
        self._begun = begun
        self._opening = 0.0  # where the word stands that has begun already, until that is told
        self._places: dict[_Said, float] = {}
        self._is_wide = False
        self._now = 0.0

    def __iter__(self) -> Iterator[Phrase]:
        for phrase in self._phrases:
            self._watch(phrase)
            if self._begun:
                self._begun, self._opening = False, phrase.parts[0].voice.balance
            yield phrase

    def placed(self, chunk: AudioChunk) -> AudioChunk:
        """The chunk with the places of its words, where one of them is not that of the word before."""
        if not self._is_wide:
            return chunk
        balances = []
        if self._opening:
            self._now, self._opening = self._opening, 0.0
            balances.append((chunk.first_sample, self._now))
        for mark in chunk.marks:
            balance = self._places.get(_said(mark), self._now)
            if balance != self._now:
                balances.append((mark.t0, balance))
                self._now = balance
        return replace(chunk, balances=tuple(balances)) if balances else chunk

    def sink(self, inner: Sink) -> Sink:
        """A sink that hands on to `inner` chunks with the places of their words."""
        return _StagedSink(self, inner)

    def _watch(self, phrase: Phrase) -> None:
        self._is_wide = self._is_wide or any(spoken.voice.balance for spoken in phrase.parts)
        if not self._is_wide:
            return
        for spoken in phrase.parts:
            said = spoken.utterance
            self._places.pop((said.start, said.end, said.category), None)
            self._places[said.start, said.end, said.category] = spoken.voice.balance
        while len(self._places) > _REMEMBERED:
            del self._places[next(iter(self._places))]


def _said(mark: Mark) -> _Said:
    return mark.start, mark.end, mark.category


class _StagedSink:
    """Everything goes to `inner`, chunks with the places of their words."""

    def __init__(self, stage: StereoPositioner, inner: Sink) -> None:
        self._stage = stage
        self._inner = inner

    def open(self, played: Played) -> None:
        self._inner.open(played)

    def write(self, chunk: AudioChunk) -> None:
        self._inner.write(self._stage.placed(chunk))

    def pause(self) -> None:
        self._inner.pause()

    def resume(self) -> None:
        self._inner.resume()

    def finish(self) -> None:
        self._inner.finish()

    def abort(self) -> None:
        self._inner.abort()
