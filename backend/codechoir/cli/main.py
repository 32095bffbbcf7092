"""The command `codechoir`: parses arguments, runs a subcommand, turns a failure into one line and a status.

To add a subcommand X, write a function `configure_X`, which adds its parser, and a function that runs it, and
name their module in `COMMANDS`. Modules import what they need when they run, so that `--help` is quick.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import threading
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from codechoir import __version__
from codechoir.cli.process_signals import INTERRUPTED, handled_signals
from codechoir.errors import CodechoirError, InputError, did_you_mean
from codechoir.settings import DEBUG, read_variable
from codechoir.stdio import flush_streams, report, set_up_streams, use_utf8

COMMANDS = {
    "read": "commands_reading",
    "review": "commands_reading",
    "say": "commands_reading",
    "words": "commands_text",
    "spans": "commands_text",
    "decode": "commands_text",
    "outline": "commands_text",
    "voices": "commands_voices",
    "cache": "commands_management",
    "install": "commands_management",
    "lsp": "commands_management",
    "serve": "commands_server",
    "bench": "commands_management",
    "doctor": "commands_doctor",
}
"""The modules of the commands, in the order of `--help`."""

DESCRIPTION = "Codechoir reads source code aloud, each kind of token in its own voice."

EXAMPLES = """\
examples:
  codechoir read app.py                       read a file aloud
  codechoir read app.py --lines 10-20         only these lines
  codechoir read app.py -o app.wav            also write the audio to a file
  codechoir review                            read what is changed and not committed
  codechoir words app.py                      show what would be said, in which voice
  codechoir doctor                            check what works on this machine

'codechoir COMMAND --help' explains a command.
"""


_CHOICE = re.compile(r"argument (?P<what>\S+): invalid choice: '(?P<given>.*)' \(choose from (?P<known>.*)\)")


class Parser(argparse.ArgumentParser):
    """argparse with errors of one line, no abbreviated options, and line breaks kept in the help."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Raises `InputError` instead of ending the process."""
        choice = _CHOICE.match(message)
        if choice is not None:
            known = [word.strip("' ") for word in choice["known"].split(",")]
            near = did_you_mean(choice["given"], known)
            message = (
                f"unknown {choice['what'].lower()} '{choice['given']}'; known: {', '.join(known)}.{near}"
            )
            raise InputError(f"{message} See '{self.prog} --help'")
        raise InputError(f"{message}; see '{self.prog} --help'")

    def reject(self, extra: list[str]) -> NoReturn:
        """Raises `InputError` for arguments that are left over."""
        if extra[0].startswith("-"):
            option = extra[0].partition("=")[0]
            if option in self._option_string_actions:
                raise InputError(f"unexpected argument '{extra[0]}'; options must come before '--'")
            near = did_you_mean(option, self._option_string_actions)
            raise InputError(f"unknown option '{option}'.{near} See '{self.prog} --help'")
        raise InputError(f"unexpected argument '{extra[0]}'; see '{self.prog} --help'")


def parse(argv: list[str]) -> argparse.Namespace:
    """Returns the arguments; `.run(arguments)` runs the command, returns its status. Raises `InputError`."""
    command = next((word for word in argv if not word.startswith("-")), None)
    if command is not None and command not in COMMANDS:
        near = did_you_mean(command, COMMANDS)
        raise InputError(f"unknown command '{command}'.{near} See 'codechoir --help'")
    parser = build(COMMANDS if command is None else (command,))
    arguments, extra = parser.parse_known_args(argv)
    if extra:
        getattr(arguments, "parser", parser).reject(extra)
    if arguments.command is None:
        raise InputError(
            "no command given; try 'codechoir read FILE', or 'codechoir --help' for all commands"
        )
    return arguments


def build(names: Iterable[str] = COMMANDS) -> Parser:
    """Returns a parser for these commands."""
    parser = Parser(prog="codechoir", description=DESCRIPTION, epilog=EXAMPLES)
    parser.add_argument("--version", action="version", version=f"codechoir {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name in names:
        configure = getattr(import_module(f"codechoir.cli.{COMMANDS[name]}"), f"configure_{name}")
        configure(commands)
    return parser


Subparsers = Any
"""The type of what `configure` gets; argparse's own class is private."""


def add_command(commands: Subparsers, name: str, summary: str, examples: str) -> Parser:
    """Adds a command: `summary` is its line in the list of commands, `examples` come after its options."""
    parser: Parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=examples,
    )
    parser.set_defaults(parser=parser)
    return parser


def add_subcommands(parser: Parser) -> Subparsers:
    """Adds the subcommands of a command that has some, such as `codechoir voices list`."""
    return parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True, title="subcommands")


def add_json(parser: Parser, what: str = "") -> None:
    """Adds the option --json; `what` is added to its help."""
    parser.add_argument("--json", action="store_true", help=f"print JSON{what}")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `codechoir` with `argv` (default: the process's arguments) and returns the exit status.

    0: success. 2: wrong usage or bad input. 1: anything else. 130: Ctrl-C. An unexpected error is raised only
    if CODECHOIR_DEBUG is set. With the process's arguments, it does not return if the sound system hangs.
    """
    if argv is not None:
        use_utf8()
        return _run_safely(list(argv))
    set_up_streams()
    status = _run_safely(sys.argv[1:])
    flush_streams()
    if _sound_system_hangs():
        os._exit(status)
    return status


def _sound_system_hangs() -> bool:
    """Whether a call into the sound system has not returned: then threads in C code may block the exit."""
    sinks = sys.modules.get("codechoir.sinks.sound_system")
    return sinks is not None and any(thread.name == sinks.THREAD_NAME for thread in threading.enumerate())


def _run_safely(argv: list[str]) -> int:
    """Runs a command; returns the status for whatever it raises."""
    with handled_signals() as interrupt:
        try:
            status = _run(argv)
            sys.stdout.flush()
            return status
        except BrokenPipeError:
            return 0  # the reader of a pipe, such as `head`, has seen enough
        except KeyboardInterrupt:
            return INTERRUPTED
        except Exception as error:
            if interrupt.has_come:  # in the middle of C code, which then reports something else
                return INTERRUPTED
            if isinstance(error, CodechoirError):
                report(str(error))
                return error.exit_status
            if read_variable(DEBUG):
                raise
            report(
                f"unexpected error: {type(error).__name__}: {error}; this is a bug in Codechoir; "
                "please report it with the traceback that CODECHOIR_DEBUG=1 shows"
            )
            return 1


def _run(argv: list[str]) -> int:
    try:
        arguments = parse(argv)
        _set_up_logs()
        status: int = arguments.run(arguments)
    except SystemExit as end:  # raised by argparse after --help, or by a signal
        return end.code if isinstance(end.code, int) else 0
    return status


def _set_up_logs() -> None:
    """Reports warnings about files that cannot be kept, such as on a full disk, and about texts that take too
    much work; drops other log records.

    The user gets errors in one line; who configures logging gets the records too.
    """
    import logging

    class Reporting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            report(record.getMessage())

    logging.getLogger("codechoir").addHandler(logging.NullHandler())
    for name in ("codechoir.storage", "codechoir.syntax.lexer_helper"):
        reported = logging.getLogger(name)
        if not any(handler.name == "codechoir-report" for handler in reported.handlers):
            reporting = Reporting(logging.WARNING)
            reporting.name = "codechoir-report"
            reported.addHandler(reporting)
