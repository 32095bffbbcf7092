"""Reading the published model of Kokoro, and writing ONNX graphs with its weights.

The published model is one graph with 8-bit weights that are multiplied with inputs quantized on the fly. From
it `Export` takes the weights of a layer as floats, by its path such as `/decoder/decoder/encode/conv1`, and
whole parts of the graph. `GraphWriter` writes new graphs, whose convolutions may be quantized with ranges of
their inputs that are known beforehand. Needs the package `onnx`, only while the pieces are built.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from codechoir.errors import EngineError

if TYPE_CHECKING:
    import onnx

Floats = NDArray[np.float32]
Range = tuple[float, float]

OPSET = 17
CONTRIBUTED = "com.microsoft"
"""The domain of onnxruntime's own operators."""

FLOAT, INT64 = 1, 7
"""Codes of the types of tensors."""

_QUANTIZED = ("/Conv_quant", "/MatMul_quant", "/Gemm_MatMul_quant")
_PLAIN = ("/Conv", "/ConvTranspose", "/MatMul", "/Gemm")
_CONVOLUTION_ATTRIBUTES = ("dilations", "group", "kernel_shape", "pads", "strides", "output_padding")


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution or a matrix product: its operator, weights, bias if it has one, and attributes."""

    operator: str
    weight: Floats
    bias: Floats | None
    attributes: Mapping[str, Any]


class Export:
    """The published model. Raises `EngineError` when a layer is not as expected."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        graph = model.graph
        self._initializers = {tensor.name: tensor for tensor in graph.initializer}
        self._producers = {output: node for node in graph.node for output in node.output if output}
        self._nodes = {node.name: node for node in graph.node}
        self._consumers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
        for node in graph.node:
            for name in node.input:
                self._consumers[name].append(node)

    @classmethod
    def load(cls, path: Path) -> Export:
        """Reads a file."""
        import onnx

        return cls(onnx.load(path))

    @property
    def opset(self) -> int:
        """The version of the operators in it."""
        return next(int(each.version) for each in self.model.opset_import if not each.domain)

    def has(self, path: str) -> bool:
        """Whether there is such a layer."""
        return any(path + suffix in self._nodes for suffix in (*_QUANTIZED, *_PLAIN))

    def value(self, name: str) -> NDArray[Any]:
        """A tensor of the model by name, which does not depend on its inputs."""
        from onnx import numpy_helper

        if name in self._initializers:
            return np.asarray(numpy_helper.to_array(self._initializers[name]))
        node = self._producers.get(name)
        if node is not None and node.op_type == "Constant":
            return np.asarray(numpy_helper.to_array(node.attribute[0].t))
        if node is not None and node.op_type == "DequantizeLinear":
            values, scale = self.value(node.input[0]), self.value(node.input[1])
            zero = self.value(node.input[2]) if len(node.input) > 2 and node.input[2] else np.zeros(1)
            return _dequantized(values, zero, scale)
        raise EngineError(f"this is not the expected model of Kokoro: it has no tensor '{name}'")

    def layer(self, path: str) -> Layer:
        """A layer by its path."""
        from onnx import helper

        for suffix in _QUANTIZED:
            node = self._nodes.get(path + suffix)
            if node is not None:
                weight, bias = self._quantized(node)
                operator = "Conv" if node.op_type == "ConvInteger" else "MatMul"
                break
        else:
            names = [path + suffix for suffix in _PLAIN if path + suffix in self._nodes]
            if not names:
                raise EngineError(f"this is not the expected model of Kokoro: it has no layer '{path}'")
            node, operator = self._nodes[names[0]], self._nodes[names[0]].op_type
            weight = self.value(node.input[1])
            bias = self.value(node.input[2]) if len(node.input) > 2 else self._bias_after(node.output[0])
        attributes = {
            each.name: helper.get_attribute_value(each)
            for each in node.attribute
            if each.name in _CONVOLUTION_ATTRIBUTES
        }
        return Layer(operator, weight.astype(np.float32), bias, attributes)

    def recurrent(self, path: str) -> tuple[list[NDArray[Any] | None], dict[str, Any]]:
        """The inputs after the first, None where omitted, and the attributes of a quantized LSTM."""
        from onnx import helper

        node = self._nodes.get(f"{path}/LSTM_quant")
        if node is None:
            raise EngineError(f"this is not the expected model of Kokoro: it has no LSTM '{path}'")
        states = (4, 5, 6, 7)  # lengths, initial states and peepholes: all zero
        inputs = [
            None if number in states or not name else self.value(name)
            for number, name in enumerate(node.input)
            if number > 0
        ]
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        return inputs, attributes

    def part(self, tensors: Mapping[str, str], inputs: Iterable[str]) -> list[onnx.NodeProto]:
        """The nodes that compute some tensors from `inputs`; `tensors`: the names of the results, by name."""
        import onnx

        wanted: set[int] = set()
        stack, stop = list(tensors), set(inputs)
        while stack:
            node = self._producers.get(stack.pop())
            if node is not None and id(node) not in wanted:
                wanted.add(id(node))
                stack += [name for name in node.input if name and name not in stop]
        found = []
        for node in self.model.graph.node:
            if id(node) in wanted:
                copied = onnx.NodeProto()
                copied.CopyFrom(node)
                for names in (copied.input, copied.output):
                    for number, name in enumerate(names):
                        names[number] = tensors.get(name, name)
                found.append(copied)
        return found

    def initializers(self, nodes: Iterable[onnx.NodeProto]) -> list[onnx.TensorProto]:
        """The tensors of the model that some nodes use."""
        used = {name for node in nodes for name in node.input}
        return [tensor for name, tensor in self._initializers.items() if name in used]

    def _quantized(self, node: onnx.NodeProto) -> tuple[Floats, Floats | None]:
        """Weight and bias of a product of integers; the scale is found behind it."""
        output, bias = node.output[0], None
        while True:
            users = self._consumers[output]
            if len(users) != 1:
                raise EngineError(f"this is not the expected model of Kokoro at '{node.name}'")
            user = users[0]
            if user.op_type == "Add":  # the bias, divided by the scale and rounded
                other = next(name for name in user.input if name != output)
                maker = self._producers[other]
                while maker.op_type != "Div":
                    maker = self._producers[maker.input[0]]
                bias = self.value(maker.input[0])
            elif user.op_type == "Mul":
                scales = self._producers[next(name for name in user.input if name != output)]
                dynamic = set(self._producers[node.input[0]].output)
                scale = self.value(next(name for name in scales.input if name not in dynamic))
                break
            output = user.output[0]
        zero = self.value(node.input[3]) if len(node.input) > 3 else np.zeros(1)
        weight = _dequantized(self.value(node.input[1]), zero, scale)
        if bias is None:
            bias = self._bias_after(user.output[0])
        return weight, bias

    def _bias_after(self, output: str) -> Floats | None:
        for user in self._consumers[output]:
            if user.op_type == "Add":
                other = next(name for name in user.input if name != output)
                if other in self._initializers:
                    return np.asarray(self.value(other), np.float32)
        return None


