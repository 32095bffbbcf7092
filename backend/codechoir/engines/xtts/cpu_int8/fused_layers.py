"""All layers of the GPT as one compiled function, which several threads run together.

A pass is layers × `KINDS` phases, each of many equal pieces: outputs of a product, rows, heads. The leader
opens a phase; whoever is free takes the next piece; when all are done the leader opens the next phase. A
helper that comes late, or that the system has put aside between two pieces, is not waited for.

All that threads agree on is in two words of `control`: which piece of which phase of which job is next, and
how many are done. A helper takes a piece by replacing the word, so it can never take one of a job that it
does not know.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from codechoir.engines.xtts.cpu_int8.kernels import (
    add,
    attend,
    compiled,
    gelu,
    inlined,
    multiply,
    normalise,
    to_bytes,
)
from codechoir.engines.xtts.cpu_int8.matrices import BLOCK, Matrices
from codechoir.engines.xtts.cpu_int8.threads import (
    add_to_word,
    breathe,
    give_way,
    load_word,
    replace_word,
    store_word,
)

Array = Any
"""A NumPy array."""

KINDS = 9
NORMALISE, MIX, ATTEND, WEIGH, PROJECT, NORMALISE_AGAIN, EXPAND, WEIGH_AGAIN, CONTRACT = range(KINDS)

PIECES = 16
"""Pieces of a phase, at least as long as there are so many of what it is about."""
HEADS = 4
"""Heads that attend in one piece."""

NEXT_WORD, DONE_WORD, CONTROL_WORDS = 0, 8, 16
"""Where the words are: in different cache lines."""
JOB_BITS, PHASE_BITS = 32, 16
MASK = (1 << PHASE_BITS) - 1

SPINS = 1000
"""Waits (about 50 µs) before a thread lets others run."""
PATIENCE = 50_000
"""Waits before a helper goes home: the leader may be long at something else."""


class Norms(NamedTuple):
    """Of all layers, (layers, width)."""

    weight: Array
    bias: Array


class Weights(NamedTuple):
    """All layers."""

    before_attention: Norms
    query_key_value: Matrices
    project: Matrices
    before_expand: Norms
    expand: Matrices
    contract: Matrices


class Scratch(NamedTuple):
    """Scratch. `narrow` (rows, width) and `wide` (rows, inner) uint8: inputs of products; `largest` (rows,):
    what they were divided by. `products` (rows, widest), and `heard` (rows, width): what attention heard, or
    normalised rows."""

    narrow: Array
    wide: Array
    largest: Array
    products: Array
    heard: Array


class RowInputs(NamedTuple):
    """What goes through the layers. `x` (rows, width), changed in place; `slots` and `positions` (rows,)
    int64: where each one belongs; `cache` (layers, slots, positions, 2, heads, size): keys and values."""

    x: Array
    slots: Array
    positions: Array
    cache: Array


@inlined
def units(kind: int, weights: Weights, rows: int, heads: int) -> int:
    """Of how many parts a phase is made."""
    count = rows
    if kind == MIX:
        count = weights.query_key_value.packed.shape[1]
    elif kind in (PROJECT, CONTRACT):
        count = weights.project.packed.shape[1]
    elif kind == EXPAND:
        count = weights.expand.packed.shape[1]
    elif kind == ATTEND:
        count = rows * ((heads + HEADS - 1) // HEADS)
    return count


@inlined
def cut(phase: int, heads: int, weights: Weights, rows: RowInputs) -> tuple[int, int]:
    """Of how many parts a phase is made, and how many of them are a piece."""
    total = units(phase % KINDS, weights, len(rows.x), heads)
    return total, max(1, total // PIECES)


@inlined
def do(
    kind: int,
    layer: int,
    first: int,
    last: int,
    form: int,
    heads: int,
    weights: Weights,
    room: Scratch,
    rows: RowInputs,
    scores: Array,
) -> None:
    """The parts of a phase from `first` on, before `last`."""
    x, width, products, largest = rows.x, rows.x.shape[1], room.products, room.largest
    start, stop = first * BLOCK, last * BLOCK
    if kind in (NORMALISE, NORMALISE_AGAIN):
        norms = weights.before_attention if kind == NORMALISE else weights.before_expand
        weight, bias = norms.weight[layer], norms.bias[layer]
        for row in range(first, last):
            normalise(x[row], weight, bias, room.heard[row])
            largest[row] = to_bytes(room.heard[row], room.narrow[row])
    elif kind == WEIGH:
        for row in range(first, last):
            largest[row] = to_bytes(room.heard[row], room.narrow[row])
    elif kind == WEIGH_AGAIN:
        for row in range(first, last):
            largest[row] = to_bytes(products[row, : room.wide.shape[1]], room.wide[row])
    elif kind == ATTEND:
        groups, size = (heads + HEADS - 1) // HEADS, width // heads
        for unit in range(first, last):
            row, head = unit // groups, unit % groups * HEADS
            past, seen = rows.cache[layer, rows.slots[row]], rows.positions[row] + 1
            query, out = products[row, :width].reshape(heads, size), room.heard[row].reshape(heads, size)
            if size == 64 and heads % HEADS == 0:  # constants make the innermost loops three times as fast
                attend(query, past, seen, head, HEADS, 64, out, scores)
            else:
                attend(query, past, seen, head, min(HEADS, heads - head), size, out, scores)
    elif kind == MIX:
        _multiply(form, weights.query_key_value, layer, first, last, room.narrow, largest, products)
        for row in range(len(x)):
            keep = rows.cache[layer, rows.slots[row], rows.positions[row]].reshape(2 * width)
            for i in range(max(start, width), stop):
                keep[i - width] = products[row, i]
    elif kind == EXPAND:
        _multiply(form, weights.expand, layer, first, last, room.narrow, largest, products)
        for row in range(len(x)):
            gelu(products[row, start:stop])
    elif kind == PROJECT:
        _multiply(form, weights.project, layer, first, last, room.narrow, largest, products)
        for row in range(len(x)):
            add(products[row, start:stop], x[row, start:stop])
    else:
        _multiply(form, weights.contract, layer, first, last, room.wide, largest, products)
        for row in range(len(x)):
            add(products[row, start:stop], x[row, start:stop])


@inlined
def _multiply(
    form: int,
    matrices: Matrices,
    layer: int,
    first: int,
    last: int,
    octets: Array,
    largest: Array,
    out: Array,
) -> None:
    packed, zeros = matrices.packed[layer], matrices.zeros[layer]
    scales, offset = matrices.scales[layer], matrices.offset[layer]
    multiply(form, packed, zeros, scales, offset, first, last, octets, largest, out)


@compiled
def piece(
    phase: int,
    number: int,
    form: int,
    heads: int,
    weights: Weights,
    room: Scratch,
    rows: RowInputs,
    scores: Array,
) -> bool:
    """Does one piece of a phase; False when there are not so many.

    `scores`: (HEADS, positions), scratch of this thread.
    """
    total, grain = cut(phase, heads, weights, rows)
    first = number * grain
    if first < total:
        last = min(total, first + grain)
        do(phase % KINDS, phase // KINDS, first, last, form, heads, weights, room, rows, scores)
    return first < total


@compiled
def wait(times: int) -> None:
    """A moment; longer when it was in vain before."""
    if times < SPINS:
        breathe()
    else:
        give_way()


@compiled
def lead(
    control: Array, job: int, form: int, heads: int, weights: Weights, room: Scratch, rows: RowInputs
) -> None:
    """Runs a job; returns when all is done.

    `control`: (CONTROL_WORDS,) int64, the same for all; `job`: greater than any before.
    """
    # Before a piece is taken: a thread that then fails for want of memory keeps nobody waiting.
    scores = np.empty((HEADS, rows.cache.shape[2]), np.float32)
    word, done = control.ctypes.data + NEXT_WORD * 8, control.ctypes.data + DONE_WORD * 8
    phases = len(rows.cache) * KINDS
    for phase in range(phases):
        total, grain = cut(phase, heads, weights, rows)
        pieces = (total + grain - 1) // grain
        store_word(done, 0)
        store_word(word, job << JOB_BITS | phase << PHASE_BITS)
        while piece(phase, add_to_word(word, 1) & MASK, form, heads, weights, room, rows, scores):
            add_to_word(done, 1)
        times = 0
        while load_word(done) < pieces:
            wait(times)
            times += 1
    store_word(word, job << JOB_BITS | phases << PHASE_BITS)


@compiled
def help_out(
    control: Array, job: int, form: int, heads: int, weights: Weights, room: Scratch, rows: RowInputs
) -> None:
    """Takes pieces of a job until it is over."""
    # Before a piece is taken: a thread that then fails for want of memory keeps nobody waiting.
    scores = np.empty((HEADS, rows.cache.shape[2]), np.float32)
    word, done = control.ctypes.data + NEXT_WORD * 8, control.ctypes.data + DONE_WORD * 8
    phases = len(rows.cache) * KINDS
    times = 0
    while times < PATIENCE:
        now = load_word(word)
        phase = now >> PHASE_BITS & MASK
        if now >> JOB_BITS > job or (now >> JOB_BITS == job and phase >= phases):
            return
        times += 1
        if now >> JOB_BITS == job:
            total, grain = cut(phase, heads, weights, rows)
            if (now & MASK) * grain < total:
                if replace_word(word, now, now + 1):
                    piece(phase, now & MASK, form, heads, weights, room, rows, scores)
                    add_to_word(done, 1)
                    times = 0
                continue
        wait(times)
