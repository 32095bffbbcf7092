"""Matrix products in int8: a scale for each output channel of the weight and for each row of the input.

The usual dynamic quantisation has one scale for the whole batch, so that what one voice says would depend on
who else speaks. These operators take one fixed scale, so each row is first brought to the range -1 … 1. Which
one is taken was measured (docs/benchmarks.md): oneDNN's where the processor has AMX, fbgemm's elsewhere.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import torch

STEPS = 127
"""Steps of a byte from 0 to 1; an input byte is `value × STEPS + ZERO`."""
ZERO = 128


@dataclass(frozen=True, slots=True)
class Int8Linear:
    """A product with a weight (outputs, inputs). `packed`: the weight as the library wants it; `offset`: the
    bias; `scales`: what the raw product is still to be multiplied by. Both are (outputs,) in fp32."""

    packed: Any
    offset: torch.Tensor
    scales: torch.Tensor

    def raw(self, x: torch.Tensor) -> torch.Tensor:
        """The product without scales and bias, for rows (…, inputs) in fp32 that lie in -1 … 1."""
        raise NotImplementedError

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """(…, inputs) to (…, outputs), fp32."""
        # abs().amax() takes a fifth of the time of vector_norm(inf).
        largest = x.abs().amax(dim=-1, keepdim=True).clamp_(min=1e-8)
        return torch.addcmul(self.offset, self.raw(x / largest).mul_(self.scales), largest)


@dataclass(frozen=True, slots=True)
class FbgemmLinear(Int8Linear):
    """By fbgemm, which turns the input into bytes and applies the scales itself."""

    @classmethod
    def of(cls, weight: torch.Tensor, bias: torch.Tensor) -> FbgemmLinear:
        """`weight`: (outputs, inputs) in fp32."""
        scales = _scales(weight)
        zeros = torch.zeros(len(scales), dtype=torch.int64)
        with warnings.catch_warnings():
            # Deprecated without a successor for fbgemm; the pinned torch has it.
            warnings.simplefilter("ignore", UserWarning)
            whole = torch.quantize_per_channel(weight.contiguous(), scales.double(), zeros, 0, torch.qint8)
        previous = torch.backends.quantized.engine
        torch.backends.quantized.engine = "fbgemm"
        try:
            packed = torch.ops.quantized.linear_prepack(whole, None)
        finally:
            torch.backends.quantized.engine = previous
        return cls(packed, bias.float(), torch.ones(len(scales)))

    def raw(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(
            x, 1.0 / STEPS, ZERO, self.packed
        )
        return found


@dataclass(frozen=True, slots=True)
class OneDnnLinear(Int8Linear):
    """By oneDNN, which takes bytes. It is given scales of one, so that it returns whole numbers: with others
    a row's last bit depends on how many rows there are. `ones`, `zeros`: what it is given."""

    ones: torch.Tensor
    zeros: torch.Tensor

    @classmethod
    def of(cls, weight: torch.Tensor, bias: torch.Tensor) -> OneDnnLinear:
        """`weight`: (outputs, inputs) in fp32."""
        scales = _scales(weight)
        whole = (weight / scales[:, None]).round_().clamp_(-STEPS, STEPS).to(torch.int8).contiguous()
        packed = torch.ops.onednn.qlinear_prepack(whole, None)
        count = len(scales)
        ones, zeros = torch.ones(count), torch.zeros(count, dtype=torch.int64)
        return cls(packed, bias.float(), scales / STEPS, ones, zeros)

    def raw(self, x: torch.Tensor) -> torch.Tensor:
        return self.raw_of_bytes((x * STEPS).round_().add_(ZERO).to(torch.uint8))

    def raw_of_bytes(self, given: torch.Tensor) -> torch.Tensor:
        """`raw` for rows that are bytes already."""
        found: torch.Tensor = torch.ops.onednn.qlinear_pointwise(
            *(given, 1.0, ZERO),
            *(self.packed, self.ones, self.zeros),
            *(None, 1.0, 0, torch.float32),
            *("none", [], ""),
        )
        return found


def has_onednn() -> bool:
    """Whether oneDNN's int8 products are there, and fast: on processors with AMX."""
    amx = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return amx is not None and amx() and hasattr(torch.ops.onednn, "qlinear_pointwise")


def int8_linear(weight: torch.Tensor, bias: torch.Tensor) -> Int8Linear:
    """The faster product for this processor. `weight`: (outputs, inputs) in fp32."""
    return OneDnnLinear.of(weight, bias) if has_onednn() else FbgemmLinear.of(weight, bias)


def _scales(weight: torch.Tensor) -> torch.Tensor:
    return (weight.abs().amax(dim=1).clamp(min=1e-8) / STEPS).float()
