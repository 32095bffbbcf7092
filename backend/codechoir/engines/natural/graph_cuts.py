"""Cuts a piece out of an ONNX model, by its bytes, so that what has to wait for the whole line is apart from
what can be computed window by window. Loading the package `onnx` for that would take longer than speaking.

An ONNX file is a message of Protocol Buffers: fields, each with a number and a number or bytes as value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from codechoir.errors import EngineError


class ElementType(IntEnum):
    """`TensorProto.DataType` of ONNX."""

    FLOAT = 1
    INT64 = 7


@dataclass(frozen=True, slots=True)
class TensorType:
    """The type of an input or an output. A size that is a text may be any number."""

    element: ElementType
    sizes: tuple[int | str, ...] | None = None


MODEL_GRAPH = 7
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_INPUT, GRAPH_OUTPUT, GRAPH_VALUE = 1, 5, 11, 12, 13
NODE_INPUT, NODE_OUTPUT = 1, 2
TENSOR_NAME = 8


def cut_model(model: bytes, inputs: Mapping[str, TensorType], outputs: Sequence[str]) -> bytes:
    """The part of a model that computes the tensors `outputs`, of floats, from the tensors `inputs`.

    Either may be inside of the model. Raises `EngineError` where an output depends on something else.
    """
    return DividedModel(model).cut(inputs, outputs)


class DividedModel:
    """A model of which several parts can be cut; its file is looked through once."""

    def __init__(self, model: bytes) -> None:
        """Raises `EngineError` where it is no model."""
        self._nodes: list[tuple[bytes, list[str], list[str]]] = []
        self._initializers: dict[str, bytes] = {}
        self._others: list[bytes] = []
        try:
            fields = list(_fields(model))
            graph = next(value for number, value, _ in fields if number == MODEL_GRAPH)
            self._around = b"".join(raw for number, _, raw in fields if number != MODEL_GRAPH)
            self._divide(graph)
        except (IndexError, StopIteration, UnicodeDecodeError) as error:
            raise EngineError("the file of the voice is not an ONNX model") from error

    def cut(self, inputs: Mapping[str, TensorType], outputs: Sequence[str]) -> bytes:
        """See `cut_model`."""
        kept, needed = _needed_nodes(self._nodes, inputs, outputs)
        if missing := needed - self._initializers.keys() - inputs.keys() - {""}:
            raise EngineError(f"the file of the voice is another one than expected: it has no {min(missing)}")
        graph = [
            *kept,
            *self._others,
            *(raw for name, raw in self._initializers.items() if name in needed),
            *(_described(GRAPH_INPUT, name, kind) for name, kind in inputs.items()),
            *(_described(GRAPH_OUTPUT, name, TensorType(ElementType.FLOAT)) for name in outputs),
        ]
        return self._around + encoded_field(MODEL_GRAPH, b"".join(graph))

    def _divide(self, graph: bytes) -> None:
        for number, value, raw in _fields(graph):
            if number == GRAPH_NODE:
                self._nodes.append((raw, _names(value, NODE_INPUT), _names(value, NODE_OUTPUT)))
            elif number == GRAPH_INITIALIZER:
                self._initializers[_names(value, TENSOR_NAME)[0]] = raw
            elif number not in (GRAPH_INPUT, GRAPH_OUTPUT, GRAPH_VALUE):
                self._others.append(raw)


def _needed_nodes(
    nodes: Sequence[tuple[bytes, list[str], list[str]]],
    known: Collection[str],
    outputs: Iterable[str],
) -> tuple[list[bytes], set[str]]:
    """The nodes that the outputs need, in order, and the names of what no node makes.

    Nodes come after those that they depend on, so one look at each, from the last on, is enough.
    """
    kept, wanted = [], set(outputs)
    for raw, needs, makes in reversed(nodes):
        if wanted.intersection(makes):
            wanted.difference_update(makes)
            wanted.update(need for need in needs if need not in known)
            kept.append(raw)
    return kept[::-1], wanted


def _described(number: int, name: str, kind: TensorType) -> bytes:
    """A ValueInfoProto: name = 1 and type = 2; TypeProto.tensor_type = 1; its elem_type = 1, shape = 2."""
    tensor = b"\x08" + varint(kind.element)
    if kind.sizes is not None:
        dimensions = (
            encoded_field(2, size.encode()) if isinstance(size, str) else b"\x08" + varint(size)
            for size in kind.sizes
        )
        tensor += encoded_field(2, b"".join(encoded_field(1, each) for each in dimensions))
    return encoded_field(number, encoded_field(1, name.encode()) + encoded_field(2, encoded_field(1, tensor)))


def _names(message: bytes, field: int) -> list[str]:
    return [value.decode() for number, value, _ in _fields(message) if number == field]


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The fields of a message: number, value (empty where it is a number), and all bytes of the field."""
    at = 0
    while at < len(message):
        begin = at
        key, at = _read_varint(message, at)
        value = b""
        match key & 7:  # how the value is written
            case 0:  # a number
                _, at = _read_varint(message, at)
            case 1:
                at += 8
            case 2:  # bytes, after their number
                size, at = _read_varint(message, at)
                value = message[at : at + size]
                at += size
            case 5:
                at += 4
            case _:
                raise IndexError
        if at > len(message):
            raise IndexError
        yield key >> 3, value, message[begin:at]


def encoded_field(number: int, content: bytes) -> bytes:
    """A field whose value is bytes."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    """A number, seven bits a byte, the low ones first."""
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    return bytes([*encoded, value])


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    """A number, and where the next byte is."""
    value = shift = 0
    while message[at] > 127:
        value |= (message[at] & 127) << shift
        shift, at = shift + 7, at + 1
    return value | message[at] << shift, at + 1
