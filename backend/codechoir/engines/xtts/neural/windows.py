"""Audio while a row still decodes: windows of frames that are final, with their context, vocoded in batches.

A frame's samples depend on `Vocoder.context` frames on either side (13 for XTTS, three tokens). So a row that
is not finished holds back that many frames, and a window repeats that many from before. The pieces put end to
end equal the whole: there is nothing to crossfade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from codechoir.engines.xtts.neural.vocoder import Vocoder

WINDOW_SIZES: tuple[int, ...] = (
    *range(16, 32, 4),
    *range(32, 128, 8),
    *range(128, 320, 32),
    *range(320, 3072, 64),
)
"""Frames that a window may have. The CPU's kernels are compiled for each new size (100 ms for a whole
vocoder), so there are few sizes."""

_MOST_PADDING = 1.5
"""The largest window of a batch over the smallest."""


@dataclass(frozen=True, slots=True)
class FrameWindow:
    """`frames`: (width, frames) with context. `embedding`: (1, 512, 1), the speaker's. Of the result, `keep`
    frames after the first `skip` are new."""

    frames: torch.Tensor
    embedding: torch.Tensor
    skip: int
    keep: int

    @property
    def size(self) -> int:
        """Frames, context included."""
        return int(self.frames.shape[-1])


class VocodingProgress:
    """How much of one row has been turned into sound. `vocoded`: frames so far."""

    def __init__(self, vocoder: Vocoder, embedding: torch.Tensor) -> None:
        self.vocoded = 0
        self._vocoder, self._embedding = vocoder, embedding

    def new_frames(self, tokens: int) -> int:
        """Frames that an unfinished row of so many tokens could be vocoded in now."""
        stop = self._bounds(tokens, ended=False)[1]
        return max(stop - self._vocoder.context - self.vocoded, 0)

    def remaining(self, tokens: int) -> int:
        """Frames of the last window of a row that ended with so many tokens."""
        start, stop = self._bounds(tokens, ended=True)
        return stop - start

    def next_window(self, latents: torch.Tensor, ended: bool) -> FrameWindow | None:
        """The next window of a row whose latents so far are (tokens, width); counts it as vocoded.

        None when there is nothing new: too few tokens, or all has been vocoded.
        """
        start, stop = self._bounds(latents.shape[0], ended)
        until = stop if ended else stop - self._vocoder.context
        if until <= self.vocoded:
            return None
        frames = self._vocoder.timing.interpolate(latents, start, stop)
        window = FrameWindow(frames, self._embedding, self.vocoded - start, until - self.vocoded)
        self.vocoded = until
        return window

    def _bounds(self, tokens: int, ended: bool) -> tuple[int, int]:
        """First and last frame of the next window, of one of the `WINDOW_SIZES` unless it is a whole short
        row."""
        timing, start = self._vocoder.timing, max(self.vocoded - self._vocoder.context, 0)
        if ended:
            stop = timing.frame_count(tokens)
            return max(min(start, stop - padded_size(stop - start)), 0), stop
        final = timing.final_frames(tokens) - start
        fitting = max((size for size in WINDOW_SIZES if size <= final), default=0)
        return start, start + fitting


def padded_size(frames: int) -> int:
    """The smallest of the `WINDOW_SIZES` that holds so many frames."""
    return next(size for size in WINDOW_SIZES if size >= frames)


def vocode_windows(vocoder: Vocoder, windows: Sequence[FrameWindow], batch: int = 1) -> list[torch.Tensor]:
    """Samples of each window, fp32 on the CPU, without its context.

    Up to `batch` windows of similar size go through the vocoder at once. One is right for the CPU, which
    gains nothing from a batch of convolutions.
    """
    results: dict[int, torch.Tensor] = {}
    with torch.inference_mode():
        for group in _groups(windows, batch):
            members = [windows[i] for i in group]
            samples = vocoder(*_stack(members))
            size = vocoder.samples_per_frame
            for i, window, row in zip(group, members, samples, strict=True):
                results[i] = row[window.skip * size : (window.skip + window.keep) * size].cpu()
    return [results[i] for i in range(len(windows))]


def _groups(windows: Sequence[FrameWindow], batch: int) -> list[list[int]]:
    """Indices of the windows that go through the vocoder together, the largest first."""
    groups: list[list[int]] = []
    for i in sorted(range(len(windows)), key=lambda i: -windows[i].size):
        largest = windows[groups[-1][0]].size if groups else 0
        if groups and len(groups[-1]) < batch and largest <= windows[i].size * _MOST_PADDING:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _stack(windows: Sequence[FrameWindow]) -> tuple[torch.Tensor, torch.Tensor, list[int]]:
    longest = padded_size(max(window.size for window in windows))
    frames = torch.stack([torch.nn.functional.pad(w.frames, (0, longest - w.size)) for w in windows])
    voices = torch.cat([window.embedding for window in windows])
    return frames, voices, [window.size for window in windows]
