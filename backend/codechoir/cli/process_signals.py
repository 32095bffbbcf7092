"""Signals that end or stop a command, and the mode of the terminal, which each of them puts back.

1. `codechoir.__main__` ends the process without a word on Ctrl-C, while modules are loaded and at the end.
2. While a command runs, the first Ctrl-C raises `KeyboardInterrupt`, so that unfinished files are removed. A
   second one, during that, ends the process at once.
3. `KeyboardInterrupt` can get lost where C code calls Python: it is raised once more, or what the C code
   reports instead is not taken for an error.
4. During a reading keys are read without echo. Ctrl-C, Ctrl-\\, SIGTERM and SIGHUP put the terminal back
   before anything else happens, since what they end may hang. Ctrl-Z puts it back while the process is
   stopped; in the background it is left alone.
"""

from __future__ import annotations

import _thread
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


# ---- the mode of the terminal ----------------------------------------------------------------------------

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"

Keys = Iterator[str]
"""Each `next` returns at once: the keys pressed since the last one, or an empty string."""


@contextmanager
def pressed_keys(hides_cursor: bool = False) -> Iterator[Keys]:
    """Reads keys without echo and without waiting for Enter. Yields no keys if there is no terminal.

    `hides_cursor`: somebody hides the cursor meanwhile, so that an end by a signal must show it.
    """
    if sys.platform == "win32" or not sys.stdin.isatty():
        yield _no_keys()
        return
    mode = KeyMode(sys.stdin.fileno(), hides_cursor)
    mode.begin()
    try:
        yield mode.keys()
    finally:
        mode.end()


def _no_keys() -> Keys:
    while True:
        yield ""


if sys.platform != "win32":
    import termios
    import tty

    class KeyMode:
        """The terminal with the descriptor `terminal`, while keys are read from it."""

        ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

        def __init__(self, terminal: int, hides_cursor: bool) -> None:
            self._terminal = terminal
            self._hides_cursor = hides_cursor
            self._before = termios.tcgetattr(terminal)
            self._handlers: dict[int, Any] = {}

        def begin(self) -> None:
            """Switches the echo off, and follows the signals that end or stop the process."""
            if threading.current_thread() is threading.main_thread():
                handlers = dict.fromkeys(self.ENDS, self._end_by)
                for number, handler in {
                    **handlers,
                    signal.SIGTSTP: self._stop,
                    signal.SIGCONT: self._go_on,
                }.items():
                    if signal.getsignal(number) not in (signal.SIG_IGN, None):
                        self._handlers[number] = signal.signal(number, handler)
            self._enter()

        def end(self) -> None:
            """Puts everything back."""
            self._leave()
            for number, handler in self._handlers.items():
                signal.signal(number, handler)

        def keys(self) -> Keys:
            """The keys; none while the process is in the background."""
            while True:
                key = b""
                if self._is_in_foreground() and select.select([self._terminal], [], [], 0)[0]:
                    with suppress(OSError):  # the terminal was closed
                        key = os.read(self._terminal, 64)
                yield key.decode("utf-8", "replace")

        def _is_in_foreground(self) -> bool:
            """Whether it may use the terminal; a process in the background that does so is stopped."""
            try:
                return os.tcgetpgrp(self._terminal) == os.getpgrp()
            except OSError:  # it is not the terminal of this session
                return True

        def _enter(self) -> None:
            with suppress(termios.error):
                if self._is_in_foreground():
                    tty.setcbreak(self._terminal, termios.TCSANOW)

        def _leave(self) -> None:
            with suppress(termios.error, OSError):
                if self._is_in_foreground():
                    termios.tcsetattr(self._terminal, termios.TCSANOW, self._before)

        def _leave_by_signal(self) -> None:
            self._leave()
            if self._hides_cursor:
                with suppress(OSError):
                    os.write(1, SHOW_CURSOR.encode())

        def _end_by(self, number: int, frame: FrameType | None) -> None:
            self._leave_by_signal()
            handler = self._handlers[number]
            if callable(handler):
                handler(number, frame)
            else:
                _raise_default(number)

        def _stop(self, number: int, _: FrameType | None) -> None:
            self._leave_by_signal()
            _raise_default(number)  # returns when the process goes on
            signal.signal(number, self._stop)
            self._enter()

        def _go_on(self, number: int, frame: FrameType | None) -> None:
            self._enter()


def _raise_default(number: int) -> None:
    """Does what the system does by itself on a signal."""
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
