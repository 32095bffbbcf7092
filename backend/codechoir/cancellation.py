"""Work that nobody waits for ends, and nobody waits for ever.

Loops that may be long call `check_cancelled`: it stops work whose result nobody wants any more.

A disk in the network may not answer, and a long text is parsed for seconds. A daemon thread asks or computes,
and whoever waits for it gives up after a while, with a word that says why: the thread that handles an
editor's messages after a moment, since Stop may be the next message. Who has given up once does not wait for
the same thing again until it is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TypeVar

from codechoir.errors import InputError


class CancelledError(Exception):
    """Nobody waits for the result any more. Not an error: the work ends, and nothing is reported.

    `is_replaced`: a newer request asks for the same.
    """

    def __init__(self, is_replaced: bool = False) -> None:
        super().__init__()
        self.is_replaced = is_replaced


class Cancellation:
    """Whether a piece of work is still wanted. `cancel` may be called by any thread, more than once."""

    def __init__(self) -> None:
        self.is_cancelled = False
        self.is_replaced = False

    def cancel(self, is_replaced: bool = False) -> None:
        """Ends the work at its next `check_cancelled`. `is_replaced`: a newer request asks for the same."""
        if not self.is_cancelled:
            self.is_replaced = is_replaced
            self.is_cancelled = True

    @contextmanager
    def active(self) -> Iterator[None]:
        """While it is entered, `check_cancelled` asks this object, in this thread."""
        token = _active.set(self)
        try:
            check_cancelled()
            yield
        finally:
            _active.reset(token)


_active: ContextVar[Cancellation | None] = ContextVar("cancellation", default=None)


def check_cancelled() -> None:
    """Raises `CancelledError` if the work that this thread does was cancelled. Costs some 50 ns."""
    cancellation = _active.get()
    if cancellation is not None and cancellation.is_cancelled:
        raise CancelledError(cancellation.is_replaced)


THREAD_NAME = "codechoir-question"

Answer = TypeVar("Answer")


class Patience:
    """How long one thread waits, and for what it has waited in vain."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._asked: dict[str, threading.Event] = {}

    def wait(self, name: str, answered: threading.Event) -> bool:
        """Waits until a question is `answered`; False if it takes too long.

        While an answer is missing, the next questions do not get as long.
        """
        is_answering = all(asked.is_set() for asked in self._asked.values())
        if not answered.wait(self._seconds if is_answering else self._seconds / 10):
            self._asked[name] = answered
            return False
        return True

    def has_given_up(self, name: str) -> bool:
        """Whether the answer to this question is still missing."""
        asked = self._asked.get(name)
        if asked is not None and asked.is_set():
            del self._asked[name]
            return False
        return asked is not None


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


def limit_patience(seconds: float) -> None:
    """From now on, this thread waits no longer for an answer."""
    _patience.set(Patience(seconds))


def has_limited_patience() -> bool:
    """Whether this thread waits only for a moment."""
    return _patience.get() is not None


def ask(name: str, question: Callable[[], Answer], complaint: str, seconds: float) -> Answer:
    """What `question` returns or raises. It is called in another thread.

    Raises `InputError` with the `complaint` when there is no answer in time: after `seconds`, or sooner in a
    thread that has called `limit_patience`. `name`: equal for equal questions.
    """
    patience = _patience.get() or Patience(seconds)
    answers: list[Answer] = []
    errors: list[BaseException] = []
    answered = threading.Event()

    def call() -> None:
        try:
            answers.append(question())
        except BaseException as error:  # noqa: BLE001 - raised where it was asked
            errors.append(error)
        answered.set()

    if not patience.has_given_up(name):
        threading.Thread(target=copy_context().run, args=(call,), name=THREAD_NAME, daemon=True).start()
        if patience.wait(name, answered):
            if errors:
                raise errors[0]
            return answers[0]
    raise InputError(complaint)
