"""The command line's grammar: one module a subcommand, errors in one line.

The command `codechoir`: picks the subcommand, and turns every failure into one line and an exit status.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn

from codechoir import __version__
from codechoir.errors import CodechoirError, InputError, did_you_mean
from codechoir.stdio import discard_stdout, report, use_utf8

COMMANDS = (
    "read",
    "say",
    "words",
    "spans",
    "decode",
    "outline",
    "voices",
    "cache",
    "install",
    "lsp",
    "bench",
    "doctor",
)
"""In the order of `--help`. Each is a module in `commands/` with a function `configure`."""

DESCRIPTION = "Codechoir reads source code aloud, with a voice of its own for every kind of token."

EXAMPLES = """\
examples:
  codechoir read app.py                       read a file aloud
  codechoir read app.py --lines 10-20         only these lines
  codechoir read app.py -o app.wav            also write the sound to a file
  git diff | codechoir read - --language diff read what comes through a pipe
  codechoir words app.py                      what would be said, and by whom
  codechoir doctor                            what works on this machine

'codechoir COMMAND --help' tells more about each command.
"""


_CHOICE = re.compile(r"argument (?P<what>\S+): invalid choice: '(?P<given>.*)' \(choose from (?P<known>.*)\)")


class Parser(argparse.ArgumentParser):
    """argparse with one-line errors, no guessing of abbreviations, and help that keeps its line breaks."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        choice = _CHOICE.search(message)
        if choice is not None:
            known = [word.strip("' ") for word in choice["known"].split(",")]
            near = did_you_mean(choice["given"], known)
            message = (
                f"unknown {choice['what'].lower()} '{choice['given']}'; known: {', '.join(known)}.{near}"
            )
            raise InputError(f"{message} See '{self.prog} --help'")
        raise InputError(f"{message}; see '{self.prog} --help'")

    def refuse(self, extra: list[str]) -> NoReturn:
        """Raises `InputError` about arguments that belong to no option."""
        if extra[0].startswith("-"):
            option = extra[0].partition("=")[0]
            if option in self._option_string_actions:
                raise InputError(f"unexpected argument '{extra[0]}'; options stand before '--'")
            near = did_you_mean(option, self._option_string_actions)
            raise InputError(f"unknown option '{option}'.{near} See '{self.prog} --help'")
        raise InputError(f"unexpected argument '{extra[0]}'; see '{self.prog} --help'")


def parse(argv: list[str]) -> argparse.Namespace:
    """The arguments; `.run(arguments)` does the work and returns the exit status. Raises `InputError`."""
    command = next((word for word in argv if not word.startswith("-")), None)
    if command is not None and command not in COMMANDS:
        near = did_you_mean(command, COMMANDS)
        raise InputError(f"unknown command '{command}'.{near} 'codechoir --help' lists all commands")
    parser = build(COMMANDS if command is None else (command,))
    arguments, extra = parser.parse_known_args(argv)
    if extra:
        getattr(arguments, "parser", parser).refuse(extra)
    if arguments.command is None:
        raise InputError(
            "no command given; try 'codechoir read FILE', or 'codechoir --help' for all commands"
        )
    return arguments


def build(names: Sequence[str] = COMMANDS) -> Parser:
    """The parser of these commands. Their modules import next to nothing until they run."""
    parser = Parser(prog="codechoir", description=DESCRIPTION, epilog=EXAMPLES)
    parser.add_argument("--version", action="version", version=f"codechoir {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name in names:
        import_module(f"codechoir.cli.command_{name}").configure(commands)
    return parser


Subparsers = Any
"""What `configure` gets: argparse's own class for this is private."""


def add_command(commands: Subparsers, name: str, summary: str, examples: str, details: str = "") -> Parser:
    """A subcommand with a line for the list, and a help that teaches by examples."""
    parser: Parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}. {details}".strip(),
        epilog=examples,
    )
    parser.set_defaults(parser=parser)
    return parser


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
        report(str(error))
        return error.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        discard_stdout()  # whoever read us (`head`, `less`) has seen enough
        return 0
    except Exception as error:
        if os.environ.get("CODECHOIR_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}"
        report(f"unexpected {what} (a bug; CODECHOIR_DEBUG=1 shows where)")
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
