"""What to start as a child, and how patient to be with it.

One child process from start to end: its pipes, its signs of life, and who waits for what it says.
"""

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

BOOT = "import sys; sys.path += sys.argv[1:]; from codechoir.engines.subprocess.host import main; main()"
"""Our own folders go to the end of the path, so that the packages of a foreign interpreter come first."""


def our_folders() -> list[str]:
    """Where another interpreter finds Codechoir and the packages that it needs."""
    return [str(Path(codechoir.__file__).resolve().parent.parent), sysconfig.get_path("platlib")]


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """An engine to host.

    `engine`: `module:attribute` of its class. `options`: what it is made with (device, precision, folder);
    JSON values. `interpreter`: path of a Python with the engine's packages, None for this one.
    `environment`: variables added to ours. Times are seconds: `beat` between two signs of life, `lost` after
    the last one the child is given up, `idle` without a reading it is let go and its memory returned (None:
    never), `start` for the engine to be made.
    """

    engine: str
    options: Mapping[str, Any] = field(default_factory=dict)
    interpreter: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    beat: float = 1.0
    lost: float = 20.0
    idle: float | None = 600.0
    start: float = 180.0

    def command(self) -> list[str]:
        """The command line. `-P` keeps the working folder, which may be a stranger's, off the path."""
        return [str(self.interpreter or sys.executable), "-P", "-c", BOOT, *our_folders()]

    def variables(self) -> dict[str, str]:
        """The child's environment."""
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.environment}


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait before a child that died is started again: longer each time, and never for ever.

    `first`, `most`: seconds. `calm`: a child that lived this long is forgiven its past. `tries`: after so
    many deaths in a row it is started again only when somebody asks.
    """

    first: float = 0.5
    factor: float = 3.0
    most: float = 60.0
    calm: float = 120.0
    tries: int = 8

    def delay(self, deaths: int) -> float:
        """Seconds to wait after so many deaths in a row."""
        return min(self.most, self.first * self.factor ** max(0, min(deaths, 64) - 1))


LAST_LINES = 8
"""Lines of the child's standard error that are kept to explain its death."""


class Disconnected:
    """Stands in a mailbox for "nothing more will come from this child"."""


Mail = messages.ToParent | Disconnected


class ChildProcess:
    """A running child. Made by starting it; every method may be called from any thread.

    `on_ready` is called once the engine is loaded, `on_end` once the process has ended, both from a thread of
    this object.
    """

    def __init__(
        self,
        spec: ChildSpec,
        on_ready: Callable[[ChildProcess], None],
        on_end: Callable[[ChildProcess], None],
    ) -> None:
        self.started = time.monotonic()
        self.heard = self.started
        self.ready: messages.Ready | None = None
        self.refusal = ""
        self._spec = spec
        self._on_ready = on_ready
        self._on_end = on_end
        self._numbers = itertools.count(1)
        self._writing = threading.Lock()
        self._changed = threading.Condition()
        self._mail: dict[int, SimpleQueue[Mail]] = {}
        self._over = False
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
        self._logger = threading.Thread(target=self._keep_errors, name="child-errors", daemon=True)
        self._logger.start()
        threading.Thread(target=self._listen, name="child-messages", daemon=True).start()
        self.send(messages.Begin(spec.engine, spec.options, spec.beat))

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still talks."""
        return not self._over

    @property
    def busy(self) -> bool:
        """Whether something is open that waits for the child."""
        return bool(self._mail)

    # ---- talking -----------------------------------------------------------------------------------------

    def send(self, message: messages.ToChild) -> None:
        """Send one message; one that a dead child will never read is dropped."""
        frame = messages.encode(message)
        stream = cast(BinaryIO, self._process.stdin)
        try:
            with self._writing:
                stream.write(frame)
                stream.flush()
        except (OSError, ValueError):
            # The pipe is broken or closed: the listening thread sees the end and tells everybody.
            log.debug("a message to child %d was lost", self.pid)

    def open(self) -> tuple[int, SimpleQueue[Mail]]:
        """A new number, and the mailbox in which all messages with that number arrive."""
        with self._changed:
            number = next(self._numbers)
            box: SimpleQueue[Mail] = SimpleQueue()
            self._mail[number] = box
            if self._over:
                box.put(Disconnected())
            return number, box

    def close(self, number: int) -> None:
        """Nobody waits for that number any more; what still arrives for it is dropped."""
        with self._changed:
            self._mail.pop(number, None)

    def call(
        self, method: str, arguments: dict[str, Any] | None = None, blob: bytes = b""
    ) -> messages.Answer:
        """Call a method of the engine and wait. Raises what the engine raised, or `EngineLostError`."""
        number, box = self.open()
        try:
            self.send(messages.Call(number, method, arguments or {}, blob))
            answer = box.get()
        finally:
            self.close(number)
        match answer:
            case messages.Answer():
                return answer
            case messages.Refused(_, line, bad_input):
                raise (InputError(line) if bad_input else EngineError(line))
        raise self.loss()

    def wait_ready(self, timeout: float) -> bool:
        """Wait until the engine is loaded or the process has ended; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ready is not None or self._over, timeout)

    def obituary(self) -> str:
        """One line: how it ended, with the last thing that it printed."""
        if self.refusal:
            return self.refusal
        status = self._process.poll()
        if status is None:
            return "the engine's process does not answer"
        if status < 0:
            return f"the engine's process was ended by {signal.Signals(-status).name}"
        last = next((line for line in reversed(self._errors) if line), "")
        return f"the engine's process ended with status {status}" + (f": {last}" if last else "")

    def loss(self) -> EngineError:
        """The error for those who waited for more: a refusal is final, a loss is not."""
        return EngineError(self.refusal) if self.refusal else EngineLostError(self.obituary())

    # ---- ending ------------------------------------------------------------------------------------------

    def leave(self, patience: float = 2.0) -> None:
        """Ask it to end, and make it end; while it loads it does not listen."""
        if self.ready is None:
            self.kill()
        self.send(messages.Leave())
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    # ---- the threads that listen ---------------------------------------------------------------------------

    def _listen(self) -> None:
        stream = cast(BinaryIO, self._process.stdout)
        try:
            while (frame := messages.read_frame(stream)) is not None:
                self.heard = time.monotonic()
                self._deliver(messages.decode(*frame))
        except (OSError, CodechoirError, messages.FrameError) as error:
            log.info("child %d cannot be understood: %s", self.pid, error)
            self.kill()
        self._process.wait()
        self._logger.join(1.0)
        for pipe in (self._process.stdin, stream):
            _close(cast(BinaryIO, pipe))
        with self._changed:
            self._over = True
            for box in self._mail.values():
                box.put(Disconnected())
            self._changed.notify_all()
        self._on_end(self)

    def _deliver(self, message: messages.Message) -> None:
        match message:
            case messages.Beat():
                return
            case messages.Ready():
                with self._changed:
                    self.ready = message
                    self._changed.notify_all()
                self._on_ready(self)
            case messages.Failed(0, line):
                self.refusal = line
            case messages.Answer(number) | messages.Refused(number):
                self._put(number, message)
            case messages.Want(number) | messages.Audio(number) | messages.Told(number):
                self._put(number, message)
            case messages.Note(number) | messages.Finished(number) | messages.Failed(number):
                self._put(number, message)
            case _:
                raise messages.FrameError(f"{type(message).__name__} is not for a parent")

    def _put(self, number: int, message: messages.ToParent) -> None:
        with self._changed:
            box = self._mail.get(number)
        if box is not None:
            box.put(message)

    def _keep_errors(self) -> None:
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
        log.debug("a pipe to a dead child could not be flushed")
