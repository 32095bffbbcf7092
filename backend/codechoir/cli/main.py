"""The command `codechoir`: picks the subcommand, and turns every failure into one line and an exit status."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from codechoir.cli.parser import parse
from codechoir.cli.streams import devnull_stdout, diagnose, use_utf8
from codechoir.errors import CodechoirError

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `codechoir` with `argv` (default: the process's arguments) and return the exit status.

    0 success, 2 wrong usage or bad input, 1 anything else, 130 after Ctrl-C. Raises nothing, unless
    CODECHOIR_DEBUG=1 asks for the traceback of an unexpected error.
    """
    use_utf8()
    try:
        with _ended_by_signals():
            status = _run(sys.argv[1:] if argv is None else list(argv))
            sys.stdout.flush()
            return status
    except CodechoirError as error:
        diagnose(f"codechoir: {error}")
        return error.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        devnull_stdout()  # whoever read us (`head`, `less`) has seen enough
        return 0
    except Exception as error:
        if os.environ.get("CODECHOIR_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}"
        diagnose(f"codechoir: unexpected {what} (a bug; CODECHOIR_DEBUG=1 shows where)")
        return 1


def _run(argv: list[str]) -> int:
    try:
        arguments = parse(argv)
        _hush_logs()
        status: int = arguments.run(arguments)
    except SystemExit as end:  # argparse after --help, or a signal
        return end.code if isinstance(end.code, int) else 0
    return status


def _hush_logs() -> None:
    """Records are for those who set up logging, as the language server does; a user gets our one line."""
    import logging

    logging.getLogger("codechoir").addHandler(logging.NullHandler())


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a request to terminate unwind, so that no half file stays. Signals belong to the main thread."""
    names = ("SIGTERM", "SIGHUP") if threading.current_thread() is threading.main_thread() else ()
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, _unwind) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _unwind(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
