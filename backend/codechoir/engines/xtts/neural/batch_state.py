"""The tensors of the rows that decode together.

Active rows are always the slots 0 … n-1, so a step is one slice of each tensor. No tensor is reallocated
between two steps unless the cache has to grow, which is what a CUDA graph needs.
"""

from __future__ import annotations

import torch

from codechoir.engines.xtts.neural.gpt_layers import ComputePlan
from codechoir.engines.xtts.neural.xtts_model import ModelShape

SLOT_SIZES = (1, 2, 4, 8, 16, 32)
POSITION_SIZES = (96, 128, 192, 256, 384, 512, 768, 1042)


def round_up(value: int, sizes: tuple[int, ...], most: int) -> int:
    """The smallest of `sizes` that holds `value`, but not more than `most`."""
    return min(next((size for size in sizes if size >= value), most), most)


class BatchState:
    """Tensors of all slots.

    `cache` (layers, slots, positions, 2 × width): keys and values. Per slot: `lengths` positions filled,
    `steps` audio tokens made, `tokens` the newest one, `expected` length after which stopping becomes
    likelier, `log_probability` sum over the row. `seen` (slots, vocabulary): tokens that the row has.
    `uniforms` (slots, most audio tokens): the row's random numbers. `latents` (slots, most audio tokens,
    width) for the vocoder, fp32.
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

    def __init__(
        self, shape: ModelShape, plan: ComputePlan, slots: int = 1, positions: int = POSITION_SIZES[0]
    ) -> None:
        self.shape, self.plan = shape, plan
        vars(self).update(self._allocate(slots, positions))

    @property
    def slots(self) -> int:
        """How many rows there is room for."""
        return len(self.lengths)

    @property
    def positions(self) -> int:
        """How many positions of each row there is room for."""
        return int(self.cache.shape[2])

    def grow(self, slots: int, positions: int) -> bool:
        """Makes room for at least so many; the content is kept.

        Returns whether tensors moved: captured graphs are then stale. When memory runs out nothing has
        changed.
        """
        if slots <= self.slots and positions <= self.positions:
            return False
        slots = max(self.slots, round_up(slots, SLOT_SIZES, max(SLOT_SIZES)))
        positions = max(self.positions, round_up(positions, POSITION_SIZES, self.shape.max_positions))
        larger = self._allocate(slots, positions)
        larger["cache"][:, : self.slots, : self.positions] = self.cache
        for name, tensor in larger.items():
            if name != "cache":
                tensor[: self.slots] = vars(self)[name]
        vars(self).update(larger)
        return True

    def copy_slot(self, source: int, target: int, filled: int) -> None:
        """Copies one slot, of which so many positions are filled, over another: active rows stay together."""
        self.cache[:, target, :filled] = self.cache[:, source, :filled]
        for name, tensor in vars(self).items():
            if isinstance(tensor, torch.Tensor) and name != "cache":
                tensor[target] = tensor[source]

    def snapshot(self, slots: int) -> dict[str, torch.Tensor]:
        """What a step changes in the first slots, except the cache and the latents: a step only writes those
        where nothing has been written yet."""
        changed = ("lengths", "steps", "tokens", "log_probability", "seen")
        return {name: vars(self)[name][:slots].clone() for name in changed}

    def restore(self, snapshot: dict[str, torch.Tensor]) -> None:
        """Undoes steps that were only run in order to be captured."""
        for name, tensor in snapshot.items():
            vars(self)[name][: len(tensor)] = tensor

    def _allocate(self, slots: int, positions: int) -> dict[str, torch.Tensor]:
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
            "seen": zeros(slots, shape.audio_vocabulary, dtype=torch.bool),
            "uniforms": zeros(slots, shape.max_audio_tokens),
            "latents": zeros(slots, shape.max_audio_tokens, shape.width),
        }
