"""The door: `codechoir lsp`."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from typing import NoReturn

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the others waiting for the interpreter; Python's own 5 ms would delay Stop."""


def main() -> NoReturn:
    """Serve on standard input and output until the editor is gone; does not return.

    The first message is answered before anything large is imported (see `greeting`).
    """
    gc.disable()  # importing makes a hundred thousand objects that stay: nothing to collect until it is done
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's handler would wait for the next message
    from codechoir.lsp.greeting import Replayed, first_message, greeting
    from codechoir.lsp.streams import take_standard_streams

    incoming, output = take_standard_streams()
    message, body = first_message(incoming)
    greeted = greeting(body)
    if greeted is not None:
        output.send(json.dumps(greeted.answer).encode())

    import logging

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="codechoir: %(message)s")
    sys.setswitchinterval(SWITCH_SECONDS)
    from codechoir.lsp.language_server import Server

    def orphaned() -> None:
        server.close()
        _leave(1)

    server = Server(output, orphaned, greeted)
    _leave(server.serve(Replayed(message, incoming)))


def _leave(status: int) -> NoReturn:
    """End the process now.

    Threads of sound systems and engines may be in C code, where Python cannot end them in order. What they
    did has ended: nothing is left to sound or to be written.
    """
    sys.stderr.flush()
    os._exit(status)
