"""Python's garbage collector, kept out of the way of sound.

The server lives no longer than the editor that started it.

The door: `codechoir lsp`.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

COLLECT_AFTER = 5_000
"""Objects that may be made before Python looks for garbage, which then takes a millisecond or two.

Its own 700 are made within a line.
"""


def tune_gc() -> None:
    """What was loaded stays: looking through it for garbage would only be heard as a delay."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 50, 50)
    gc.enable()


POLL_SECONDS = 0.5
"""How often a system without a better way is asked; the end of standard input mostly comes sooner."""


def when_gone(process: int, then: Callable[[], None]) -> None:
    """Call `then`, in a thread of its own, as soon as the process has ended.

    A number that names no process is not waited for: the editor runs elsewhere, outside the container
    perhaps, and the end of standard input tells of its end.
    """
    if not _is_alive(process):
        return

    def watch() -> None:
        _wait(process)
        then()

    threading.Thread(target=watch, name="codechoir-lifetime", daemon=True).start()


def _is_alive(process: int) -> bool:
    if process <= 0:
        return False
    if sys.platform == "win32":
        return True  # `_wait` finds out
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if sys.platform == "linux":

    def _wait(process: int) -> None:
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            return
        except OSError:  # a kernel or a sandbox without it
            _poll(process)
            return
        select.select([descriptor], [], [])

elif sys.platform == "win32":

    def _wait(process: int) -> None:
        import ctypes

        synchronize, forever = 0x00100000, 0xFFFFFFFF
        kernel = ctypes.WinDLL("kernel32")
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(synchronize, False, process)
        if handle:
            kernel.WaitForSingleObject(ctypes.c_void_p(handle), forever)

else:

    def _wait(process: int) -> None:
        _poll(process)


def _poll(process: int) -> None:
    while _is_alive(process):
        time.sleep(POLL_SECONDS)


SWITCH_SECONDS = 0.0005
"""How long a thread may keep the others waiting for the interpreter; Python's own 5 ms would delay Stop."""


def main() -> NoReturn:
    """Serve on standard input and output until the editor is gone; does not return.

    The first message is answered before anything large is imported (see `greeting`).
    """
    gc.disable()  # importing makes a hundred thousand objects that stay: nothing to collect until it is done
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's handler would wait for the next message
    from codechoir.lsp.greeting import Replayed, first_message, greeting
    from codechoir.stdio import take_standard_streams

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
