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
  codechoir install natural                        ask, download Kokoro's voices (107 MB), build them
  codechoir install natural --yes                  the same without asking
  codechoir install xtts                           show the licence, ask, download the weights (1.9 GB)
  codechoir install xtts --checkpoint ~/xtts-v2    use weights that you have, download nothing

An interrupted download continues when you run the command again.
"""


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "install", "download the weights of a neural engine", EXAMPLES)
    parser.add_argument("engine", metavar="ENGINE", help="the engine, such as natural or xtts")
    parser.add_argument(
        "--checkpoint",
        "--from",
        metavar="FOLDER",
        type=Path,
        help="use the weights in this folder instead of downloading them",
    )
    parser.add_argument(
        "--licence",
        metavar="WORDS",
        help="your answer to the licence, if there is no terminal: 'I agree'",
    )
    parser.add_argument(
        "-y",
        "--yes",
        action="store_true",
        help="agree to the download; only for weights under a free licence",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Asks for consent, downloads, and prints where the weights are."""
    installer = _installer_of(arguments.engine)
    if arguments.checkpoint is not None:
        installer.use(arguments.checkpoint)
        write_line(f"using the weights in {arguments.checkpoint}")
    else:
        answer = _answer(installer, arguments)
        if answer is not None:
            installer.agree(answer)
        folder = installer.fetch(DownloadMeter())
        write_line(f"the weights of {installer.title} are in {folder}")
    installer.build(DownloadMeter(unit="steps", unit_size=1))
    return 0


def _answer(installer: Installer, arguments: argparse.Namespace) -> str | None:
    """What the user says to the licence; None when nobody needs to be, or can be, asked."""
    if arguments.yes and not installer.is_free:
        raise InputError(
            f"--yes does not accept the licence of {installer.title}; "
            f"read it, and answer --licence '{installer.agreement}'"
        )
    if arguments.yes:
        return installer.agreement
    if arguments.licence is not None or installer.has_agreed() or not sys.stdin.isatty():
        return str(arguments.licence) if arguments.licence is not None else None
    sys.stderr.write(f"{installer.terms}\nType '{installer.agreement}' if you do: ")
    sys.stderr.flush()
    return sys.stdin.readline()


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
    """Shows progress on standard error: in place on a terminal, else a line for each tenth of a file.

    `unit`: what is counted, `unit_size` at a time.
    """

    def __init__(self, unit: str = "MB", unit_size: int = 1_000_000) -> None:
        self._unit = unit
        self._unit_size = unit_size
        self._shown = ("", -1)

    def __call__(self, name: str, have: int, size: int) -> None:
        in_place = is_terminal(sys.stderr)
        step = have * (100 if in_place or size > LARGE else 10) // size
        if (name, step) == self._shown:
            return
        self._shown = (name, step)
        counts = f"{have / self._unit_size:.0f} of {size / self._unit_size:.0f} {self._unit}"
        line = f"{name}: {counts} ({have / size:.0%})"
        if not in_place:
            report(line)
            return
        sys.stderr.write(f"\r\x1b[K{line}" + ("\n" if have == size else ""))
        sys.stderr.flush()
