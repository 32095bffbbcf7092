"""HiFi-GAN with folded weights: frames of 256 samples, many rows at once, exact at each row's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional as F

from codechoir.engines.xtts.neural.precision import Plan
from codechoir.engines.xtts.neural.windows import FrameClock
from codechoir.engines.xtts.neural.xtts_model import effective_weight

_SLOPE = 0.1
_LAST_SLOPE = 0.01


def layout(device: torch.device) -> torch.memory_format:
    """How pictures lie in memory: channels last, in which the CPU's kernels need no reordering (measured on
    CUDA, too), but for MPS, whose convolutions are made for the usual layout."""
    return torch.contiguous_format if device.type == "mps" else torch.channels_last


@dataclass(frozen=True, slots=True)
class Convolution:
    """A one-dimensional convolution, kept as a flat picture (1 × time), in the `layout` of its device."""

    weight: torch.Tensor
    bias: torch.Tensor | None
    stride: int
    dilation: int
    padding: int
    transposed: bool

    @classmethod
    def of(cls, module: Any, plan: Plan) -> Convolution:
        weight = effective_weight(module).unsqueeze(2).to(plan.device, plan.vocoder)
        bias = None if module.bias is None else module.bias.detach().to(plan.device, plan.vocoder)
        return cls(
            weight.contiguous(memory_format=layout(plan.device)),
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
    def reach(self) -> int:
        """How many positions away the input can be that an output depends on."""
        size: int = self.weight.shape[-1]
        if self.transposed:
            return max(size - 1 - self.padding, self.stride - 1 + self.padding)
        return (size - 1) * self.dilation // 2


@dataclass(frozen=True, slots=True)
class VocoderStage:
    """One upsampling: a transposed convolution, the voice added, parallel residual blocks averaged.

    `blocks`: for each kernel size, pairs of convolutions."""

    up: Convolution
    voice: Convolution | None
    blocks: tuple[tuple[tuple[Convolution, Convolution], ...], ...]

    @property
    def reach(self) -> int:
        """In positions of the stage's output."""
        return max(sum(first.reach + second.reach for first, second in block) for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Vocoder:
    """`context`: frames on either side that a frame's samples depend on."""

    clock: FrameClock
    dtype: torch.dtype
    device: torch.device
    before: Convolution
    voice: Convolution
    stages: tuple[VocoderStage, ...]
    after: Convolution

    @classmethod
    def of(cls, decoder: Any, plan: Plan) -> Vocoder:
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
            FrameClock.of(decoder),
            plan.vocoder,
            plan.device,
            convolution(net.conv_pre),
            convolution(net.cond_layer),
            tuple(stages),
            convolution(net.conv_post),
        )

    @property
    def samples_per_frame(self) -> int:
        samples = 1
        for stage in self.stages:
            samples *= stage.up.stride
        return samples

    @property
    def context(self) -> int:
        reach = self.after.reach
        for stage in reversed(self.stages):
            reach = (reach + stage.reach + stage.up.reach) // stage.up.stride
        return reach + self.before.reach

    def __call__(
        self, frames: torch.Tensor, voices: torch.Tensor, lengths: Sequence[int] | None = None
    ) -> torch.Tensor:
        """Samples (rows, frames × 256), fp32.

        `frames`: (rows, width, frames). `voices`: (rows, 512, 1) speaker embeddings. `lengths`:
        frames of each row when they differ: what follows is then treated as if it were not there, which
        zeros alone would not do, since every convolution's bias turns them into something.
        """
        mask = _Mask(lengths, frames.shape[-1], self.device)
        voice = voices.to(self.device, self.dtype).unsqueeze(2)
        x = frames.to(self.device, self.dtype).unsqueeze(2).contiguous(memory_format=layout(self.device))
        x = self.before(mask(x)) + self.voice(voice)
        for stage in self.stages:
            x = stage.up(F.leaky_relu_(mask(x), _SLOPE))
            if stage.voice is not None:
                x += stage.voice(voice)
            x = _average(stage, mask(x), mask)
        return torch.tanh(self.after(F.leaky_relu_(mask(x), _LAST_SLOPE))).float()[:, 0, 0]


class _Mask:
    """Zeroes what lies beyond each row's end, at whatever rate; does nothing to rows of full length."""

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
