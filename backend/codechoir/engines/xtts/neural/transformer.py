"""GPT-2 over a static key-value cache: one step of many rows, and their prefixes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch.nn import functional as F

from codechoir.engines.xtts.neural.precision import Linear, Plan, make_linear


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation over the last axis."""

    weight: torch.Tensor
    bias: torch.Tensor

    @classmethod
    def of(cls, module: Any, plan: Plan) -> Norm:
        return cls(
            module.weight.detach().to(plan.device, plan.compute),
            module.bias.detach().to(plan.device, plan.compute),
        )

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, 1e-5)


@dataclass(frozen=True, slots=True)
class Block:
    """One layer: attention, then two matrices with a GELU between."""

    before_attention: Norm
    query_key_value: Linear
    project: Linear
    before_expand: Norm
    expand: Linear
    contract: Linear

    @classmethod
    def of(cls, module: Any, plan: Plan) -> Block:
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

    `cache`: (layers, slots, positions, 2 × width), keys then values, in which both write those of the new
    positions. What they return is normalised, (rows, width).
    """

    def step(self, x: torch.Tensor, cache: torch.Tensor, lengths: torch.Tensor, span: int) -> torch.Tensor:
        """Hidden states of one more position of each of the first slots.

        `x`: (rows, width), may be overwritten; `lengths`: (rows,), positions filled before; `span`: at least
        the longest of them and one, and no more than the cache has.
        """

    def extend(
        self, x: torch.Tensor, lengths: torch.Tensor, cache: torch.Tensor, first: int, before: int
    ) -> torch.Tensor:
        """Last hidden states of rows that get many positions at once, after the `before` that they have.

        `x`: (rows, longest, width); `lengths`: (rows,), positions that are in use; the rows are the slots
        from `first` on. Nothing looks at what comes after it.
        """


class Transformer:
    """`Layers` by torch, on any device."""

    def __init__(self, module: Any, heads: int, plan: Plan) -> None:
        self.blocks = [Block.of(block, plan) for block in module.h]
        self.last_norm = Norm.of(module.ln_f, plan)
        self.heads = heads

    def step(self, x: torch.Tensor, cache: torch.Tensor, lengths: torch.Tensor, span: int) -> torch.Tensor:
        where = torch.arange(len(x), device=x.device) * cache.shape[2] + lengths
        visible = torch.arange(span, device=x.device) <= lengths[:, None]
        mask = torch.zeros(visible.shape, dtype=x.dtype, device=x.device).masked_fill_(~visible, -torch.inf)
        return self._through(x[:, None], cache, 0, where, mask[:, None, None])[:, 0]

    def extend(
        self, x: torch.Tensor, lengths: torch.Tensor, cache: torch.Tensor, first: int, before: int
    ) -> torch.Tensor:
        rows, longest, _ = x.shape
        positions = torch.arange(before, before + longest, device=x.device)
        starts = torch.arange(first, first + rows, device=x.device)[:, None] * cache.shape[2]
        mask = torch.zeros(longest, before + longest, dtype=x.dtype, device=x.device)
        future = torch.ones(longest, longest, dtype=torch.bool, device=x.device).triu(1)
        mask[:, before:].masked_fill_(future, -torch.inf)
        hidden = self._through(x, cache, first, (starts + positions).flatten(), mask[None, None])
        return hidden[torch.arange(rows, device=x.device), lengths - 1]

    def _through(
        self, x: torch.Tensor, cache: torch.Tensor, first: int, where: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Hidden states of `x` (rows, new, width), for the slots from `first` on.

        `where`: (rows × new,) index of slot × positions + position that each new element takes. `mask`:
        (1 or rows, 1, new, span), added to the attention over the first `span` positions.
        """
        rows, new, width = x.shape
        span, size = mask.shape[-1], width // self.heads
        for block, layer in zip(self.blocks, cache, strict=True):
            mixed = block.query_key_value(block.before_attention(x))
            layer.view(-1, 2 * width).index_copy_(0, where, mixed[..., width:].reshape(-1, 2 * width))
            query = mixed[..., :width].view(rows, new, self.heads, size).transpose(1, 2)
            seen = layer[first : first + rows, :span].view(rows, span, 2, self.heads, size)
            key, value = seen.permute(2, 0, 3, 1, 4)
            heard = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
            x = x + block.project(heard.transpose(1, 2).reshape(rows, new, width))
            x = x + block.contract(F.gelu(block.expand(block.before_expand(x)), approximate="tanh"))
        return self.last_norm(x)
