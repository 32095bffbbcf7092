"""What a layer computes, as compiled kernels: products in int8, and what lies between them; by numba.

PyTorch takes five to ten operations for each step between two products and wakes its threads for some: half
the time of a step of five rows. Its products in int8 read the weights at a third of the speed of memory.
Importing this module loads numba. What is compiled is kept beside the module, or in the user's cache where
that is read-only.

Arrays are contiguous, fp32 unless it says otherwise. No row looks at another, so what a voice says does not
depend on who speaks beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit

from codechoir.engines.xtts.cpu_int8.dot_products import FORMS, dot
from codechoir.engines.xtts.cpu_int8.matrices import BLOCK, GROUP, STEPS
from codechoir.engines.xtts.cpu_int8.matrices import ZERO as ZERO_BYTE

Array = Any
"""A NumPy array; numba finds its type out."""

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel, inline: str = "never") -> Kernel:
    """The function as machine code, made when it is first called; other threads run meanwhile.

    What is kept is made anew when the function's own file has changed, not when one has that it uses.
    """
    made: Kernel = njit(
        cache=True,
        inline=inline,
        nogil=True,
        fastmath={
            "reassoc",
            "contract",
            "arcp",
            "nsz",
        },  # sums in any order; NaN and infinity mean what they do
        error_model="numpy",  # a check of each division for zero would keep loops from being vectorised
    )(function)
    return made


def inlined(function: Kernel) -> Kernel:
    """Part of each function that calls it, which may know some of its arguments."""
    return compiled(function, "always")


EPSILON, SMALLEST = np.float32(1e-5), np.float32(1e-8)
NAMES = tuple(form.feature for form in FORMS)
TOGETHER = np.array([form.rows for form in FORMS])
ZERO, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
BYTE_STEPS, BYTE_ZERO = np.float32(STEPS), np.float32(ZERO_BYTE + 0.5)
"""With a half, so that cutting the fraction off rounds."""
GELU_SLOPE, GELU_CUBE = np.float32(0.7978845608), np.float32(0.044715)

TANH_LIMIT = np.float32(6.29)
"""From here on tanh is taken as this value's. With the continued fraction of tanh cut after its ninth term
the error is below 1e-5 everywhere; the C library's own tanh is not vectorised, and four times slower."""
OVER_2, OVER_4, OVER_6, OVER_8 = (np.float32(x / 34459425) for x in (4729725, 135135, 990, 1))
UNDER_2, UNDER_4, UNDER_6, UNDER_8 = (np.float32(x / 34459425) for x in (16216200, 945945, 13860, 45))

EXP_LEAST, EXP_PART = np.float32(-40.0), np.float32(1 / 64)
EXP_2, EXP_3, EXP_4, EXP_5, EXP_6 = (np.float32(1 / x) for x in (2, 6, 24, 120, 720))


@compiled
def tanh(z: Any) -> Any:
    """To within 1e-5."""
    z = min(max(z, -TANH_LIMIT), TANH_LIMIT)
    q = z * z
    over = ONE + q * (OVER_2 + q * (OVER_4 + q * (OVER_6 + q * OVER_8)))
    under = ONE + q * (UNDER_2 + q * (UNDER_4 + q * (UNDER_6 + q * UNDER_8)))
    return z * over / under


@compiled
def exp_of_negative(z: Any) -> Any:
    """exp for -40 … 0, and almost nothing below: the 64th power of the series for a 64th, a relative error of
    1e-5 where it is not negligible. Unlike the C library's it is vectorised."""
    y = max(z, EXP_LEAST) * EXP_PART
    root = ONE + y * (ONE + y * (EXP_2 + y * (EXP_3 + y * (EXP_4 + y * (EXP_5 + y * EXP_6)))))
    for _ in range(6):
        root *= root
    return root


@compiled
def to_bytes(row: Array, octets: Array) -> Any:
    """A row as bytes (uint8; `int8.STEPS`, `int8.ZERO`) of what it is divided by, which is returned: its
    greatest absolute value."""
    most = SMALLEST
    for i in range(row.size):
        most = max(most, abs(row[i]))
    factor = BYTE_STEPS / most
    for i in range(row.size):
        octets[i] = np.uint8(np.int32(row[i] * factor + BYTE_ZERO))
    return most


@compiled
def normalise(row: Array, weight: Array, bias: Array, out: Array) -> None:
    """Layer normalisation of one row (width,)."""
    width = np.float32(row.size)
    total = ZERO
    for i in range(row.size):
        total += row[i]
    mean = total / width
    squares = ZERO
    for i in range(row.size):
        squares += (row[i] - mean) * (row[i] - mean)
    steepness = ONE / np.sqrt(squares / width + EPSILON)
    for i in range(row.size):
        out[i] = (row[i] - mean) * steepness * weight[i] + bias[i]


