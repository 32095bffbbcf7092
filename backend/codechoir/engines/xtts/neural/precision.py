"""Which number formats the engine computes with: chosen by what the processor has, or by the user.

On the CPU the weights of the GPT are int8 (with a scale per output) and its activations are quantised row by
row, so a row's tokens do not depend on its neighbours. The vocoder runs in bf16 where the processor
multiplies bf16. fp32 is the mode that equals coqui.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from codechoir.engines.xtts.cpu_int8 import Int8Linear, int8_variant
from codechoir.errors import InputError, did_you_mean

Linear = Callable[[torch.Tensor], torch.Tensor]
"""Maps (..., inputs) to (..., outputs)."""

PRECISIONS = ("auto", "fp32", "bf16", "fp16", "int8")
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16, "int8": torch.float32}


@dataclass(frozen=True, slots=True)
class ComputePlan:
    """What to compute with.

    `precision`: of the GPT's matrices. `compute`: type of its activations and cache. `vocoder`: type of the
    vocoder. `reason`: one line for `codechoir doctor`.
    """

    device: torch.device
    precision: str
    compute: torch.dtype
    vocoder: torch.dtype
    reason: str


def make_plan(device: str = "cpu", wanted: str = "auto") -> ComputePlan:
    """What to compute with on `device` ('cpu', 'cuda', 'mps').

    A precision that the processor lacks is replaced by the next best, and `reason` says so. Raises
    `InputError` for an unknown name.
    """
    if wanted not in PRECISIONS:
        known = ", ".join(PRECISIONS)
        raise InputError(f"unknown precision '{wanted}'; known: {known}.{did_you_mean(wanted, PRECISIONS)}")
    target = torch.device(device)
    if target.type == "cpu":
        return _cpu_plan(target, wanted)
    chosen = "fp16" if wanted in ("auto", "int8") else wanted
    reason = f"{chosen} on {target.type}" + ("" if wanted != "int8" else " (int8 only pays on the CPU)")
    dtype = _DTYPES[chosen]
    return ComputePlan(target, chosen, dtype, dtype, reason)


def _cpu_plan(device: torch.device, wanted: str) -> ComputePlan:
    int8, bf16 = int8_variant(), has_bf16()
    best = "int8" if int8 else "bf16" if bf16 else "fp32"
    chosen = {"auto": best, "fp16": "bf16", "int8": best}.get(wanted, wanted)
    vocoder = torch.bfloat16 if bf16 and chosen != "fp32" else torch.float32
    available = (
        ", ".join(name for name, there in (("int8", int8), ("bf16", bf16)) if there)
        or "neither int8 nor bf16"
    )
    instead = f" instead of {wanted}" if wanted not in ("auto", chosen) else ""
    vocoder_name = "bf16" if vocoder is torch.bfloat16 else "fp32"
    by = f" by {int8}" if chosen == "int8" else ""
    reason = f"{chosen}{instead}{by}, vocoder in {vocoder_name}: processor has {available}"
    return ComputePlan(device, chosen, _DTYPES[chosen], vocoder, reason)


def has_bf16() -> bool:
    """Whether the processor multiplies bf16 itself; elsewhere bf16 is emulated, and slower than fp32."""
    checks = (
        getattr(torch.cpu, "_is_avx512_bf16_supported", None),
        getattr(torch.cpu, "_is_amx_tile_supported", None),
    )
    return any(check() for check in checks if check is not None)


def make_linear(weight: torch.Tensor, bias: torch.Tensor, plan: ComputePlan) -> Linear:
    """A matrix product in the plan's precision. `weight`: (outputs, inputs) in fp32; `bias`: (outputs,)."""
    if plan.precision == "int8":
        return Int8Linear(weight, bias)
    matrix, offset = weight.to(plan.device, plan.compute), bias.to(plan.device, plan.compute)

    def dense(x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(x, matrix, offset)

    return dense


def is_out_of_memory(error: RuntimeError | MemoryError) -> bool:
    """Whether an error of torch means that memory ran out.

    CUDA has an exception class for it; the CPU's allocator and MPS only say it in the message.
    """
    messages = ("allocate memory", "out of memory")
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or any(m in str(error) for m in messages)
