"""The only thread that computes: it runs the scheduler and delivers sound to the readings."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING

from codechoir.errors import CodechoirError, EngineError

if TYPE_CHECKING:
    from codechoir.engines.xtts.neural import Conditioning, Event, Prompt, Scheduler

log = logging.getLogger(__name__)


class Worker:
    """Takes requests from any thread, and computes in a thread of its own.

    `make_scheduler` is called in that thread: at first, and again after an error that left the scheduler in
    an unknown state. `on_broken`: called when it cannot be made again, for example after an error of a GPU
    that only a new process recovers from. Raises `EngineError` when it cannot be made at all.
    """

    def __init__(
        self, make_scheduler: Callable[[], Scheduler], on_broken: Callable[[str], None] = log.critical
    ) -> None:
        self._make_scheduler = make_scheduler
        self._on_broken = on_broken
        self._changed = threading.Condition()
        self._commands: list[Callable[[Scheduler], None]] = []
        self._inboxes: dict[int, SimpleQueue[Event | CodechoirError]] = {}
        self._numbers = itertools.count(1)
        self._voices_to_prepare: deque[Conditioning] = deque()
        self._closed = False
        made: Future[Scheduler] = Future()
        self._thread = threading.Thread(target=self._run, args=(made,), name="xtts-worker", daemon=True)
        self._thread.start()
        try:
            made.result()
        except CodechoirError:
            raise
        except Exception as error:
            raise EngineError(f"XTTS cannot start: {_one_line(error)}") from error

    def new_reading(self) -> int:
        """A number for a new reading."""
        return next(self._numbers)

    def submit(
        self,
        prompts: tuple[Prompt, ...],
        priority: int,
        reading: int,
        inbox: SimpleQueue[Event | CodechoirError],
        speed: float = 1.0,
    ) -> int:
        """Queues a request; returns its id, with which its sound arrives in `inbox`. See `Request`."""
        from codechoir.engines.xtts.neural import Request

        request = Request(next(self._numbers), prompts, priority, reading, speed)
        with self._changed:
            self._inboxes[request.id] = inbox
        self._command(lambda scheduler: scheduler.submit(request))
        return request.id

    def cancel(self, ids: set[int]) -> None:
        """Forgets requests; their rows are freed before the next step."""
        with self._changed:
            for each in ids:
                self._inboxes.pop(each, None)
        self._command(lambda scheduler: scheduler.cancel(ids))

    def prepare_voices(self, voices: Iterable[Conditioning]) -> None:
        """Computes what every utterance of these voices needs, one voice after the other while there are no
        requests, so that no reading waits for it."""
        with self._changed:
            self._voices_to_prepare.extend(voices)
            self._changed.notify_all()

    def hold(self, reading: int) -> None:
        """Starts no more requests of a reading whose listener is far behind."""
        self._command(lambda scheduler: scheduler.hold(reading))

    def release(self, reading: int) -> None:
        """Continues a reading that was held."""
        self._command(lambda scheduler: scheduler.release(reading))

    def close(self) -> None:
        """Ends the thread after its step."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(10)

    def _command(self, command: Callable[[Scheduler], None]) -> None:
        with self._changed:
            self._commands.append(command)
            self._changed.notify_all()

    def _run(self, made: Future[Scheduler]) -> None:
        try:
            self._scheduler = self._make_scheduler()
        except Exception as error:  # noqa: BLE001 - it is raised where the worker is made
            made.set_exception(error)
            return
        made.set_result(self._scheduler)
        while self._wait():
            try:
                for command in self._taken_commands():
                    command(self._scheduler)
                events = self._prepare_voice() if self._scheduler.idle else self._scheduler.tick()
            except CodechoirError as error:
                self._fail(error)
            except Exception as error:
                log.exception("XTTS stopped")
                self._fail(EngineError(f"XTTS stopped: {_one_line(error)}"))
            else:
                for event in events:
                    self._deliver(event)

    def _wait(self) -> bool:
        """Waits for something to do; False when the worker is closed."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self._commands or self._voices_to_prepare or not self._scheduler.idle
            )
            return not self._closed

    def _prepare_voice(self) -> list[Event]:
        """Prepares one voice, if there is one; nothing becomes audible."""
        with self._changed:
            wanted = self._voices_to_prepare and not self._commands
            voice = self._voices_to_prepare.popleft() if wanted else None
        if voice is not None:
            self._scheduler.prepare_voice(voice)
        return []

    def _taken_commands(self) -> list[Callable[[Scheduler], None]]:
        with self._changed:
            commands, self._commands = self._commands, []
            return commands

    def _deliver(self, event: Event) -> None:
        from codechoir.engines.xtts.neural import Notice

        with self._changed:
            if isinstance(event, Notice):
                inboxes = self._different_inboxes()
            else:
                inbox = self._inboxes.get(event.id)
                inboxes = [] if inbox is None else [inbox]
                if event.last:
                    self._inboxes.pop(event.id, None)
        for each in inboxes:
            each.put(event)

    def _different_inboxes(self) -> list[SimpleQueue[Event | CodechoirError]]:
        """Of all readings, each once."""
        return list({id(inbox): inbox for inbox in self._inboxes.values()}.values())

    def _fail(self, error: CodechoirError) -> None:
        """Passes the error to all readings, and makes a new scheduler."""
        with self._changed:
            inboxes = self._different_inboxes()
            self._inboxes.clear()
        try:
            self._scheduler = self._make_scheduler()
        except Exception as broken:
            # Before any reading fails, so that a process that ends here is replaced by the fallback engine.
            log.exception("XTTS cannot restart")
            self._closed = True
            self._on_broken(f"XTTS cannot restart: {_one_line(broken)}")
        for inbox in inboxes:
            inbox.put(error)


def _one_line(error: Exception) -> str:
    """The first line of an error; a library's may be pages long."""
    first = (str(error).strip().splitlines() or ["no reason given"])[0]
    return first if isinstance(error, CodechoirError) else f"{type(error).__name__}: {first}"
