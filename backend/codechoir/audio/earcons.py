"""Earcons: the short sounds of cues, synthesized from the tones in `voices/cues.toml`."""

from __future__ import annotations

import functools
import logging
import math
import re
import tomllib
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from codechoir.storage import resource_path

log = logging.getLogger(__name__)

EDGE_MS = 4
"""Milliseconds over which a tone fades in, and out again; at most half of its length each."""

_FULL_SCALE = 32767

_SHAPES: Mapping[str, Callable[[float], float]] = {
    "sine": lambda phase: math.sin(math.tau * phase),
    "triangle": lambda phase: 4 * abs((phase + 0.25) % 1 - 0.5) - 1,
    "square": lambda phase: 0.6 * math.sin(math.tau * phase) + 0.2 * math.sin(3 * math.tau * phase),
}
"""The waveforms: functions of the phase, of which 1 is a whole period."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone of an earcon.

    `hz`: frequency in hertz. `ms`: length in milliseconds. `level`: decibels relative to full scale. `shape`:
    `sine`, `triangle` or `square` (with few overtones). `per_octave`: for numbered cues, how many numbers are
    an octave; `hz` is the frequency of number 0.
    """

    hz: float
    ms: float
    level: float
    shape: str = "sine"
    per_octave: int = 0


@functools.lru_cache(maxsize=256)
def render_earcon(cue: str, sample_rate: int) -> bytes:
    """The earcon of a cue, as PCM s16le mono; empty for an unknown cue, with one warning in the log.

    A cue may end in a number, such as `indent-3`: its tones are then that many steps higher.
    """
    tones, number = _find_tones(cue)
    if not tones:
        log.warning("unknown cue '%s': add it to voices/cues.toml", cue)
    sound = array("h")
    for tone in tones:
        sound += _render_tone(tone, number, sample_rate)
    return sound.tobytes()


def _find_tones(cue: str) -> tuple[tuple[Tone, ...], int]:
    """The tones of a cue, and its number."""
    if cue in _table():
        return _table()[cue], 0
    match = re.fullmatch(r"(.+)[-.](\d+)", cue)
    tones = _table().get(match[1], ()) if match else ()
    return (tones, int(match[2])) if match and all(tone.per_octave for tone in tones) else ((), 0)


@functools.cache
def _table() -> dict[str, tuple[Tone, ...]]:
    text = resource_path("voices", "cues.toml").read_text(encoding="utf-8")
    return {name: tuple(Tone(**tone) for tone in tones) for name, tones in tomllib.loads(text).items()}


def _render_tone(tone: Tone, number: int, sample_rate: int) -> array[int]:
    hz = tone.hz * 2 ** (number / tone.per_octave) if tone.per_octave else tone.hz
    size = round(sample_rate * tone.ms / 1000)
    edge = max(min(sample_rate * EDGE_MS // 1000, size // 2), 1)
    peak = _FULL_SCALE * 10 ** (tone.level / 20)
    shape = _SHAPES[tone.shape]
    return array(
        "h",
        (
            round(peak * _fade(min(index, size - 1 - index) / edge) * shape(index * hz / sample_rate))
            for index in range(size)
        ),
    )


def _fade(share: float) -> float:
    """A smooth curve from 0 to 1 (raised cosine) for shares of the edge; 1 beyond it."""
    return 0.5 - 0.5 * math.cos(math.pi * min(share, 1.0))
