"""`codechoir spans`: shows the category and the capture of each token."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from codechoir.cli import options, source
from codechoir.cli.main import Subparsers, add_command, add_json
from codechoir.cli.terminal_view import paint
from codechoir.stdio import wants_colour, write_json_list, write_painted

if TYPE_CHECKING:
    from codechoir.syntax import Snapshot

EXAMPLES = """\
examples:
  codechoir spans cart.py
  codechoir spans cart.py --lines 10-20
  codechoir spans cart.py --json | jq '.[] | select(.category == "keyword") | .text'

Each item of the JSON list has start and end (UTF-8 byte offsets), line (from 1), text, category and
capture (the finer name that the grammar uses).
"""


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "spans", "show the category of each token", EXAMPLES)
    options.add_file(parser)
    options.add_lines(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the spans."""
    window = source.open_window(arguments)
    found = _spans(window.snapshot, window.start, window.end)
    if arguments.json:
        write_json_list(found)
        return 0
    colour = wants_colour(sys.stdout)
    for span in found:
        shown = paint(_first_line(span["text"]), span["category"], colour=colour)
        write_painted(f"{span['line']:5}  {span['category']:11}  {span['capture']:24}  {shown}")
    return 0


def _spans(snapshot: Snapshot, start: int, end: int) -> Iterator[dict[str, Any]]:
    for span in snapshot.spans(start, end):
        yield {
            "start": span.start,
            "end": span.end,
            "line": snapshot.line_of(span.start) + 1,
            "text": snapshot.text[span.start : span.end].decode("utf-8", "replace"),
            "category": span.category,
            "capture": span.capture,
        }


def _first_line(text: str) -> str:
    first, _, rest = text.partition("\n")
    return f"{first} …" if rest else first
