"""Mixing voices: the weighted mean of their tensors is a new voice, with the recipe in its metadata.

Most tensors are averaged linearly. A speaker embedding is a direction: it is averaged on the sphere, and its
length, which the vocoder expects, is restored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from codechoir.errors import InputError
from codechoir.voices.library.voice_file import ClonedVoice, Tensors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SPHERICAL = frozenset({"speaker_embedding"})
"""Tensors that are directions, by name."""

MAX_STEPS = 100
"""The mean on the sphere converges in about ten steps."""


def check_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights, scaled to sum to one: parts (`2` and `1`), or fractions whose sum is close to one.

    Raises `InputError` for weights that are not positive, for fewer than two voices, and for fractions with
    another sum, because then one of them is probably a typing error.
    """
    if len(weights) < 2:
        raise InputError("a mixture needs at least two voices, such as anna=0.6 ben=0.4")
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight > 0):
            raise InputError(f"the weight of '{name}' must be greater than 0, got {weight:g}")
    total = math.fsum(weights.values())
    whole_parts = all(float(weight).is_integer() for weight in weights.values())
    if not whole_parts and abs(total - 1) > 0.005:
        raise InputError(
            f"the weights must sum to 1, got {total:g}; or use whole parts, such as anna=2 ben=1"
        )
    return {name: weight / total for name, weight in weights.items()}


def mix_tensors(voices: Sequence[ClonedVoice], weights: Sequence[float]) -> Tensors:
    """The tensors of the mixture, 32-bit floats in the voices' shapes; `weights` sum to one.

    Raises `InputError` for voices of different engines, models or shapes, and for tensors that are not
    floating-point numbers.
    """
    import numpy as np

    first = voices[0]
    for other in voices[1:]:
        _check_compatible(first, other)
    made: dict[str, Any] = {}
    for name, tensor in first.tensors.items():
        stack = [voice.tensors[name].astype(np.float64) for voice in voices]
        mix = _spherical_mean if name in SPHERICAL else _linear_mean
        made[name] = mix(stack, weights).reshape(tensor.shape).astype(np.float32)
    return made


def _check_compatible(one: ClonedVoice, other: ClonedVoice) -> None:
    here, there = one.provenance, other.provenance
    if (here.engine, here.fingerprint) != (there.engine, there.fingerprint):
        raise InputError(
            f"'{here.name}' and '{there.name}' belong to different models "
            f"({here.engine} {here.fingerprint[:8]}, {there.engine} {there.fingerprint[:8]}); "
            "mix voices of the same model"
        )
    shapes = [{name: t.shape for name, t in voice.tensors.items()} for voice in (one, other)]
    if shapes[0] != shapes[1]:
        raise InputError(
            f"'{here.name}' and '{there.name}' have tensors of different shapes and cannot be mixed"
        )
    if any(tensor.dtype.kind != "f" for tensor in one.tensors.values()):
        raise InputError(f"voices of the engine '{here.engine}' consist of tokens and cannot be mixed")


def _linear_mean(tensors: Sequence[Floats], weights: Sequence[float]) -> Floats:
    total = tensors[0] * weights[0]
    for tensor, weight in zip(tensors[1:], weights[1:], strict=True):
        total = total + tensor * weight
    return total


def _spherical_mean(tensors: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """The weighted mean of the directions (Karcher mean), with the weighted mean of the lengths.

    For two vectors it is spherical linear interpolation; for more, it does not depend on their order. It is
    found by gradient descent: each step moves along the weighted sum of the logarithms of the directions at
    the mean.
    """
    import numpy as np

    lengths = [float(np.linalg.norm(tensor)) for tensor in tensors]
    if not all(lengths):
        return _linear_mean(tensors, weights)
    directions = [tensor.ravel() / length for tensor, length in zip(tensors, lengths, strict=True)]
    mean = _linear_mean(directions, weights)
    size = float(np.linalg.norm(mean))
    if size < 1e-6:  # opposite directions have no unique mean: take the one with the largest weight
        mean, size = directions[int(np.argmax(weights))], 1.0
    mean = mean / size
    for _ in range(MAX_STEPS):
        tangents = [_sphere_log(mean, direction) for direction in directions]
        step = _linear_mean(tangents, weights)
        length = float(np.linalg.norm(step))
        if length < 1e-12:
            break
        mean = mean * math.cos(length) + step / length * math.sin(length)
        mean = mean / np.linalg.norm(mean)
    return mean * math.fsum(length * weight for length, weight in zip(lengths, weights, strict=True))


def _sphere_log(here: Floats, there: Floats) -> Floats:
    """The tangent at the unit vector `here` that leads along the great circle to `there`, as long as the
    arc."""
    import numpy as np

    cosine = min(1.0, max(-1.0, float(here @ there)))
    across = there - here * cosine
    length = float(np.linalg.norm(across))
    return across * (math.acos(cosine) / length) if length > 1e-12 else across
