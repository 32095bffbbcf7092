"""What a step does between two matrix products, each time in one pass over its numbers; compiled by numba.

PyTorch takes five to ten operations for each of these and wakes its threads for some of them: half the time
of a step of five rows. Importing this module loads numba. What is compiled is kept beside the module, or in
the user's cache where that is read-only.

Arrays are fp32 and contiguous. `scaled` (rows, width) and `largest` (rows,) are what an int8 product takes:
rows brought to -1 … 1, and what they were divided by. `product` is what it gave back for them, still to be
multiplied by `largest` and by `scales` (outputs,), with its bias `offset` still to be added. No row looks at
another, so what a voice says does not depend on who speaks beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numba import njit

from codechoir.engines.xtts.neural.quantised import STEPS
from codechoir.engines.xtts.neural.quantised import ZERO as ZERO_BYTE

Array = Any
"""A NumPy array; numba finds its type out."""

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel, inline: str = "never") -> Kernel:
    """The function as machine code, made when it is first called."""
    made: Kernel = njit(
        cache=True,
        fastmath={
            "reassoc",
            "contract",
            "arcp",
            "nsz",
        },  # sums in any order; NaN and infinity mean what they do
        error_model="numpy",  # a check of each division for zero would keep loops from being vectorised
        inline=inline,
    )(function)
    return made


def inlined(function: Kernel) -> Kernel:
    """A part of kernels."""
    return compiled(function, "always")


EPSILON, SMALLEST = np.float32(1e-5), np.float32(1e-8)
ZERO, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
BYTE_STEPS, BYTE_ZERO = np.float32(STEPS), np.float32(ZERO_BYTE + 0.5)
"""With a half, so that cutting the fraction off rounds."""
GELU_SLOPE, GELU_CUBE = np.float32(0.7978845608), np.float32(0.044715)

TANH_LIMIT = np.float32(6.29)
"""From here on tanh is taken as this value's. With the continued fraction of tanh cut after its ninth term
the error is below 1e-5 everywhere; the C library's own tanh is not vectorised, and four times slower."""
OVER_2, OVER_4, OVER_6, OVER_8 = (np.float32(x / 34459425) for x in (4729725, 135135, 990, 1))
UNDER_2, UNDER_4, UNDER_6, UNDER_8 = (np.float32(x / 34459425) for x in (16216200, 945945, 13860, 45))


@inlined
def _add_row(x: Array, product: Array, factor: Any, scales: Array, offset: Array) -> None:
    for i in range(x.size):
        x[i] += product[i] * (factor * scales[i]) + offset[i]


@inlined
def _bring_to_one(out: Array) -> Any:
    """Divides `out` by its greatest absolute value, which is returned."""
    most = SMALLEST
    for i in range(out.size):
        most = max(most, abs(out[i]))
    for i in range(out.size):
        out[i] /= most
    return most


@inlined
def _normalise_row(x: Array, weight: Array, bias: Array, out: Array) -> None:
    width = np.float32(x.size)
    total = ZERO
    for i in range(x.size):
        total += x[i]
    mean = total / width
    squares = ZERO
    for i in range(x.size):
        squares += (x[i] - mean) * (x[i] - mean)
    steepness = ONE / np.sqrt(squares / width + EPSILON)
    for i in range(x.size):
        out[i] = (x[i] - mean) * steepness * weight[i] + bias[i]


@inlined
def _tanh(z: Any) -> Any:
    z = min(max(z, -TANH_LIMIT), TANH_LIMIT)
    q = z * z
    over = ONE + q * (OVER_2 + q * (OVER_4 + q * (OVER_6 + q * OVER_8)))
    under = ONE + q * (UNDER_2 + q * (UNDER_4 + q * (UNDER_6 + q * UNDER_8)))
    return z * over / under


