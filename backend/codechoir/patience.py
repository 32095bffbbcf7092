"""How long a thread waits for others before it gives up, with a word that says why.

A disk in the network may not answer, and a long text is parsed for seconds. A daemon thread asks or computes,
and whoever waits for it gives up after a while: the thread that handles an editor's messages after a moment,
since Stop may be the next message. Who has given up once does not wait for the same thing again until it is
there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from typing import TypeVar

from codechoir.errors import InputError

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
