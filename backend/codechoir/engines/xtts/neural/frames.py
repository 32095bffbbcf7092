"""From latents, one a token, to the vocoder's frames, 4.354 a token, in any window.

Coqui interpolates twice (22,050 / 256 frames a second, then 24,000 / 256). Both are linear, so a frame is a
weighted sum of at most four latents and any stretch of frames can be had alone, equal to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True, slots=True)
class FrameClock:
    """`per_token`: frames a token at the model's rate. `rate`: the vocoder's sample rate over the model's."""

    per_token: float
    rate: float

    @classmethod
    def of(cls, decoder: Any) -> FrameClock:
        """From coqui's `HifiDecoder`."""
        per_token = decoder.ar_mel_length_compression / decoder.output_hop_length
        return cls(per_token, decoder.output_sample_rate / decoder.input_sample_rate)

    def count(self, tokens: int) -> int:
        """Frames of a finished row."""
        return int(int(tokens * self.per_token) * self.rate)

    def settled(self, tokens: int) -> int:
        """How many of the first frames no later token can change."""
        frame = self.count(tokens)
        while frame > 0 and self._last_token(frame - 1) >= tokens:
            frame -= 1
        return frame

    def interpolate(self, latents: torch.Tensor, first: int, last: int) -> torch.Tensor:
        """Frames `first` to `last` (half open) of a row whose latents so far are (tokens, width); the result
        is (width, frames)."""
        tokens, device = latents.shape[0], latents.device
        frames = torch.arange(first, last, device=device)
        low, high, weight = _taps(frames, self.rate, int(tokens * self.per_token))
        result = torch.zeros(len(frames), latents.shape[1], device=device)
        for index, share in ((low, 1.0 - weight), (high, weight)):
            start, end, inner = _taps(index, self.per_token, tokens)
            result.addcmul_(latents[start], (share * (1.0 - inner))[:, None])
            result.addcmul_(latents[end], (share * inner)[:, None])
        return result.t()

    def _last_token(self, frame: int) -> int:
        """Index of the last token that a frame would depend on if the row never ended."""
        middle = int(max((frame + 0.5) / self.rate - 0.5, 0.0)) + 1
        return int(max((middle + 0.5) / self.per_token - 0.5, 0.0)) + 1


def _taps(at: torch.Tensor, factor: float, size: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Where linear interpolation by `factor` reads for output positions `at`: lower and upper input index,
    and the weight of the upper one (as `interpolate(align_corners=False)` does)."""
    source = ((at.float() + 0.5) * (1.0 / factor) - 0.5).clamp_(min=0.0)
    low = source.long().clamp_(max=size - 1)
    return low, (low + 1).clamp_(max=size - 1), source - low
