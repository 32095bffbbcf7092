"""Standard input and output for a protocol alone, out of the reach of prints by Python and by C libraries.

Standard output and standard error: UTF-8 whatever the locale, data on the one, words on the other.

Standard input and output, kept for the protocol alone.
"""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from collections.abc import Iterable
from typing import Any, BinaryIO, TextIO


def take_over() -> tuple[int, int]:
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


def use_utf8() -> None:
    """Make the standard streams UTF-8 in a way that never fails on a character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def write_line(text: str) -> None:
    """One line of output."""
    sys.stdout.write(text + "\n")


def write_json(value: Any) -> None:
    """The output of `--json`: one object."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_json_list(items: Iterable[Any]) -> None:
    """The output of `--json`: a list, an item a line, written as the items come."""
    before = "[\n"
    for item in items:
        sys.stdout.write(before + json.dumps(item, ensure_ascii=False))
        before = ",\n"
    sys.stdout.write("[]\n" if before == "[\n" else "\n]\n")


def write_bytes(data: bytes) -> None:
    """Output byte for byte, where line ends count."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def diagnose(line: str) -> None:
    """One line on standard error."""
    sys.stderr.write(" ".join(line.splitlines()) + "\n")
    sys.stderr.flush()


def devnull_stdout() -> None:
    """Give standard output away: the interpreter's last flush must not complain about a closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_terminal(stream: TextIO) -> bool:
    """Whether cursor movements mean something on `stream`."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def has_colour(stream: TextIO) -> bool:
    """Whether `stream` should get colours; the user can refuse them with NO_COLOR (no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


class MessageWriter:
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


def take_standard_streams() -> tuple[BinaryIO, MessageWriter]:
    """Take standard input and output away from everybody else, for the language server's protocol."""
    incoming, outgoing = take_over()
    return open(incoming, "rb", buffering=64 * 1024), MessageWriter(outgoing)  # noqa: PTH123
