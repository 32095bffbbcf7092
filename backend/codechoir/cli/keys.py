"""Keys that are pressed on the terminal while a reading sounds."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

Keys = Iterator[str]
"""Each `next` is the text of the keys pressed since the last one, at once, empty when there were none."""


@contextmanager
def pressed_keys() -> Iterator[Keys]:
    """Hands keys over as they are pressed, unseen, until the end of the block; none without a terminal.

    Ctrl-C and Ctrl-Z do what they always do.
    """
    try:
        import termios
        import tty
    except ImportError:  # Windows
        yield _nothing()
        return
    if not sys.stdin.isatty():
        yield _nothing()
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    try:
        yield _keys(terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _keys(terminal: int) -> Keys:
    while True:
        ready, _, _ = select.select([terminal], [], [], 0)
        yield os.read(terminal, 64).decode("utf-8", "replace") if ready else ""


def _nothing() -> Keys:
    while True:
        yield ""
