"""Cues (earcons): short sounds, made by arithmetic from `voices/cues.toml`."""

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
"""Milliseconds over which a tone swells and dies away, at most half of its length."""

_FULL_SCALE = 32767

_SHAPES: Mapping[str, Callable[[float], float]] = {
    "sine": lambda turn: math.sin(math.tau * turn),
    "triangle": lambda turn: 4 * abs((turn + 0.25) % 1 - 0.5) - 1,
    "square": lambda turn: 0.6 * math.sin(math.tau * turn) + 0.2 * math.sin(3 * math.tau * turn),
}
"""One period of each shape, as a function of the turn, in which 1 is a whole period."""


@dataclass(frozen=True, slots=True)
class Tone:
    """`hz`: frequency, of number 0 where `per_octave` steps make an octave. `ms`: length in milliseconds.
    `level`: decibels relative to full scale. `shape`: sine, triangle or square (a soft one)."""

    hz: float
    ms: float
    level: float
    shape: str = "sine"
    per_octave: int = 0


@functools.lru_cache(maxsize=256)
def render(name: str, sample_rate: int) -> bytes:
    """The sound of a cue: PCM s16le mono. Empty for an unknown name, with one warning in the log.

    A name may end in a number, as `indent-3` does: each of its tones is then so many steps higher.
    """
    tones, number = _cue(name)
    if not tones:
        log.warning("unknown cue '%s': voices/cues.toml does not say how it sounds", name)
    sound = array("h")
    for tone in tones:
        sound += _rendered(tone, number, sample_rate)
    return sound.tobytes()


def cue_names() -> list[str]:
    """All cues that can be rendered; numbered ones without their number."""
    return list(_table())


def _cue(name: str) -> tuple[tuple[Tone, ...], int]:
    """The tones of a cue, and its number."""
    if name in _table():
        return _table()[name], 0
    match = re.fullmatch(r"(.+)[-.](\d+)", name)
    tones = _table().get(match[1], ()) if match else ()
    return (tones, int(match[2])) if match and all(tone.per_octave for tone in tones) else ((), 0)


@functools.cache
def _table() -> dict[str, tuple[Tone, ...]]:
    text = resource_path("voices", "cues.toml").read_text(encoding="utf-8")
    return {name: tuple(Tone(**tone) for tone in tones) for name, tones in tomllib.loads(text).items()}


def _rendered(tone: Tone, number: int, sample_rate: int) -> array[int]:
    hz = tone.hz * 2 ** (number / tone.per_octave) if tone.per_octave else tone.hz
    size = round(sample_rate * tone.ms / 1000)
    edge = max(min(sample_rate * EDGE_MS // 1000, size // 2), 1)
    peak = _FULL_SCALE * 10 ** (tone.level / 20)
    shape = _SHAPES[tone.shape]
    return array(
        "h",
        (
            round(peak * _swell(min(index, size - 1 - index) / edge) * shape(index * hz / sample_rate))
            for index in range(size)
        ),
    )


def _swell(part: float) -> float:
    """From 0 to 1 with `part`, without a corner at either end; 1 beyond."""
    return 0.5 - 0.5 * math.cos(math.pi * min(part, 1.0))
