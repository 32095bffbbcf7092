"""Which numbers the engine computes with: chosen by what the processor has, or as the user says.

On the CPU the weights of the GPT are int8 (a channel has its own scale) and its activations are quantised
row by row, so a row's tokens do not depend on its neighbours even there; the vocoder runs in bf16 where the
processor multiplies bf16. fp32 is the mode of parity with coqui.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from codechoir.errors import InputError, did_you_mean

Linear = Callable[[torch.Tensor], torch.Tensor]
"""Maps (..., inputs) to (..., outputs)."""

PRECISIONS = ("auto", "fp32", "bf16", "fp16", "int8")
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16, "int8": torch.float32}
_ROW_SCALE = 1.0 / 127.0
_ROW_ZERO = 128


@dataclass(frozen=True, slots=True)
class Plan:
    """`precision` of the GPT's matrices, `compute`: type of its activations and cache, `vocoder`: type of
    the vocoder, `reason`: one line for `codechoir doctor`."""

    device: torch.device
    precision: str
    compute: torch.dtype
    vocoder: torch.dtype
    reason: str


def make_plan(device: str = "cpu", wanted: str = "auto") -> Plan:
    """What to compute with on `device` ('cpu', 'cuda', 'mps').

    A precision that the processor lacks is replaced by the next best, and `reason` says so. Raises
    `InputError` for an unknown name.
    """
    if wanted not in PRECISIONS:
        known = ", ".join(PRECISIONS)
        raise InputError(f"unknown precision '{wanted}'; known: {known}.{did_you_mean(wanted, PRECISIONS)}")
    place = torch.device(device)
    if place.type == "cpu":
        return _cpu_plan(place, wanted)
    chosen = "fp16" if wanted in ("auto", "int8") else wanted
    reason = f"{chosen} on {place.type}" + ("" if wanted != "int8" else " (int8 only pays on the CPU)")
    dtype = _DTYPES[chosen]
    return Plan(place, chosen, dtype, dtype, reason)


def _cpu_plan(place: torch.device, wanted: str) -> Plan:
    int8, bf16 = has_int8(), has_bf16()
    best = "int8" if int8 else "bf16" if bf16 else "fp32"
    chosen = {"auto": best, "fp16": "bf16", "int8": best}.get(wanted, wanted)
    vocoder = torch.bfloat16 if bf16 and chosen != "fp32" else torch.float32
    have = (
        ", ".join(name for name, there in (("int8", int8), ("bf16", bf16)) if there)
        or "neither int8 nor bf16"
    )
    instead = f" instead of {wanted}" if wanted not in ("auto", chosen) else ""
    sound = "bf16" if vocoder is torch.bfloat16 else "fp32"
    reason = f"{chosen}{instead}, vocoder in {sound}: processor has {have}"
    return Plan(place, chosen, _DTYPES[chosen], vocoder, reason)


def has_int8() -> bool:
    """Whether torch has the int8 kernels for this processor."""
    return "fbgemm" in torch.backends.quantized.supported_engines


def has_bf16() -> bool:
    """Whether the processor multiplies bf16 itself; elsewhere bf16 is emulated and slower than fp32."""
    checks = (
        getattr(torch.cpu, "_is_avx512_bf16_supported", None),
        getattr(torch.cpu, "_is_amx_tile_supported", None),
    )
    return any(check() for check in checks if check is not None)


def make_linear(weight: torch.Tensor, bias: torch.Tensor, plan: Plan) -> Linear:
    """A matrix product in the plan's precision. `weight`: (outputs, inputs) in fp32; `bias`: (outputs,)."""
    if plan.precision == "int8":
        return Int8Linear.of(weight, bias)
    matrix, offset = weight.to(plan.device, plan.compute), bias.to(plan.device, plan.compute)

    def dense(x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(x, matrix, offset)

    return dense


@dataclass(frozen=True, slots=True)
class Int8Linear:
    """int8 product: a scale for each output channel of the weight and for each row of the input.

    The usual dynamic quantisation has one scale for the whole batch, so that what one voice says would
    depend on who else speaks. This operator takes one fixed scale, so each row is first brought to the range
    -1 … 1. It was chosen over oneDNN's after measuring both (docs/benchmarks.md).
    """

    packed: Any
    """The weight, as fbgemm wants it."""
    offset: torch.Tensor
    """The bias, (outputs,) in fp32."""

    @classmethod
    def of(cls, weight: torch.Tensor, bias: torch.Tensor) -> Int8Linear:
        """`weight`: (outputs, inputs) in fp32."""
        scales = weight.abs().amax(dim=1).clamp(min=1e-8) / 127.0
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
        return cls(packed, bias.float())

    def product(self, x: torch.Tensor) -> torch.Tensor:
        """The product without the bias, for rows (…, inputs) that lie in -1 … 1."""
        found: torch.Tensor = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(
            x, _ROW_SCALE, _ROW_ZERO, self.packed
        )
        return found

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        # abs().amax() takes a fifth of the time of vector_norm(inf).
        largest = x.abs().amax(dim=-1, keepdim=True).clamp_(min=1e-8)
        return torch.addcmul(self.offset, self.product(x / largest), largest)
