"""What a lack of memory looks like.

Which numbers the engine computes with: chosen by what the processor has, or as the user says.

On the CPU the weights of the GPT are int8 (a channel has its own scale) and its activations are quantised
row by row, so a row's tokens do not depend on its neighbours even there; the vocoder runs in bf16 where the
processor multiplies bf16. fp32 is the mode of parity with coqui.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from codechoir.engines.xtts.cpu_int8.matrices import Int8Linear, int8_kernel
from codechoir.errors import InputError, did_you_mean


def is_out_of_memory(error: RuntimeError | MemoryError) -> bool:
    """CUDA has a class of its own for it; the CPU's allocator and MPS say it in words."""
    words = ("allocate memory", "out of memory")
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or any(w in str(error) for w in words)


Linear = Callable[[torch.Tensor], torch.Tensor]
"""Maps (..., inputs) to (..., outputs)."""

PRECISIONS = ("auto", "fp32", "bf16", "fp16", "int8")
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16, "int8": torch.float32}


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
    int8, bf16 = int8_kernel(), has_bf16()
    best = "int8" if int8 else "bf16" if bf16 else "fp32"
    chosen = {"auto": best, "fp16": "bf16", "int8": best}.get(wanted, wanted)
    vocoder = torch.bfloat16 if bf16 and chosen != "fp32" else torch.float32
    have = (
        ", ".join(name for name, there in (("int8", int8), ("bf16", bf16)) if there)
        or "neither int8 nor bf16"
    )
    instead = f" instead of {wanted}" if wanted not in ("auto", chosen) else ""
    sound = "bf16" if vocoder is torch.bfloat16 else "fp32"
    by = f" by {int8}" if chosen == "int8" else ""
    reason = f"{chosen}{instead}{by}, vocoder in {sound}: processor has {have}"
    return Plan(place, chosen, _DTYPES[chosen], vocoder, reason)


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
        return Int8Linear(weight, bias)
    matrix, offset = weight.to(plan.device, plan.compute), bias.to(plan.device, plan.compute)

    def dense(x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(x, matrix, offset)

    return dense
