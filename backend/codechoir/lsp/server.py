"""The door: `codechoir lsp`."""

from __future__ import annotations

import gc
import logging
import os
import sys
from typing import NoReturn

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the others waiting for the interpreter; Python's own 5 ms would delay Stop."""


def main() -> NoReturn:
    """Serve on standard input and output until the editor is gone; does not return."""
    from codechoir.lsp.streams import take_standard_streams

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="codechoir: %(message)s")
    sys.setswitchinterval(SWITCH_SECONDS)
    incoming, output = take_standard_streams()
    gc.disable()  # importing makes a hundred thousand objects that stay: nothing to collect until it is done
    from codechoir.lsp.language_server import Server

    def orphaned() -> None:
        server.close()
        _leave(1)

    server = Server(output, orphaned)
    _leave(server.serve(incoming))


def _leave(status: int) -> NoReturn:
    """End the process now.

    Threads of sound systems and engines may be in C code, where Python cannot end them in order. What they
    did has ended: nothing is left to sound or to be written.
    """
    sys.stderr.flush()
    os._exit(status)
