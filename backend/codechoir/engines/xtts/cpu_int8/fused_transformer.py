"""The layers in int8 on the CPU: the same work as `transformer.Transformer`, compiled (`fused_layers`)."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import torch

from codechoir.engines.xtts.cpu_int8.matrices import BLOCK, Array, pack, room
from codechoir.engines.xtts.cpu_int8.threads import ThreadPool
from codechoir.engines.xtts.neural.precision import Plan
from codechoir.engines.xtts.neural.transformer import Norm

MOST_THREADS = 8
"""More do not read the weights any faster."""


class CompiledTransformer:
    """The layers of GPT-2 without its embeddings.

    `threads`: how many work together, by default as many as torch has, up to `MOST_THREADS`. `form`: index in
    `dots.FORMS`, by default the best. Any thread may call it; passes take turns. Raises `RuntimeError`
    where there is no kernel for this processor, and `ImportError` without numba.
    """

    def __init__(
        self, module: Any, heads: int, plan: Plan, threads: int | None = None, form: int | None = None
    ) -> None:
        from codechoir.engines.xtts.cpu_int8 import dot_products, fused_layers

        self._passes, self._heads = fused_layers, heads
        self._form = dot_products.forms()[0] if form is None else form
        self.last_norm = Norm.of(module.ln_f, plan)
        self._weights = _weights(module)
        self._inner: int = module.h[0].mlp.c_fc.weight.shape[1]
        self._width = len(self.last_norm.weight)
        if self._width % BLOCK or self._inner % BLOCK:
            raise RuntimeError(f"sizes of {self._width} and {self._inner} are not multiples of {BLOCK}")
        self._team = ThreadPool(
            (threads or min(torch.get_num_threads(), MOST_THREADS)) - 1, fused_layers.CONTROL_WORDS
        )
        self._scratch: Any = None
        self._turn = threading.Lock()
        self._compile()

    def step(self, x: torch.Tensor, cache: torch.Tensor, lengths: torch.Tensor, span: int) -> torch.Tensor:
        """See `transformer.Layers`; each row looks at its own past, whatever `span` is."""
        rows = np.arange(len(x))
        return self.last_norm(self._through(x, rows, lengths.numpy(), cache))

    def extend(
        self, x: torch.Tensor, lengths: torch.Tensor, cache: torch.Tensor, first: int, before: int
    ) -> torch.Tensor:
        """See `transformer.Layers`. What fills up short rows is left out."""
        counts = lengths.numpy()
        filled = torch.arange(x.shape[1]) < lengths[:, None]
        slots = np.repeat(np.arange(first, first + len(x)), counts)
        positions = np.concatenate([np.arange(before, before + count) for count in counts])
        hidden = self._through(x[filled], slots, positions, cache)
        return self.last_norm(hidden[torch.cumsum(lengths, 0) - 1])

    def _through(self, x: torch.Tensor, slots: Array, positions: Array, cache: torch.Tensor) -> torch.Tensor:
        """`x` (rows, width) after all layers. RowInputs of one slot stand in the order of their positions."""
        x = x.contiguous()
        past = cache.numpy().reshape(*cache.shape[:3], 2, self._heads, -1)
        rows = self._passes.RowInputs(x.numpy(), slots, positions, past)
        fused_layers, fixed = self._passes, (self._form, self._heads, self._weights)
        with self._turn:
            self._team.run(fused_layers.lead, fused_layers.help_out, *fixed, self._room(len(x)), rows)
        return x

    def _compile(self) -> None:
        """Run each kernel once: compiling takes seconds, or a moment where it was done before."""
        fused_layers, zero = self._passes, np.zeros(1, np.int64)
        layers, _ = self._weights.before_attention.weight.shape
        past = room((layers, 1, 1, 2, self._heads, self._width // self._heads), np.float32)
        rows = fused_layers.RowInputs(np.zeros((1, self._width), np.float32), zero, zero, past)
        control = np.zeros(fused_layers.CONTROL_WORDS, np.int64)
        for work in (fused_layers.lead, fused_layers.help_out):
            work(control, 1, self._form, self._heads, self._weights, self._room(1), rows)

    def _room(self, rows: int) -> Any:
        """Scratch for so many rows, cut from what the most rows so far needed."""
        if self._scratch is None or len(self._scratch.largest) < rows:
            size = 1 << (rows - 1).bit_length()
            self._scratch = self._passes.Scratch(
                room((size, self._width), np.uint8),
                room((size, self._inner), np.uint8),
                room((size,), np.float32),
                room((size, max(self._inner, 3 * self._width)), np.float32),
                room((size, self._width), np.float32),
            )
        return self._passes.Scratch(*(array[:rows] for array in self._scratch))


def _weights(module: Any) -> Any:
    """From transformers' `GPT2Block`s, whose matrices are stored as (inputs, outputs)."""
    from codechoir.engines.xtts.cpu_int8.fused_layers import Norms, Weights

    def norms(name: str) -> Norms:
        parts = [getattr(block, name) for block in module.h]
        weights, biases = (
            [part.detach().float().numpy() for part in half]
            for half in zip(*((part.weight, part.bias) for part in parts), strict=True)
        )
        return Norms(np.stack(weights), np.stack(biases))

    def matrices(part: str, name: str) -> Any:
        found = [getattr(getattr(block, part), name) for block in module.h]
        return pack([conv.weight.detach().t() for conv in found], [conv.bias.detach() for conv in found])

    return Weights(
        norms("ln_1"),
        matrices("attn", "c_attn"),
        matrices("attn", "c_proj"),
        norms("ln_2"),
        matrices("mlp", "c_fc"),
        matrices("mlp", "c_proj"),
    )