@compiled
def gelu(values: Array) -> None:
    """GELU, by tanh as GPT-2 has it, in place."""
    for i in range(values.size):
        value = values[i]
        values[i] = HALF * value * (ONE + tanh(GELU_SLOPE * (value + GELU_CUBE * value * value * value)))


@compiled
def add(values: Array, total: Array) -> None:
    """Adds to `total` in place."""
    for i in range(total.size):
        total[i] += values[i]


@compiled
def multiply(
    form: int,
    packed: Array,
    zeros: Array,
    scales: Array,
    offset: Array,
    first: int,
    last: int,
    octets: Array,
    largest: Array,
    out: Array,
) -> None:
    """The blocks of outputs from `first` on, before `last`, of a product.

    `form`: index in `dots.FORMS`. `packed` … `offset`: one layer of `int8.Matrices`. `octets` (rows,
    inputs) uint8 and `largest` (rows,): what `to_bytes` gave. `out`: (rows, outputs).
    """
    rows, groups, stride, most = len(octets), packed.shape[1], octets.shape[1], TOGETHER[form]
    weights, zero, inputs, target = packed.ctypes.data, zeros.ctypes.data, octets.ctypes.data, out.ctypes.data
    for block in range(first, last):
        at = block * BLOCK
        for row in range(0, rows, most):
            dot(
                form,
                weights + block * groups * GROUP * BLOCK,
                groups,
                inputs + row * stride,
                stride,
                zero + at * 4,
                target + (row * out.shape[1] + at) * 4,
                out.shape[1] * 4,
                min(most, rows - row),
            )
    start, stop = first * BLOCK, last * BLOCK
    scale, bias = scales[start:stop], offset[start:stop]
    for row in range(rows):
        sums, factor = out[row, start:stop], largest[row]
        for i in range(sums.size):
            sums[i] = sums[i] * (factor * scale[i]) + bias[i]


@compiled
def product(
    form: int, packed: Array, zeros: Array, scales: Array, offset: Array, x: Array, out: Array
) -> None:
    """A whole product on this thread. `x`: (rows, inputs), `out`: (rows, outputs)."""
    octets = np.zeros((len(x), packed.shape[1] * GROUP), np.uint8)
    largest = np.empty(len(x), np.float32)
    for row in range(len(x)):
        largest[row] = to_bytes(x[row], octets[row])
    multiply(form, packed, zeros, scales, offset, 0, len(packed), octets, largest, out)


@compiled
def softmax(scores: Array) -> None:
    """In place."""
    most, total = scores[0], ZERO
    for i in range(scores.size):
        most = max(most, scores[i])
    for i in range(scores.size):
        scores[i] = exp_of_negative(scores[i] - most)
        total += scores[i]
    for i in range(scores.size):
        scores[i] /= total


@inlined
def attend(
    query: Array, past: Array, seen: int, head: int, heads: int, size: int, out: Array, scores: Array
) -> None:
    """Attention of some heads of one row over its own past.

    `query`, `out`: (all heads, size). `past`: (positions, 2, all heads, size), keys and values, of which so
    many are `seen`. `head`, `heads`: the first one and how many; `size`: of each. All of them look at a
    position before the next one is looked at, so that memory is read as it lies; values are taken by fours.
    `scores`: (heads or more, seen or more), scratch.
    """
    steepness = ONE / np.sqrt(np.float32(size))
    for at in range(seen):
        for number in range(heads):
            asked, key, score = query[head + number], past[at, 0, head + number], ZERO
            for i in range(size):
                score += asked[i] * key[i]
            scores[number, at] = score * steepness
    for number in range(heads):
        softmax(scores[number, :seen])
        heard = out[head + number]
        for i in range(size):
            heard[i] = ZERO
    fours = seen // 4 * 4
    for at in range(0, fours, 4):
        for number in range(heads):
            share, one, two = scores[number], past[at, 1, head + number], past[at + 1, 1, head + number]
            three, four, heard = (
                past[at + 2, 1, head + number],
                past[at + 3, 1, head + number],
                out[head + number],
            )
            a, b, c, d = share[at], share[at + 1], share[at + 2], share[at + 3]
            for i in range(size):
                heard[i] += a * one[i] + b * two[i] + c * three[i] + d * four[i]
    for at in range(fours, seen):
        for number in range(heads):
            share, value, heard = scores[number], past[at, 1, head + number], out[head + number]
            a = share[at]
            for i in range(size):
                heard[i] += a * value[i]
