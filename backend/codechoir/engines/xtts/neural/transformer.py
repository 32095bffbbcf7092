"""GPT-2 over a static key-value cache: one step of many rows, and their prefixes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch.nn import functional as F

from codechoir.engines.xtts.neural.precision import ComputePlan, Linear, make_linear


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
