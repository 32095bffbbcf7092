"""Standard input and output, kept for the protocol alone."""

from __future__ import annotations

import os
import sys
import threading
from typing import BinaryIO


class Output:
    """The one way out: whole messages, from any thread, each written before the next begins.

    pygls writes to it as to a file; audio is sent past pygls, by the thread that makes it. A client that has
    gone away is no error here: what is sent to it is dropped, and the end of the input, which follows, ends
    the server.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._lost = False

    def send(self, body: bytes) -> None:
        """Send one message; `body` is JSON in UTF-8. Returns when the system has taken it."""
        self.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def write(self, message: bytes) -> None:
        """Send one message, its header included."""
        left = memoryview(message)
        with self._lock:
            while left and not self._lost:
                try:
                    left = left[os.write(self._descriptor, left) :]
                except OSError:
                    self._lost = True

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        """The descriptor is closed with the process."""


def take_standard_streams() -> tuple[BinaryIO, Output]:
    """Take standard input and output away from everybody else.

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
    return open(incoming, "rb", buffering=64 * 1024), Output(outgoing)  # noqa: PTH123
