"""Standard input and output, kept for the protocol alone."""

from __future__ import annotations

import os
import threading
from typing import BinaryIO

from codechoir import standard_streams


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
    """Take standard input and output away from everybody else, for the language server's protocol."""
    incoming, outgoing = standard_streams.taken()
    return open(incoming, "rb", buffering=64 * 1024), Output(outgoing)  # noqa: PTH123
