"""Kokoro's networks, cut where an engine wants them cut, and with a voice for every token and frame.

| piece | from | to |
|---|---|---|
| text | tokens [1, L] | what is said: encoded [L, 1, 512], features [L, 1, 512] |
| duration | encoded, style [L, 1, 128] of each token | predicted [L, 1, 640], frames [L, 1] |
| prosody | predicted, token of each frame [T], styles, mix | pitch [1, 2T], energy [1, 2T] |
| source | pitch | harmonics [1, 22, 120T + 1] |
| middle | features [1, 512, T] of each frame, pitch, energy, styles, mix | x [1, 512, 2T] |
| generator | a window of x and harmonics, scale and shift, mix | its samples [300 W] |

A line may have K voices: `styles` [K, 128] are theirs, `mix` [1, K, T] the share of each in each frame. In
all pieces but the generator, adaptive instance normalization (AdaIN) takes the statistics of the whole
line. The generator takes frozen ones: `scale` and `shift` [K, C] are those of all its layers, one after
another. So it is a pure convolution, and a window with some context sounds as within the whole.

A frame is 25 ms, 600 samples; the generator's windows count half frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from codechoir.engines.natural.kokoro_graphs import FLOAT, INT64, Export, Floats, GraphWriter, Range
from codechoir.engines.natural.kokoro_voice import SAMPLE_RATE
from codechoir.errors import EngineError

EPSILON = 1e-5
HARMONICS = 9
TRANSFORM, HOP = 20, 5
"""Samples of the short-time Fourier transform of source and output."""

UPSAMPLING = (10, 6)
"""By these factors the generator widens a half frame; 5 samples each, that is 300."""

_PREDICTOR = "/encoder/predictor"
_DECODER = "/decoder/decoder"
_GENERATOR = f"{_DECODER}/generator"
_BLOCKS = tuple(
    block
    for number in range(2)
    for block in (f"noise_res.{number}", *(f"resblocks.{3 * number + each}" for each in range(3)))
)
FROZEN_LAYERS = tuple(
    f"{_GENERATOR}/{block}/adain{half}.{turn}" for block in _BLOCKS for turn in range(3) for half in (1, 2)
)
"""The layers of the generator whose statistics are frozen, in the order of `scale` and `shift`."""

FLOAT_LAYERS = frozenset(
    {f"{_GENERATOR}/conv_post", *(f"{_GENERATOR}/noise_convs.{number}" for number in range(2))}
    | {f"{_DECODER}/F0_conv", f"{_DECODER}/N_conv", "/encoder/F0_proj", "/encoder/N_proj"}
)
"""Convolutions that stay floats: those of the source, of pitch and energy, and the last one."""


@dataclass
class Network(GraphWriter):
    """Writes Kokoro's layers. `mixes`: the share of each voice by resolution."""

    mixes: dict[str, str] = field(default_factory=dict)
    normalized: dict[str, str] = field(default_factory=dict)
    _plain: dict[str, str] = field(default_factory=dict)

    # ---- layers ------------------------------------------------------------------------------------------

    def adain(self, path: str, x: str, resolution: str) -> str:
        """AdaIN with the statistics of the whole signal."""
        layer = self.export.layer(f"{path}/fc")
        size = layer.weight.shape[1] // 2
        self.normalized[path] = x
        if x not in self._plain:
            one = self.constant(np.ones(size, np.float32), f"ones_{size}")
            zero = self.constant(np.zeros(size, np.float32), f"zeros_{size}")
            self._plain[x] = self.node("InstanceNormalization", x, one, zero, epsilon=EPSILON)
        gains = self.node("Transpose", self.linear(f"{path}/fc", "styles"), perm=[1, 0])
        gain, shift = self.halves(self.node("MatMul", gains, self.mixes[resolution]), 1, size)
        scaled = self.node("Mul", self._plain[x], self.node("Add", gain, self.number(1)))
        return self.node("Add", scaled, shift)

    def residual(self, path: str, x: str, resolution: str, wider: str = "") -> str:
        """A residual block of the prosody and of the middle; `wider`: the resolution that it doubles to."""
        y = self.node("LeakyRelu", self.adain(f"{path}/norm1", x, resolution), alpha=0.2)
        if wider:
            y = self.convolution(f"{path}/pool", y)
        y = self.convolution(f"{path}/conv1", y)
        y = self.node("LeakyRelu", self.adain(f"{path}/norm2", y, wider or resolution), alpha=0.2)
        y = self.convolution(f"{path}/conv2", y)
        if wider:
            x = self.doubled(x)
        if self.export.has(f"{path}/conv1x1"):
            x = self.convolution(f"{path}/conv1x1", x)
        return self.node("Mul", self.node("Add", y, x), self.number(2**-0.5))

    def snake(self, path: str, x: str) -> str:
        """x + sin²(αx) / α."""
        alpha = self.export.value(path)
        sine = self.node("Sin", self.node("Mul", x, self.constant(alpha, path)))
        square = self.node("Mul", self.node("Mul", sine, sine), self.constant(1 / alpha, f"{path}.inverse"))
        return self.node("Add", x, square)

    def generator_block(self, name: str, x: str, resolution: str) -> str:
        """A residual block of the generator."""
        path = f"{_GENERATOR}/{name}"
        for turn in range(3):
            y = x
            for half in (1, 2):
                y = self.adain(f"{path}/adain{half}.{turn}", y, resolution)
                y = self.snake(f"decoder.decoder.generator.{name}.alpha{half}.{turn}", y)
                y = self.convolution(f"{path}/convs{half}.{turn}", y)
            x = self.node("Add", y, x)
        return x

    # ---- networks ----------------------------------------------------------------------------------------

    def widen_mix(self) -> None:
        """The shares at frames become those at half frames, too."""
        self.mixes = {"frames": "mix", "halves": self.doubled("mix", mode="linear")}

    def widen_window_mix(self) -> None:
        """The shares at half frames become those at both resolutions of the generator."""
        first, second = UPSAMPLING[0], UPSAMPLING[0] * UPSAMPLING[1]
        last = self.integers(0, 0, 0, 0, 0, 1)
        self.mixes = {
            "first": self.doubled("mix", first, "linear"),
            "second": self.node("Pad", self.doubled("mix", second, "linear"), last, mode="edge"),
        }

    def duration(self) -> None:
        """Durations, from what is said and the style of each token."""
        x = self.node("Concat", "encoded", "style", axis=2)
        for number in (0, 2, 4):
            y = self.lstm(f"{_PREDICTOR}/text_encoder/lstms.{number}", x)
            path = f"{_PREDICTOR}/text_encoder/lstms.{number + 1}/fc"
            size = self.export.layer(path).weight.shape[1] // 2
            one = self.constant(np.ones(size, np.float32), f"ones_{size}")
            zero = self.constant(np.zeros(size, np.float32), f"zeros_{size}")
            y = self.node("LayerNormalization", y, one, zero, epsilon=EPSILON, axis=-1)
            gain, shift = self.halves(self.linear(path, "style"), 2, size)
            y = self.node("Add", self.node("Mul", y, self.node("Add", gain, self.number(1))), shift)
            x = self.node("Concat", y, "style", axis=2)
        self.node("Identity", x, output="predicted")
        shares = self.linear(f"{_PREDICTOR}/duration_proj/linear_layer", self.lstm(f"{_PREDICTOR}/lstm", x))
        shares = self.node("Sigmoid", shares)
        self.node("ReduceSum", shares, self.integers(2), output="frames", keepdims=0)

    def prosody(self) -> None:
        """Pitch and energy, from the frames of all tokens."""
        self.widen_mix()
        frames = self.node("Gather", "predicted", "tokens", axis=0)
        shared = self.node("Transpose", self.lstm("/encoder/shared", frames), perm=[1, 2, 0])
        for name, output in (("F0", "pitch"), ("N", "energy")):
            x = self.residual(f"/encoder/{name}.0", shared, "frames")
            x = self.residual(f"/encoder/{name}.1", x, "frames", "halves")
            x = self.residual(f"/encoder/{name}.2", x, "halves")
            x = self.convolution(f"/encoder/{name}_proj", x)
            self.node("Squeeze", x, self.integers(1), output=output)

    def middle(self) -> None:
        """The first half of the decoder."""
        self.widen_mix()
        given = [self.node("Unsqueeze", name, self.integers(1)) for name in ("pitch", "energy")]
        curves = [
            self.convolution(f"{_DECODER}/{name}_conv", each)
            for name, each in zip(("F0", "N"), given, strict=True)
        ]
        x = self.residual(f"{_DECODER}/encode", self.node("Concat", "features", *curves, axis=1), "frames")
        residue = self.convolution(f"{_DECODER}/asr_res/asr_res.0", "features")
        for number in range(4):
            x = self.node("Concat", x, residue, *curves, axis=1)
            x = self.residual(f"{_DECODER}/decode.{number}", x, "frames", "halves" if number == 3 else "")
        self.node("Identity", x, output="x")

    def source(self) -> None:
        """Harmonics of the pitch, transformed. Its phase runs through the whole line."""
        numbers = np.arange(1, HARMONICS + 1, dtype=np.float32).reshape(1, HARMONICS, 1)
        pitch = self.node("Unsqueeze", "pitch", self.integers(1))
        turns = self.node("Mul", pitch, self.constant(numbers / SAMPLE_RATE))
        turns = self.node("Sub", turns, self.node("Floor", turns))
        size = HOP * UPSAMPLING[0] * UPSAMPLING[1]
        phase = self.node("CumSum", turns, self.constant(np.array(2, np.int64)))
        phase = self.doubled(self.node("Mul", phase, self.number(2 * np.pi * size)), size, "linear")
        voiced = self.node("Cast", self.node("Greater", self.doubled(pitch, size), self.number(10)), to=FLOAT)
        waves = self.node("Mul", self.node("Mul", self.node("Sin", phase), self.number(0.1)), voiced)
        layer = self.export.layer(f"{_GENERATOR}/m_source/l_linear")
        bias = np.zeros(1, np.float32) if layer.bias is None else layer.bias.reshape(1)
        weight = self.constant(layer.weight.reshape(1, HARMONICS, 1))
        wave = self.node("Tanh", self.node("Conv", waves, weight, self.constant(bias), kernel_shape=[1]))
        self.transform(wave)

    def transform(self, wave: str) -> None:
        """The short-time Fourier transform of a wave: magnitudes and phases."""
        bins = TRANSFORM // 2 + 1
        edge = TRANSFORM // 2
        wave = self.node("Pad", wave, self.integers(0, 0, edge, 0, 0, edge), mode="reflect")
        real, imaginary = _fourier_basis()
        imaginary[[0, -1]] = 0
        basis = self.constant(np.concatenate([real, imaginary])[:, None, :])
        found = self.node("Conv", wave, basis, kernel_shape=[TRANSFORM], strides=[HOP])
        a, b = self.halves(found, 1, bins)
        magnitude = self.node("Sqrt", self.node("Add", self.node("Mul", a, a), self.node("Mul", b, b)))
        zero = self.number(0)
        divisor = self.node("Where", self.node("Equal", a, zero), self.number(1e-20), a)
        angle = self.node("Atan", self.node("Div", b, divisor))
        turn = self.node(
            "Where", self.node("GreaterOrEqual", b, zero), self.number(np.pi), self.number(-np.pi)
        )
        phase = self.node("Where", self.node("Less", a, zero), self.node("Add", angle, turn), angle)
        self.node("Concat", magnitude, phase, output="harmonics", axis=1)

    def generator(self) -> None:
        """The second half of the decoder: sound."""
        self.widen_window_mix()
        x = "x"
        for number, resolution in enumerate(("first", "second")):
            x = self.node("LeakyRelu", x, alpha=0.1)
            source = self.convolution(f"{_GENERATOR}/noise_convs.{number}", "harmonics")
            source = self.generator_block(f"noise_res.{number}", source, resolution)
            x = self.convolution(f"{_GENERATOR}/ups.{number}", x)
            if number == 1:
                x = self.node("Pad", x, self.integers(0, 0, 1, 0, 0, 0), mode="reflect")
            x = self.node("Add", x, source)
            blocks = [
                self.generator_block(f"resblocks.{3 * number + block}", x, resolution) for block in range(3)
            ]
            total = self.node("Add", self.node("Add", blocks[0], blocks[1]), blocks[2])
            x = self.node("Mul", total, self.number(1 / 3))
        x = self.convolution(f"{_GENERATOR}/conv_post", self.node("LeakyRelu", x, alpha=0.01))
        bins = TRANSFORM // 2 + 1
        magnitude, phase = self.halves(x, 1, bins)
        magnitude, phase = self.node("Exp", magnitude), self.node("Sin", phase)
        parts = [self.node("Mul", magnitude, self.node(function, phase)) for function in ("Cos", "Sin")]
        spectrum = self.node("Concat", *parts, axis=1)
        counts = np.full((bins, 1), 2 / TRANSFORM, np.float32)
        counts[[0, -1]] = 1 / TRANSFORM
        basis = np.concatenate([each * counts for each in _fourier_basis()])[:, None, :]
        wave = self.node(
            "ConvTranspose", spectrum, self.constant(basis), kernel_shape=[TRANSFORM], strides=[HOP]
        )
        edge = TRANSFORM // 2
        wave = self.node("Slice", wave, self.integers(edge), self.integers(-edge), self.integers(2))
        self.node("Reshape", wave, self.integers(-1), output="samples")

    # ---- what calibration needs --------------------------------------------------------------------------

    def record_ranges(self) -> list[str]:
        """Adds the result `ranges`: minimum and maximum of input and output of the returned convolutions."""
        paths = [
            path
            for path in self.recorded
            if path not in FLOAT_LAYERS and self.export.layer(path).operator == "Conv"
        ]
        extremes = [
            self.node("Reshape", self.node(operator, name, keepdims=0), self.integers(1))
            for path in paths
            for name in self.recorded[path]
            for operator in ("ReduceMin", "ReduceMax")
        ]
        if extremes:
            self.node("Concat", *extremes, output="ranges", axis=0)
        return paths

    def record_statistics(self) -> None:
        """Adds the results `means` and `squares` of the channels of all frozen layers."""
        for name, square in (("means", False), ("squares", True)):
            found = []
            for path in FROZEN_LAYERS:
                x = self.normalized[path]
                x = self.node("Mul", x, x) if square else x
                found.append(self.node("ReduceMean", x, axes=[0, 2], keepdims=0))
            self.node("Concat", *found, output=name, axis=0)


