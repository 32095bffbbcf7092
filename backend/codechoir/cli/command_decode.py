"""`codechoir decode`: turns the words of the level `literal` back into source text."""

from __future__ import annotations

import argparse
from typing import Any

from codechoir.cli import source
from codechoir.cli.main import Subparsers, add_command
from codechoir.errors import InputError
from codechoir.stdio import write_bytes
from codechoir.storage import parse_json

EXAMPLES = """\
examples:
  codechoir words --level literal cart.py | codechoir decode
  codechoir words --level literal --json cart.py > said.json && codechoir decode said.json
  echo '[{"text": "x equals one", "category": "variable"}]' | codechoir decode

Only text and category are used, since a listener hears nothing else. The output is the exact source text.
"""

KEYS = ("text", "category")
REMEDY = "create it with 'codechoir words --level literal --json FILE'"


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(
        commands, "decode", "turn the words of level literal back into source text", EXAMPLES
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        default=source.STDIN,
        help="the JSON of 'words --level literal' (default: standard input)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the source text."""
    from codechoir.wording import decode_literal

    items = _items(source.read_bytes(arguments.file), source.title(arguments.file))
    write_bytes(decode_literal((item["text"], item["category"]) for item in items))
    return 0


def _items(data: bytes, name: str) -> list[dict[str, Any]]:
    """The utterances in `data`. Raises `InputError` if it is not what `words` writes."""
    try:
        items = parse_json(data)
    except ValueError as error:
        raise InputError(f"{name} is not valid JSON ({error}); {REMEDY}") from error
    if not isinstance(items, list):
        raise InputError(f"{name} is not a list of utterances; {REMEDY}")
    for number, item in enumerate(items, 1):
        if not (isinstance(item, dict) and all(isinstance(item.get(key), str) for key in KEYS)):
            raise InputError(f"{name}: item {number} has no 'text' or no 'category'; {REMEDY}")
    return items
