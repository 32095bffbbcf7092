"""Python's garbage collector, kept out of the way of sound."""

from __future__ import annotations

import gc

COLLECT_AFTER = 5_000
"""Objects that may be made before Python looks for garbage, which then takes a millisecond or two.

Its own 700 are made within a line.
"""


def spare_the_collector() -> None:
    """What was loaded stays: looking through it for garbage would only be heard as a delay."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 50, 50)
    gc.enable()
