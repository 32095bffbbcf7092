"""`codechoir serve`: the speech server. FastAPI and uvicorn are loaded when it runs."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from typing import TYPE_CHECKING, Any

from codechoir.cli import options
from codechoir.cli.main import Subparsers, add_command
from codechoir.errors import InputError
from codechoir.settings import DEBUG, Settings, declared, read_environment, read_variable
from codechoir.stdio import write_line

if TYPE_CHECKING:
    from codechoir.server import ServerSettings

SERVE_EXAMPLES = """\
examples:
  codechoir serve                                    on this machine, port 8000
  codechoir serve --engine natural --port 8080
  codechoir serve --config server.toml
  CODECHOIR_TOKEN=$(openssl rand -hex 32) codechoir serve --host 0.0.0.0

docs/how-to/run-a-speech-server.md shows how to use it; docs/reference/speech-server.md has all routes.
"""

NEEDED = ("fastapi", "uvicorn", "prometheus_client", "multipart", "websockets", "av")
"""Modules of the extra `[server]`."""


def configure_serve(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    from codechoir.server import CONFIG, ServerSettings

    parser = add_command(commands, "serve", "run the speech server: HTTP and WebSocket", SERVE_EXAMPLES)
    options.add_voice_settings(parser)
    options.add_settings(parser, [declared(Settings)["rate"]])
    options.add_settings(parser, [CONFIG])
    options.add_settings(parser, declared(ServerSettings).values(), "server")
    parser.set_defaults(run=run_serve)


def run_serve(arguments: argparse.Namespace) -> int:
    """Serves until a signal."""
    _check_installed()
    from codechoir.server import serve

    settings, server = settings_of_server(arguments)
    _set_up_logs()

    def announce(line: str) -> None:
        write_line(line)
        sys.stdout.flush()

    serve(settings, server, announce)
    return 0


def settings_of_server(arguments: argparse.Namespace) -> tuple[Settings, ServerSettings]:
    """The settings of speech and of the server. Raises `InputError`."""
    from codechoir.server import (
        CONFIG,
        ServerSettings,
        of_file,
        read_config,
        read_server_settings,
        translated,
    )

    os.environ.update(translated(os.environ))
    given = vars(arguments)
    file = of_file(read_config(given.get("config") or read_variable(CONFIG)))
    of_options = {
        name: given[name] for owner in (Settings, ServerSettings) for name in declared(owner) if name in given
    }
    values: dict[str, Any] = {**file, **of_options}
    speech = {name: value for name, value in values.items() if name in declared(Settings)}
    return read_environment(Settings, **speech), read_server_settings(values)


def _check_installed() -> None:
    from importlib.util import find_spec

    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(
            f"the speech server needs packages that are not installed ({', '.join(missing)}); "
            "run: python -m pip install '.[server]' in Codechoir's folder"
        )


def _set_up_logs() -> None:
    """The log of the server goes to standard error, a line a request."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name in ("codechoir.server", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.propagate = False
        is_verbose = name == "codechoir.server" or read_variable(DEBUG)
        logger.setLevel(logging.INFO if is_verbose else logging.WARNING)
