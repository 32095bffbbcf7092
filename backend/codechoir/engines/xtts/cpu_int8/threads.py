"""What numba has no words for, as LLVM instructions: words that threads share, and waiting.

Threads that help with compiled work, and sleep in between.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import numpy as np
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


Job = tuple[Callable[..., None], tuple[Any, ...]]


class ThreadPool:
    """The calling thread and so many `helpers`, which live as long as the team. One thread calls at a time.

    `words`: int64 numbers by which those who work agree; the job's number is theirs to compare.
    """

    def __init__(self, helpers: int, words: int) -> None:
        self.control = np.zeros(words, np.int64)
        self._jobs = 0
        self._desks: list[SimpleQueue[Job | None]] = [SimpleQueue() for _ in range(helpers)]
        for desk in self._desks:
            threading.Thread(target=_serve, args=(desk,), name="codechoir-helper", daemon=True).start()
        weakref.finalize(self, _close, self._desks)

    def run(self, lead: Callable[..., None], help_out: Callable[..., None], *what: Any) -> None:
        """Call `lead(control, job, *what)` here, while the helpers call `help_out` with the same.

        Returns when `lead` does; helpers may still be looking.
        """
        self._jobs += 1
        job = (self.control, self._jobs, *what)
        for desk in self._desks:
            if desk.empty():
                desk.put((help_out, job))
        lead(*job)


def _serve(desk: SimpleQueue[Job | None]) -> None:
    while (job := desk.get()) is not None:
        work, what = job
        work(*what)
        del job, work, what  # while it sleeps a helper keeps nothing alive


def _close(desks: list[SimpleQueue[Job | None]]) -> None:
    for desk in desks:
        desk.put(None)
