"""Matrices in int8, packed as `dot_products.dot` reads them, with a scale per output.

Each row of the input has a scale of its own, too. The usual dynamic quantisation has one scale for the whole
batch, so what one voice says would depend on who else speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

Array = Any
"""A NumPy array."""

LEVELS = 127
"""Quantisation levels between 0 and 1. An input byte is `value × LEVELS + ZERO_POINT`."""
ZERO_POINT = 128
BLOCK = 32
"""Outputs that are multiplied together. Their weights, (inputs / 4, BLOCK, 4), are contiguous."""
GROUP = 4
"""Inputs that one instruction multiplies for each output."""
CACHE_LINE = 64
"""Bytes of a line of the processor's cache."""


class Int8Matrices(NamedTuple):
    """Matrices of equal size, one per layer.

    `packed` (layers, blocks, inputs / 4, BLOCK × 4) int8; and per output (layers, blocks × BLOCK):
    `corrections` int32, what the zero point of the inputs adds to a sum of products; `scales` fp32, by which
    a sum is multiplied; `bias` fp32.
    """

    packed: Array
    corrections: Array
    scales: Array
    bias: Array


def aligned_zeros(shape: tuple[int, ...], kind: type) -> Array:
    """Zeros that begin at a cache line, so that no load lies across two.

    NumPy asks the system for large pages, which torch does not.
    """
    count = int(np.prod(shape)) * np.dtype(kind).itemsize
    whole = np.zeros(count + CACHE_LINE, np.uint8)
    start = -whole.ctypes.data % CACHE_LINE
    return whole[start : start + count].view(kind).reshape(shape)


def pack_matrices(weights: Sequence[torch.Tensor], biases: Sequence[torch.Tensor]) -> Int8Matrices:
    """From weights (outputs, inputs) and biases (outputs,) in fp32. Incomplete blocks are filled with
    zeros."""
    outputs, inputs = weights[0].shape
    blocks, groups = -(-outputs // BLOCK), -(-inputs // GROUP)
    layers, padded = len(weights), blocks * BLOCK
    made = Int8Matrices(
        aligned_zeros((layers, blocks, groups, BLOCK * GROUP), np.int8),
        aligned_zeros((layers, padded), np.int32),
        aligned_zeros((layers, padded), np.float32),
        aligned_zeros((layers, padded), np.float32),
    )
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        scales = weight.abs().amax(dim=1).clamp(min=1e-8) / LEVELS
        whole = np.zeros((padded, groups * GROUP), np.int8)
        whole[:outputs, :inputs] = (weight / scales[:, None]).round_().clamp_(-LEVELS, LEVELS).numpy()
        tiles = whole.reshape(blocks, BLOCK, groups, GROUP).swapaxes(1, 2)
        made.packed[layer] = tiles.reshape(blocks, groups, BLOCK * GROUP)
        made.corrections[layer] = whole.sum(axis=1, dtype=np.int32) * ZERO_POINT
        made.scales[layer, :outputs] = (scales / LEVELS).numpy()
        made.bias[layer, :outputs] = bias.numpy()
    return made
