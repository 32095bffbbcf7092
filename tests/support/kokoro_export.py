"""A model with the structure of the published one of Kokoro, few channels, and random weights.

The part that a builder takes over as it is, from tokens to text, can be run. Of all other layers it has the
nodes that carry the weights, quantized as in the published model: dynamic 8-bit products and LSTMs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

STYLE = 128
TEXT, HIDDEN = 8, 4
MIDDLE, RESIDUE = 6, 2
GENERATOR = (8, 6, 4)
TOKENS = 178
DURATIONS = 5


class TinyExport:
    """Makes the model. `floats`: the weights of each layer as they were before quantization, by path."""

    def __init__(self, seed: int = 1) -> None:
        self.floats: dict[str, np.ndarray[Any, Any]] = {}
        self._random = np.random.default_rng(seed)
        self._nodes: list[Any] = []
        self._tensors: list[Any] = []
        self._text()
        self._predictor()
        self._decoder()
        self._generator()

    def save(self, path: Path) -> Path:
        """Writes the model."""
        import onnx
        from onnx import helper

        graph = helper.make_graph(
            self._nodes,
            "tiny",
            [
                helper.make_tensor_value_info("tokens", 7, [1, "L"]),
                helper.make_tensor_value_info("style", 1, [1, 2 * STYLE]),
            ],
            [helper.make_tensor_value_info("audio", 1, ["S"])],
            self._tensors,
        )
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
        return path

    # ---- parts -------------------------------------------------------------------------------------------

    def _text(self) -> None:
        table = self._constant("embedding", self._normal(TOKENS, TEXT))
        found = self._node("Gather", [table, "tokens"], "embedded", axis=0)
        self._node(
            "Add",
            [self._constant("encoder.bert_encoder.bias", self._normal(TEXT)), found],
            "/encoder/bert_encoder/Add_output_0",
        )
        first = self._node("Transpose", [found], "text_first", perm=[1, 0, 2])
        lstm = self._lstm("/encoder/text_encoder/lstm", TEXT, first)
        turned = self._node("Transpose", [lstm], "text_turned", perm=[0, 2, 1, 3])
        shape = self._constant("text_shape", np.array([0, 0, -1], np.int64))
        self._node("Reshape", [turned, shape], "/encoder/text_encoder/lstm/Reshape_output_0")

    def _predictor(self) -> None:
        for number in (0, 2, 4):
            self._lstm(f"/encoder/predictor/text_encoder/lstms.{number}", TEXT + STYLE)
            self._fc(f"/encoder/predictor/text_encoder/lstms.{number + 1}", TEXT)
        self._lstm("/encoder/predictor/lstm", TEXT + STYLE)
        path = "/encoder/predictor/duration_proj/linear_layer"
        self._product(path, self._normal(TEXT, DURATIONS), "MatMul")
        self._lstm("/encoder/shared", TEXT + STYLE)
        for name in ("F0", "N"):
            self._residual(f"/encoder/{name}.0", TEXT, TEXT)
            self._residual(f"/encoder/{name}.1", TEXT, TEXT // 2, wider=True)
            self._residual(f"/encoder/{name}.2", TEXT // 2, TEXT // 2)
            # so that the curve of pitch is around 150 Hz
            self._convolution(f"/encoder/{name}_proj", 1, TEXT // 2, 1, bias=150 if name == "F0" else 0)

    def _decoder(self) -> None:
        path = "/decoder/decoder"
        self._convolution(f"{path}/F0_conv", 1, 1, 3, strides=[2], pads=[1, 1])
        self._convolution(f"{path}/N_conv", 1, 1, 3, strides=[2], pads=[1, 1])
        self._convolution(f"{path}/asr_res/asr_res.0", RESIDUE, TEXT, 1)
        self._residual(f"{path}/encode", TEXT + 2, MIDDLE)
        for number in range(3):
            self._residual(f"{path}/decode.{number}", MIDDLE + RESIDUE + 2, MIDDLE)
        self._residual(f"{path}/decode.3", MIDDLE + RESIDUE + 2, GENERATOR[0], wider=True)

    def _generator(self) -> None:
        path = "/decoder/decoder/generator"
        _, first, second = GENERATOR
        self._source(f"{path}/m_source/l_linear")
        self._convolution(f"{path}/noise_convs.0", first, 22, 12, strides=[6], pads=[3, 3])
        self._convolution(f"{path}/noise_convs.1", second, 22, 1)
        self._transposed(f"{path}/ups.0", GENERATOR[0], first, 20, strides=[10], pads=[5, 5])
        self._transposed(f"{path}/ups.1", first, second, 12, strides=[6], pads=[3, 3])
        for number, (channels, noise_kernel) in enumerate(((first, 7), (second, 11))):
            self._block(f"noise_res.{number}", channels, noise_kernel)
            for block, kernel in enumerate((3, 7, 11)):
                self._block(f"resblocks.{3 * number + block}", channels, kernel)
        # quiet magnitudes, since they are exponents
        self._convolution(f"{path}/conv_post", 22, second, 7, pads=[3, 3], bias=-4, strength=0.1)
        self._node("Identity", ["embedded"], "audio")

    # ---- layers ------------------------------------------------------------------------------------------

    def _block(self, name: str, channels: int, kernel: int) -> None:
        path = f"/decoder/decoder/generator/{name}"
        for turn, dilation in enumerate((1, 3, 5)):
            for half, spread in ((1, dilation), (2, 1)):
                self._fc(f"{path}/adain{half}.{turn}", channels)
                alpha = self._random.uniform(0.5, 2, (1, channels, 1)).astype(np.float32)
                self._constant(f"decoder.decoder.generator.{name}.alpha{half}.{turn}", alpha)
                edge = spread * (kernel - 1) // 2
                self._convolution(
                    f"{path}/convs{half}.{turn}",
                    channels,
                    channels,
                    kernel,
                    pads=[edge, edge],
                    dilations=[spread],
                )

    def _residual(self, path: str, given: int, made: int, wider: bool = False) -> None:
        self._fc(f"{path}/norm1", given)
        self._fc(f"{path}/norm2", made)
        self._convolution(f"{path}/conv1", made, given, 3, pads=[1, 1])
        self._convolution(f"{path}/conv2", made, made, 3, pads=[1, 1])
        if given != made:
            self._convolution(f"{path}/conv1x1", made, given, 1)
        if wider:
            self._transposed(
                f"{path}/pool", given, 1, 3, group=given, strides=[2], pads=[1, 1], output_padding=[1]
            )

    def _fc(self, path: str, channels: int) -> None:
        self._product(
            f"{path}/fc", self._normal(STYLE, 2 * channels), "Gemm_MatMul", self._normal(2 * channels)
        )

    def _convolution(
        self,
        path: str,
        made: int,
        given: int,
        kernel: int,
        bias: float = 0,
        strength: float = 1,
        **about: Any,
    ) -> None:
        weight = self._normal(made, given, kernel) * np.float32(strength)
        biases = (self._normal(made) / 10 + np.float32(bias)).astype(np.float32)
        low, high = min(weight.min(), 0), max(weight.max(), 0)
        scale = np.float32((high - low) / 255)
        zero = np.uint8(np.rint(-low / scale))
        values = np.clip(np.rint(weight / scale) + zero, 0, 255).astype(np.uint8)
        self.floats[path] = ((values.astype(np.float32) - zero) * scale).astype(np.float32)
        names = [self._constant(f"{path}{name}", value) for name, value in (("_q", values), ("_zero", zero))]
        x, x_zero, scales = self._quantized_input(path, self._constant(f"{path}_scale", np.array(scale)))
        defaults = {"kernel_shape": [kernel], "group": 1, "dilations": [1], "strides": [1], "pads": [0, 0]}
        product = self._node(
            "ConvInteger",
            [x, names[0], x_zero, names[1]],
            f"{path}/y",
            f"{path}/Conv_quant",
            **{**defaults, **about},
        )
        given_bias = self._constant(f"{path}_bias", biases)
        whole = self._node("Div", [given_bias, scales], f"{path}/bias_0")
        whole = self._node("Cast", [self._node("Floor", [whole], f"{path}/bias_1")], f"{path}/bias_2", to=6)
        shape = self._constant(f"{path}_shape", np.array([1, -1, 1], np.int64))
        whole = self._node("Reshape", [whole, shape], f"{path}/bias_3")
        product = self._node("Add", [product, whole], f"{path}/sum")
        product = self._node("Cast", [product], f"{path}/float", to=1)
        self._node("Mul", [product, scales], f"{path}/Conv_output_0")

    def _product(
        self, path: str, weight: np.ndarray[Any, Any], kind: str, bias: np.ndarray[Any, Any] | None = None
    ) -> None:
        scale = (np.abs(weight).max(axis=0) / 127).astype(np.float32)
        values = np.rint(weight / scale).astype(np.int8)
        self.floats[path] = values.astype(np.float32) * scale
        zero = self._constant(f"{path}_zero", np.zeros(len(scale), np.int8))
        x, x_zero, scales = self._quantized_input(path, self._constant(f"{path}_scale", scale))
        given = [x, self._constant(f"{path}_q", values), x_zero, zero]
        product = self._node("MatMulInteger", given, f"{path}/y", f"{path}/{kind}_quant")
        product = self._node("Cast", [product], f"{path}/float", to=1)
        product = self._node("Mul", [product, scales], f"{path}/product")
        own = self._normal(len(scale)) if bias is None else bias
        self._node("Add", [product, self._constant(f"{path}_bias", own)], f"{path}/Gemm_output_0")

    def _quantized_input(self, path: str, scale: str) -> tuple[str, str, str]:
        names = [f"{path}/x_{name}" for name in ("quantized", "scale", "zero")]
        self._add("DynamicQuantizeLinear", ["style"], names, f"{path}/quantize")
        return names[0], names[2], self._node("Mul", [names[1], scale], f"{path}/scales")

    def _transposed(self, path: str, given: int, made: int, kernel: int, **about: Any) -> None:
        weight = self._normal(given, made, kernel)
        self.floats[path] = weight
        biases = self._normal(given if about.get("group", 1) > 1 else made) / np.float32(10)
        names = ["style", self._constant(f"{path}_w", weight), self._constant(f"{path}_b", biases)]
        self._node(
            "ConvTranspose", names, f"{path}/y", f"{path}/ConvTranspose", kernel_shape=[kernel], **about
        )

    def _source(self, path: str) -> None:
        weight = self._constant(f"{path}_w", self._normal(9, 1))
        product = self._node("MatMul", ["style", weight], f"{path}/y", f"{path}/MatMul")
        self._node("Add", [self._constant(f"{path}_b", self._normal(1)), product], f"{path}/sum")

    def _lstm(self, path: str, given: int, x: str = "style") -> str:
        scale = np.full((2, 4 * HIDDEN), 0.004, np.float32)
        zero = np.zeros((2, 4 * HIDDEN), np.int8)
        tensors: Mapping[str, Any] = {
            "W": self._random.integers(-127, 128, (2, given, 4 * HIDDEN)).astype(np.int8),
            "R": self._random.integers(-127, 128, (2, HIDDEN, 4 * HIDDEN)).astype(np.int8),
            "B": self._normal(2, 8 * HIDDEN),
            "scale": scale,
            "zero": zero,
        }
        names = {name: self._constant(f"{path}_{name}", value) for name, value in tensors.items()}
        return self._node(
            "DynamicQuantizeLSTM",
            [x, names["W"], names["R"], names["B"], "", "", "", "", *[names["scale"], names["zero"]] * 2],
            f"{path}/y",
            f"{path}/LSTM_quant",
            domain="com.microsoft",
            hidden_size=HIDDEN,
            direction="bidirectional",
        )

    # ---- nodes -------------------------------------------------------------------------------------------

    def _normal(self, *shape: int) -> np.ndarray[Any, Any]:
        """Weights that keep the size of a signal, about."""
        return (self._random.normal(size=shape) / np.sqrt(np.prod(shape[1:]) or 1)).astype(np.float32)

    def _constant(self, name: str, value: np.ndarray[Any, Any] | np.generic) -> str:
        from onnx import numpy_helper

        self._tensors.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def _node(self, operator: str, inputs: list[str], output: str, name: str = "", **about: Any) -> str:
        self._add(operator, inputs, [output], name or f"{output}/node", **about)
        return output

    def _add(self, operator: str, inputs: list[str], outputs: list[str], name: str, **about: Any) -> None:
        from onnx import helper

        self._nodes.append(helper.make_node(operator, inputs, outputs, name=name, **about))


def write_styles(folder: Path, names: list[str], rows: int = 60) -> dict[str, Path]:
    """Files of style vectors of some voices."""
    paths = {}
    for number, name in enumerate(names):
        styles = np.random.default_rng(100 + number).normal(size=(rows, 2 * STYLE)) / 4
        paths[name] = folder / f"{name}.bin"
        paths[name].write_bytes(styles.astype("<f4").tobytes())
    return paths
