"""Mixing voices: a new voice between others, an ordinary voice with its recipe in the metadata.

Tensors that describe a manner of speaking are mixed along straight lines. A speaker embedding is a direction:
it is mixed along the sphere, and its length, which the vocoder is used to, is restored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from codechoir.errors import InputError
from codechoir.voices.library.cloned_voice import ClonedVoice, Tensors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SPHERICAL = frozenset({"speaker_embedding"})
"""Tensors that are directions, by name."""

MOST_STEPS = 100
"""The mean on the sphere converges in about ten steps."""


def checked_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights, made to sum to one where they are close to it or are whole parts (`2` and `1`).

    Raises `InputError` for negative weights, for fewer than two voices, and for fractions that sum to
    something else than one, since then one of them is a slip of the pen.
    """
    if len(weights) < 2:
        raise InputError("a mixture takes at least two voices, such as anna=0.6 ben=0.4")
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight > 0):
            raise InputError(f"the weight of '{name}' is {weight:g}; weights are greater than 0")
    total = math.fsum(weights.values())
    whole_parts = all(float(weight).is_integer() for weight in weights.values())
    if not whole_parts and abs(total - 1) > 0.005:
        raise InputError(
            f"the weights sum to {total:g}; make them sum to 1, or give whole parts such as anna=2 ben=1"
        )
    return {name: weight / total for name, weight in weights.items()}


def mixed(voices: Sequence[ClonedVoice], weights: Sequence[float]) -> Tensors:
    """The tensors of the mixture; `weights` sum to one.

    Raises `InputError` for voices of different engines, models or shapes, and for tensors that are no
    floating-point numbers, which cannot be mixed.
    """
    import numpy as np

    first = voices[0]
    for other in voices[1:]:
        _check_alike(first, other)
    made: dict[str, Any] = {}
    for name, tensor in first.tensors.items():
        stack = [voice.tensors[name].astype(np.float64) for voice in voices]
        mix = _on_the_sphere if name in SPHERICAL else _on_a_line
        made[name] = mix(stack, weights).reshape(tensor.shape).astype(np.float32)
    return made


def _check_alike(one: ClonedVoice, other: ClonedVoice) -> None:
    here, there = one.provenance, other.provenance
    if (here.engine, here.fingerprint) != (there.engine, there.fingerprint):
        raise InputError(
            f"'{here.name}' and '{there.name}' were made by different models "
            f"({here.engine} {here.fingerprint[:8]}, {there.engine} {there.fingerprint[:8]}); "
            "mix voices of one model"
        )
    shapes = [{name: t.shape for name, t in voice.tensors.items()} for voice in (one, other)]
    if shapes[0] != shapes[1]:
        raise InputError(
            f"'{here.name}' and '{there.name}' have tensors of different shapes and cannot be mixed"
        )
    if any(tensor.dtype.kind != "f" for tensor in one.tensors.values()):
        raise InputError(f"the voices of the engine '{here.engine}' hold tokens and cannot be mixed")


def _on_a_line(tensors: Sequence[Floats], weights: Sequence[float]) -> Floats:
    total = tensors[0] * weights[0]
    for tensor, weight in zip(tensors[1:], weights[1:], strict=True):
        total = total + tensor * weight
    return total


def _on_the_sphere(tensors: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """The weighted mean of directions, with the weighted mean of the lengths.

    The mean is the point where the weighted pulls along the great circles cancel (Karcher's mean). For two it
    is the point of spherical interpolation; for more it does not depend on the order.
    """
    import numpy as np

    lengths = [float(np.linalg.norm(tensor)) for tensor in tensors]
    if not all(lengths):
        return _on_a_line(tensors, weights)
    directions = [tensor.ravel() / length for tensor, length in zip(tensors, lengths, strict=True)]
    mean = _on_a_line(directions, weights)
    size = float(np.linalg.norm(mean))
    if size < 1e-6:  # opposites: no direction lies between them in particular, so the strongest has it
        mean, size = directions[int(np.argmax(weights))], 1.0
    mean = mean / size
    for _ in range(MOST_STEPS):
        pulls = [_pull(mean, direction) for direction in directions]
        step = _on_a_line(pulls, weights)
        length = float(np.linalg.norm(step))
        if length < 1e-12:
            break
        mean = mean * math.cos(length) + step / length * math.sin(length)
        mean = mean / np.linalg.norm(mean)
    return mean * math.fsum(length * weight for length, weight in zip(lengths, weights, strict=True))


def _pull(here: Floats, there: Floats) -> Floats:
    """The way from one unit vector to another along the great circle, as a vector at right angles to it."""
    import numpy as np

    cosine = min(1.0, max(-1.0, float(here @ there)))
    across = there - here * cosine
    length = float(np.linalg.norm(across))
    return across * (math.acos(cosine) / length) if length > 1e-12 else across
