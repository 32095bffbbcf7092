"""Dot products of bytes, as LLVM instructions for numba's compiled code.

There is a form for each kind of processor (`FORMS`); all give the same whole numbers. Importing this module
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

from codechoir.engines.xtts.cpu_int8.matrices import BLOCK, GROUP
from codechoir.engines.xtts.cpu_int8.threads import instruction

AHEAD = 2048
"""Bytes ahead of the weights just multiplied that are asked for: a ninth less time than without, measured
with five rows on one thread."""

_I8, _I16, _I32, _I64 = (ir.IntType(bits) for bits in (8, 16, 32, 64))
_FLOAT = ir.FloatType()


@dataclass(frozen=True, slots=True)
class Form:
    """`feature`: the processor's, by LLVM's name. `lanes`: outputs in a register. `rows`: rows multiplied at
    once, as many as there are registers for. `sums`: registers that hold the sums of `lanes` outputs.
    `halves`: parts of a block that are made one after the other, which leaves registers for more rows."""

    feature: str
    lanes: int
    rows: int
    sums: int = 1
    halves: int = 1


FORMS = (Form("avx512vnni", 16, 8), Form("avxvnni", 8, 2), Form("avx2", 8, 3, sums=2, halves=2))
"""The best first."""


def forms() -> list[int]:
    """Indices in `FORMS` of those that this processor has, the best first. Raises `RuntimeError` where it has
    none."""
    features = llvmlite.binding.get_host_cpu_features()
    found = [index for index, form in enumerate(FORMS) if features.get(form.feature)]
    if not found:
        raise RuntimeError("the processor has no products of bytes that Codechoir knows")
    return found


def _vector(kind: Any, count: int) -> Any:
    return ir.VectorType(kind, count)


def _at(builder: Any, address: Any, offset: Any, kind: Any) -> Any:
    return builder.inttoptr(builder.add(address, offset), kind.as_pointer())


def _load(builder: Any, address: Any, offset: Any, kind: Any) -> Any:
    loaded = builder.load(_at(builder, address, offset, kind))
    loaded.align = 1
    return loaded


def _fetch(builder: Any, address: Any, offset: Any) -> None:
    """Asks for a line of memory that will be needed soon."""
    place = _I8.as_pointer()
    prefetch = builder.module.declare_intrinsic(
        "llvm.prefetch", [place], ir.FunctionType(ir.VoidType(), [place, _I32, _I32, _I32])
    )
    builder.call(prefetch, [_at(builder, address, offset, _I8), _I32(0), _I32(3), _I32(1)])


def _spread(builder: Any, value: Any, count: int) -> Any:
    """A vector of so many times the value."""
    nothing = ir.Constant(_vector(value.type, count), ir.Undefined)
    first = builder.insert_element(nothing, value, _I32(0))
    return builder.shuffle_vector(first, nothing, ir.Constant(_vector(_I32, count), [0] * count))


def _vnni(builder: Any, form: Form) -> tuple[Callable[[Any], Any], Callable[..., list[Any]]]:
    """How bytes of a row are made ready, and how they are multiplied; one instruction for both widths."""
    bits = form.lanes * 32
    words, octets = _vector(_I32, form.lanes), _vector(_I8, form.lanes * GROUP)
    multiply = builder.module.declare_intrinsic(
        f"llvm.x86.avx512.vpdpbusd.{bits}", (), ir.FunctionType(words, [words, octets, octets])
    )

    def ready(four: Any) -> Any:
        return builder.bitcast(_spread(builder, four, form.lanes), octets)

    def add(sums: Sequence[Any], inputs: Any, weights: Any) -> list[Any]:
        return [builder.call(multiply, [sums[0], inputs, weights])]

    return ready, add


def _avx2(builder: Any, form: Form) -> tuple[Callable[[Any], Any], Callable[..., list[Any]]]:
    """By sixteen bits: the instruction for bytes of these processors gives wrong sums of large numbers."""
    words, shorts = _vector(_I32, 8), _vector(_I16, 16)
    multiply = builder.module.declare_intrinsic(
        "llvm.x86.avx2.pmadd.wd", (), ir.FunctionType(words, [shorts, shorts])
    )

    def ready(four: Any) -> Any:
        octets = builder.bitcast(_spread(builder, four, 4), _vector(_I8, 16))
        return builder.zext(octets, shorts)

    def add(sums: Sequence[Any], inputs: Any, weights: Any) -> list[Any]:
        nothing = ir.Constant(weights.type, ir.Undefined)
        halves = [
            builder.shuffle_vector(weights, nothing, ir.Constant(_vector(_I32, 16), list(range(at, at + 16))))
            for at in (0, 16)
        ]
        products = [builder.call(multiply, [inputs, builder.sext(half, shorts)]) for half in halves]
        return [builder.add(total, product) for total, product in zip(sums, products, strict=True)]

    return ready, add


def _whole(builder: Any, sums: Sequence[Any], lanes: int) -> Any:
    """One sum for each output: neighbours are added where an output has two."""
    if len(sums) == 1:
        return sums[0]
    even, odd = (
        builder.shuffle_vector(*sums, ir.Constant(_vector(_I32, lanes), list(range(first, 2 * lanes, 2))))
        for first in (0, 1)
    )
    return builder.add(even, odd)


def _emit_dot(builder: Any, form: Form, rows: int, args: Sequence[Any]) -> None:
    """The product for exactly so many rows."""
    parts = range(BLOCK // form.lanes)
    share = len(parts) // form.halves
    for first in range(0, len(parts), share):
        _emit_parts(builder, form, rows, parts[first : first + share], args)


def _emit_parts(builder: Any, form: Form, rows: int, parts: range, args: Sequence[Any]) -> None:
    """The loop over the inputs for some registers of outputs."""
    weights, groups, inputs, stride, zeros, out, out_stride = args
    words, octets = _vector(_I32, form.lanes), _vector(_I8, form.lanes * GROUP)
    width = form.lanes * GROUP
    ready, add = (_avx2 if form.sums == 2 else _vnni)(builder, form)
    nothing = ir.Constant(words, [0] * form.lanes)
    sums = {
        (row, part): [cgutils.alloca_once_value(builder, nothing) for _ in range(form.sums)]
        for row in range(rows)
        for part in parts
    }
    with cgutils.for_range(builder, groups) as loop:
        here = builder.add(weights, builder.mul(loop.index, _I64(BLOCK * GROUP)))
        given = {part: _load(builder, here, _I64(part * width), octets) for part in parts}
        for line in range(parts.start * width, parts.stop * width, 64):
            _fetch(builder, here, _I64(AHEAD + line))
        column = builder.add(inputs, builder.mul(loop.index, _I64(GROUP)))
        for row in range(rows):
            four = ready(_load(builder, column, builder.mul(stride, _I64(row)), _I32))
            for part in parts:
                places = sums[row, part]
                fresh = add([builder.load(place) for place in places], four, given[part])
                for place, value in zip(places, fresh, strict=True):
                    builder.store(value, place)
    for (row, part), places in sums.items():
        total = _whole(builder, [builder.load(place) for place in places], form.lanes)
        exact = builder.sub(total, _load(builder, zeros, _I64(part * form.lanes * 4), words))
        floats = _vector(_FLOAT, form.lanes)
        offset = builder.add(builder.mul(out_stride, _I64(row)), _I64(part * form.lanes * 4))
        builder.store(builder.sitofp(exact, floats), _at(builder, out, offset, floats)).align = 4


@instruction
def dot(
    context: Any,
    form: Any,
    weights: Any,
    groups: Any,
    inputs: Any,
    stride: Any,
    zeros: Any,
    out: Any,
    out_stride: Any,
    rows: Any,
) -> Any:
    """Products of one block of weights with `rows` (1 to the form's) rows of bytes.

    `form`: index of one of the `forms`. `weights`: address of a block; `groups`: of inputs; `inputs`: address
    of the rows, (rows, inputs) uint8, `stride` bytes apart; `zeros`: address of what is taken from each sum,
    (BLOCK,) int32; `out`: address of (rows, BLOCK) fp32, `out_stride` bytes apart.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        wanted, *addresses, count = args
        done = builder.append_basic_block("dot.done")
        choice = builder.switch(wanted, done)
        for index in forms():
            block = builder.append_basic_block(f"dot.{FORMS[index].feature}")
            choice.add_case(_I64(index), block)
            builder.position_at_end(block)
            switch = builder.switch(count, done)
            for number in range(1, FORMS[index].rows + 1):
                case = builder.append_basic_block(f"dot.{FORMS[index].feature}.rows{number}")
                switch.add_case(_I64(number), case)
                builder.position_at_end(case)
                _emit_dot(builder, FORMS[index], number, addresses)
                builder.branch(done)
        builder.position_at_end(done)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 9), generate
