"""The state of the rows that decode together: tensors that stay where they are.

Active rows are always the slots 0 … n-1, so a step is one slice of each tensor. Nothing is reallocated
between two steps unless the cache has to grow, which is what a CUDA graph needs.

How a step is run: operation by operation, or replayed from a captured graph.

On a GPU a step is hundreds of small kernels, and launching them takes longer than running them: 20 to 30 ms
against one. So the step is captured once for each size (rows × positions, both rounded up) and replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import torch

from codechoir.engines.xtts.neural.precision import Plan
from codechoir.engines.xtts.neural.xtts_model import Shape

if TYPE_CHECKING:
    from codechoir.engines.xtts.neural.decoder import Decoder

SLOT_SIZES = (1, 2, 4, 8, 16, 32)
POSITION_SIZES = (96, 128, 192, 256, 384, 512, 768, 1042)


def round_up(value: int, sizes: tuple[int, ...], most: int) -> int:
    """The smallest of `sizes` that holds `value`, but not more than `most`."""
    return min(next((size for size in sizes if size >= value), most), most)


class RowState:
    """Tensors of all slots.

    `cache` (layers, slots, positions, 2 × width); `lengths` positions filled, `steps` audio tokens made,
    `tokens` the newest one, `expected` length after which stopping becomes likelier, `log_probability` sum
    over the row (all (slots,)); `seen` (slots, vocabulary); `uniforms` (slots, most audio tokens);
    `latents` (slots, most audio tokens, width) for the vocoder, fp32.
    """

    cache: torch.Tensor
    lengths: torch.Tensor
    steps: torch.Tensor
    tokens: torch.Tensor
    expected: torch.Tensor
    log_probability: torch.Tensor
    seen: torch.Tensor
    uniforms: torch.Tensor
    latents: torch.Tensor

    def __init__(self, shape: Shape, plan: Plan, slots: int = 1, positions: int = POSITION_SIZES[0]) -> None:
        self.shape, self.plan = shape, plan
        vars(self).update(self._allocated(slots, positions))

    @property
    def slots(self) -> int:
        return len(self.lengths)

    @property
    def positions(self) -> int:
        return int(self.cache.shape[2])

    def ensure(self, slots: int, positions: int) -> bool:
        """Make room; what is there is kept. True when tensors moved (captured graphs are then stale).

        When memory runs out nothing has changed.
        """
        if slots <= self.slots and positions <= self.positions:
            return False
        slots = max(self.slots, round_up(slots, SLOT_SIZES, max(SLOT_SIZES)))
        positions = max(self.positions, round_up(positions, POSITION_SIZES, self.shape.positions))
        roomier = self._allocated(slots, positions)
        roomier["cache"][:, : self.slots, : self.positions] = self.cache
        for name, tensor in roomier.items():
            if name != "cache":
                tensor[: self.slots] = vars(self)[name]
        vars(self).update(roomier)
        return True

    def move(self, source: int, target: int, filled: int) -> None:
        """Copy one slot, of which so many positions are filled, over another: active rows stay together."""
        self.cache[:, target, :filled] = self.cache[:, source, :filled]
        for name, tensor in vars(self).items():
            if isinstance(tensor, torch.Tensor) and name != "cache":
                tensor[target] = tensor[source]

    def snapshot(self, slots: int) -> dict[str, torch.Tensor]:
        """What a step changes in the first slots, but for the cache and the latents: those it only writes
        where nothing has been written yet."""
        kept = ("lengths", "steps", "tokens", "log_probability", "seen")
        return {name: vars(self)[name][:slots].clone() for name in kept}

    def restore(self, snapshot: dict[str, torch.Tensor]) -> None:
        """Undo steps that were only run in order to be captured."""
        for name, tensor in snapshot.items():
            vars(self)[name][: len(tensor)] = tensor

    def _allocated(self, slots: int, positions: int) -> dict[str, torch.Tensor]:
        shape, device = self.shape, self.plan.device

        def zeros(*size: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
            return torch.zeros(size, dtype=dtype, device=device)

        return {
            "cache": zeros(shape.layers, slots, positions, 2 * shape.width, dtype=self.plan.compute),
            "lengths": zeros(slots, dtype=torch.int64),
            "steps": zeros(slots, dtype=torch.int64),
            "tokens": zeros(slots, dtype=torch.int64),
            "expected": zeros(slots),
            "log_probability": zeros(slots),
            "seen": zeros(slots, shape.audio_tokens, dtype=torch.bool),
            "uniforms": zeros(slots, shape.most_audio),
            "latents": zeros(slots, shape.most_audio, shape.width),
        }


Replay = Callable[[], None]
Recorder = Callable[[Callable[[], None]], Replay]
"""Runs the work, remembers it, and gives back what runs it again on the same tensors."""


class Steps(Protocol):
    """Runs `Decoder.advance`."""

    def run(self, decoder: Decoder, rows: int, span: int) -> None:
        """One step of the first `rows` slots over `span` positions, or over more of either."""

    def forget(self) -> None:
        """The decoder's tensors have moved."""


class EagerSteps:
    """Each operation is launched by itself."""

    def run(self, decoder: Decoder, rows: int, span: int) -> None:
        decoder.advance(rows, span)

    def forget(self) -> None:
        return None


class GraphedSteps:
    """Steps replayed from graphs, captured when a size is first met or by `capture` at start.

    Slots beyond the active rows are computed along and hold nothing that anyone reads.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._replays: dict[tuple[int, int], Replay] = {}

    @property
    def captured(self) -> list[tuple[int, int]]:
        """Sizes (rows, positions) that are ready."""
        return sorted(self._replays)

    def capture(self, decoder: Decoder, rows: int, span: int) -> None:
        """Capture every size up to so many rows and positions; no row may be active."""
        decoder.reserve(rows, span)
        with torch.inference_mode():
            for slots in (size for size in SLOT_SIZES if size <= decoder.state.slots):
                for positions in (size for size in POSITION_SIZES if size <= decoder.state.positions):
                    self._replay(decoder, slots, positions)

    def run(self, decoder: Decoder, rows: int, span: int) -> None:
        state = decoder.state
        slots = round_up(rows, SLOT_SIZES, state.slots)
        self._replay(decoder, slots, round_up(span, POSITION_SIZES, state.positions))()

    def forget(self) -> None:
        self._replays.clear()

    def _replay(self, decoder: Decoder, slots: int, positions: int) -> Replay:
        key = (slots, positions)
        if key not in self._replays:
            kept = decoder.state.snapshot(slots)
            self._replays[key] = self._recorder(lambda: decoder.advance(slots, positions))
            decoder.state.restore(kept)
        return self._replays[key]


class CudaRecorder:
    """Captures the work as a CUDA graph; all graphs share one pool, since only one runs at a time."""

    def __init__(self) -> None:
        self._pool = torch.cuda.graph_pool_handle()

    def __call__(self, work: Callable[[], None]) -> Replay:
        """The work runs twice first, on a stream of its own, so that libraries set themselves up outside the
        capture."""
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(2):
                work()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            work()
        replay: Replay = graph.replay
        return replay
