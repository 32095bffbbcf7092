"""A sound with the pitch and the loudness of a voice."""

from __future__ import annotations

import numpy as np

BUZZ_RATE = 24000


def buzz(seconds: float = 1.0) -> np.ndarray:
    """A buzz of 140 Hz whose loudness comes and goes, as a voice's does."""
    t = np.arange(round(seconds * BUZZ_RATE)) / BUZZ_RATE
    tone = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 12))
    return (0.2 * tone * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * t))).astype(np.float32)
