"""A capture that works on any device: the operations of one run are written down and run again.

As with a CUDA graph, Python is not run again, values that Python saw are frozen, and looking at a value
(`item`, `tolist`) during the capture is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

LOOKS_AT_VALUES = ("_local_scalar_dense", "nonzero", "is_nonzero", "_unique")


class _Tape(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.operations: list[tuple[Any, Any, Any, Any]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if any(name in str(func) for name in LOOKS_AT_VALUES):
            raise RuntimeError(f"{func} needs a value during a capture")
        result = func(*args, **(kwargs or {}))
        self.operations.append((func, args, kwargs or {}, result))
        return result

    def play(self) -> None:
        for func, args, kwargs, result in self.operations:
            again = func(*args, **kwargs)
            for old, new in zip(_tensors(result), _tensors(again), strict=True):
                if old.data_ptr() != new.data_ptr():
                    old.copy_(new)


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    return [t for v in value for t in _tensors(v)] if isinstance(value, (tuple, list)) else []


def emulated_recorder(work: Callable[[], None]) -> Callable[[], None]:
    """As `graphs.CudaRecorder`, with the warm runs and without a GPU. Unlike there, the capture itself also
    computes; that is undone by the caller as the warm runs are."""
    work()
    tape = _Tape()
    with tape:
        work()

    def replay() -> None:
        with torch.inference_mode():
            tape.play()

    return replay
