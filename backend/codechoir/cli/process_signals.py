"""Signals that end a command: Ctrl-C, and those with which the system or a user ends a process.

1. `codechoir.__main__` ends the process without a word on Ctrl-C, while modules are loaded and at the end.
2. While a command runs, the first Ctrl-C raises `KeyboardInterrupt`, so that unfinished files are removed. A
   second one, during that, ends the process at once.
3. `KeyboardInterrupt` can get lost where C code calls Python: it is raised once more, or what the C code
   reports instead is not taken for an error.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

INTERRUPTED = 130
"""Exit status after Ctrl-C, as in shells."""

AGAIN_SECONDS = 0.02
"""After this time an interrupt that got lost is raised again: the callback that lost it has ended then."""


class Interrupt:
    """Whether Ctrl-C `has_come`."""

    def __init__(self) -> None:
        self.has_come = False

    def handle(self, number: int, frame: FrameType | None) -> NoReturn:
        """The handler of SIGINT."""
        if self.has_come:
            os._exit(INTERRUPTED)
        self.has_come = True
        raise KeyboardInterrupt

    def raise_again(self, lost: sys.UnraisableHookArgs) -> None:
        """The hook for exceptions that nobody can catch."""
        if lost.exc_type is not KeyboardInterrupt:
            sys.__unraisablehook__(lost)
            return
        self.has_come = False
        threading.Timer(AGAIN_SECONDS, _thread.interrupt_main).start()


@contextmanager
def handled_signals() -> Iterator[Interrupt]:
    """Handles the signals while a command runs. SIGTERM and SIGHUP raise `SystemExit`.

    Does nothing in a thread other than the main one, where Python allows no handlers. A signal that the
    parent process has told this one to ignore stays ignored.
    """
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    handlers: dict[str, Any] = {"SIGINT": interrupt.handle, "SIGTERM": _raise_exit, "SIGHUP": _raise_exit}
    before: dict[int, Any] = {}
    for name, handler in handlers.items():
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) not in (signal.SIG_IGN, None):
            before[number] = signal.signal(number, handler)
    hook, sys.unraisablehook = sys.unraisablehook, interrupt.raise_again
    try:
        yield interrupt
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise_exit(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
