"""The layers of the GPT in int8 on the CPU, compiled: the same work as `neural.gpt_layers.Transformer`.

Torch code calls this module. It can be imported without numba, and says with `int8_variant` whether it works
here.
"""

from __future__ import annotations

import logging
import platform
import threading
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import numpy as np
import torch

from codechoir.engines.xtts.cpu_int8.matrices import BLOCK, GROUP, Array, aligned_zeros, pack_matrices

log = logging.getLogger(__name__)

MOST_THREADS = 8
"""More threads do not read the weights any faster."""


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


class FusedTransformer:
    """The layers of GPT-2 without its embeddings; implements `neural.gpt_layers.Layers`.

    `module`: transformers' `GPT2Model`. `threads`: how many work together, by default as many as torch has,
    up to `MOST_THREADS`. `variant`: index in `dot_products.VARIANTS`, by default the fastest. Any thread may
    call it; passes take turns. Raises `RuntimeError` where there is no kernel for this processor or the sizes
    do not fill blocks, and `ImportError` without numba.
    """

    def __init__(
        self, module: Any, heads: int, threads: int | None = None, variant: int | None = None
    ) -> None:
        from codechoir.engines.xtts.cpu_int8 import dot_products, fused_layers
        from codechoir.engines.xtts.cpu_int8.kernels import CONTROL_WORDS

        self._layers, self._heads = fused_layers, heads
        self._variant = dot_products.supported_variants()[0] if variant is None else variant
        self._norm_weight = module.ln_f.weight.detach().float()
        self._norm_bias = module.ln_f.bias.detach().float()
        self._weights = _pack_layers(module)
        self._inner: int = module.h[0].mlp.c_fc.weight.shape[1]
        self._width = len(self._norm_weight)
        if self._width % BLOCK or self._inner % BLOCK:
            raise RuntimeError(f"sizes of {self._width} and {self._inner} are not multiples of {BLOCK}")
        self._pool = ThreadPool((threads or min(torch.get_num_threads(), MOST_THREADS)) - 1, CONTROL_WORDS)
        self._scratch: Any = None
        self._turn = threading.Lock()
        self._compile()

    def step(self, x: torch.Tensor, cache: torch.Tensor, lengths: torch.Tensor, span: int) -> torch.Tensor:
        """See `Layers`. Each row looks at its own past, whatever `span` is."""
        rows = np.arange(len(x))
        return self._last_norm(self._run(x, rows, lengths.numpy(), cache))

    def extend(
        self, x: torch.Tensor, lengths: torch.Tensor, cache: torch.Tensor, first: int, before: int
    ) -> torch.Tensor:
        """See `Layers`. The padding of short rows is not computed."""
        counts = lengths.numpy()
        filled = torch.arange(x.shape[1]) < lengths[:, None]
        slots = np.repeat(np.arange(first, first + len(x)), counts)
        positions = np.concatenate([np.arange(before, before + count) for count in counts])
        hidden = self._run(x[filled], slots, positions, cache)
        return self._last_norm(hidden[torch.cumsum(lengths, 0) - 1])

    def _last_norm(self, x: torch.Tensor) -> torch.Tensor:
        shape = self._norm_weight.shape
        return torch.nn.functional.layer_norm(x, shape, self._norm_weight, self._norm_bias, 1e-5)

    def _run(self, x: torch.Tensor, slots: Array, positions: Array, cache: torch.Tensor) -> torch.Tensor:
        """`x` (rows, width) after all layers. Rows of one slot are in the order of their positions."""
        x = x.contiguous()
        past = cache.numpy().reshape(*cache.shape[:3], 2, self._heads, -1)
        rows = self._layers.RowInputs(x.numpy(), slots, positions, past)
        with self._turn:
            self._pool.run(
                self._layers.lead,
                self._layers.help_out,
                *(self._variant, self._heads, self._weights),
                *(self._scratch_for(len(x)), rows),
            )
        return x

    def _compile(self) -> None:
        """Runs each function once. Compiling takes seconds, or a moment where the compiled code is cached."""
        layers, zero = self._layers, np.zeros(1, np.int64)
        count, _ = self._weights.attention_norm.weight.shape
        past = aligned_zeros((count, 1, 1, 2, self._heads, self._width // self._heads), np.float32)
        rows = layers.RowInputs(np.zeros((1, self._width), np.float32), zero, zero, past)
        control = np.zeros_like(self._pool.control)
        for work in (layers.lead, layers.help_out):
            work(control, 1, self._variant, self._heads, self._weights, self._scratch_for(1), rows)

    def _scratch_for(self, rows: int) -> Any:
        """Scratch memory for so many rows, a view of what the most rows so far needed."""
        if self._scratch is None or len(self._scratch.row_max) < rows:
            size = 1 << (rows - 1).bit_length()
            self._scratch = self._layers.Scratch(
                aligned_zeros((size, self._width), np.uint8),
                aligned_zeros((size, self._inner), np.uint8),
                aligned_zeros((size,), np.float32),
                aligned_zeros((size, max(self._inner, 3 * self._width)), np.float32),
                aligned_zeros((size, self._width), np.float32),
            )
        return self._layers.Scratch(*(array[:rows] for array in self._scratch))


def _pack_layers(module: Any) -> Any:
    """From transformers' `GPT2Block`s, whose matrices are stored as (inputs, outputs)."""
    from codechoir.engines.xtts.cpu_int8.fused_layers import LayerWeights, NormWeights

    def norm(name: str) -> NormWeights:
        parts = [getattr(block, name) for block in module.h]
        weights, biases = (
            [part.detach().float().numpy() for part in half]
            for half in zip(*((part.weight, part.bias) for part in parts), strict=True)
        )
        return NormWeights(np.stack(weights), np.stack(biases))

    def matrices(part: str, name: str) -> Any:
        found = [getattr(getattr(block, part), name) for block in module.h]
        return pack_matrices(
            [conv.weight.detach().t() for conv in found], [conv.bias.detach() for conv in found]
        )

    return LayerWeights(
        norm("ln_1"),
        matrices("attn", "c_attn"),
        matrices("attn", "c_proj"),
        norm("ln_2"),
        matrices("mlp", "c_fc"),
        matrices("mlp", "c_proj"),
    )


Job = tuple[Callable[..., None], tuple[Any, ...]]


class ThreadPool:
    """The calling thread and `helpers` more, which live as long as the pool. One thread calls it at a time.

    `words`: size of `control`, the int64 numbers by which the threads agree; see `kernels`.
    """

    def __init__(self, helpers: int, words: int) -> None:
        self.control = np.zeros(words, np.int64)
        self._jobs = 0
        self._queues: list[SimpleQueue[Job | None]] = [SimpleQueue() for _ in range(helpers)]
        for queue in self._queues:
            threading.Thread(target=_serve, args=(queue,), name="codechoir-helper", daemon=True).start()
        weakref.finalize(self, _close, self._queues)

    def run(self, lead: Callable[..., None], help_out: Callable[..., None], *arguments: Any) -> None:
        """Calls `lead(control, job, *arguments)` here, and `help_out` with the same on the helpers.

        Returns when `lead` does; helpers may still be on their way.
        """
        self._jobs += 1
        job = (self.control, self._jobs, *arguments)
        for queue in self._queues:
            if queue.empty():
                queue.put((help_out, job))
        lead(*job)


def _serve(queue: SimpleQueue[Job | None]) -> None:
    while (job := queue.get()) is not None:
        work, arguments = job
        work(*arguments)
        del job, work, arguments  # while it sleeps a helper keeps nothing alive


def _close(queues: list[SimpleQueue[Job | None]]) -> None:
    for queue in queues:
        queue.put(None)
