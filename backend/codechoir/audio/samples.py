"""Arithmetic on samples (16 bit, mono), without numpy, so that a first sound waits for no import."""

from __future__ import annotations

from array import array

WINDOW = 44
"""Samples looked at together, 2 ms at 22,050 Hz."""


def onset(samples: array[int], begin: int, end: int, quiet: int) -> int | None:
    """Where it first is louder than `quiet`, to 2 ms before; None where it never is."""
    for at in range(begin, end, WINDOW):
        if not _is_quiet(samples[at : min(at + WINDOW, end)], quiet):
            return at
    return None


def sounding(samples: array[int], begin: int, end: int, quiet: int) -> tuple[int, int]:
    """From where to where it is louder than `quiet`, to 2 ms; all of it, when it never is."""
    first = onset(samples, begin, end, quiet)
    if first is None:
        return begin, end
    last = end
    while _is_quiet(samples[max(last - WINDOW, first) : last], quiet):
        last -= WINDOW
    return first, last


def _is_quiet(window: array[int], quiet: int) -> bool:
    return max(window) <= quiet and min(window) >= -quiet


def crossfaded(out: array[int], into: array[int]) -> array[int]:
    """From `out`, which fades away, into `into`, which fades in; both equally long."""
    steps = len(out) + 1
    pairs = enumerate(zip(out, into, strict=True), 1)
    return array("h", [(a * (steps - i) + b * i) // steps for i, (a, b) in pairs])


def faded_in(samples: array[int]) -> array[int]:
    """The samples, from silence to full."""
    return crossfaded(silence(len(samples)), samples)


def faded_out(samples: array[int]) -> array[int]:
    """The samples, from full to silence."""
    return crossfaded(samples, silence(len(samples)))


def silence(length: int) -> array[int]:
    """Zeros, `length` of them; none when it is negative."""
    return array("h", bytes(2 * max(length, 0)))


def scaled(samples: array[int], factor: float) -> array[int]:
    """The samples, louder or softer; factors up to 1 cannot clip."""
    return array("h", [round(sample * factor) for sample in samples])


def cut(samples: array[int], begin: int, end: int) -> array[int]:
    """The samples `begin` to `end`; silence where there are none, before the first and after the last."""
    inside = samples[max(begin, 0) : max(end, 0)]
    before = silence(min(-begin, end - begin))
    return before + inside + silence(end - begin - len(before) - len(inside))
