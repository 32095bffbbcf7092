"""Matrices in int8, laid out as `dots.dot` reads them: a scale for each output of the weight.

Each row of the input has a scale of its own, too. The usual dynamic quantisation has one for the whole batch,
so that what one voice says would depend on who else speaks.
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

STEPS = 127
"""Steps of a byte from 0 to 1; an input byte is `value × STEPS + ZERO`."""
ZERO = 128
BLOCK = 32
"""Outputs that are multiplied together; their weights (inputs / 4, BLOCK, 4) lie in one piece."""
GROUP = 4
"""Inputs that one instruction multiplies for each output."""
LINE = 64
"""Bytes of a line of the processor's cache."""


class Matrices(NamedTuple):
    """Equal matrices of all layers.

    `packed` (layers, blocks, inputs / 4, BLOCK × 4) int8; and for each output (layers, blocks × BLOCK):
    `zeros` int32, what the bytes' zero adds to a sum of products; `scales` fp32, what a sum is to be
    multiplied by; `offset` fp32, the bias.
    """

    packed: Array
    zeros: Array
    scales: Array
    offset: Array


def room(shape: tuple[int, ...], kind: type) -> Array:
    """Zeros that begin where a line of the processor's cache begins, so that no load lies across two. NumPy
    asks the system for large pages, which torch does not."""
    count = int(np.prod(shape)) * np.dtype(kind).itemsize
    whole = np.zeros(count + LINE, np.uint8)
    start = -whole.ctypes.data % LINE
    return whole[start : start + count].view(kind).reshape(shape)


def pack(weights: Sequence[torch.Tensor], biases: Sequence[torch.Tensor]) -> Matrices:
    """From weights (outputs, inputs) and biases (outputs,) in fp32. What fills up blocks is zero."""
    outputs, inputs = weights[0].shape
    blocks, groups = -(-outputs // BLOCK), -(-inputs // GROUP)
    layers, padded = len(weights), blocks * BLOCK
    made = Matrices(
        room((layers, blocks, groups, BLOCK * GROUP), np.int8),
        room((layers, padded), np.int32),
        room((layers, padded), np.float32),
        room((layers, padded), np.float32),
    )
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        scales = weight.abs().amax(dim=1).clamp(min=1e-8) / STEPS
        whole = np.zeros((padded, groups * GROUP), np.int8)
        whole[:outputs, :inputs] = (weight / scales[:, None]).round_().clamp_(-STEPS, STEPS).numpy()
        tiles = whole.reshape(blocks, BLOCK, groups, GROUP).swapaxes(1, 2)
        made.packed[layer] = tiles.reshape(blocks, groups, BLOCK * GROUP)
        made.zeros[layer] = whole.sum(axis=1, dtype=np.int32) * ZERO
        made.scales[layer, :outputs] = (scales / STEPS).numpy()
        made.offset[layer, :outputs] = bias.numpy()
    return made


class Int8Linear:
    """One product, from rows (…, inputs) to (…, outputs), both fp32. Raises `RuntimeError` where there is no
    kernel for this processor, and `ImportError` without numba."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, form: int | None = None) -> None:
        from codechoir.engines.xtts.cpu_int8 import dot_products, kernels

        self._form = dot_products.forms()[0] if form is None else form
        self._product = kernels.product
        self._matrices = pack([weight], [bias])
        self._outputs, self._inputs = weight.shape

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.reshape(-1, self._inputs).contiguous().numpy()
        out = np.empty((len(rows), self._matrices.scales.shape[1]), np.float32)
        packed, zeros, scales, offset = (stack[0] for stack in self._matrices)
        self._product(self._form, packed, zeros, scales, offset, rows, out)
        return torch.from_numpy(out)[:, : self._outputs].reshape(*x.shape[:-1], self._outputs)


def int8_kernel() -> str:
    """What multiplies bytes on this processor, by its name among `dots.FORMS`; empty where nothing does, or
    where numba cannot make kernels: then the log says why."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return ""
    try:
        from codechoir.engines.xtts.cpu_int8 import dot_products, kernels

        Int8Linear(torch.ones(1, GROUP), torch.zeros(1))(torch.ones(1, GROUP))
        return kernels.NAMES[dot_products.forms()[0]]
    except Exception as reason:  # noqa: BLE001 - no numba, no folder for it, another LLVM: there is a next best
        log.warning("XTTS computes without int8, which is slower: %s", reason)
        return ""
