"""One voice saying a whole breath: the sound as far as it was made, and where in it each word lies."""

from __future__ import annotations

from array import array
from bisect import bisect_right

from codechoir.engines.espeak._library import Word
from codechoir.engines.espeak.script import Script
from codechoir.engines.espeak.sound import WINDOW, onset, sounding

_UNKNOWN = -1
_QUIET = 250
"""Samples no larger than this, 42 dB below full scale, count as silence in a voice of full volume."""


class Rendition:
    """Filled by `feed` while the library speaks, at `volume` per cent; `finish` when it has spoken.

    Samples are 16 bit, mono. Word `i` lies between `start(i)` and `start(i + 1)`; one past the last word is
    where the speech ends.
    """

    def __init__(self, script: Script, volume: float) -> None:
        self.script = script
        self._quiet = round(volume * _QUIET / 100)
        self._starts = [_UNKNOWN] * (len(script.positions) + 1)
        self._starts[0] = 0
        self._known = 1  # words before this one have their start
        self.samples: array[int] = array("h")
        self.finished = False
        self._onset: int | None = None
        self._searched = 0  # the onset is not before this sample

    def feed(self, pcm: bytes, words: list[Word]) -> None:
        """Take the next samples and the words that begin in them."""
        self.samples.frombytes(pcm)
        for word in words:
            index = bisect_right(self.script.positions, word.position) - 1
            if index >= self._known:
                self._starts[index] = word.sample
                self._share_out(self._known, index)
                self._known = index + 1

    def finish(self) -> None:
        """The library has said everything."""
        self.finished = True
        end = len(self._starts) - 1
        self._starts[end] = len(self.samples)
        self._share_out(self._known, end)
        self._known = end + 1

    def has(self, words: int, margin: int) -> bool:
        """Whether the first `words` words are complete, and `margin` samples after them."""
        return self.finished or (words < self._known and self._starts[words] + margin <= len(self.samples))

    def start(self, index: int) -> int:
        """First sample of a word that `has` reached; of one past the last word, the end of the speech."""
        return self._starts[index]

    def sounding(self, index: int) -> tuple[int, int]:
        """First and last sample of a word that is loud enough to be heard."""
        return sounding(self.samples, self._starts[index], self._starts[index + 1], self._quiet)

    def onset(self) -> int | None:
        """First sample of the first word that is loud enough to be heard; None while it is not made yet."""
        if self._onset is None:
            end = self._starts[1] if self._known > 1 else len(self.samples)
            self._onset = onset(self.samples, self._searched, end, self._quiet)
            self._searched = max(self._searched, end - end % WINDOW)
        return self._onset

    def _share_out(self, first: int, end: int) -> None:
        """Words without an event were said as one with the word before ("of the"): share by letters."""
        if first >= end:
            return
        lengths = self.script.lengths[first - 1 : end]
        begin, letters = self._starts[first - 1], max(sum(lengths), 1)
        length, before = self._starts[end] - begin, 0
        for offset in range(end - first):
            before += lengths[offset]
            self._starts[first + offset] = begin + length * before // letters