@compiled
def normalise(x: Array, weight: Array, bias: Array, scaled: Array, largest: Array) -> None:
    """Layer normalisation of `x` (rows, width), ready for a product."""
    for row in range(x.shape[0]):
        _normalise_row(x[row], weight, bias, scaled[row])
        largest[row] = _bring_to_one(scaled[row])


@compiled
def add(x: Array, product: Array, largest: Array, scales: Array, offset: Array) -> None:
    """Adds a product to `x` (rows, width) in place."""
    for row in range(x.shape[0]):
        _add_row(x[row], product[row], largest[row], scales, offset)


@compiled
def add_and_normalise(
    x: Array,
    product: Array,
    largest: Array,
    scales: Array,
    offset: Array,
    weight: Array,
    bias: Array,
    scaled: Array,
) -> None:
    """`add`, then `normalise` what came out."""
    for row in range(x.shape[0]):
        _add_row(x[row], product[row], largest[row], scales, offset)
        _normalise_row(x[row], weight, bias, scaled[row])
        largest[row] = _bring_to_one(scaled[row])


@compiled
def to_bytes(scaled: Array, whole: Array) -> None:
    """Rows in -1 … 1 as bytes (`quantised.STEPS`, `quantised.ZERO`), for products that take those."""
    rows, width = scaled.shape
    for row in range(rows):
        given, out = scaled[row], whole[row]
        for i in range(width):
            out[i] = np.uint8(given[i] * BYTE_STEPS + BYTE_ZERO)


@compiled
def gelu(product: Array, largest: Array, scales: Array, offset: Array, scaled: Array) -> None:
    """GELU, by tanh as GPT-2 has it, of a product; ready for the next one."""
    rows, width = product.shape
    for row in range(rows):
        given, out, factor = product[row], scaled[row], largest[row]
        for i in range(width):
            value = given[i] * (factor * scales[i]) + offset[i]
            out[i] = HALF * value * (ONE + _tanh(GELU_SLOPE * (value + GELU_CUBE * value * value * value)))
        largest[row] = _bring_to_one(out)


@cache
def attention(size: int) -> Callable[..., None]:
    """The kernel for heads of `size`: known when it is compiled, its innermost loops need no counting.

    It takes `product` (rows, 3 × width), which is query, key and value of one new position, with `largest`,
    `scales` and `offset`; `cache` (slots, positions, 2 × width): keys, then values; `lengths` (slots,):
    positions filled before; `scores` (positions,): scratch; `scaled`. It writes key and value to the cache,
    and each row's attention over its own past, ready for a product, to `scaled` and `largest`.
    """

    @compiled
    def attend(
        product: Array,
        largest: Array,
        scales: Array,
        offset: Array,
        cache: Array,
        lengths: Array,
        scores: Array,
        scaled: Array,
    ) -> None:
        rows, width = scaled.shape
        steepness = ONE / np.sqrt(np.float32(size))
        query, heard = np.empty(size, np.float32), np.empty(size, np.float32)
        for row in range(rows):
            here, factor, given, past = lengths[row], largest[row], product[row], cache[row]
            newest = past[here]
            for i in range(2 * width):
                newest[i] = given[width + i] * (factor * scales[width + i]) + offset[width + i]
            for head in range(0, width, size):
                for i in range(size):
                    asked = given[head + i] * (factor * scales[head + i]) + offset[head + i]
                    query[i] = asked * steepness
                most = -np.float32(np.inf)
                for position in range(here + 1):
                    key = past[position, head : head + size]
                    score = ZERO
                    for i in range(size):
                        score += query[i] * key[i]
                    scores[position] = score
                    most = max(most, score)
                total = ZERO
                for i in range(size):
                    heard[i] = ZERO
                for position in range(here + 1):
                    share = np.exp(scores[position] - most)
                    total += share
                    value = past[position, width + head : width + head + size]
                    for i in range(size):
                        heard[i] += share * value[i]
                for i in range(size):
                    scaled[row, head + i] = heard[i] / total
            largest[row] = _bring_to_one(scaled[row])

    return attend
