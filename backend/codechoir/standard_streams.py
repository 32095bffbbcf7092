"""Standard input and output for a protocol alone, out of the reach of prints by Python and by C libraries."""

from __future__ import annotations

import os
import sys


def taken() -> tuple[int, int]:
    """Take standard input and output away from everybody else; returns new descriptors of the two.

    What a library prints goes to standard error from now on, and a child process that reads its standard
    input finds it empty: either would break the protocol.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(incoming, os.O_BINARY)
        msvcrt.setmode(outgoing, os.O_BINARY)
    return incoming, outgoing
