"""Standard input, output and error.

Commands write data to standard output and messages for people to standard error, always in UTF-8. The
language server and child processes take over standard input and output for their protocol, so that nothing
that a library prints gets into it.
"""

from __future__ import annotations

import errno
import io
import json
import os
import re
import select
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, BinaryIO, TextIO

from codechoir.errors import CodechoirError, escape_invisible

# ---- commands -------------------------------------------------------------------------------------------


def set_up_streams() -> None:
    """Prepares the standard streams of this process, whatever its parent has done to them.

    What is closed is opened again, so that no file gets its number: reading it fails, as does writing to
    standard output, and what is written to standard error is dropped. Standard output and error are UTF-8,
    and no character causes an error. When standard output cannot be written, say because the disk is full, a
    `CodechoirError` says so once, and the rest is dropped.
    """
    for number, flags in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDWR)):
        _open_closed(number, flags)
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8")
    sys.stdout = _wrapped(1, sys.stdout, "cannot write to standard output")
    sys.stderr = _wrapped(2, sys.stderr, "")


def _open_closed(number: int, flags: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, flags)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        os.set_inheritable(number, True)


def _wrapped(number: int, stream: TextIO | None, complaint: str) -> TextIO:
    """`stream`, or one for the descriptor `number`, through an `_OutputStream`."""
    buffer = io.FileIO(number, "w", closefd=False) if stream is None else stream.buffer
    is_unbuffered = isinstance(buffer, io.FileIO)  # by PYTHONUNBUFFERED
    raw = buffer if is_unbuffered else getattr(buffer, "raw", None)
    if stream is not None and not isinstance(raw, io.FileIO):  # a console of Windows, or somebody else's
        use_utf8()
        return stream
    assert isinstance(raw, io.FileIO)
    return io.TextIOWrapper(
        io.BufferedWriter(_OutputStream(raw, complaint)),
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=is_unbuffered or raw.isatty() or not complaint,
    )


class _OutputStream(io.RawIOBase):
    """A standard stream that fails once, with an error for people; what comes after that is dropped.

    `complaint`: what the error begins with; empty for a stream whose failures are of no interest.
    """

    def __init__(self, raw: io.FileIO, complaint: str) -> None:
        self._raw = raw
        self._complaint = complaint
        self._is_lost = False

    def write(self, data: Any) -> int:
        while not self._is_lost:
            try:
                count = self._raw.write(data)
            except BrokenPipeError:
                self._is_lost = True
                if self._complaint:
                    raise
            except OSError as error:
                self._is_lost = True
                if self._complaint:
                    why = (
                        "it is closed"
                        if error.errno == errno.EBADF
                        else os.strerror(error.errno or 0).lower()
                    )
                    raise CodechoirError(f"{self._complaint}: {why}") from error
            else:
                if count is not None:
                    return count
                select.select([], [self._raw], [])  # a pipe that somebody has made non-blocking is full
        return len(data)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()


def flush_streams() -> None:
    """Writes what standard output and error still hold; never fails."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, CodechoirError):
            stream.flush()


def use_utf8() -> None:
    """Makes standard output and standard error UTF-8; a character never causes an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def write_line(text: str) -> None:
    """Writes a line to standard output. Nothing in it, such as a name from a file, steers the terminal."""
    sys.stdout.write(escape_invisible(text) + "\n")


def write_painted(text: str) -> None:
    """Writes lines with colours to standard output; what comes from files in them has been escaped."""
    sys.stdout.write(text + "\n")


def write_json(value: Any) -> None:
    """Writes the output of `--json`, one object, to standard output."""
    sys.stdout.write(_escaped(json.dumps(value, ensure_ascii=False, indent=1)) + "\n")


def write_json_list(items: Iterable[Any]) -> None:
    """Writes the output of `--json`, a list with an item per line, to standard output as the items come."""
    before = "[\n"
    for item in items:
        sys.stdout.write(before + _escaped(json.dumps(item, ensure_ascii=False)))
        before = ",\n"
    sys.stdout.write("[]\n" if before == "[\n" else "\n]\n")


_STEERING = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that JSON need not escape and that steer a terminal, turn the writing direction, or are none."""


def _escaped(json_text: str) -> str:
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)


def write_bytes(data: bytes) -> None:
    """Writes bytes to standard output as they are, line breaks included."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


MAX_REPORT = 2000
"""Characters of a message; of a longer one, beginning and end are shown."""


def report(message: str) -> None:
    """Writes `codechoir: ` and a message, in one line, to standard error. Nothing steers the terminal."""
    line = " ".join(f"codechoir: {message}".splitlines())
    if len(line) > MAX_REPORT:
        line = f"{line[: MAX_REPORT // 2]} … {line[-MAX_REPORT // 2 :]}"
    sys.stderr.write(escape_invisible(line) + "\n")
    sys.stderr.flush()


def is_terminal(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that understands cursor movements."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def wants_colour(stream: TextIO) -> bool:
    """Whether to write colours to `stream`; the user can refuse them with NO_COLOR (no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


# ---- protocols ------------------------------------------------------------------------------------------


def take_over() -> tuple[int, int]:
    """Takes standard input and output for a protocol; returns new descriptors for the two.

    From now on what libraries print goes to standard error, and a child process that reads its standard input
    finds it empty.
    """
    set_up_streams()
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


def take_over_for_messages() -> tuple[BinaryIO, MessageWriter]:
    """Takes standard input and output for a protocol of messages with a `Content-Length`, such as LSP."""
    incoming, outgoing = take_over()
    return open(incoming, "rb", buffering=64 * 1024), MessageWriter(outgoing)  # noqa: PTH123


class MessageWriter:
    """Writes whole messages, from any thread, one after the other.

    pygls uses it as a file; audio is sent by the thread that makes it. Once the client is gone, messages are
    dropped without an error: the end of the input follows and ends the server.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._is_lost = False
        self._writing_since: float | None = None

    @property
    def blocked_seconds(self) -> float:
        """How long the client has taken nothing of a message that is being written; 0 if there is none."""
        since = self._writing_since
        return 0.0 if since is None else time.monotonic() - since

    def send(self, body: bytes) -> None:
        """Sends a message; `body` is JSON in UTF-8. Returns when the system has taken it."""
        self.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def write(self, message: bytes) -> None:
        """Sends a message that has its header already."""
        left = memoryview(message)
        with self._lock:
            while left and not self._is_lost:
                self._writing_since = time.monotonic()
                try:
                    left = left[os.write(self._descriptor, left) :]
                except OSError:
                    self._is_lost = True
            self._writing_since = None

    def close(self) -> None:
        """Does nothing, for pygls: the descriptor is closed with the process."""
