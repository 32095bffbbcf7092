"""A disk that is full or read-only."""

from __future__ import annotations

import os
from collections.abc import Callable


def refusing(number: int) -> Callable[..., None]:
    """A function of a disk that refuses, with this `errno`, whatever it is asked for."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse
