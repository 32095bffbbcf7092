"""The terminal has its echo back after every end of a reading, and while it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from codechoir.cli.process_signals import SHOW_CURSOR

if sys.platform == "win32":
    pytest.skip("Windows has no such terminals", allow_module_level=True)

import termios

READING = """
import signal, sys
from codechoir.cli.process_signals import handled_signals
from codechoir.cli.process_signals import pressed_keys
with handled_signals():
    try:
        with pressed_keys() as keys:
            print("ready", flush=True)
            while next(keys) != "q":
                signal.sigtimedwait([], 0.01)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        print("tidy", flush=True)
"""


FOREGROUND = """
import fcntl, signal, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)
"""
"""Takes the terminal. `nohup` and shells in the background have what they run ignore some signals."""


class Terminal:
    """A process with a terminal of its own."""

    def __init__(self, program: str) -> None:
        self.master, slave = os.openpty()
        self._slave = slave
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            [sys.executable, "-c", FOREGROUND + program],
            stdin=slave,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        assert self.process.stdout is not None
        self.lines = self.process.stdout

    def wait_for(self, line: str) -> None:
        assert self.lines.readline() == f"{line}\n"

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self._slave)[3] & termios.ECHO)

    @property
    def is_as_before(self) -> bool:
        return termios.tcgetattr(self._slave) == self.before

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.lines.close()
        for descriptor in (self.master, self._slave):
            os.close(descriptor)


@contextmanager
def terminal(program: str = READING) -> Iterator[Terminal]:
    shown = Terminal(program)
    try:
        shown.wait_for("ready")
        assert not shown.echoes
        yield shown
    finally:
        shown.close()


@pytest.mark.parametrize(
    ("key", "status"),
    [(b"\x03", 130), (b"\x1c", -signal.SIGQUIT), (b"q", 0)],
    ids=["Ctrl-C", "Ctrl-backslash", "q"],
)
def test_keys_that_end_it(key: bytes, status: int) -> None:
    with terminal() as shown:
        os.write(shown.master, key)
        assert shown.process.wait(30) == status
        assert shown.is_as_before


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, -signal.SIGQUIT)],
)
def test_signals_that_end_it(number: int, status: int) -> None:
    with terminal() as shown:
        shown.process.send_signal(number)
        assert shown.process.wait(30) == status
        assert shown.is_as_before


SHELL = """
import os, sys
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    while os.tcgetpgrp(0) != os.getpgrp():
        pass
    os.execv(sys.executable, [sys.executable, "-c", os.environ["READING"]])
os.setpgid(child, child)
os.tcsetpgrp(0, child)
print(child, flush=True)
while True:
    _, status = os.waitpid(child, os.WUNTRACED)
    print("stopped" if os.WIFSTOPPED(status) else "ended", flush=True)
    if not os.WIFSTOPPED(status):
        break
"""
"""A shell that runs a reading in the foreground and says what becomes of it."""


def test_a_stopped_process_gives_the_terminal_back_and_takes_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads_keys = READING.replace('next(keys) != "q"', '(key := next(keys)) != "q"')
    reads_keys = reads_keys.replace(
        "signal.sigtimedwait([], 0.01)", "print(key, flush=True) if key else None"
    )
    monkeypatch.setenv("READING", reads_keys)
    shown = Terminal(SHELL)
    try:
        child = int(shown.lines.readline())
        shown.wait_for("ready")
        for _ in range(2):
            os.write(shown.master, b"k")
            shown.wait_for("k")
            assert not shown.echoes
            os.write(shown.master, b"\x1a")  # Ctrl-Z
            shown.wait_for("stopped")
            assert shown.is_as_before
            os.kill(child, signal.SIGCONT)
        os.write(shown.master, b"q")
        shown.wait_for("tidy")
        shown.wait_for("ended")
        assert shown.is_as_before
    finally:
        shown.close()


def test_an_end_that_hangs_has_given_the_terminal_back() -> None:
    hanging = READING.replace('print("tidy", flush=True)', 'print("tidy", flush=True); signal.pause()')
    with terminal(hanging) as shown:
        shown.process.send_signal(signal.SIGINT)
        shown.wait_for("tidy")
        assert shown.is_as_before
        shown.process.send_signal(signal.SIGINT)
        assert shown.process.wait(30) == 130


def test_in_the_background_the_terminal_is_left_alone() -> None:
    """A process in the background that changes the terminal is stopped by the system."""
    program = """
import os, signal, time
from codechoir.cli.process_signals import pressed_keys
child = os.fork()
if child:
    _, status = os.waitpid(child, os.WUNTRACED)
    print("stopped" if os.WIFSTOPPED(status) else "ready", flush=True)
    os.kill(child, signal.SIGKILL)
    signal.pause()
os.setpgid(0, 0)
with pressed_keys() as keys:
    next(keys)
os._exit(0)
"""
    shown = Terminal(program)
    try:
        shown.wait_for("ready")
        assert shown.is_as_before
    finally:
        shown.close()


def test_a_cursor_that_is_hidden_is_shown_again() -> None:
    program = READING.replace("pressed_keys()", "pressed_keys(hides_cursor=True)")
    for number in (signal.SIGQUIT, signal.SIGTERM):
        with terminal(program) as shown:
            shown.process.send_signal(number)
            assert shown.process.wait(30) != 0
            assert shown.lines.read().removesuffix("tidy\n") == SHOW_CURSOR
