"""What a lack of memory looks like."""

from __future__ import annotations

import torch


def is_out_of_memory(error: RuntimeError | MemoryError) -> bool:
    """CUDA has a class of its own for it; the CPU's allocator and MPS say it in words."""
    words = ("allocate memory", "out of memory")
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or any(w in str(error) for w in words)
