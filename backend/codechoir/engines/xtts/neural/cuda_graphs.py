"""Steps replayed from CUDA graphs.

On a GPU a step is hundreds of small kernels, and launching them takes longer than running them: 20 to 30 ms
against one. So the step is captured once for each size (rows × positions, both rounded up) and replayed.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from codechoir.engines.xtts.neural.batch_state import POSITION_SIZES, SLOT_SIZES, round_up
from codechoir.engines.xtts.neural.decoder import Decoder

Replay = Callable[[], None]
Recorder = Callable[[Callable[[], None]], Replay]
"""Runs the work, records it, and returns what runs it again on the same tensors."""


class GraphSteps:
    """Replays graphs, captured by `capture` at start or when a size first occurs.

    Slots beyond the active rows are computed too; nobody reads their results.
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
        """See `StepRunner`."""
        state = decoder.state
        slots = round_up(rows, SLOT_SIZES, state.slots)
        self._replay(decoder, slots, round_up(span, POSITION_SIZES, state.positions))()

    def invalidate(self) -> None:
        """See `StepRunner`."""
        self._replays.clear()

    def _replay(self, decoder: Decoder, slots: int, positions: int) -> Replay:
        key = (slots, positions)
        if key not in self._replays:
            snapshot = decoder.state.snapshot(slots)
            self._replays[key] = self._recorder(lambda: decoder.advance(slots, positions))
            decoder.state.restore(snapshot)
        return self._replays[key]


class CudaGraphRecorder:
    """Captures the work as a CUDA graph; all graphs share one pool, since only one runs at a time."""

    def __init__(self) -> None:
        self._pool = torch.cuda.graph_pool_handle()

    def __call__(self, work: Callable[[], None]) -> Replay:
        """The work first runs twice on a stream of its own, so that libraries initialise outside the
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
