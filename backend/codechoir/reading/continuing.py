"""Going on in the middle of a word: what was heard of it in an earlier reading is left out."""

from __future__ import annotations

from array import array
from dataclasses import replace

from codechoir.engines.protocol import Emit, cancelled, continues, notice
from codechoir.model import AudioChunk, Mark

FADE_SECONDS = 0.005
"""A word that begins in its middle begins softly: a step in the waveform is heard as a click."""


class Continued:
    """The `emit` of a reading that begins when the share `share` of its first word has been heard (0 to 1).

    The first samples that are let through come from that place of the word, and are sample 0 of the reading.
    The word's own mark then begins before that: `t0` is negative.
    """

    def __init__(self, emit: Emit, share: float) -> None:
        self._emit = emit
        self._share = share
        self._cut: int | None = None
        self._marks: list[Mark] = []
        self._begun = False

    def __call__(self, chunk: AudioChunk) -> bool:
        self._marks += chunk.marks
        if self._cut is None and self._marks:
            first = self._marks[0]
            self._cut = first.t0 + max(round(min(self._share, 1.0) * (first.t1 - first.t0)), 1)
        cut = self._cut
        if cut is None or chunk.first_sample + chunk.samples <= cut:
            return not cancelled(self._emit)
        pcm = chunk.pcm[2 * max(cut - chunk.first_sample, 0) :]
        if not self._begun:
            pcm = _faded_in(pcm, round(chunk.sample_rate * FADE_SECONDS))
        self._begun = True
        marks, self._marks = self._marks, []
        moved = tuple(replace(mark, t0=mark.t0 - cut, t1=mark.t1 - cut) for mark in marks)
        return self._emit(replace(chunk, pcm=pcm, first_sample=max(chunk.first_sample - cut, 0), marks=moved))

    def cancelled(self) -> bool:
        """See `engines.protocol.cancelled`."""
        return cancelled(self._emit)

    def continues(self) -> bool:
        """See `engines.protocol.continues`."""
        return continues(self._emit)

    def notice(self, line: str) -> None:
        """See `engines.protocol.notice`."""
        notice(self._emit, line)


def _faded_in(pcm: bytes, fade: int) -> bytes:
    samples = array("h", pcm)
    for index in range(min(fade, len(samples))):
        samples[index] = samples[index] * index // fade
    return samples.tobytes()
