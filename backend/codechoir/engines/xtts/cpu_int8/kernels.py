"""Compiled kernels: what a layer computes, for one row or for some rows, and how threads share one pass.

PyTorch needs five to ten operations between two products, and wakes its threads for some of them: half the
time of a step of five rows. Its int8 products read the weights at a third of the speed of memory.

Arrays are contiguous, and fp32 unless the docstring says otherwise. No row looks at another, so what a voice
says does not depend on who speaks beside it. Importing this module loads numba. Compiled code is cached
beside the module, or in the user's cache folder where that is read-only.

A pass is a number of phases, each divided into equal pieces. The leader opens a phase; every free thread
takes the next piece; when all pieces are done the leader opens the next phase. A helper that comes late, or
that the system has suspended between two pieces, is not waited for.

All that the threads agree on is in two words: `NEXT_WORD`, the next piece of which phase of which job, and
`DONE_WORD`, how many pieces of the phase are done. A helper takes a piece by replacing the first word, so it
can never take one of a job that it does not know. numba has no atomic words, so they are LLVM instructions
here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import njit, types

from codechoir.engines.xtts.cpu_int8.dot_products import VARIANTS, dot, instruction
from codechoir.engines.xtts.cpu_int8.matrices import BLOCK, GROUP, LEVELS, ZERO_POINT

Array = Any
"""A NumPy array; numba infers its type."""

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel, inline: str = "never") -> Kernel:
    """The function as machine code, compiled when it is first called; other threads run meanwhile.

    The cached code is compiled again when the function's own file changes, not when a file that it imports
    from does.
    """
    made: Kernel = njit(
        cache=True,
        inline=inline,
        nogil=True,
        # Sums may be computed in any order; NaN and infinity keep their meaning.
        fastmath={"reassoc", "contract", "arcp", "nsz"},
        error_model="numpy",  # a check of each division for zero would keep loops from being vectorised
    )(function)
    return made


def inlined(function: Kernel) -> Kernel:
    """Compiled into each function that calls it, which may know some of its arguments."""
    return compiled(function, "always")


EPSILON, SMALLEST = np.float32(1e-5), np.float32(1e-8)
ROWS_AT_ONCE = np.array([variant.rows for variant in VARIANTS])
ZERO, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
BYTE_LEVELS, BYTE_ZERO = np.float32(LEVELS), np.float32(ZERO_POINT + 0.5)
"""BYTE_ZERO has a half added, so that truncating rounds."""
GELU_SLOPE, GELU_CUBE = np.float32(0.7978845608), np.float32(0.044715)

TANH_LIMIT = np.float32(6.29)
"""From here on tanh is taken as this value's. The continued fraction of tanh is cut after its ninth term,
which keeps the error below 1e-5 everywhere; the C library's tanh is not vectorised, and four times slower."""
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
    """exp for -40 … 0, and almost zero below.

    It is the 64th power of the series for a 64th: a relative error of 1e-5 where the value is not negligible.
    Unlike the C library's exp it is vectorised.
    """
    y = max(z, EXP_LEAST) * EXP_PART
    root = ONE + y * (ONE + y * (EXP_2 + y * (EXP_3 + y * (EXP_4 + y * (EXP_5 + y * EXP_6)))))
    for _ in range(6):
        root *= root
    return root


@compiled
def quantise_row(row: Array, octets: Array) -> Any:
    """Writes a row as bytes (uint8; `matrices.LEVELS`, `matrices.ZERO_POINT`) of its greatest absolute value.

    Returns that value.
    """
    row_max = SMALLEST
    for i in range(row.size):
        row_max = max(row_max, abs(row[i]))
    factor = BYTE_LEVELS / row_max
    for i in range(row.size):
        octets[i] = np.uint8(np.int32(row[i] * factor + BYTE_ZERO))
    return row_max


@compiled
def layer_norm(row: Array, weight: Array, bias: Array, out: Array) -> None:
    """Layer normalisation of one row (width,)."""
    width = np.float32(row.size)
    total = ZERO
    for i in range(row.size):
        total += row[i]
    mean = total / width
    squares = ZERO
    for i in range(row.size):
        squares += (row[i] - mean) * (row[i] - mean)
    factor = ONE / np.sqrt(squares / width + EPSILON)
    for i in range(row.size):
        out[i] = (row[i] - mean) * factor * weight[i] + bias[i]


@compiled
def gelu(values: Array) -> None:
    """GELU in place, by tanh as in GPT-2."""
    for i in range(values.size):
        value = values[i]
        values[i] = HALF * value * (ONE + tanh(GELU_SLOPE * (value + GELU_CUBE * value * value * value)))


@compiled
def add_into(values: Array, total: Array) -> None:
    """Adds to `total` in place."""
    for i in range(total.size):
        total[i] += values[i]


