"""How threads share one pass: atomic words in memory, a leader, and helpers.

A pass is a number of phases, each divided into equal pieces. The leader opens a phase; every free thread
takes the next piece; when all pieces are done the leader opens the next phase. A helper that comes late, or
that the system has suspended between two pieces, is not waited for.

All that the threads agree on is in two words: `NEXT_WORD`, the next piece of which phase of which job, and
`DONE_WORD`, how many pieces of the phase are done. A helper takes a piece by replacing the first word, so it
can never take one of a job that it does not know. numba has no atomic words, so they are LLVM instructions
here. Importing this module loads numba.
"""

from __future__ import annotations

import sys
from typing import Any

from llvmlite import ir
from numba import types

from codechoir.engines.xtts.cpu_int8.dot_products import instruction
from codechoir.engines.xtts.cpu_int8.kernels import compiled

NEXT_WORD, DONE_WORD, CONTROL_WORDS = 0, 8, 16
"""Indices of the words, in different cache lines, and the size of the array."""
JOB_BITS, PHASE_BITS = 32, 16
MASK = (1 << PHASE_BITS) - 1

SPINS = 1000
"""Waits (about 50 µs) before a thread yields the processor."""
HELPER_WAITS = 50_000
"""Waits before a helper gives up: the leader may be busy with something else for long."""

_I64 = ir.IntType(64)


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
    """Everything written before is visible to a thread that loads this."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store_atomic(args[1], _word(builder, args[0]), "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(types.intp, types.int64), generate


@instruction
def add_to_word(context: Any, address: Any, value: Any) -> Any:
    """Returns the word before the addition."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.atomic_rmw("add", _word(builder, args[0]), args[1], "seq_cst")

    return types.int64(types.intp, types.int64), generate


@instruction
def replace_word(context: Any, address: Any, old: Any, new: Any) -> Any:
    """Stores `new` if the word is `old`; returns whether it was."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        found = builder.cmpxchg(_word(builder, args[0]), args[1], args[2], "seq_cst", "seq_cst")
        return builder.extract_value(found, 1)

    return types.boolean(types.intp, types.int64, types.int64), generate


@instruction
def cpu_pause(context: Any) -> Any:
    """Tells the processor that this loop waits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pause = builder.module.declare_intrinsic(
            "llvm.x86.sse2.pause", (), ir.FunctionType(ir.VoidType(), [])
        )
        builder.call(pause, [])
        return context.get_dummy_value()

    return types.void(), generate


yield_processor = types.ExternalFunction(
    "SwitchToThread" if sys.platform == "win32" else "sched_yield", types.int32()
)
"""Let other threads run that wait for a processor."""


@compiled
def wait(times: int) -> None:
    """A moment; longer after `SPINS` waits in vain."""
    if times < SPINS:
        cpu_pause()
    else:
        yield_processor()
