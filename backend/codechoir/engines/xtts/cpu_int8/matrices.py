"""Matrices in int8, packed as `dot_products.dot` reads them, with a scale per output.

Each row of the input has a scale of its own, too. The usual dynamic quantisation has one scale for the whole
batch, so what one voice says would depend on who else speaks.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

log = logging.getLogger(__name__)

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


class Int8Linear:
    """One product, from rows (…, inputs) to (…, outputs), both fp32.

    `variant`: index in `dot_products.VARIANTS`, by default the fastest. Raises `RuntimeError` where there is
    no kernel for this processor, and `ImportError` without numba.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, variant: int | None = None) -> None:
        from codechoir.engines.xtts.cpu_int8 import dot_products, kernels

        self._variant = dot_products.supported_variants()[0] if variant is None else variant
        self._linear = kernels.linear
        self._matrices = pack_matrices([weight], [bias])
        self._outputs, self._inputs = weight.shape

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.reshape(-1, self._inputs).contiguous().numpy()
        out = np.empty((len(rows), self._matrices.scales.shape[1]), np.float32)
        packed, corrections, scales, bias = (stack[0] for stack in self._matrices)
        self._linear(self._variant, packed, corrections, scales, bias, rows, out)
        return torch.from_numpy(out)[:, : self._outputs].reshape(*x.shape[:-1], self._outputs)


def int8_variant() -> str:
    """The processor feature that multiplies bytes here, by its name in `dot_products.VARIANTS`.

    Empty where there is none, or where numba cannot compile the kernels; then the log says why.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return ""
    try:
        from codechoir.engines.xtts.cpu_int8 import dot_products

        Int8Linear(torch.ones(1, GROUP), torch.zeros(1))(torch.ones(1, GROUP))
        return dot_products.VARIANTS[dot_products.supported_variants()[0]].feature
    except Exception as reason:  # noqa: BLE001 - no numba, no cache folder, another LLVM: another precision works
        log.warning("XTTS computes without int8, which is slower: %s", reason)
        return ""
