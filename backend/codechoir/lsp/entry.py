"""Starts the language server: `codechoir lsp` and `python -m codechoir.lsp`."""

from __future__ import annotations

import gc
import signal
import sys
from typing import NoReturn

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
    from codechoir.lsp.server_process import exit_now, on_abandoned_streams, on_exit_of
    from codechoir.patience import limit_patience
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
