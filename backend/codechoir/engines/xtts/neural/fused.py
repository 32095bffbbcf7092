"""A step on the CPU in int8: the matrices by a library, all between them by compiled kernels.

Eagerly half the time of a step goes into hundreds of operations on a few thousand numbers. Here they are
four kernels a layer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import torch

from codechoir.engines.xtts.neural.precision import Linear
from codechoir.engines.xtts.neural.quantised import Int8Linear, OneDnnLinear
from codechoir.engines.xtts.neural.transformer import Block, Norm

if TYPE_CHECKING:
    from codechoir.engines.xtts.neural.decoder import Decoder
    from codechoir.engines.xtts.neural.model import XttsCore

log = logging.getLogger(__name__)

Array = Any
"""A NumPy array, which shares its memory with a tensor."""


@dataclass(frozen=True, slots=True)
class _Scaled:
    """Rows in -1 … 1, each once as a tensor and once as an array: in fp32, and room for them as bytes."""

    floats: torch.Tensor
    array: Array
    bytes: torch.Tensor
    byte_array: Array

    @classmethod
    def make(cls, rows: int, width: int) -> _Scaled:
        floats, whole = torch.empty(rows, width), torch.empty(rows, width, dtype=torch.uint8)
        return cls(floats, floats.numpy(), whole, whole.numpy())


@dataclass(frozen=True, slots=True)
class _Matrix:
    """An int8 product that gives an array. `after`: its scales and bias; `to_bytes`: the kernel, for products
    that take bytes."""

    linear: Int8Linear
    after: tuple[Array, Array]
    to_bytes: Callable[[Array, Array], None]

    @classmethod
    def of(cls, linear: Linear, to_bytes: Callable[[Array, Array], None]) -> _Matrix:
        if not isinstance(linear, Int8Linear):
            raise TypeError("fused steps need matrices in int8")
        return cls(linear, (linear.scales.numpy(), linear.offset.numpy()), to_bytes)

    def __call__(self, scaled: _Scaled) -> Array:
        if isinstance(self.linear, OneDnnLinear):
            self.to_bytes(scaled.array, scaled.byte_array)
            return self.linear.raw_of_bytes(scaled.bytes).numpy()
        return self.linear.raw(scaled.floats).numpy()


@dataclass(frozen=True, slots=True)
class _Layer:
    """A `Block`, as the kernels need it; of each norm weight and bias."""

    before_attention: tuple[Array, Array]
    query_key_value: _Matrix
    project: _Matrix
    before_expand: tuple[Array, Array]
    expand: _Matrix
    contract: _Matrix

    @classmethod
    def of(cls, block: Block, to_bytes: Callable[[Array, Array], None]) -> _Layer:
        return cls(
            _arrays(block.before_attention),
            _Matrix.of(block.query_key_value, to_bytes),
            _Matrix.of(block.project, to_bytes),
            _arrays(block.before_expand),
            _Matrix.of(block.expand, to_bytes),
            _Matrix.of(block.contract, to_bytes),
        )


@dataclass(frozen=True, slots=True)
class _Room:
    """Scratch for so many rows: inputs of products, what they were divided by, scores of attention."""

    narrow: _Scaled
    wide: _Scaled
    largest: Array
    scores: Array

    @classmethod
    def make(cls, rows: int, width: int, inner: int, positions: int) -> _Room:
        largest, scores = torch.empty(rows).numpy(), torch.empty(positions).numpy()
        return cls(_Scaled.make(rows, width), _Scaled.make(rows, inner), largest, scores)


class FusedSteps:
    """Runs `Decoder.advance` for `core`, whose matrices must be `Int8Linear`. Made by `fused_steps`."""

    def __init__(self, core: XttsCore) -> None:
        from codechoir.engines.xtts.neural import kernels

        self._kernels = kernels
        self._attend = kernels.attention(core.shape.width // core.shape.heads)
        self._core = core
        self._layers = [_Layer.of(block, kernels.to_bytes) for block in core.transformer.blocks]
        self._inner = len(self._layers[0].expand.after[1])
        self._rooms: dict[int, _Room] = {}
        self._caches: list[Array] = []
        self._compile()

    def run(self, decoder: Decoder, rows: int, span: int) -> None:
        """One step of the first `rows` slots; each looks at its own past, whatever `span` is."""
        state, core = decoder.state, self._core
        slots = slice(0, rows)
        lengths = state.lengths[slots]
        x = core.audio_embedding[state.tokens[slots]] + core.audio_position[state.steps[slots]]
        self._through(decoder, x.numpy(), lengths.numpy())
        lengths.add_(1).clamp_(max=state.positions - 1)
        decoder.emit(slots, core.transformer.last_norm(x))

    def forget(self) -> None:
        """The decoder's tensors have moved."""
        self._rooms.clear()
        self._caches.clear()

    def _through(self, decoder: Decoder, x: Array, lengths: Array) -> None:
        """All layers, from embeddings to hidden states, in place."""
        kernels, room = self._kernels, self._room(decoder, len(x))
        narrow, largest = room.narrow.array, room.largest
        kernels.normalise(x, *self._layers[0].before_attention, narrow, largest)
        following = [layer.before_attention for layer in self._layers[1:]]
        for layer, cache, norm in zip_longest(self._layers, self._cache(decoder), following):
            product, after = layer.query_key_value(room.narrow), layer.query_key_value.after
            self._attend(product, largest, *after, cache, lengths, room.scores, narrow)
            product, after = layer.project(room.narrow), layer.project.after
            kernels.add_and_normalise(x, product, largest, *after, *layer.before_expand, narrow)
            kernels.gelu(layer.expand(room.narrow), largest, *layer.expand.after, room.wide.array)
            product, after = layer.contract(room.wide), layer.contract.after
            if norm is None:
                kernels.add(x, product, largest, *after)
            else:
                kernels.add_and_normalise(x, product, largest, *after, *norm, narrow)

    def _compile(self) -> None:
        """Run each kernel once: compiling takes seconds, or a moment where it was done before."""
        layer, width = self._layers[0], self._core.shape.width
        sizes = (1, width), (1, 3 * width), (1, self._inner), (1, 1, 2 * width)
        x, three, product, cache = (torch.zeros(size).numpy() for size in sizes)
        lengths = torch.zeros(1, dtype=torch.int64).numpy()
        room = _Room.make(1, width, self._inner, 1)
        narrow, largest, after = room.narrow.array, room.largest, layer.project.after
        self._kernels.normalise(x, *layer.before_attention, narrow, largest)
        self._kernels.to_bytes(narrow, room.narrow.byte_array)
        self._attend(three, largest, *layer.query_key_value.after, cache, lengths, room.scores, narrow)
        self._kernels.add_and_normalise(x, x, largest, *after, *layer.before_expand, narrow)
        self._kernels.gelu(product, largest, *layer.expand.after, room.wide.array)
        self._kernels.add(x, x, largest, *after)

    def _room(self, decoder: Decoder, rows: int) -> _Room:
        if rows not in self._rooms:
            width, positions = self._core.shape.width, decoder.state.positions
            self._rooms[rows] = _Room.make(rows, width, self._inner, positions)
        return self._rooms[rows]

    def _cache(self, decoder: Decoder) -> list[Array]:
        if not self._caches:
            self._caches = list(decoder.state.cache.numpy())
        return self._caches


def fused_steps(core: XttsCore) -> FusedSteps | None:
    """Fused steps for a core in int8, which is on the CPU; None for others, and where numba is missing or
    finds no folder to keep what it compiles."""
    if core.plan.precision != "int8":
        return None
    try:
        return FusedSteps(core)
    except (ImportError, RuntimeError) as reason:
        log.warning("XTTS decodes without compiled kernels, which is slower: %s", reason)
        return None


def _arrays(norm: Norm) -> tuple[Array, Array]:
    return norm.weight.numpy(), norm.bias.numpy()
