"""One child process from start to end: its command, its pipes, and who waits for its messages."""

from __future__ import annotations

import itertools
import logging
import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, cast

import codechoir
from codechoir.engines.subprocess import messages
from codechoir.errors import CodechoirError, EngineError, EngineLostError, InputError

log = logging.getLogger(__name__)

HOST_PROGRAM = (
    "import sys; sys.path += sys.argv[1:]; from codechoir.engines.subprocess.host import main; main()"
)
"""Our own folders go to the end of the path, so that the packages of another interpreter come first."""


def package_folders() -> list[str]:
    """Where another interpreter finds Codechoir and the packages that it needs."""
    return [str(Path(codechoir.__file__).resolve().parent.parent), sysconfig.get_path("platlib")]


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """An engine to run in a child process.

    `engine`: `module:class`. `options`: arguments of the class (device, precision, folder); JSON values.
    `interpreter`: a Python with the engine's packages, None for this one. `environment`: variables added to
    ours. In seconds: `heartbeat` between two signs of life; so long after the last one, or without a sound
    that somebody waits for, readings go on without the child (`silent_after`), or it is killed
    (`lost_after`); `stuck_after` without a sound that nobody waits for; `idle_after` so long without a
    reading or call it is ended, which frees its memory (None: never); `load_timeout` for loading the engine.
    """

    engine: str
    options: Mapping[str, Any] = field(default_factory=dict)
    interpreter: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    heartbeat: float = 0.5
    silent_after: float = 2.0
    lost_after: float = 20.0
    stuck_after: float = 120.0
    idle_after: float | None = 600.0
    load_timeout: float = 180.0

    def command(self) -> list[str]:
        """The command line. `-P` keeps the working folder, which may not be trusted, off the path."""
        return [str(self.interpreter or sys.executable), "-P", "-c", HOST_PROGRAM, *package_folders()]

    def variables(self) -> dict[str, str]:
        """The child's environment."""
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.environment}


SHUT_DOWN_SECONDS = 0.3
"""How long a child may take to end by itself: less than a language server that exits waits for its engine."""

LAST_LINES = 8
"""Lines of the child's standard error that are kept to explain its end."""


class Disconnected:
    """In an inbox: the child has ended, no more messages follow."""


InboxItem = messages.ToParent | Disconnected
Inbox = SimpleQueue[InboxItem]


