"""`codechoir install`: downloads the weights of an engine after the user has accepted their licence."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from codechoir.cli.main import Subparsers, add_command
from codechoir.errors import InputError
from codechoir.stdio import is_terminal, report, write_line

if TYPE_CHECKING:
    from codechoir.engines import Installer

EXAMPLES = """\
examples:
  codechoir install xtts                           show the licence, ask, download the weights (1.9 GB)
  codechoir install xtts --checkpoint ~/xtts-v2    use weights that you have, download nothing

An interrupted download continues when you run the command again.
"""


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "install", "download the weights of a neural engine", EXAMPLES)
    parser.add_argument("engine", metavar="ENGINE", help="the engine, such as xtts")
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
    installer = _installer_of(arguments.engine)
    if arguments.checkpoint is not None:
        installer.use(arguments.checkpoint)
        write_line(f"using the weights in {arguments.checkpoint}")
        return 0
    answer = arguments.licence
    if answer is None and not installer.has_agreed() and sys.stdin.isatty():
        sys.stderr.write(f"{installer.terms}\nType '{installer.agreement}' if you do: ")
        sys.stderr.flush()
        answer = sys.stdin.readline()
    if answer is not None:
        installer.agree(answer)
    folder = installer.fetch(DownloadMeter())
    write_line(f"the weights of {installer.title} are in {folder}")
    return 0


def _installer_of(name: str) -> Installer:
    """The installer of an engine. Raises `InputError` for an engine that has none."""
    from codechoir.engines import engine_names, make_engine

    installer = make_engine(name).installer()
    if installer is None:
        others = [other for other in engine_names() if make_engine(other).installer() is not None]
        raise InputError(f"engine '{name}' has nothing to install; engines with weights: {', '.join(others)}")
    return installer


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
