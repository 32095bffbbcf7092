"""One helper process in which eSpeak NG speaks, seen from here; `helper_main` is its program."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator

from codechoir.engines.espeak import helper_main
from codechoir.engines.espeak.espeak_library import LibraryData, SynthParams, WordEvent
from codechoir.engines.espeak.helper_main import DONE, FAILED, REPLY, REQUEST, SOUND, WORD
from codechoir.errors import EngineError

log = logging.getLogger(__name__)

ANSWER_SECONDS = 2.0
"""A helper that says nothing for so long is given up. A reply normally takes less than a millisecond."""

START_SECONDS = 20.0
"""The same while it starts, on a machine that is very busy."""

_PIPE_BYTES = 1 << 16

_FROM_OUTSIDE = frozenset(
    -getattr(signal, name)
    for name in ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")
    if hasattr(signal, name)
) | ({1} if os.name == "nt" else set())
"""Exit statuses of a process that somebody else has ended."""


class HelperEndedError(Exception):
    """The helper has ended, or was given up. `by_itself`: what it was saying is the reason."""

    def __init__(self, by_itself: bool) -> None:
        super().__init__("the process has ended")
        self.by_itself = by_itself


class SpeechHelper:
    """One helper process, used by one thread at a time. `task`: see `helper_main`."""

    def __init__(self, data: LibraryData, task: str) -> None:
        """Start it; `wait_ready` waits for it. Raises `OSError` when no process can be started."""
        if not sys.executable:
            raise OSError("this Python does not know its own program")
        command = [sys.executable, "-I", "-S", helper_main.__file__, data.library, str(data.folder), task]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._requests = self.process.stdin.fileno()
        self._replies = self.process.stdout.fileno()
        self._poll = None if os.name == "nt" else select.poll()
        if self._poll is not None:
            self._poll.register(self._replies, select.POLLIN)
        self._buffer = b""
        self._number = 0

    def wait_ready(self) -> tuple[int, str]:
        """Its sample rate and what its task has brought. Raises `HelperEndedError`, `EngineError`."""
        kind, value, rest = self._reply(START_SECONDS)
        if kind == FAILED:
            raise EngineError(rest.decode())
        return value, rest.decode()

    def say(
        self, text: bytes, file: bytes, params: SynthParams
    ) -> Iterator[tuple[bytes, list[WordEvent]] | int]:
        """Sound and the words that begin in it, as it comes; at last the library's status.

        May be left at any time. Raises `HelperEndedError`.
        """
        self._number += 1
        parameters = (params.rate, params.volume, params.pitch, params.range)
        head = REQUEST.pack(self._number, *parameters, len(file), len(text))
        try:
            os.write(self._requests, head + file + text)
        except OSError:
            raise self._ended() from None
        while True:
            kind, value, rest = self._reply(ANSWER_SECONDS)
            if kind == DONE:
                yield value
                return
            begin = WORD.size * value
            yield rest[begin:], [WordEvent(*word) for word in WORD.iter_unpack(rest[:begin])]

    def close(self) -> None:
        """End it, and free what it holds here."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _reply(self, seconds: float) -> tuple[int, int, bytes]:
        """Kind, value and rest of the next reply to the present request."""
        while True:
            number, kind, value, size = REPLY.unpack(self._take(REPLY.size, seconds))
            rest = self._take(size + (WORD.size * value if kind == SOUND else 0), seconds)
            if number == self._number:
                return kind, value, rest

    def _take(self, size: int, seconds: float) -> bytes:
        while len(self._buffer) < size:
            if self._poll is not None and not self._poll.poll(1000 * seconds):
                log.warning("eSpeak NG has not answered for %g s; its process is ended", seconds)
                raise self._ended()
            piece = os.read(self._replies, _PIPE_BYTES)
            if not piece:
                raise self._ended()
            self._buffer += piece
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _ended(self) -> HelperEndedError:
        """Make sure that it has ended, and find out why."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.05)
        self.close()
        return HelperEndedError(self.process.returncode not in _FROM_OUTSIDE)
