"""How a step is run: operation by operation, or replayed from a captured graph.

On a GPU a step is hundreds of small kernels, and launching them takes longer than running them: 20 to 30 ms
against one. So the step is captured once for each size (rows × positions, both rounded up) and replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import torch

from codechoir.engines.xtts.neural.rows import POSITION_SIZES, SLOT_SIZES, round_up

if TYPE_CHECKING:
    from codechoir.engines.xtts.neural.decoder import Decoder

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
