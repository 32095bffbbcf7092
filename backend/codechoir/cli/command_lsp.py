"""`codechoir lsp`: the language server."""

from __future__ import annotations

import argparse
from typing import NoReturn

from codechoir.cli.main import Subparsers, add_command

EXAMPLES = """\
Editors start this command; it speaks the Language Server Protocol on standard input and output.
docs/user-guide/other-editors.md shows how to set up Neovim, Emacs and others.
"""


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "lsp", "run the language server on standard input and output", EXAMPLES)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> NoReturn:
    """Serves until the editor is gone; does not return."""
    from codechoir.lsp import serve

    serve()