def _dequantized(values: NDArray[Any], zero: NDArray[Any], scale: NDArray[Any]) -> Floats:
    """Floats of integers. Several scales belong to the output channels, of matrices the last dimension."""
    floats, zero, scale = values.astype(np.float32), zero.astype(np.float32), scale.astype(np.float32)
    if scale.size > 1:
        axis = 0 if floats.ndim == 3 else floats.ndim - 1
        shape = [-1 if number == axis else 1 for number in range(floats.ndim)]
        zero, scale = np.broadcast_to(zero, scale.shape).reshape(shape), scale.reshape(shape)
    else:
        zero, scale = zero.reshape(-1)[:1], scale.reshape(-1)[:1]
    return np.asarray((floats - zero) * scale, np.float32)


@dataclass
class GraphWriter:
    """Writes a graph node by node; the methods return the names of their results.

    `ranges`: the ranges of the input and of the output of convolutions by path; these convolutions become
    8-bit ones. `recorded`: filled with the names of input and output by path, for finding their ranges.
    """

    export: Export
    ranges: Mapping[str, tuple[Range, Range]] = field(default_factory=dict)
    recorded: dict[str, tuple[str, str]] = field(default_factory=dict)
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def constant(self, value: NDArray[Any], name: str = "") -> str:
        """A tensor; one with a `name` is stored once."""
        from onnx import numpy_helper

        name = name or f"constant_{len(self.constants)}"
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def number(self, value: float) -> str:
        """A float."""
        return self.constant(np.array([value], np.float32), f"number_{value!r}")

    def integers(self, *values: int) -> str:
        """A list of integers."""
        return self.constant(np.array(values, np.int64), f"integers_{values!r}")

    def node(self, operator: str, *inputs: str, output: str = "", domain: str = "", **attributes: Any) -> str:
        """A node with one result. An empty input is omitted."""
        return self.split_node(operator, *inputs, outputs=[output or ""], domain=domain, **attributes)[0]

    def split_node(
        self, operator: str, *inputs: str, outputs: list[str], domain: str = "", **attributes: Any
    ) -> list[str]:
        """A node with several results; an empty name is made up."""
        from onnx import helper

        number = len(self.nodes)
        names = [name or f"{operator}_{number}_{index}" for index, name in enumerate(outputs)]
        made = helper.make_node(
            operator, list(inputs), names, name=f"{operator}_{number}", domain=domain, **attributes
        )
        self.nodes.append(made)
        return names

    def halves(self, x: str, axis: int, size: int) -> list[str]:
        """Both halves of a tensor with `2 * size` channels."""
        return self.split_node("Split", x, self.integers(size, size), outputs=["", ""], axis=axis)

    def convolution(self, path: str, x: str) -> str:
        """A convolution of the export, in 8 bits where the range of its input is known."""
        layer = self.export.layer(path)
        if path in self.ranges and layer.operator == "Conv":
            return self._quantized_convolution(path, x, layer)
        inputs = [x, self.constant(layer.weight, f"{path}.weight")]
        if layer.bias is not None:
            inputs.append(self.constant(layer.bias, f"{path}.bias"))
        y = self.node(layer.operator, *inputs, **layer.attributes)
        self.recorded[path] = (x, y)
        return y

    def linear(self, path: str, x: str) -> str:
        """A fully connected layer of the export."""
        layer = self.export.layer(path)
        product = self.node("MatMul", x, self.constant(layer.weight, f"{path}.weight"))
        if layer.bias is None:
            return product
        return self.node("Add", product, self.constant(layer.bias, f"{path}.bias"))

    def lstm(self, path: str, x: str) -> str:
        """An LSTM of the export in both directions, with its 8-bit weights: [L, 1, in] to [L, 1, out]."""
        inputs, attributes = self.export.recurrent(path)
        names = [
            "" if value is None else self.constant(value, f"{path}.input{number}")
            for number, value in enumerate(inputs)
        ]
        found = self.node("DynamicQuantizeLSTM", x, *names, domain=CONTRIBUTED, **attributes)
        return self.node("Reshape", self.node("Transpose", found, perm=[0, 2, 1, 3]), self.integers(0, 0, -1))

    def doubled(self, x: str, times: int = 2, mode: str = "nearest") -> str:
        """A signal with each sample repeated, or `linear` between the samples."""
        scales = self.constant(np.array([1, 1, times], np.float32), f"scales_{times}")
        if mode == "linear":
            kind = {"coordinate_transformation_mode": "half_pixel"}
        else:
            kind = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self.node("Resize", x, "", scales, mode=mode, **kind)

    def model(
        self,
        inputs: Mapping[str, tuple[int, list[Any]]],
        outputs: Mapping[str, list[Any]],
        opset: int = OPSET,
    ) -> bytes:
        """The graph as an ONNX file. `inputs`: type and shape by name; `outputs`, which are floats: shape."""
        from onnx import helper

        graph = helper.make_graph(
            self.nodes,
            "kokoro",
            [helper.make_tensor_value_info(name, *about) for name, about in inputs.items()],
            [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in outputs.items()],
            list(self.constants.values()),
        )
        opsets = [helper.make_opsetid("", opset), helper.make_opsetid(CONTRIBUTED, 1)]
        made = helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="codechoir")
        content: bytes = made.SerializeToString(deterministic=True)
        return content

    def _quantized_convolution(self, path: str, x: str, layer: Layer) -> str:
        """A convolution between quantizing and dequantizing nodes, which onnxruntime makes one of."""
        incoming, outgoing = self.ranges[path]
        x, scale = self._quantized(x, incoming, f"{path}.input")
        axes = tuple(range(1, layer.weight.ndim))
        largest = np.abs(layer.weight).max(axis=axes)
        scales = np.where(largest > 0, largest, 1).astype(np.float32) / 127
        shape = (-1, *(1 for _ in axes))
        weight = np.clip(np.rint(layer.weight / scales.reshape(shape)), -127, 127).astype(np.int8)
        inputs = [
            self.node(
                "DequantizeLinear",
                self.constant(weight, f"{path}.weight"),
                self.constant(scales, f"{path}.scales"),
                self.constant(np.zeros(len(scales), np.int8), f"{path}.zeros"),
                axis=0,
            ),
        ]
        if layer.bias is not None:
            bias_scales = (scales * scale).astype(np.float32)
            bias = np.clip(np.rint(layer.bias / bias_scales), -(2**30), 2**30).astype(np.int32)
            inputs.append(
                self.node(
                    "DequantizeLinear",
                    self.constant(bias, f"{path}.bias"),
                    self.constant(bias_scales, f"{path}.bias_scales"),
                    axis=0,
                )
            )
        return self._quantized(self.node("Conv", x, *inputs, **layer.attributes), outgoing, f"{path}.output")[
            0
        ]

    def _quantized(self, x: str, limits: Range, name: str) -> tuple[str, np.float32]:
        """A signal as 8-bit numbers and back, and their scale."""
        low, high = min(limits[0], 0.0), max(limits[1], 0.0)
        scale = np.float32(max(high - low, 1e-6) / 255)
        zero = np.uint8(np.clip(np.rint(-low / scale), 0, 255))
        quantization = (
            self.constant(np.array(scale), f"{name}.scale"),
            self.constant(np.array(zero), f"{name}.zero"),
        )
        x = self.node("QuantizeLinear", x, *quantization)
        return self.node("DequantizeLinear", x, *quantization), scale
