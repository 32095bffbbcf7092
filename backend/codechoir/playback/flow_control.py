"""Credit: how far the maker of sound may be ahead of the ear.

Going on in the middle of a word: what was heard of it in an earlier reading is left out.
"""

from __future__ import annotations

import threading
from array import array
from dataclasses import replace

from codechoir.engines import AudioListener, ForwardingListener
from codechoir.model import AudioChunk, Mark


class FlowControl:
    """A budget of samples, shared by the engine's thread, which spends, and the sink, which reports.

    `limit`: samples that may be under way, made and not yet heard. Once `cancel` was called, every `spend`
    fails at once, also one that is waiting.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._spent = 0
        self._played = 0
        self._cancelled = False
        self._changed = threading.Condition()

    @property
    def spent(self) -> int:
        """Samples handed out so far."""
        return self._spent

    @property
    def played(self) -> int:
        """Samples heard so far; never more than were handed out."""
        return self._played

    def spend(self, samples: int, timeout: float | None = None) -> bool | None:
        """Wait until `samples` more fit into the budget and take them.

        True when taken, False when cancelled, None when `timeout` seconds went by first. A chunk larger than
        the whole budget is let through once everything before it was heard.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._cancelled or self._fits(samples), timeout):
                return None
            if self._cancelled:
                return False
            self._spent += samples
            return True

    def drain(self, timeout: float | None = None) -> bool | None:
        """Wait until all that was spent was heard: True; False when cancelled, None after `timeout`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._cancelled or self._played >= self._spent, timeout):
                return None
            return not self._cancelled

    def report(self, played: int) -> int:
        """The listener has heard `played` samples; returns how many of them are new.

        Numbers that go backwards or beyond what was sent, which a confused client may send, are bounded.
        """
        with self._changed:
            new = min(played, self._spent) - self._played
            if new <= 0:
                return 0
            self._played += new
            self._changed.notify_all()
            return new

    def cancel(self) -> None:
        """End every wait, now and later."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def _fits(self, samples: int) -> bool:
        ahead = self._spent - self._played
        return ahead + samples <= self._limit or ahead == 0


FADE_SECONDS = 0.005
"""A word that begins in its middle begins softly: a step in the waveform is heard as a click."""


class MidWordListener(ForwardingListener):
    """The listener of a reading that begins when the share `share` of its first word has been heard (0 to 1).

    The first samples that are let through come from that place of the word, and are sample 0 of the reading.
    The word's own mark then begins before that: `t0` is negative.
    """

    def __init__(self, inner: AudioListener, share: float) -> None:
        super().__init__(inner)
        self._share = share
        self._cut: int | None = None
        self._marks: list[Mark] = []
        self._begun = False

    def write(self, chunk: AudioChunk) -> bool:
        self._marks += chunk.marks
        if self._cut is None and self._marks:
            first = self._marks[0]
            self._cut = first.t0 + max(round(min(self._share, 1.0) * (first.t1 - first.t0)), 1)
        cut = self._cut
        if cut is None or chunk.first_sample + chunk.samples <= cut:
            return not self.is_cancelled()
        pcm = chunk.pcm[2 * max(cut - chunk.first_sample, 0) :]
        if not self._begun:
            pcm = _faded_in(pcm, round(chunk.sample_rate * FADE_SECONDS))
        self._begun = True
        marks, self._marks = self._marks, []
        moved = tuple(replace(mark, t0=mark.t0 - cut, t1=mark.t1 - cut) for mark in marks)
        begin = max(chunk.first_sample - cut, 0)
        return self.inner.write(replace(chunk, pcm=pcm, first_sample=begin, marks=moved))


def _faded_in(pcm: bytes, fade: int) -> bytes:
    samples = array("h", pcm)
    for index in range(min(fade, len(samples))):
        samples[index] = samples[index] * index // fade
    return samples.tobytes()
