"""Arithmetic on arrays of samples (`array("h")`: 16 bits, mono), without numpy, so that a first sound need
not wait for its import."""

from __future__ import annotations

from array import array

ENERGY_WINDOW = 44
"""Samples that are judged loud or quiet together: 2 ms at 22,050 Hz."""


def find_onset(samples: array[int], begin: int, end: int, threshold: int) -> int | None:
    """The first sample louder than `threshold`, at most one window early; None if all are quiet."""
    for at in range(begin, end, ENERGY_WINDOW):
        if not _is_quiet(samples[at : min(at + ENERGY_WINDOW, end)], threshold):
            return at
    return None


def find_sound(samples: array[int], begin: int, end: int, threshold: int) -> tuple[int, int]:
    """Where samples louder than `threshold` begin and end, to one window; all samples if all are quiet."""
    first = find_onset(samples, begin, end, threshold)
    if first is None:
        return begin, end
    last = end
    while _is_quiet(samples[max(last - ENERGY_WINDOW, first) : last], threshold):
        last -= ENERGY_WINDOW
    return first, last


def _is_quiet(window: array[int], threshold: int) -> bool:
    return not window or (max(window) <= threshold and min(window) >= -threshold)


def crossfade(out: array[int], into: array[int]) -> array[int]:
    """`out`, which fades out linearly, mixed with `into`, which fades in; both have the same length."""
    steps = len(out) + 1
    pairs = enumerate(zip(out, into, strict=True), 1)
    return array("h", [(a * (steps - i) + b * i) // steps for i, (a, b) in pairs])


def fade_in(samples: array[int]) -> array[int]:
    """The samples, faded in linearly over their whole length."""
    return crossfade(silence(len(samples)), samples)


def fade_out(samples: array[int]) -> array[int]:
    """The samples, faded out linearly over their whole length."""
    return crossfade(samples, silence(len(samples)))


def scale(samples: array[int], factor: float) -> array[int]:
    """The samples times `factor`, which must be at most 1, so that none is clipped."""
    return array("h", [round(sample * factor) for sample in samples])


def silence(length: int) -> array[int]:
    """`length` samples of silence; none if it is negative."""
    return array("h", bytes(2 * max(length, 0)))


def padded_slice(samples: array[int], begin: int, end: int) -> array[int]:
    """The samples from `begin` to `end`, with silence before the first sample and after the last one."""
    inside = samples[max(begin, 0) : max(end, 0)]
    before = silence(min(-begin, end - begin))
    return before + inside + silence(end - begin - len(before) - len(inside))
