"""`codechoir install`: downloads the weights of an engine after the user has accepted their licence."""

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
  codechoir install xtts                           show the licence, ask, download the weights (1.9 GB)
  codechoir install xtts --checkpoint ~/xtts-v2    use weights that you have, download nothing

An interrupted download continues when you run the command again.
"""


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "install", "download the weights of a neural engine", EXAMPLES)
    parser.add_argument("engine", metavar="ENGINE", help=f"an engine with weights: {', '.join(INSTALLABLE)}")
    parser.add_argument(
        "--checkpoint", metavar="FOLDER", type=Path, help="use the weights in this folder instead"
    )
    parser.add_argument(
        "--licence",
        metavar="WORDS",
        help="your answer to the licence, if there is no terminal: 'I agree'",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Asks for consent, downloads, and prints where the weights are."""
    from codechoir.engines.xtts import Installation

    if arguments.engine not in INSTALLABLE:
        near = did_you_mean(arguments.engine, INSTALLABLE)
        raise InputError(
            f"engine '{arguments.engine}' has nothing to install; engines with weights: "
            f"{', '.join(INSTALLABLE)}.{near}"
        )
    installation = Installation.from_environment()
    if arguments.checkpoint is not None:
        installation.use(arguments.checkpoint)
        write_line(f"using the weights in {arguments.checkpoint}")
        return 0
    _ask(installation.consent_record, arguments.licence)
    installation.fetch(DownloadMeter())
    write_line(f"the weights of XTTS v2 are in {installation.home / 'checkpoint'}")
    return 0


def _ask(record: Path, words: str | None) -> None:
    """Makes sure that the user has accepted the licence. Raises `InputError` otherwise."""
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
"""Bytes; progress of a larger file is printed for each hundredth instead of each tenth."""


class DownloadMeter:
    """Shows progress on standard error: in place on a terminal, else a line for each tenth of a file."""

    def __init__(self) -> None:
        self._shown = ("", -1)

    def __call__(self, name: str, have: int, size: int) -> None:
        in_place = is_terminal(sys.stderr)
        step = have * (100 if in_place or size > LARGE else 10) // size
        if (name, step) == self._shown:
            return
        self._shown = (name, step)
        line = f"{name}: {have / 1e6:.0f} of {size / 1e6:.0f} MB ({have / size:.0%})"
        if not in_place:
            report(line)
            return
        sys.stderr.write(f"\r\x1b[K{line}" + ("\n" if have == size else ""))
        sys.stderr.flush()
