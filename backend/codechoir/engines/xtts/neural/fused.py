"""A step on the CPU in int8: the matrices by fbgemm, all between them by compiled kernels.

Eagerly a step of five rows is 41 ms, of which the matrices take 22: hundreds of operations on a few thousand
numbers make up the rest. Here it is four kernels a layer.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import torch

from codechoir.engines.xtts.neural.precision import Int8Linear, Linear
from codechoir.engines.xtts.neural.transformer import Block, Norm

if TYPE_CHECKING:
    from codechoir.engines.xtts.neural.decoder import Decoder
    from codechoir.engines.xtts.neural.model import XttsCore

log = logging.getLogger(__name__)

Array = Any
"""A NumPy array, which shares its memory with a tensor."""


@dataclass(frozen=True, slots=True)
class _Matrix:
    """An int8 product that takes a tensor and gives an array; `offset`: its bias."""

    linear: Int8Linear
    offset: Array

    @classmethod
    def of(cls, linear: Linear) -> _Matrix:
        if not isinstance(linear, Int8Linear):
            raise TypeError("fused steps need matrices in int8")
        return cls(linear, linear.offset.numpy())

    def __call__(self, scaled: torch.Tensor) -> Array:
        return self.linear.product(scaled).numpy()


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
    def of(cls, block: Block) -> _Layer:
        return cls(
            _arrays(block.before_attention),
            _Matrix.of(block.query_key_value),
            _Matrix.of(block.project),
            _arrays(block.before_expand),
            _Matrix.of(block.expand),
            _Matrix.of(block.contract),
        )


@dataclass(frozen=True, slots=True)
class _Room:
    """Scratch for so many rows, as tensors for the products and as arrays for the kernels."""

    narrow: torch.Tensor
    wide: torch.Tensor
    narrow_array: Array
    wide_array: Array
    largest: Array
    scores: Array

    @classmethod
    def make(cls, rows: int, width: int, inner: int, positions: int) -> _Room:
        narrow, wide = torch.empty(rows, width), torch.empty(rows, inner)
        arrays = [torch.empty(size).numpy() for size in (rows, positions)]
        return cls(narrow, wide, narrow.numpy(), wide.numpy(), *arrays)


class FusedSteps:
    """Runs `Decoder.advance` for `core`, whose matrices must be `Int8Linear`. Made by `fused_steps`."""

    def __init__(self, core: XttsCore) -> None:
        from codechoir.engines.xtts.neural import kernels

        self._kernels = kernels
        self._attend = kernels.attention(core.shape.width // core.shape.heads)
        self._core = core
        self._layers = [_Layer.of(block) for block in core.transformer.blocks]
        self._inner = len(self._layers[0].expand.offset)
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
        narrow, largest = room.narrow_array, room.largest
        kernels.normalise(x, *self._layers[0].before_attention, narrow, largest)
        following = [layer.before_attention for layer in self._layers[1:]]
        for layer, cache, norm in zip_longest(self._layers, self._cache(decoder), following):
            product = layer.query_key_value(room.narrow)
            offset = layer.query_key_value.offset
            self._attend(product, largest, offset, cache, lengths, room.scores, narrow)
            product = layer.project(room.narrow)
            kernels.add_and_normalise(x, product, largest, layer.project.offset, *layer.before_expand, narrow)
            kernels.gelu(layer.expand(room.narrow), largest, layer.expand.offset, room.wide_array)
            product, offset = layer.contract(room.wide), layer.contract.offset
            if norm is None:
                kernels.add(x, product, largest, offset)
            else:
                kernels.add_and_normalise(x, product, largest, offset, *norm, narrow)

    def _compile(self) -> None:
        """Run each kernel once: compiling takes seconds, or a moment where it was done before."""
        layer, width = self._layers[0], self._core.shape.width
        sizes = (1, width), (1, 3 * width), (1, self._inner), (1, 1, 2 * width)
        x, three, product, cache = (torch.zeros(size).numpy() for size in sizes)
        lengths = torch.zeros(1, dtype=torch.int64).numpy()
        room = _Room.make(1, width, self._inner, 1)
        narrow, largest, offset = room.narrow_array, room.largest, layer.project.offset
        self._kernels.normalise(x, *layer.before_attention, narrow, largest)
        self._attend(three, largest, layer.query_key_value.offset, cache, lengths, room.scores, narrow)
        self._kernels.add_and_normalise(x, x, largest, offset, *layer.before_expand, narrow)
        self._kernels.gelu(product, largest, layer.expand.offset, room.wide_array)
        self._kernels.add(x, x, largest, offset)

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
