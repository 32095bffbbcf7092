"""Keeps eSpeak NG from ending the process: a voice whose pitch starts too low overruns a buffer.

`SetPitch` in eSpeak NG's wavegen.c sets the first pitch of a syllable without the minimum of 25 Hz that it
applies everywhere else. Below (highest formant) / 400, which is 12 to 14 Hz, `PeaksToHarmspect` then writes
beyond its array of 400 harmonics, and the process ends with SIGSEGV (1.52.0, and unchanged in August 2026).
A low pitch with a range above 50 gets there. The range is therefore lowered until the start is high enough.

The figures are facts about the library: `SetPitch2` and `pitch_adjust_tab` in src/libespeak-ng/wavegen.c,
`VoiceReset` and `V_PITCH` in voices.c of https://github.com/espeak-ng/espeak-ng, version 1.52.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

LOWEST_START_HZ = 35.0
"""The library's own minimum of 25 Hz is not enough for every variant (`Lee`)."""

NORMAL_RANGE = 50
"""A range up to this one does not lower the start."""

_PITCH_LINE = re.compile(r"pitch\s+(-?\d{1,6})\s+(-?\d{1,6})")

_LOWEST_TONE = 9
"""Subtracted from the lower pitch of a voice file to give hertz."""


class PitchSpan(NamedTuple):
    """The line `pitch` of a voice file: the lowest and highest pitch of normal speech, in about hertz."""

    low: int
    high: int


DEFAULT_SPAN = PitchSpan(80, 118)
"""Of a voice file without such a line: what `VoiceReset` sets (the comment on `V_PITCH` says 82)."""


def pitch_adjustment(pitch: int) -> int:
    """The library's factor for a pitch of 0 to 99, in 128ths: an octave for 50 steps."""
    return round(128 * 2 ** ((pitch - 50) / 50))


def lowest_start(span: PitchSpan, pitch: int, range_: int) -> float:
    """The lowest pitch in hertz at which a syllable may start."""
    base = (span.low - _LOWEST_TONE) * pitch_adjustment(pitch) / 128
    return base - (span.high - span.low) * 108 * (range_ / 50 - 1) * 18 / 4096


def safe_range(span: PitchSpan, pitch: int, range_: int) -> int:
    """`range_`, or as much of it, down to 50, as lets every syllable start at 35 Hz or above."""
    while range_ > NORMAL_RANGE and lowest_start(span, pitch, range_) < LOWEST_START_HZ:
        range_ -= 1
    return range_


def read_span(lines: Iterable[str]) -> PitchSpan:
    """The last line `pitch` of a voice file, as the library reads it; the default when it has none."""
    span = DEFAULT_SPAN
    for line in lines:
        match = _PITCH_LINE.match(line)
        if match:
            span = PitchSpan(int(match[1]), int(match[2]))
    return span