@compiled
def multiply_blocks(
    variant: int,
    packed: Array,
    corrections: Array,
    scales: Array,
    bias: Array,
    first: int,
    last: int,
    octets: Array,
    row_max: Array,
    out: Array,
) -> None:
    """Some blocks of outputs of a product: from `first` on, before `last`.

    `variant`: index in `dot_products.VARIANTS`. `packed` … `bias`: one layer of `matrices.Int8Matrices`.
    `octets` (rows, inputs) uint8 and `row_max` (rows,): from `quantise_row`. `out`: (rows, outputs).
    """
    rows, groups, stride, at_once = len(octets), packed.shape[1], octets.shape[1], ROWS_AT_ONCE[variant]
    weights, zero, inputs, target = (
        packed.ctypes.data,
        corrections.ctypes.data,
        octets.ctypes.data,
        out.ctypes.data,
    )
    for block in range(first, last):
        offset = block * BLOCK
        for row in range(0, rows, at_once):
            dot(
                variant,
                weights + block * groups * GROUP * BLOCK,
                groups,
                inputs + row * stride,
                stride,
                zero + offset * 4,
                target + (row * out.shape[1] + offset) * 4,
                out.shape[1] * 4,
                min(at_once, rows - row),
            )
    start, stop = first * BLOCK, last * BLOCK
    scale, offsets = scales[start:stop], bias[start:stop]
    for row in range(rows):
        sums, factor = out[row, start:stop], row_max[row]
        for i in range(sums.size):
            sums[i] = sums[i] * (factor * scale[i]) + offsets[i]


@compiled
def linear(
    variant: int, packed: Array, corrections: Array, scales: Array, bias: Array, x: Array, out: Array
) -> None:
    """A whole product on this thread. `x`: (rows, inputs), `out`: (rows, outputs)."""
    octets = np.zeros((len(x), packed.shape[1] * GROUP), np.uint8)
    row_max = np.empty(len(x), np.float32)
    for row in range(len(x)):
        row_max[row] = quantise_row(x[row], octets[row])
    multiply_blocks(variant, packed, corrections, scales, bias, 0, len(packed), octets, row_max, out)


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
def attention(
    query: Array, past: Array, length: int, head: int, heads: int, size: int, out: Array, scores: Array
) -> None:
    """Attention of some heads of one row over its own past.

    `query`, `out`: (all heads, size). `past`: (positions, 2, all heads, size), keys and values, of which the
    first `length` positions are used. `head`, `heads`: the first head and how many; `size`: of each.
    `scores`: (heads or more, length or more), scratch. All heads look at a position before the next position,
    so that memory is read in its order; values are taken by fours.
    """
    factor = ONE / np.sqrt(np.float32(size))
    for at in range(length):
        for number in range(heads):
            wanted, key, score = query[head + number], past[at, 0, head + number], ZERO
            for i in range(size):
                score += wanted[i] * key[i]
            scores[number, at] = score * factor
    for number in range(heads):
        softmax(scores[number, :length])
        mixed = out[head + number]
        for i in range(size):
            mixed[i] = ZERO
    fours = length // 4 * 4
    for at in range(0, fours, 4):
        for number in range(heads):
            share, one, two = scores[number], past[at, 1, head + number], past[at + 1, 1, head + number]
            three, four, mixed = (
                past[at + 2, 1, head + number],
                past[at + 3, 1, head + number],
                out[head + number],
            )
            a, b, c, d = share[at], share[at + 1], share[at + 2], share[at + 3]
            for i in range(size):
                mixed[i] += a * one[i] + b * two[i] + c * three[i] + d * four[i]
    for at in range(fours, length):
        for number in range(heads):
            share, value, mixed = scores[number], past[at, 1, head + number], out[head + number]
            a = share[at]
            for i in range(size):
                mixed[i] += a * value[i]


NEXT_WORD, DONE_WORD, CONTROL_WORDS = 0, 8, 16
"""Indices of the words, in different cache lines, and the size of the array."""
JOB_BITS, PHASE_BITS = 32, 16
MASK = (1 << PHASE_BITS) - 1

SPINS = 1000
"""Waits (about 50 µs) before a thread yields the processor."""
HELPER_WAITS = 50_000
"""Waits before a helper gives up: the leader may be busy with something else for long."""

_I64 = ir.IntType(64)


def _word(builder: Any, address: Any) -> Any:
    return builder.inttoptr(address, _I64.as_pointer())


@instruction
def load_word(context: Any, address: Any) -> Any:
    """An int64 that other threads may change."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(_word(builder, args[0]), "seq_cst", 8)

    return types.int64(types.intp), generate


@instruction
def store_word(context: Any, address: Any, value: Any) -> Any:
    """Everything written before is visible to a thread that loads this."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store_atomic(args[1], _word(builder, args[0]), "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(types.intp, types.int64), generate


@instruction
def add_to_word(context: Any, address: Any, value: Any) -> Any:
    """Returns the word before the addition."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.atomic_rmw("add", _word(builder, args[0]), args[1], "seq_cst")

    return types.int64(types.intp, types.int64), generate


@instruction
def replace_word(context: Any, address: Any, old: Any, new: Any) -> Any:
    """Stores `new` if the word is `old`; returns whether it was."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        found = builder.cmpxchg(_word(builder, args[0]), args[1], args[2], "seq_cst", "seq_cst")
        return builder.extract_value(found, 1)

    return types.boolean(types.intp, types.int64, types.int64), generate


@instruction
def cpu_pause(context: Any) -> Any:
    """Tells the processor that this loop waits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pause = builder.module.declare_intrinsic(
            "llvm.x86.sse2.pause", (), ir.FunctionType(ir.VoidType(), [])
        )
        builder.call(pause, [])
        return context.get_dummy_value()

    return types.void(), generate


yield_processor = types.ExternalFunction(
    "SwitchToThread" if sys.platform == "win32" else "sched_yield", types.int32()
)
"""Let other threads run that wait for a processor."""


@compiled
def wait(times: int) -> None:
    """A moment; longer after `SPINS` waits in vain."""
    if times < SPINS:
        cpu_pause()
    else:
        yield_processor()
