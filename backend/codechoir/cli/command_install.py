"""`codechoir install`: fetch what an engine needs and what cannot ship with Codechoir."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from codechoir.cli.main import Subparsers, add_command
from codechoir.errors import InputError, did_you_mean
from codechoir.stdio import is_terminal, report, write_line

INSTALLABLE = ("xtts",)

EXAMPLES = """\
examples:
  codechoir install xtts                           show the licence, ask, then fetch the weights (1.9 GB)
  codechoir install xtts --checkpoint ~/xtts-v2    use weights that you have; nothing is fetched

A download that was interrupted goes on where it stopped when the command is run again.
"""


def configure(commands: Subparsers) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "install", "fetch the weights of a neural engine", EXAMPLES)
    parser.add_argument("engine", metavar="ENGINE", help=f"which engine: {', '.join(INSTALLABLE)}")
    parser.add_argument(
        "--checkpoint", metavar="FOLDER", type=Path, help="use the checkpoint in this folder instead"
    )
    parser.add_argument(
        "--licence",
        metavar="WORDS",
        help="your answer to the licence, for use without a terminal: 'I agree'",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask, fetch, and tell where it is."""
    from codechoir.engines.xtts import Installation

    if arguments.engine not in INSTALLABLE:
        near = did_you_mean(arguments.engine, INSTALLABLE)
        raise InputError(
            f"there is nothing to install for '{arguments.engine}'; known: {', '.join(INSTALLABLE)}.{near}"
        )
    installation = Installation.from_environment()
    if arguments.checkpoint is not None:
        installation.use(arguments.checkpoint)
        write_line(f"using the checkpoint in {arguments.checkpoint}")
        return 0
    _ask(installation.consent_record, arguments.licence)
    installation.fetch(DownloadMeter())
    write_line(f"the weights of XTTS v2 are in {installation.home / 'checkpoint'}")
    return 0


def _ask(record: Path, words: str | None) -> None:
    """Have the user's agreement, or raise `InputError`."""
    from codechoir.engines.xtts import TERMS, install

    if words is None:
        if install.has_agreed(record):
            return
        if not sys.stdin.isatty():
            raise InputError(install.refusal())
        sys.stderr.write(f"{TERMS}\nType '{install.PHRASE}' if you do: ")
        sys.stderr.flush()
        words = sys.stdin.readline()
    install.agree(record, words)


LARGE = 1_000_000_000
"""Bytes from which a file is told in finer steps, so that who watches sees it move."""


class DownloadMeter:
    """Progress on standard error: a line that grows on a terminal; elsewhere a line for each tenth, or for
    each hundredth of a large file."""

    def __init__(self) -> None:
        self._told = ("", -1)

    def __call__(self, name: str, have: int, size: int) -> None:
        live = is_terminal(sys.stderr)
        step = have * (100 if live or size > LARGE else 10) // size
        if (name, step) == self._told:
            return
        self._told = (name, step)
        line = f"{name}: {have / 1e6:.0f} of {size / 1e6:.0f} MB ({have / size:.0%})"
        if not live:
            report(line)
            return
        sys.stderr.write(f"\r\x1b[K{line}" + ("\n" if have == size else ""))
        sys.stderr.flush()