@dataclass
class FrozenNetwork(Network):
    """The generator with frozen statistics."""

    _offset: int = 0

    def adain(self, path: str, x: str, resolution: str) -> str:
        """AdaIN with a scale and a shift for each voice."""
        if path != FROZEN_LAYERS[len(self.normalized)]:
            raise EngineError(f"the layer '{path}' is out of order")
        self.normalized[path] = x
        size = self.export.layer(f"{path}/fc").weight.shape[1] // 2
        begin, end = self.integers(self._offset), self.integers(self._offset + size)
        self._offset += size
        scale, shift = (
            self.node(
                "MatMul",
                self.node("Transpose", self.node("Slice", name, begin, end, self.integers(1)), perm=[1, 0]),
                self.mixes[resolution],
            )
            for name in ("scale", "shift")
        )
        return self.node("Add", self.node("Mul", x, scale), shift)


def _fourier_basis() -> tuple[Floats, Floats]:
    """Cosines and negative sines under a Hann window, [11, 20] each."""
    samples = np.arange(TRANSFORM)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * samples / TRANSFORM)
    angles = 2 * np.pi * np.arange(TRANSFORM // 2 + 1)[:, None] * samples / TRANSFORM
    return (np.cos(angles) * window).astype(np.float32), (-np.sin(angles) * window).astype(np.float32)


# ---- the pieces ------------------------------------------------------------------------------------------

_STYLES = {"styles": (FLOAT, ["K", 128]), "mix": (FLOAT, [1, "K", "T"])}
_CURVES = {"pitch": (FLOAT, [1, "H"]), "energy": (FLOAT, [1, "H"])}
_WINDOW = {"x": (FLOAT, [1, "C", "W"]), "harmonics": (FLOAT, [1, 22, "S"]), "mix": (FLOAT, [1, "K", "W"])}
_TEXT_RESULTS = {
    "/encoder/bert_encoder/Add_output_0": "encoded_first",
    "/encoder/text_encoder/lstm/Reshape_output_0": "features",
}
Ranges = Mapping[str, tuple[Range, Range]]


def text_piece(export: Export) -> bytes:
    """As it is in the export, with 8-bit weights."""
    writer = GraphWriter(export)
    writer.nodes += export.part(_TEXT_RESULTS, ["tokens"])
    writer.constants |= {tensor.name: tensor for tensor in export.initializers(writer.nodes)}
    writer.node("Transpose", "encoded_first", output="encoded", perm=[1, 0, 2])
    outputs: dict[str, list[Any]] = {"encoded": ["L", 1, "C"], "features": ["L", 1, "C"]}
    return writer.model({"tokens": (INT64, [1, "L"])}, outputs, export.opset)


def duration_piece(export: Export) -> bytes:
    """See the table at the top."""
    network = Network(export)
    network.duration()
    inputs: dict[str, tuple[int, list[Any]]] = {
        "encoded": (FLOAT, ["L", 1, "C"]),
        "style": (FLOAT, ["L", 1, 128]),
    }
    return network.model(inputs, {"predicted": ["L", 1, "D"], "frames": ["L", 1]})


def prosody_piece(export: Export, ranges: Ranges) -> bytes:
    """See the table at the top."""
    network = Network(export, ranges)
    network.prosody()
    return network.model(_prosody_inputs(), {"pitch": [1, "H"], "energy": [1, "H"]})


def source_piece(export: Export) -> bytes:
    """See the table at the top."""
    network = Network(export)
    network.source()
    return network.model({"pitch": (FLOAT, [1, "H"])}, {"harmonics": [1, 22, "S"]})


def middle_piece(export: Export, ranges: Ranges) -> bytes:
    """See the table at the top."""
    network = Network(export, ranges)
    network.middle()
    return network.model(_middle_inputs(), {"x": [1, "C", "H"]})


def generator_piece(export: Export, ranges: Ranges) -> bytes:
    """See the table at the top."""
    network = FrozenNetwork(export, ranges)
    network.generator()
    tables: dict[str, tuple[int, list[Any]]] = {name: (FLOAT, ["K", "A"]) for name in ("scale", "shift")}
    return network.model({**_WINDOW, **tables}, {"samples": ["N"]})


@dataclass(frozen=True, slots=True)
class Recorder:
    """A piece in floats that also returns `ranges`, and of which convolutions."""

    model: bytes
    paths: Sequence[str]


def prosody_recorder(export: Export) -> Recorder:
    """Records the ranges of the prosody."""
    network = Network(export)
    network.prosody()
    paths = network.record_ranges()
    outputs: dict[str, list[Any]] = {"pitch": [1, "H"], "energy": [1, "H"], "ranges": ["R"]}
    return Recorder(network.model(_prosody_inputs(), outputs), paths)


def middle_recorder(export: Export) -> Recorder:
    """Records the ranges of the middle."""
    network = Network(export)
    network.middle()
    paths = network.record_ranges()
    return Recorder(network.model(_middle_inputs(), {"x": [1, "C", "H"], "ranges": ["R"]}), paths)


def generator_recorder(export: Export, ranges: Ranges) -> Recorder:
    """The generator with the statistics of the whole line, which it returns too, as `means` and `squares`."""
    network = Network(export, ranges)
    network.generator()
    paths = network.record_ranges()
    network.record_statistics()
    inputs = {**_WINDOW, "styles": _STYLES["styles"]}
    outputs: dict[str, list[Any]] = {"samples": ["N"], "means": ["A"], "squares": ["A"]}
    if paths:
        outputs["ranges"] = ["R"]
    return Recorder(network.model(inputs, outputs), paths)


def affine_layers(export: Export) -> tuple[Floats, Floats]:
    """Weight [128, 2A] and bias [2A] that give from a style the gains and the shifts of all frozen layers."""
    layers = [export.layer(f"{path}/fc") for path in FROZEN_LAYERS]
    gains, shifts = [], []
    for layer in layers:
        size = layer.weight.shape[1] // 2
        bias = np.zeros(2 * size, np.float32) if layer.bias is None else layer.bias
        gains.append((layer.weight[:, :size], bias[:size]))
        shifts.append((layer.weight[:, size:], bias[size:]))
    both = gains + shifts
    return np.concatenate([weight for weight, _ in both], axis=1), np.concatenate([bias for _, bias in both])


def _prosody_inputs() -> dict[str, tuple[int, list[Any]]]:
    return {"predicted": (FLOAT, ["L", 1, "D"]), "tokens": (INT64, ["T"]), **_STYLES}


def _middle_inputs() -> dict[str, tuple[int, list[Any]]]:
    return {"features": (FLOAT, [1, "C", "T"]), **_CURVES, **_STYLES}