class ChildProcess:
    """A running child, started on construction. Thread-safe.

    `on_ready` is called once the engine is loaded, and when it can read again after it was silent or owed the
    end of a reading; `on_end` once the process has ended. Both are called from a thread of this object.
    `load_error`: why the engine cannot be loaded, or empty.
    """

    def __init__(
        self,
        spec: ChildSpec,
        on_ready: Callable[[ChildProcess], None],
        on_end: Callable[[ChildProcess], None],
    ) -> None:
        self.started = time.monotonic()
        self.last_message = self.started
        self.ready: messages.Ready | None = None
        self.load_error = ""
        self.spec = spec
        self._on_ready = on_ready
        self._on_end = on_end
        self._numbers = itertools.count(1)
        self._writing = threading.Lock()
        self._changed = threading.Condition()
        self._inboxes: dict[int, Inbox] = {}
        self._given_up: dict[int, float] = {}  # readings that made no sound, and when that was noticed
        self._has_ended = False
        self._errors: deque[str] = deque(maxlen=LAST_LINES)
        try:
            self._process = subprocess.Popen(
                spec.command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=spec.variables(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise EngineError(f"the interpreter {spec.command()[0]} cannot be started: {error}") from error
        self._logger = threading.Thread(target=self._read_errors, name="child-errors", daemon=True)
        self._logger.start()
        threading.Thread(target=self._read_messages, name="child-messages", daemon=True).start()
        self.send(
            messages.Load(spec.engine, spec.options, spec.heartbeat, spec.lost_after, spec.load_timeout)
        )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process runs and its pipe is open."""
        return not self._has_ended

    @property
    def is_silent(self) -> bool:
        """Whether a child that was loaded has given no sign of life for too long."""
        return self.ready is not None and time.monotonic() - self.last_message > self.spec.silent_after

    @property
    def stalled_since(self) -> float | None:
        """Since when the child owes the end of a reading that was given up; None if it owes none."""
        with self._changed:
            return min(self._given_up.values(), default=None)

    @property
    def is_busy(self) -> bool:
        """Whether a reading or a call waits for the child."""
        return bool(self._inboxes)

    # ---- messages ----------------------------------------------------------------------------------------

    def send(self, message: messages.ToChild) -> None:
        """Sends one message. It is dropped if the child has ended."""
        frame = messages.encode(message)
        stream = cast(BinaryIO, self._process.stdin)
        try:
            with self._writing:
                stream.write(frame)
                stream.flush()
        except (OSError, ValueError):
            # The pipe is broken or closed: the thread that reads messages handles the end.
            log.debug("a message to child %d was dropped", self.pid)

    def open(self) -> tuple[int, Inbox]:
        """A new number, and the inbox for all messages with that number."""
        with self._changed:
            number = next(self._numbers)
            inbox: Inbox = SimpleQueue()
            self._inboxes[number] = inbox
            if self._has_ended:
                inbox.put(Disconnected())
            return number, inbox

    def give_up(self, number: int) -> None:
        """A reading has made no sound for too long. No other one begins until the child has ended it."""
        with self._changed:
            self._given_up[number] = time.monotonic()

    def close(self, number: int) -> None:
        """Drops all further messages with that number."""
        with self._changed:
            self._inboxes.pop(number, None)

    def call(
        self, method: str, arguments: dict[str, Any] | None = None, blob: bytes = b""
    ) -> messages.CallResult:
        """Calls a method of the engine and wait. Raises what the engine raised, or `EngineLostError`."""
        number, inbox = self.open()
        try:
            self.send(messages.Call(number, method, arguments or {}, blob))
            answer = inbox.get()
        finally:
            self.close(number)
        match answer:
            case messages.CallResult():
                return answer
            case messages.CallFailed(_, line, bad_input):
                raise (InputError(line) if bad_input else EngineError(line))
        raise self.lost_error()

    def wait_ready(self, timeout: float) -> bool:
        """Waits until the engine is loaded or the process has ended; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ready is not None or self._has_ended, timeout)

    def exit_message(self) -> str:
        """One line: how the process ended, and the last line of its standard error."""
        if self.load_error:
            return self.load_error
        status = self._process.poll()
        if status is None:
            return "the engine's process does not respond"
        if status < 0:
            return f"the engine's process was ended by {signal.Signals(-status).name}"
        last = next((line for line in reversed(self._errors) if line), "")
        return f"the engine's process ended with status {status}" + (f": {last}" if last else "")

    def silence_error(self) -> EngineLostError:
        """The error for readings when `is_silent`."""
        return EngineLostError(
            f"the engine's process has given no sign of life for {self.spec.silent_after:g} seconds"
        )

    def mute_error(self, seconds: float) -> EngineLostError:
        """The error for readings whose next sound does not come."""
        return EngineLostError(f"the engine has made no sound for {seconds:g} seconds")

    def lost_error(self) -> EngineError:
        """The error for readings and calls that wait. An engine that cannot be loaded is not just lost."""
        return EngineError(self.load_error) if self.load_error else EngineLostError(self.exit_message())

    # ---- ending ------------------------------------------------------------------------------------------

    def shut_down(self, timeout: float = SHUT_DOWN_SECONDS) -> None:
        """Ends the process: politely, then by force. While it loads it reads no messages."""
        if self.ready is None:
            self.kill()
        self.send(messages.Shutdown())
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Ends the process at once."""
        self._process.kill()

    # ---- the threads that read -----------------------------------------------------------------------------

    def _read_messages(self) -> None:
        stream = cast(BinaryIO, self._process.stdout)
        try:
            while (frame := messages.read_frame(stream)) is not None:
                was_silent = self.is_silent
                self.last_message = time.monotonic()
                self._deliver(messages.decode(*frame))
                if was_silent:
                    self._on_ready(self)
        except (OSError, CodechoirError, messages.FrameError) as error:
            log.info("child %d sent an invalid message: %s", self.pid, error)
            self.kill()
        self._process.wait()
        self._logger.join(1.0)
        for pipe in (self._process.stdin, stream):
            _close(cast(BinaryIO, pipe))
        with self._changed:
            self._has_ended = True
            for inbox in self._inboxes.values():
                inbox.put(Disconnected())
            self._changed.notify_all()
        self._on_end(self)

    def _deliver(self, message: messages.Message) -> None:
        match message:
            case messages.Heartbeat():
                return
            case messages.Ready():
                with self._changed:
                    self.ready = message
                    self._changed.notify_all()
                self._on_ready(self)
            case messages.ReadingFailed(0, line):
                self.load_error = line
            case messages.CallResult(number) | messages.CallFailed(number):
                self._put(number, message)
            case messages.PhraseWanted(number) | messages.Audio(number) | messages.PhraseDone(number):
                self._put(number, message)
            case messages.Notify(number):
                self._put(number, message)
            case messages.ReadingFinished(number) | messages.ReadingFailed(number):
                with self._changed:
                    was_given_up = self._given_up.pop(number, None) is not None
                self._put(number, message)
                if was_given_up:
                    self._on_ready(self)
            case _:
                raise messages.FrameError(f"{type(message).__name__} is not a message for the parent")

    def _put(self, number: int, message: messages.ToParent) -> None:
        with self._changed:
            inbox = self._inboxes.get(number)
        if inbox is not None:
            inbox.put(message)

    def _read_errors(self) -> None:
        stream = cast(BinaryIO, self._process.stderr)
        with stream:
            for line in stream:
                text = line.decode(errors="replace").strip()
                self._errors.append(text)
                log.debug("child %d: %s", self.pid, text)


def _close(pipe: BinaryIO) -> None:
    try:
        pipe.close()
    except OSError:
        log.debug("a pipe to an ended child could not be flushed")
