"""Dot products of bytes, as LLVM instructions for functions that numba compiles.

There is a variant for each kind of processor (`VARIANTS`); all give the same integers. Importing this module
loads numba.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from codechoir.engines.xtts.cpu_int8.matrices import BLOCK, GROUP

PREFETCH_BYTES = 2048
"""How far ahead of the weights being multiplied memory is requested. Saves a ninth of the time, measured with
five rows on one thread."""

_I8, _I16, _I32, _I64 = (ir.IntType(bits) for bits in (8, 16, 32, 64))
_FLOAT = ir.FloatType()


@dataclass(frozen=True, slots=True)
class Variant:
    """How one kind of processor computes dot products.

    `feature`: the processor feature, by LLVM's name. `lanes`: outputs in a register. `rows`: rows multiplied
    at once, as many as there are registers for. `sums`: registers that hold the sums of `lanes` outputs.
    `parts`: in how many parts a block is computed, one after the other, which leaves registers for more rows.
    """

    feature: str
    lanes: int
    rows: int
    sums: int = 1
    parts: int = 1


VARIANTS = (Variant("avx512vnni", 16, 8), Variant("avxvnni", 8, 2), Variant("avx2", 8, 3, sums=2, parts=2))
"""The fastest first."""


def supported_variants() -> list[int]:
    """Indices in `VARIANTS` of those that this processor has, the fastest first.

    Raises `RuntimeError` where it has none.
    """
    features = llvmlite.binding.get_host_cpu_features()
    found = [index for index, variant in enumerate(VARIANTS) if features.get(variant.feature)]
    if not found:
        raise RuntimeError(
            f"the processor has none of the features {', '.join(variant.feature for variant in VARIANTS)}"
        )
    return found


def instruction(typed: Callable[..., Any]) -> Callable[..., Any]:
    """A function for compiled code. `typed` returns its signature and the function that emits its LLVM."""
    made: Callable[..., Any] = intrinsic(typed)
    return made


def _vector(kind: Any, count: int) -> Any:
    return ir.VectorType(kind, count)


def _pointer(builder: Any, address: Any, offset: Any, kind: Any) -> Any:
    return builder.inttoptr(builder.add(address, offset), kind.as_pointer())


def _load(builder: Any, address: Any, offset: Any, kind: Any) -> Any:
    loaded = builder.load(_pointer(builder, address, offset, kind))
    loaded.align = 1
    return loaded


def _prefetch(builder: Any, address: Any, offset: Any) -> None:
    """Requests a cache line that will be needed soon."""
    byte = _I8.as_pointer()
    prefetch = builder.module.declare_intrinsic(
        "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, _I32, _I32, _I32])
    )
    builder.call(prefetch, [_pointer(builder, address, offset, _I8), _I32(0), _I32(3), _I32(1)])


def _broadcast(builder: Any, value: Any, count: int) -> Any:
    """A vector of `count` times the value."""
    undefined = ir.Constant(_vector(value.type, count), ir.Undefined)
    first = builder.insert_element(undefined, value, _I32(0))
    return builder.shuffle_vector(first, undefined, ir.Constant(_vector(_I32, count), [0] * count))


Prepare = Callable[[Any], Any]
"""Makes a vector of the four input bytes of a row."""

Accumulate = Callable[[Sequence[Any], Any, Any], list[Any]]
"""Takes (sums, inputs, weights); returns the sums with the products added."""


def _vnni(builder: Any, variant: Variant) -> tuple[Prepare, Accumulate]:
    """By one instruction, of either register width."""
    bits = variant.lanes * 32
    words, octets = _vector(_I32, variant.lanes), _vector(_I8, variant.lanes * GROUP)
    multiply = builder.module.declare_intrinsic(
        f"llvm.x86.avx512.vpdpbusd.{bits}", (), ir.FunctionType(words, [words, octets, octets])
    )

    def prepare(four: Any) -> Any:
        return builder.bitcast(_broadcast(builder, four, variant.lanes), octets)

    def accumulate(sums: Sequence[Any], inputs: Any, weights: Any) -> list[Any]:
        return [builder.call(multiply, [sums[0], inputs, weights])]

    return prepare, accumulate


def _avx2(builder: Any, variant: Variant) -> tuple[Prepare, Accumulate]:
    """In 16 bits: AVX2's instruction for bytes saturates, so sums of large numbers would be wrong."""
    words, shorts = _vector(_I32, 8), _vector(_I16, 16)
    multiply = builder.module.declare_intrinsic(
        "llvm.x86.avx2.pmadd.wd", (), ir.FunctionType(words, [shorts, shorts])
    )

    def prepare(four: Any) -> Any:
        octets = builder.bitcast(_broadcast(builder, four, 4), _vector(_I8, 16))
        return builder.zext(octets, shorts)

    def accumulate(sums: Sequence[Any], inputs: Any, weights: Any) -> list[Any]:
        undefined = ir.Constant(weights.type, ir.Undefined)
        halves = [
            builder.shuffle_vector(
                weights, undefined, ir.Constant(_vector(_I32, 16), list(range(first, first + 16)))
            )
            for first in (0, 16)
        ]
        products = [builder.call(multiply, [inputs, builder.sext(half, shorts)]) for half in halves]
        return [builder.add(total, product) for total, product in zip(sums, products, strict=True)]

    return prepare, accumulate


