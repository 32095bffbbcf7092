"""The process of the language server: its start, and its end.

It starts with `codechoir lsp` or `python -m codechoir.lsp`, and ends with the process of the editor.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from codechoir.stdio import MessageWriter

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the others waiting for the interpreter; Python's default of 5 ms delays Stop."""

PATIENCE_SECONDS = 0.3
"""How long the thread that handles messages waits for a disk or a parser: Stop may be the next message."""


def serve() -> NoReturn:
    """Serves on standard input and output until the editor is gone; does not return.

    Of Codechoir, only what `initialize` needs is imported before it is answered (decision 0006).
    """
    gc.disable()  # until all is loaded: the hundred thousand objects that imports create are no garbage
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's handler would wait for the next message
    from codechoir.cancellation import limit_patience
    from codechoir.stdio import take_over_for_messages

    incoming, output = take_over_for_messages()
    _log_to_standard_error()
    sys.setswitchinterval(SWITCH_SECONDS)
    from codechoir.lsp.types_on_demand import build_types_on_demand

    build_types_on_demand()
    limit_patience(PATIENCE_SECONDS)
    from codechoir.lsp.language_server import CodechoirLanguageServer

    def close_and_exit() -> None:
        server.close()
        exit_now(1)

    server = CodechoirLanguageServer(output, lambda editor: on_exit_of(editor, close_and_exit))
    on_abandoned_streams(incoming.fileno(), output, close_and_exit)
    exit_now(server.serve(incoming))


def _log_to_standard_error() -> None:
    import logging

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("codechoir: %(message)s"))
    # pygls logs a traceback for each error that it reports; the server logs or answers the same in one line
    handler.addFilter(lambda record: record.levelno < logging.ERROR or not record.name.startswith("pygls"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


# ---- the end ---------------------------------------------------------------------------------------------

BLOCKED_SECONDS = 1.0
"""After this time without taking a byte, an editor that has closed the input does not take the output."""

POLL_SECONDS = 0.5
"""How often the editor's process is looked for, on systems that cannot wait for it."""


def exit_now(status: int) -> NoReturn:
    """Ends the process without waiting for threads, which may be in C code of sound systems and engines."""
    sys.stderr.flush()
    os._exit(status)


def on_exit_of(process: int, then: Callable[[], None]) -> None:
    """Calls `then`, in a thread of its own, as soon as a process has ended.

    Does nothing if there is no such process: the editor may run outside the container that the server runs
    in. The end of standard input ends the server then.
    """
    if not _is_alive(process):
        return

    def watch() -> None:
        _wait(process)
        then()

    threading.Thread(target=watch, name="codechoir-editor-watch", daemon=True).start()


def on_abandoned_streams(incoming: int, output: MessageWriter, then: Callable[[], None]) -> None:
    """Calls `then`, in a thread of its own, when the editor has closed standard input and takes no output.

    The thread that reads messages would find the end of its input by itself, but it may be in the middle of
    an answer that nobody takes. Does nothing on Windows, which cannot wait for the end of a pipe.
    """
    if not hasattr(select, "poll"):
        return
    ends = select.poll()
    ends.register(incoming, getattr(select, "POLLRDHUP", 0))  # errors and hang-ups are always reported

    def watch() -> None:
        ends.poll()
        while output.blocked_seconds < BLOCKED_SECONDS:
            time.sleep(BLOCKED_SECONDS / 4)
        then()

    threading.Thread(target=watch, name="codechoir-input-watch", daemon=True).start()


def _is_alive(process: int) -> bool:
    if process <= 0:
        return False
    if sys.platform == "win32":
        return True  # `_wait` returns at once if it is not
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
        except OSError:  # not in this kernel, or not allowed in this sandbox
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
