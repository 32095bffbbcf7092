"""HiFi-GAN with folded weights: from latents to samples, many rows at once, exact at each row's end.

A frame is 256 samples. The decoder makes one latent per token, the vocoder needs 4.354 frames per token:
`FrameTiming` interpolates them, for any stretch of frames.

Audio of a row that still decodes comes in windows of frames that are final. A frame's samples depend on
`Vocoder.context` frames on either side (13 for XTTS, three tokens). So a row that is not finished holds back
that many frames, and a window repeats that many from before. The pieces put end to end equal the whole: there
is nothing to crossfade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional as F

from codechoir.engines.xtts.neural.gpt_layers import ComputePlan

_SLOPE = 0.1
_LAST_SLOPE = 0.01


@dataclass(frozen=True, slots=True)
class FrameTiming:
    """How tokens map to frames.

    Coqui interpolates twice (22,050 / 256 frames a second, then 24,000 / 256). Both are linear, so a frame is
    a weighted sum of at most four latents, and a stretch of frames can be computed alone, equal to the whole.
    `per_token`: frames per token at the model's rate. `rate`: the vocoder's sample rate over the model's.
    """

    per_token: float
    rate: float

    @classmethod
    def of(cls, decoder: Any) -> FrameTiming:
        """From coqui's `HifiDecoder`."""
        per_token = decoder.ar_mel_length_compression / decoder.output_hop_length
        return cls(per_token, decoder.output_sample_rate / decoder.input_sample_rate)

    def frame_count(self, tokens: int) -> int:
        """Frames of a finished row."""
        return int(int(tokens * self.per_token) * self.rate)

    def final_frames(self, tokens: int) -> int:
        """How many of the first frames no later token can change."""
        frame = self.frame_count(tokens)
        while frame > 0 and self._last_token(frame - 1) >= tokens:
            frame -= 1
        return frame

    def interpolate(self, latents: torch.Tensor, first: int, last: int) -> torch.Tensor:
        """Frames `first` to `last` (half open), as (width, frames).

        `latents`: (tokens, width), those of the row so far.
        """
        tokens, device = latents.shape[0], latents.device
        frames = torch.arange(first, last, device=device)
        low, high, weight = _interpolation(frames, self.rate, int(tokens * self.per_token))
        result = torch.zeros(len(frames), latents.shape[1], device=device)
        for index, share in ((low, 1.0 - weight), (high, weight)):
            start, end, inner = _interpolation(index, self.per_token, tokens)
            result.addcmul_(latents[start], (share * (1.0 - inner))[:, None])
            result.addcmul_(latents[end], (share * inner)[:, None])
        return result.t()

    def _last_token(self, frame: int) -> int:
        """Index of the last token that a frame would depend on if the row never ended."""
        middle = int(max((frame + 0.5) / self.rate - 0.5, 0.0)) + 1
        return int(max((middle + 0.5) / self.per_token - 0.5, 0.0)) + 1