def _add_pairs(builder: Any, sums: Sequence[Any], lanes: int) -> Any:
    """One sum per output: neighbours are added where an output has two."""
    if len(sums) == 1:
        return sums[0]
    even, odd = (
        builder.shuffle_vector(*sums, ir.Constant(_vector(_I32, lanes), list(range(first, 2 * lanes, 2))))
        for first in (0, 1)
    )
    return builder.add(even, odd)


def _emit_block(builder: Any, variant: Variant, rows: int, args: Sequence[Any]) -> None:
    """Emits the product of a block with exactly `rows` rows."""
    registers = range(BLOCK // variant.lanes)
    share = len(registers) // variant.parts
    for first in range(0, len(registers), share):
        _emit_registers(builder, variant, rows, registers[first : first + share], args)


def _emit_registers(builder: Any, variant: Variant, rows: int, registers: range, args: Sequence[Any]) -> None:
    """Emits the loop over the inputs for some registers of outputs."""
    weights, groups, inputs, stride, corrections, out, out_stride = args
    words, octets = _vector(_I32, variant.lanes), _vector(_I8, variant.lanes * GROUP)
    width = variant.lanes * GROUP
    prepare, accumulate = (_avx2 if variant.sums == 2 else _vnni)(builder, variant)
    zero = ir.Constant(words, [0] * variant.lanes)
    sums = {
        (row, register): [cgutils.alloca_once_value(builder, zero) for _ in range(variant.sums)]
        for row in range(rows)
        for register in registers
    }
    with cgutils.for_range(builder, groups) as loop:
        here = builder.add(weights, builder.mul(loop.index, _I64(BLOCK * GROUP)))
        loaded = {register: _load(builder, here, _I64(register * width), octets) for register in registers}
        for line in range(registers.start * width, registers.stop * width, 64):
            _prefetch(builder, here, _I64(PREFETCH_BYTES + line))
        column = builder.add(inputs, builder.mul(loop.index, _I64(GROUP)))
        for row in range(rows):
            four = prepare(_load(builder, column, builder.mul(stride, _I64(row)), _I32))
            for register in registers:
                places = sums[row, register]
                totals = accumulate([builder.load(place) for place in places], four, loaded[register])
                for place, total in zip(places, totals, strict=True):
                    builder.store(total, place)
    for (row, register), places in sums.items():
        total = _add_pairs(builder, [builder.load(place) for place in places], variant.lanes)
        offset = _I64(register * variant.lanes * 4)
        exact = builder.sub(total, _load(builder, corrections, offset, words))
        floats = _vector(_FLOAT, variant.lanes)
        target = builder.add(builder.mul(out_stride, _I64(row)), offset)
        builder.store(builder.sitofp(exact, floats), _pointer(builder, out, target, floats)).align = 4


@instruction
def dot(
    context: Any,
    variant: Any,
    weights: Any,
    groups: Any,
    inputs: Any,
    stride: Any,
    corrections: Any,
    out: Any,
    out_stride: Any,
    rows: Any,
) -> Any:
    """Products of one block of weights with `rows` (1 to the variant's) rows of bytes.

    `variant`: index of one of the `supported_variants`. `weights`: address of a block; `groups`: of inputs;
    `inputs`: address of the rows, (rows, inputs) uint8, `stride` bytes apart; `corrections`: address of what
    is subtracted from each sum, (BLOCK,) int32; `out`: address of (rows, BLOCK) fp32, `out_stride` bytes
    apart.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        wanted, *addresses, count = args
        done = builder.append_basic_block("dot.done")
        choice = builder.switch(wanted, done)
        for index in supported_variants():
            variant = VARIANTS[index]
            block = builder.append_basic_block(f"dot.{variant.feature}")
            choice.add_case(_I64(index), block)
            builder.position_at_end(block)
            switch = builder.switch(count, done)
            for number in range(1, variant.rows + 1):
                case = builder.append_basic_block(f"dot.{variant.feature}.rows{number}")
                switch.add_case(_I64(number), case)
                builder.position_at_end(case)
                _emit_block(builder, variant, number, addresses)
                builder.branch(done)
        builder.position_at_end(done)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 9), generate
