"""Pygments in a helper process: the tokens of a text come in batches, and no text can keep this process busy.

    LexerAnalysis ─▶ HelperTokens ─▶ LexerHelper ═ requests, replies ═▶ lexer_main.py ─▶ a lexer

The helper starts with the first text in a language without a grammar, and serves all of them. It limits its
own work. What the lexer has found before it was stopped counts; decision 0029 says why it is another process.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import logging
import marshal
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from codechoir.syntax import lexer_main
from codechoir.syntax.lexer_main import COMPLETE, MORE, PREPARE, SIZE, TOO_MUCH_WORK

log = logging.getLogger(__name__)

Token = tuple[int, int, str]
"""Start and end in bytes, and the type: `Literal.String`."""

ANSWER_SECONDS = 20.0
"""A helper that says nothing for so long is ended, say because somebody has stopped it."""

TRIES = 3
"""Helpers that may be ended from outside during one request before its text counts as the reason."""

_END_SECONDS = 5.0
"""How long a helper that has closed its pipes may take to end, on a busy machine."""

_PIPE_BYTES = 1 << 16

_FROM_OUTSIDE = frozenset(
    -getattr(signal, name)
    for name in ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")
    if hasattr(signal, name)
) | {0}
"""Exit statuses of a helper that somebody else has ended, or that had nothing to do."""


class LexerEndedError(Exception):
    """The helper has ended, or was given up. `by_itself`: what it was lexing is the reason."""

    def __init__(self, by_itself: bool) -> None:
        super().__init__("the process has ended")
        self.by_itself = by_itself


class _Process:
    """One helper process, used by one thread at a time."""

    def __init__(self, idle_seconds: float) -> None:
        """Starts it. Raises `OSError` when no process can be started."""
        if not sys.executable:
            raise OSError("this Python does not know its own program")
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", lexer_main.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._replies = self._process.stdin, self._process.stdout
        self.pid = self._process.pid
        if os.name != "nt":
            os.set_blocking(self._requests.fileno(), False)
        path = [folder for folder in sys.path if folder]  # the working folder may not be trusted
        self._send((path, idle_seconds), time.monotonic() + ANSWER_SECONDS)
        self._prepared: set[str] = set()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def prepare(self, alias: str) -> None:
        """Makes it load a lexer, which takes up to 0.1 s, before the first text. Raises `LexerEndedError`."""
        if alias not in self._prepared:
            self._send((PREPARE, alias, None, 0), time.monotonic() + ANSWER_SECONDS)
            self._prepared.add(alias)

    def ask(
        self, number: int, alias: str, text: bytes | None, skipped: int
    ) -> tuple[list[Token], str] | None:
        """The reply to a request, see `lexer_main`. Raises `LexerEndedError`."""
        deadline = time.monotonic() + ANSWER_SECONDS
        self._send((number, alias, text, skipped), deadline)
        size = SIZE.unpack(self._take(SIZE.size, deadline))[0]
        reply: tuple[list[Token], str] | None = marshal.loads(self._take(size, deadline))
        return reply

    def kill(self) -> None:
        """Ends it. May be called by any thread."""
        self._process.kill()

    def close(self) -> None:
        """Ends it, and frees what it holds here."""
        self.kill()
        self._process.wait()
        for pipe in (self._requests, self._replies):
            with contextlib.suppress(OSError):
                pipe.close()

    def _send(
        self, frame: tuple[list[str], float] | tuple[int, str, bytes | None, int], deadline: float
    ) -> None:
        content = marshal.dumps(frame)
        left = memoryview(SIZE.pack(len(content)) + content)
        try:
            while left:
                self._wait(self._requests, deadline)
                left = left[self._requests.write(left) or 0 :]
        except OSError:
            raise self._ended(_END_SECONDS) from None

    def _take(self, size: int, deadline: float) -> bytes:
        content = bytearray()
        while len(content) < size:
            self._wait(self._replies, deadline)
            piece = os.read(self._replies.fileno(), min(_PIPE_BYTES, size - len(content)))
            if not piece:
                raise self._ended(_END_SECONDS)
            content += piece
        return bytes(content)

    def _wait(self, pipe: IO[bytes], deadline: float) -> None:
        """Waits until a pipe can be used, not on Windows. Raises `LexerEndedError` at the deadline."""
        if os.name == "nt":
            return
        poll = select.poll()
        poll.register(pipe, select.POLLOUT if pipe is self._requests else select.POLLIN)
        if not poll.poll(1000 * max(0, deadline - time.monotonic())):
            raise self._ended(0)

    def _ended(self, seconds: float) -> LexerEndedError:
        """Makes sure that it has ended, after `seconds` at the latest, and finds out why."""
        status: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(seconds)
        self.close()
        return LexerEndedError(status not in _FROM_OUTSIDE)


class LexerHelper:
    """Lexes texts in a helper process, which is started when it is needed. Thread-safe.

    `idle_seconds`: a helper that has nothing to do for so long ends, which frees its memory (not on Windows).
    """

    def __init__(self, idle_seconds: float = 120.0) -> None:
        self._idle_seconds = idle_seconds
        self._process: _Process | None = None
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._is_over = False
        atexit.register(self._end)

    @property
    def pid(self) -> int | None:
        """The helper's process number, None while there is none."""
        process = self._process
        return None if process is None else process.pid

    def start(self, alias: str) -> None:
        """Starts the helper, if it does not run, with a lexer, without waiting: a text will come soon."""
        if self._lock.acquire(blocking=False):
            try:
                ours = self._process if self._owner == os.getpid() else None
                if ours is not None and not ours.is_running:
                    ours.close()
                    self._process = None
                self._running().prepare(alias)
            except (OSError, LexerEndedError) as error:
                self._process = None
                log.warning("no process can be started for Pygments: %s", error)
            finally:
                self._lock.release()

    def tokens(self, text: bytes, alias: str) -> HelperTokens:
        """The tokens of `text`, by the Pygments lexer with this alias."""
        return HelperTokens(self, next(self._numbers), text, alias)

    def close(self) -> None:
        """Ends the helper; the next text starts one again."""
        if self._owner != os.getpid():  # a fork: the process is the parent's
            return
        with self._lock:
            if self._process is not None:
                self._process.close()
            self._process = None

    def _end(self) -> None:
        """Ends the helper for good, and does not wait for what it does: this process ends."""
        self._is_over = True
        process = self._process
        if process is not None and self._owner == os.getpid():
            process.kill()

    def reply(self, number: int, alias: str, text: bytes, received: int) -> tuple[list[Token], str]:
        """The next tokens after the first `received` ones of a text, and what is at their end."""
        with self._lock:
            for _ in range(TRIES):
                try:
                    return self._reply(number, alias, text, received)
                except OSError as error:
                    return [], f"no process can be started: {error}"
                except LexerEndedError as end:
                    self._process = None
                    if end.by_itself or self._is_over:
                        break
                except BaseException:  # such as Ctrl-C: the reply would be taken for that of the next request
                    if self._process is not None:
                        self._process.close()
                    self._process = None
                    raise
            return [], TOO_MUCH_WORK

    def _running(self) -> _Process:
        """The helper, started if there is none, or only that of a process of which this one is a fork."""
        if self._process is None or self._owner != os.getpid():
            self._owner = os.getpid()
            self._process = _Process(self._idle_seconds)
        return self._process

    def _reply(self, number: int, alias: str, text: bytes, received: int) -> tuple[list[Token], str]:
        process = self._running()
        reply = process.ask(number, alias, None, received) if received else None
        if reply is None:
            reply = process.ask(number, alias, text, received)
        assert reply is not None
        return reply


