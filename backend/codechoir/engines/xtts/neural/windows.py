"""From latents, one a token, to the vocoder's frames, 4.354 a token, in any window.

Coqui interpolates twice (22,050 / 256 frames a second, then 24,000 / 256). Both are linear, so a frame is a
weighted sum of at most four latents and any stretch of frames can be had alone, equal to the whole.

Sound while a row still decodes: windows of frames that are final, with their context, vocoded in batches.

A frame's samples depend on `Vocoder.context` frames on either side (13 for XTTS, three tokens). So a row
that goes on holds back that much, a window brings that much from before, and the pieces put end to end are
the whole: there is nothing to cross-fade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from codechoir.engines.xtts.neural.vocoder import Vocoder


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


SIZES: tuple[int, ...] = (*range(16, 32, 4), *range(32, 128, 8), *range(128, 320, 32), *range(320, 3072, 64))
"""Frames that a window may have. The CPU's kernels are made anew for each size they have not met (100 ms
for a whole vocoder), so there are few of them."""

_WASTE = 1.5


@dataclass(frozen=True, slots=True)
class FrameWindow:
    """`frames`: (width, frames) with context. `embedding`: (1, 512, 1). Of the result, `keep` frames after
    the first `skip` are new."""

    frames: torch.Tensor
    embedding: torch.Tensor
    skip: int
    keep: int

    @property
    def size(self) -> int:
        return int(self.frames.shape[-1])


class Speech:
    """How far one row has been turned into sound. `said`: frames given out so far."""

    def __init__(self, vocoder: Vocoder, embedding: torch.Tensor) -> None:
        self.said = 0
        self._vocoder, self._embedding = vocoder, embedding

    def ready(self, tokens: int) -> int:
        """New frames that a row of that many tokens, which goes on, could give out now."""
        stop = self._bounds(tokens, ended=False)[1]
        return max(stop - self._vocoder.context - self.said, 0)

    def rest(self, tokens: int) -> int:
        """Frames of the last window of a row that ended with so many tokens."""
        start, stop = self._bounds(tokens, ended=True)
        return stop - start

    def window(self, latents: torch.Tensor, ended: bool) -> FrameWindow | None:
        """The next piece of a row whose latents so far are (tokens, width); counts it as said.

        None when there is nothing new: too few tokens, or all has been said.
        """
        start, stop = self._bounds(latents.shape[0], ended)
        until = stop if ended else stop - self._vocoder.context
        if until <= self.said:
            return None
        frames = self._vocoder.clock.interpolate(latents, start, stop)
        window = FrameWindow(frames, self._embedding, self.said - start, until - self.said)
        self.said = until
        return window

    def _bounds(self, tokens: int, ended: bool) -> tuple[int, int]:
        """First and last frame of the next window, of one of the `SIZES` unless it is a whole short row."""
        clock, start = self._vocoder.clock, max(self.said - self._vocoder.context, 0)
        if ended:
            stop = clock.count(tokens)
            return max(min(start, stop - padded(stop - start)), 0), stop
        known = clock.settled(tokens) - start
        fitting = max((size for size in SIZES if size <= known), default=0)
        return start, start + fitting


def padded(frames: int) -> int:
    """The smallest of the `SIZES` that holds so many frames."""
    return next(size for size in SIZES if size >= frames)


def render(vocoder: Vocoder, windows: Sequence[FrameWindow], together: int = 1) -> list[torch.Tensor]:
    """Samples of each window, fp32 on the CPU, without its context.

    Up to `together` windows of similar size go through the vocoder at once. One is right for the CPU, which
    gains nothing from a batch of convolutions.
    """
    results: dict[int, torch.Tensor] = {}
    with torch.inference_mode():
        for group in _groups(windows, together):
            batch = [windows[i] for i in group]
            samples = vocoder(*_stack(batch))
            size = vocoder.samples_per_frame
            for i, window, row in zip(group, batch, samples, strict=True):
                results[i] = row[window.skip * size : (window.skip + window.keep) * size].cpu()
    return [results[i] for i in range(len(windows))]


def _groups(windows: Sequence[FrameWindow], together: int) -> list[list[int]]:
    groups: list[list[int]] = []
    for i in sorted(range(len(windows)), key=lambda i: -windows[i].size):
        if groups and len(groups[-1]) < together and windows[groups[-1][0]].size <= windows[i].size * _WASTE:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _stack(batch: Sequence[FrameWindow]) -> tuple[torch.Tensor, torch.Tensor, list[int]]:
    longest = padded(max(window.size for window in batch))
    frames = torch.stack([torch.nn.functional.pad(w.frames, (0, longest - w.size)) for w in batch])
    voices = torch.cat([window.embedding for window in batch])
    return frames, voices, [window.size for window in batch]
