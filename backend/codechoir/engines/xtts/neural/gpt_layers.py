"""The layers of the GPT, in the number formats that this processor is fast in, or that the user chose.

`make_plan` chooses the formats. On the CPU the weights of the GPT are int8 (with a scale per output) and its
activations are quantised row by row, so a row's tokens do not depend on its neighbours. The vocoder runs in
bf16 where the processor multiplies bf16. fp32 is the mode that equals coqui.

`Transformer` is GPT-2 over a static key-value cache: one step of many rows, and their prefixes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch.nn import functional as F

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


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation over the last axis."""

    weight: torch.Tensor
    bias: torch.Tensor

    @classmethod
    def of(cls, module: Any, plan: ComputePlan) -> Norm:
        """From a `torch.nn.LayerNorm`."""
        return cls(
            module.weight.detach().to(plan.device, plan.compute),
            module.bias.detach().to(plan.device, plan.compute),
        )

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, 1e-5)


@dataclass(frozen=True, slots=True)
class TransformerBlock:
    """One layer: attention, then two products with a GELU between them."""

    attention_norm: Norm
    query_key_value: Linear
    attention_output: Linear
    mlp_norm: Norm
    mlp_up: Linear
    mlp_down: Linear

    @classmethod
    def of(cls, module: Any, plan: ComputePlan) -> TransformerBlock:
        """From transformers' `GPT2Block`, whose matrices are stored as (inputs, outputs)."""

        def linear(conv: Any) -> Linear:
            return make_linear(conv.weight.detach().t(), conv.bias.detach(), plan)

        return cls(
            Norm.of(module.ln_1, plan),
            linear(module.attn.c_attn),
            linear(module.attn.c_proj),
            Norm.of(module.ln_2, plan),
            linear(module.mlp.c_fc),
            linear(module.mlp.c_proj),
        )


class Layers(Protocol):
    """The layers of GPT-2 without its embeddings (XTTS zeroes GPT-2's own positions).

    `cache`: (layers, slots, positions, 2 × width), keys then values; both methods write those of the new
    positions to it. Both return normalised hidden states, (rows, width).
    """

    def step(self, x: torch.Tensor, cache: torch.Tensor, lengths: torch.Tensor, span: int) -> torch.Tensor:
        """Hidden states of one more position of each of the first slots.

        `x`: (rows, width), may be overwritten. `lengths`: (rows,), positions filled before. `span`: at least
        the longest of them plus one, and no more than the cache has.
        """

    def extend(
        self, x: torch.Tensor, lengths: torch.Tensor, cache: torch.Tensor, first_slot: int, past: int
    ) -> torch.Tensor:
        """Last hidden states of rows that get many positions at once, after the `past` that they have.

        `x`: (rows, longest, width). `lengths`: (rows,), how many of the new positions are used. The rows are
        the slots from `first_slot` on. No position looks at a later one.
        """


class Transformer:
    """`Layers` by torch, on any device."""

    def __init__(self, module: Any, heads: int, plan: ComputePlan) -> None:
        self.blocks = [TransformerBlock.of(block, plan) for block in module.h]
        self.last_norm = Norm.of(module.ln_f, plan)
        self.heads = heads

    def step(self, x: torch.Tensor, cache: torch.Tensor, lengths: torch.Tensor, span: int) -> torch.Tensor:
        """See `Layers`."""
        targets = torch.arange(len(x), device=x.device) * cache.shape[2] + lengths
        visible = torch.arange(span, device=x.device) <= lengths[:, None]
        mask = torch.zeros(visible.shape, dtype=x.dtype, device=x.device).masked_fill_(~visible, -torch.inf)
        return self._run(x[:, None], cache, 0, targets, mask[:, None, None])[:, 0]

    def extend(
        self, x: torch.Tensor, lengths: torch.Tensor, cache: torch.Tensor, first_slot: int, past: int
    ) -> torch.Tensor:
        """See `Layers`."""
        rows, longest, _ = x.shape
        positions = torch.arange(past, past + longest, device=x.device)
        starts = torch.arange(first_slot, first_slot + rows, device=x.device)[:, None] * cache.shape[2]
        mask = torch.zeros(longest, past + longest, dtype=x.dtype, device=x.device)
        future = torch.ones(longest, longest, dtype=torch.bool, device=x.device).triu(1)
        mask[:, past:].masked_fill_(future, -torch.inf)
        hidden = self._run(x, cache, first_slot, (starts + positions).flatten(), mask[None, None])
        return hidden[torch.arange(rows, device=x.device), lengths - 1]

    def _run(
        self, x: torch.Tensor, cache: torch.Tensor, first_slot: int, targets: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Hidden states of `x` (rows, new, width), for the slots from `first_slot` on.

        `targets`: (rows × new,) index of slot × positions + position of each new element. `mask`:
        (1 or rows, 1, new, span), added to the attention over the first `span` positions.
        """
        rows, new, width = x.shape
        span, size = mask.shape[-1], width // self.heads
        for block, layer in zip(self.blocks, cache, strict=True):
            mixed = block.query_key_value(block.attention_norm(x))
            layer.view(-1, 2 * width).index_copy_(0, targets, mixed[..., width:].reshape(-1, 2 * width))
            query = mixed[..., :width].view(rows, new, self.heads, size).transpose(1, 2)
            past = layer[first_slot : first_slot + rows, :span].view(rows, span, 2, self.heads, size)
            key, value = past.permute(2, 0, 3, 1, 4)
            attended = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
            x = x + block.attention_output(attended.transpose(1, 2).reshape(rows, new, width))
            x = x + block.mlp_down(F.gelu(block.mlp_up(block.mlp_norm(x)), approximate="tanh"))
        return self.last_norm(x)
