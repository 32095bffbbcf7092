"""What numba has no words for, as LLVM instructions: words that threads share, and waiting."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_I64 = ir.IntType(64)


def instruction(typed: Callable[..., Any]) -> Callable[..., Any]:
    """A function for compiled code: `typed` gives its signature and what writes its LLVM."""
    made: Callable[..., Any] = intrinsic(typed)
    return made


def _word(builder: Any, address: Any) -> Any:
    return builder.inttoptr(address, _I64.as_pointer())


@instruction
def load_word(context: Any, address: Any) -> Any:
    """An int64 that other threads may change."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(_word(builder, args[0]), "seq_cst", 8)

    return types.int64(types.intp), generate


@instruction
def store_word(context: Any, address: Any, value: Any) -> Any:
    """What was written before is seen by whoever loads this."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store_atomic(args[1], _word(builder, args[0]), "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(types.intp, types.int64), generate


@instruction
def add_to_word(context: Any, address: Any, value: Any) -> Any:
    """The word before the addition."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.atomic_rmw("add", _word(builder, args[0]), args[1], "seq_cst")

    return types.int64(types.intp, types.int64), generate


@instruction
def replace_word(context: Any, address: Any, old: Any, new: Any) -> Any:
    """Whether the word was `old`, and is now `new`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        found = builder.cmpxchg(_word(builder, args[0]), args[1], args[2], "seq_cst", "seq_cst")
        return builder.extract_value(found, 1)

    return types.boolean(types.intp, types.int64, types.int64), generate


@instruction
def breathe(context: Any) -> Any:
    """Tells the processor that this loop waits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pause = builder.module.declare_intrinsic(
            "llvm.x86.sse2.pause", (), ir.FunctionType(ir.VoidType(), [])
        )
        builder.call(pause, [])
        return context.get_dummy_value()

    return types.void(), generate


give_way = types.ExternalFunction(
    "SwitchToThread" if sys.platform == "win32" else "sched_yield", types.int32()
)
"""Lets others run that wait for a processor."""
