"""The one thread that computes: it turns the scheduler and hands sound to the readings that wait for it."""

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
    from codechoir.engines.xtts.neural.conditioning import Conditioning
    from codechoir.engines.xtts.neural.decoder import Prompt
    from codechoir.engines.xtts.neural.scheduler import Scheduler
    from codechoir.engines.xtts.neural.tasks import Event

log = logging.getLogger(__name__)


class Worker:
    """Takes requests from any thread. `make_scheduler` is called in the pump's own thread, which computes:
    before the pump is there, and again after an error that left the old one in an unknown state.

    `on_broken`: called when it cannot be made again, as after an error of a graphics card that only a new
    process gets over. Raises `EngineError` when it cannot be made at all.
    """

    def __init__(
        self, make_scheduler: Callable[[], Scheduler], on_broken: Callable[[str], None] = log.critical
    ) -> None:
        self._make = make_scheduler
        self._on_broken = on_broken
        self._changed = threading.Condition()
        self._orders: list[Callable[[Scheduler], None]] = []
        self._boxes: dict[int, SimpleQueue[Event | CodechoirError]] = {}
        self._numbers = itertools.count(1)
        self._chores: deque[Conditioning] = deque()
        self._closed = False
        made: Future[Scheduler] = Future()
        self._thread = threading.Thread(target=self._run, args=(made,), name="xtts-pump", daemon=True)
        self._thread.start()
        try:
            made.result()
        except CodechoirError:
            raise
        except Exception as error:
            raise EngineError(f"XTTS cannot start: {_in_a_line(error)}") from error

    def number(self) -> int:
        """A new number, for a reading."""
        return next(self._numbers)

    def submit(
        self,
        prompts: tuple[Prompt, ...],
        urgency: int,
        reading: int,
        box: SimpleQueue[Event | CodechoirError],
        tempo: float = 1.0,
    ) -> int:
        """Say this; the sound arrives in `box` under the number that is returned. `tempo`: see `Request`."""
        from codechoir.engines.xtts.neural.tasks import Request

        request = Request(next(self._numbers), prompts, urgency, reading, tempo)
        with self._changed:
            self._boxes[request.id] = box
        self._order(lambda scheduler: scheduler.submit(request))
        return request.id

    def cancel(self, ids: set[int]) -> None:
        """Forget requests; their rows are free before the next step."""
        with self._changed:
            for each in ids:
                self._boxes.pop(each, None)
        self._order(lambda scheduler: scheduler.cancel(ids))

    def prepare(self, voices: Iterable[Conditioning]) -> None:
        """Compute ahead what every utterance of these voices needs, one after the other while nothing is
        asked for, so that no reading waits for it."""
        with self._changed:
            self._chores.extend(voices)
            self._changed.notify_all()

    def hold(self, reading: int) -> None:
        """Begin nothing more for a reading whose listener is far behind."""
        self._order(lambda scheduler: scheduler.hold(reading))

    def release(self, reading: int) -> None:
        """Go on with a reading that was held."""
        self._order(lambda scheduler: scheduler.release(reading))

    def close(self) -> None:
        """End the thread after its step."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(10)

    def _order(self, order: Callable[[Scheduler], None]) -> None:
        with self._changed:
            self._orders.append(order)
            self._changed.notify_all()

    def _run(self, made: Future[Scheduler]) -> None:
        try:
            self._scheduler = self._make()
        except Exception as error:  # noqa: BLE001 - it is raised where the pump is made
            made.set_exception(error)
            return
        made.set_result(self._scheduler)
        while self._wait():
            try:
                for order in self._taken_orders():
                    order(self._scheduler)
                events = self._do_a_chore() if self._scheduler.idle else self._scheduler.tick()
            except CodechoirError as error:
                self._fail(error)
            except Exception as error:
                log.exception("XTTS stopped")
                self._fail(EngineError(f"XTTS stopped: {_in_a_line(error)}"))
            else:
                for event in events:
                    self._deliver(event)

    def _wait(self) -> bool:
        """Wait for something to do; False when the pump is closed."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self._orders or self._chores or not self._scheduler.idle
            )
            return not self._closed

    def _do_a_chore(self) -> list[Event]:
        """Prepare one voice, if there is one to prepare; nothing becomes audible by that."""
        with self._changed:
            voice = self._chores.popleft() if self._chores and not self._orders else None
        if voice is not None:
            self._scheduler.prepare_voice(voice)
        return []

    def _taken_orders(self) -> list[Callable[[Scheduler], None]]:
        with self._changed:
            orders, self._orders = self._orders, []
            return orders

    def _deliver(self, event: Event) -> None:
        from codechoir.engines.xtts.neural.tasks import Notice

        with self._changed:
            if isinstance(event, Notice):
                boxes = list({id(box): box for box in self._boxes.values()}.values())
            else:
                box = self._boxes.get(event.id)
                boxes = [] if box is None else [box]
                if event.last:
                    self._boxes.pop(event.id, None)
        for each in boxes:
            each.put(event)

    def _fail(self, error: CodechoirError) -> None:
        """Tell all who wait, and begin anew."""
        with self._changed:
            boxes = list({id(box): box for box in self._boxes.values()}.values())
            self._boxes.clear()
        try:
            self._scheduler = self._make()
        except Exception as broken:
            # Before anybody is told, so that a process that ends here is read on for, and not failed with.
            log.exception("XTTS cannot begin anew")
            self._closed = True
            self._on_broken(f"XTTS cannot begin anew: {_in_a_line(broken)}")
        for box in boxes:
            box.put(error)


def _in_a_line(error: Exception) -> str:
    """What an error of a library says, whose text may go on for pages."""
    first = (str(error).strip().splitlines() or ["no reason given"])[0]
    return first if isinstance(error, CodechoirError) else f"{type(error).__name__}: {first}"
