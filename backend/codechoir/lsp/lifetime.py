"""The server lives no longer than the editor that started it."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Callable

POLL_SECONDS = 0.5
"""How often a system without a better way is asked; the end of standard input mostly comes sooner."""


def when_gone(process: int, then: Callable[[], None]) -> None:
    """Call `then`, in a thread of its own, as soon as the process has ended.

    A number that names no process is not waited for: the editor runs elsewhere, outside the container
    perhaps, and the end of standard input tells of its end.
    """
    if not _is_alive(process):
        return

    def watch() -> None:
        _wait(process)
        then()

    threading.Thread(target=watch, name="codechoir-lifetime", daemon=True).start()


def _is_alive(process: int) -> bool:
    if process <= 0:
        return False
    if sys.platform == "win32":
        return True  # `_wait` finds out
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if sys.platform == "linux":

    def _wait(process: int) -> None:
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            return
        except OSError:  # a kernel or a sandbox without it
            _poll(process)
            return
        select.select([descriptor], [], [])

elif sys.platform == "win32":

    def _wait(process: int) -> None:
        import ctypes

        synchronize, forever = 0x00100000, 0xFFFFFFFF
        kernel = ctypes.WinDLL("kernel32")
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(synchronize, False, process)
        if handle:
            kernel.WaitForSingleObject(ctypes.c_void_p(handle), forever)

else:

    def _wait(process: int) -> None:
        _poll(process)


def _poll(process: int) -> None:
    while _is_alive(process):
        time.sleep(POLL_SECONDS)