def _interpolation(
    outputs: torch.Tensor, factor: float, size: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Linear interpolation by `factor`, as `interpolate(align_corners=False)` does it.

    For each output index: the lower and the upper input index, and the weight of the upper one.
    """
    source = ((outputs.float() + 0.5) * (1.0 / factor) - 0.5).clamp_(min=0.0)
    low = source.long().clamp_(max=size - 1)
    return low, (low + 1).clamp_(max=size - 1), source - low


def memory_layout(device: torch.device) -> torch.memory_format:
    """Channels last, in which the CPU's kernels need no reordering (also faster on CUDA).

    MPS is the exception: its convolutions are made for the usual layout.
    """
    return torch.contiguous_format if device.type == "mps" else torch.channels_last


@dataclass(frozen=True, slots=True)
class Convolution:
    """A one-dimensional convolution, kept as a flat picture (1 × time) in the `memory_layout` of its
    device."""

    weight: torch.Tensor
    bias: torch.Tensor | None
    stride: int
    dilation: int
    padding: int
    transposed: bool

    @classmethod
    def of(cls, module: Any, plan: ComputePlan) -> Convolution:
        """From torch's `Conv1d` or `ConvTranspose1d`, weight normalised or not."""
        weight = _effective_weight(module).unsqueeze(2).to(plan.device, plan.vocoder)
        bias = None if module.bias is None else module.bias.detach().to(plan.device, plan.vocoder)
        return cls(
            weight.contiguous(memory_format=memory_layout(plan.device)),
            bias,
            module.stride[0],
            module.dilation[0],
            module.padding[0],
            isinstance(module, torch.nn.ConvTranspose1d),
        )

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        along = {"stride": (1, self.stride), "padding": (0, self.padding)}
        if self.transposed:
            return F.conv_transpose2d(x, self.weight, self.bias, **along)
        return F.conv2d(x, self.weight, self.bias, dilation=(1, self.dilation), **along)

    @property
    def receptive_radius(self) -> int:
        """How many positions away the farthest input is that an output depends on."""
        size: int = self.weight.shape[-1]
        if self.transposed:
            return max(size - 1 - self.padding, self.stride - 1 + self.padding)
        return (size - 1) * self.dilation // 2


@dataclass(frozen=True, slots=True)
class VocoderStage:
    """One upsampling: a transposed convolution, the voice added, parallel residual blocks averaged.

    `blocks`: for each kernel size, pairs of convolutions.
    """

    up: Convolution
    voice: Convolution | None
    blocks: tuple[tuple[tuple[Convolution, Convolution], ...], ...]

    @property
    def receptive_radius(self) -> int:
        """In positions of the stage's output."""
        return max(
            sum(first.receptive_radius + second.receptive_radius for first, second in block)
            for block in self.blocks
        )


@dataclass(frozen=True, slots=True)
class Vocoder:
    """Turns frames into samples. `timing`: from tokens to frames."""

    timing: FrameTiming
    dtype: torch.dtype
    device: torch.device
    before: Convolution
    voice: Convolution
    stages: tuple[VocoderStage, ...]
    after: Convolution

    @classmethod
    def of(cls, decoder: Any, plan: ComputePlan) -> Vocoder:
        """From coqui's `HifiDecoder`."""
        net = decoder.waveform_decoder

        def convolution(module: Any) -> Convolution:
            return Convolution.of(module, plan)

        def block(module: Any) -> tuple[tuple[Convolution, Convolution], ...]:
            pairs = zip(module.convs1, module.convs2, strict=True)
            return tuple((convolution(first), convolution(second)) for first, second in pairs)

        stages = [
            VocoderStage(
                convolution(up),
                convolution(net.conds[i]) if net.cond_in_each_up_layer else None,
                tuple(block(b) for b in net.resblocks[i * net.num_kernels : (i + 1) * net.num_kernels]),
            )
            for i, up in enumerate(net.ups)
        ]
        return cls(
            FrameTiming.of(decoder),
            plan.vocoder,
            plan.device,
            convolution(net.conv_pre),
            convolution(net.cond_layer),
            tuple(stages),
            convolution(net.conv_post),
        )

    @property
    def samples_per_frame(self) -> int:
        """256 for XTTS v2."""
        samples = 1
        for stage in self.stages:
            samples *= stage.up.stride
        return samples

    @property
    def context(self) -> int:
        """Frames on either side that a frame's samples depend on; 13 for XTTS v2."""
        radius = self.after.receptive_radius
        for stage in reversed(self.stages):
            radius = (radius + stage.receptive_radius + stage.up.receptive_radius) // stage.up.stride
        return radius + self.before.receptive_radius

    def __call__(
        self, frames: torch.Tensor, voices: torch.Tensor, lengths: Sequence[int] | None = None
    ) -> torch.Tensor:
        """Samples (rows, frames × 256), fp32.

        `frames`: (rows, width, frames). `voices`: (rows, 512, 1) speaker embeddings. `lengths`: frames of
        each row when they differ. What follows a row's end is masked in every layer: zeros in the input alone
        would not do, since every convolution's bias turns them into something else.
        """
        mask = _Mask(lengths, frames.shape[-1], self.device)
        voice = voices.to(self.device, self.dtype).unsqueeze(2)
        x = frames.to(self.device, self.dtype).unsqueeze(2)
        x = x.contiguous(memory_format=memory_layout(self.device))
        x = self.before(mask(x)) + self.voice(voice)
        for stage in self.stages:
            x = stage.up(F.leaky_relu_(mask(x), _SLOPE))
            if stage.voice is not None:
                x += stage.voice(voice)
            x = _average(stage, mask(x), mask)
        return torch.tanh(self.after(F.leaky_relu_(mask(x), _LAST_SLOPE))).float()[:, 0, 0]


class _Mask:
    """Zeroes what lies beyond each row's end, at any sample rate; does nothing to rows of full length."""

    def __init__(self, lengths: Sequence[int] | None, frames: int, device: torch.device) -> None:
        self.frames = frames
        ends = sorted(set(lengths or (frames,)))
        self.common = ends[0] if len(ends) == 1 else None
        self.lengths = torch.tensor(lengths, device=device) if self.common is None else None

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        rate = x.shape[-1] // self.frames
        if self.common is not None:
            x[..., self.common * rate :].zero_()
            return x
        assert self.lengths is not None, "rows of different lengths have lengths"
        inside = torch.arange(x.shape[-1], device=x.device) < (self.lengths * rate)[:, None]
        return x.mul_(inside[:, None, None])


def _average(stage: VocoderStage, x: torch.Tensor, mask: _Mask) -> torch.Tensor:
    total: torch.Tensor | None = None
    for block in stage.blocks:
        y = x
        for first, second in block:
            inner = F.leaky_relu_(first(F.leaky_relu(y, _SLOPE)), _SLOPE)
            y = mask(second(mask(inner)).add_(y))
        total = y if total is None else total.add_(y)
    assert total is not None, "a stage has at least one block"
    return total.div_(len(stage.blocks))


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


def _effective_weight(module: Any) -> torch.Tensor:
    """A layer's weight with its weight normalisation folded in (`remove_weight_norm` raises for XTTS)."""
    weight: torch.Tensor = module.weight
    return weight.detach().clone()