@dataclass(eq=False, slots=True)
class HelperTokens(Iterator[Token]):
    """The tokens of one text, asked for when they are needed. For one thread at a time.

    `end`: once there are no more, why: `COMPLETE`, `TOO_MUCH_WORK`, or what went wrong.
    """

    helper: LexerHelper
    number: int
    text: bytes
    alias: str
    end: str = MORE
    _received: int = 0
    _batch: Iterator[Token] = field(default_factory=lambda: iter(()))

    def __next__(self) -> Token:
        while (token := next(self._batch, None)) is None:
            if self.end != MORE:
                raise StopIteration
            tokens, self.end = self.helper.reply(self.number, self.alias, self.text, self._received)
            self._received += len(tokens)
            self._batch = iter(tokens)
            if self.warning:
                log.warning("%s", self.warning)
        return token

    @property
    def warning(self) -> str:
        """Why the lexer was stopped before the end, in one line; usually empty."""
        if self.end in (MORE, COMPLETE):
            return ""
        why = "this text takes too much work" if self.end == TOO_MUCH_WORK else self.end
        return f"the lexer '{self.alias}' was stopped: {why}; the rest is read token by token"


@functools.cache
def lexer_helper() -> LexerHelper:
    """The helper of this process."""
    return LexerHelper()
