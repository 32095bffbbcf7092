"""The program: the command `codechoir`, and `python -m codechoir`."""

import os
import signal


def main() -> int:
    """Runs the command with the process's arguments and returns its exit status.

    Ctrl-C while modules are loaded, and at the very end, ends the process without a traceback.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from codechoir.cli.main import main as run

    try:
        return run()
    except KeyboardInterrupt:  # between two handlers
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
