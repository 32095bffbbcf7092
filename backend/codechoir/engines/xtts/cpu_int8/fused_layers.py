"""All layers of the GPT as one compiled function, which several threads run together.

A pass is layers × `PHASES` stages, each divided into equal pieces: blocks of outputs of a product, rows, or
heads. `run_piece` computes one piece; `lead` and `help_out` share the pieces (see `kernels`). Importing
this module loads numba.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from codechoir.engines.xtts.cpu_int8.kernels import (
    DONE_WORD,
    HELPER_WAITS,
    JOB_BITS,
    MASK,
    NEXT_WORD,
    PHASE_BITS,
    add_into,
    add_to_word,
    attention,
    compiled,
    gelu,
    inlined,
    layer_norm,
    load_word,
    multiply_blocks,
    quantise_row,
    replace_word,
    store_word,
    wait,
)
from codechoir.engines.xtts.cpu_int8.matrices import BLOCK, Int8Matrices

Array = Any
"""A NumPy array."""

PHASES = 9
"""Phases of a layer, in this order."""
(
    ATTENTION_NORM,
    QUERY_KEY_VALUE,
    ATTENTION,
    QUANTISE_ATTENTION,
    ATTENTION_OUTPUT,
    MLP_NORM,
    MLP_UP,
    QUANTISE_MLP,
    MLP_DOWN,
) = range(PHASES)

PIECES = 16
"""Pieces of a phase, unless it has fewer parts."""
HEADS = 4
"""Heads in one piece of attention."""


class NormWeights(NamedTuple):
    """Layer normalisation of all layers: (layers, width) both."""

    weight: Array
    bias: Array


class LayerWeights(NamedTuple):
    """The weights of all layers."""

    attention_norm: NormWeights
    query_key_value: Int8Matrices
    attention_output: Int8Matrices
    mlp_norm: NormWeights
    mlp_up: Int8Matrices
    mlp_down: Int8Matrices


class Scratch(NamedTuple):
    """Memory for intermediate results.

    `narrow` (rows, width) and `wide` (rows, inner) uint8: quantised inputs of products. `row_max` (rows,):
    their scales. `products` (rows, widest). `hidden` (rows, width): normalised rows, or the result of
    attention.
    """

    narrow: Array
    wide: Array
    row_max: Array
    products: Array
    hidden: Array


class RowInputs(NamedTuple):
    """What goes through the layers.

    `x` (rows, width), changed in place. `slots` and `positions` (rows,) int64: where each row belongs in
    `cache` (layers, slots, positions, 2, heads, size), keys and values.
    """

    x: Array
    slots: Array
    positions: Array
    cache: Array


@inlined
def count_parts(phase: int, weights: LayerWeights, rows: int, heads: int) -> int:
    """How many parts a phase has."""
    count = rows
    if phase == QUERY_KEY_VALUE:
        count = weights.query_key_value.packed.shape[1]
    elif phase in (ATTENTION_OUTPUT, MLP_DOWN):
        count = weights.attention_output.packed.shape[1]
    elif phase == MLP_UP:
        count = weights.mlp_up.packed.shape[1]
    elif phase == ATTENTION:
        count = rows * ((heads + HEADS - 1) // HEADS)
    return count


@inlined
def divide(stage: int, heads: int, weights: LayerWeights, rows: RowInputs) -> tuple[int, int]:
    """How many parts the phase of a stage has, and how many of them are a piece."""
    parts = count_parts(stage % PHASES, weights, len(rows.x), heads)
    return parts, max(1, parts // PIECES)


@inlined
def compute(
    phase: int,
    layer: int,
    first: int,
    last: int,
    variant: int,
    heads: int,
    weights: LayerWeights,
    scratch: Scratch,
    rows: RowInputs,
    scores: Array,
) -> None:
    """The parts of a phase from `first` on, before `last`."""
    x, width, products, row_max = rows.x, rows.x.shape[1], scratch.products, scratch.row_max
    start, stop = first * BLOCK, last * BLOCK
    if phase in (ATTENTION_NORM, MLP_NORM):
        norm = weights.attention_norm if phase == ATTENTION_NORM else weights.mlp_norm
        weight, bias = norm.weight[layer], norm.bias[layer]
        for row in range(first, last):
            layer_norm(x[row], weight, bias, scratch.hidden[row])
            row_max[row] = quantise_row(scratch.hidden[row], scratch.narrow[row])
    elif phase == QUANTISE_ATTENTION:
        for row in range(first, last):
            row_max[row] = quantise_row(scratch.hidden[row], scratch.narrow[row])
    elif phase == QUANTISE_MLP:
        for row in range(first, last):
            row_max[row] = quantise_row(products[row, : scratch.wide.shape[1]], scratch.wide[row])
    elif phase == ATTENTION:
        groups, size = (heads + HEADS - 1) // HEADS, width // heads
        for part in range(first, last):
            row, head = part // groups, part % groups * HEADS
            past, length = rows.cache[layer, rows.slots[row]], rows.positions[row] + 1
            query, out = products[row, :width].reshape(heads, size), scratch.hidden[row].reshape(heads, size)
            if size == 64 and heads % HEADS == 0:  # constants make the innermost loops three times as fast
                attention(query, past, length, head, HEADS, 64, out, scores)
            else:
                attention(query, past, length, head, min(HEADS, heads - head), size, out, scores)
    elif phase == QUERY_KEY_VALUE:
        _multiply(variant, weights.query_key_value, layer, first, last, scratch.narrow, row_max, products)
        for row in range(len(x)):
            keep = rows.cache[layer, rows.slots[row], rows.positions[row]].reshape(2 * width)
            for i in range(max(start, width), stop):
                keep[i - width] = products[row, i]
    elif phase == MLP_UP:
        _multiply(variant, weights.mlp_up, layer, first, last, scratch.narrow, row_max, products)
        for row in range(len(x)):
            gelu(products[row, start:stop])
    elif phase == ATTENTION_OUTPUT:
        _multiply(variant, weights.attention_output, layer, first, last, scratch.narrow, row_max, products)
        for row in range(len(x)):
            add_into(products[row, start:stop], x[row, start:stop])
    else:
        _multiply(variant, weights.mlp_down, layer, first, last, scratch.wide, row_max, products)
        for row in range(len(x)):
            add_into(products[row, start:stop], x[row, start:stop])


@inlined
def _multiply(
    variant: int,
    matrices: Int8Matrices,
    layer: int,
    first: int,
    last: int,
    octets: Array,
    row_max: Array,
    out: Array,
) -> None:
    packed, corrections = matrices.packed[layer], matrices.corrections[layer]
    scales, bias = matrices.scales[layer], matrices.bias[layer]
    multiply_blocks(variant, packed, corrections, scales, bias, first, last, octets, row_max, out)


@compiled
def run_piece(
    stage: int,
    number: int,
    variant: int,
    heads: int,
    weights: LayerWeights,
    scratch: Scratch,
    rows: RowInputs,
    scores: Array,
) -> bool:
    """Computes one piece of a stage (a phase of a layer); False when there are not so many.

    `scores`: (HEADS, positions), scratch of this thread.
    """
    parts, grain = divide(stage, heads, weights, rows)
    first = number * grain
    if first < parts:
        last = min(parts, first + grain)
        compute(stage % PHASES, stage // PHASES, first, last, variant, heads, weights, scratch, rows, scores)
    return first < parts


@compiled
def lead(
    control: Array,
    job: int,
    variant: int,
    heads: int,
    weights: LayerWeights,
    scratch: Scratch,
    rows: RowInputs,
) -> None:
    """Runs a job; returns when all of it is done.

    `control`: (CONTROL_WORDS,) int64, shared by all threads; `job`: greater than any before.
    """
    # Allocated before a piece is taken: a thread that runs out of memory then keeps nobody waiting.
    scores = np.empty((HEADS, rows.cache.shape[2]), np.float32)
    word, done = control.ctypes.data + NEXT_WORD * 8, control.ctypes.data + DONE_WORD * 8
    stages = len(rows.cache) * PHASES
    for stage in range(stages):
        parts, grain = divide(stage, heads, weights, rows)
        pieces = (parts + grain - 1) // grain
        store_word(done, 0)
        store_word(word, job << JOB_BITS | stage << PHASE_BITS)
        while run_piece(stage, add_to_word(word, 1) & MASK, variant, heads, weights, scratch, rows, scores):
            add_to_word(done, 1)
        times = 0
        while load_word(done) < pieces:
            wait(times)
            times += 1
    store_word(word, job << JOB_BITS | stages << PHASE_BITS)


@compiled
def help_out(
    control: Array,
    job: int,
    variant: int,
    heads: int,
    weights: LayerWeights,
    scratch: Scratch,
    rows: RowInputs,
) -> None:
    """Takes pieces of a job until it is over."""
    # Allocated before a piece is taken: a thread that runs out of memory then keeps nobody waiting.
    scores = np.empty((HEADS, rows.cache.shape[2]), np.float32)
    word, done = control.ctypes.data + NEXT_WORD * 8, control.ctypes.data + DONE_WORD * 8
    stages = len(rows.cache) * PHASES
    times = 0
    while times < HELPER_WAITS:
        now = load_word(word)
        stage = now >> PHASE_BITS & MASK
        if now >> JOB_BITS > job or (now >> JOB_BITS == job and stage >= stages):
            return
        times += 1
        if now >> JOB_BITS == job:
            parts, grain = divide(stage, heads, weights, rows)
            if (now & MASK) * grain < parts:
                if replace_word(word, now, now + 1):
                    run_piece(stage, now & MASK, variant, heads, weights, scratch, rows, scores)
                    add_to_word(done, 1)
                    times = 0
                continue
        wait(times)
