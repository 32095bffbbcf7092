"""`codechoir outline`: a spoken summary of a file's structure."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from codechoir.cli import options, setting_options, source
from codechoir.cli.main import Subparsers, add_command
from codechoir.cli.player import OutputOptions, Player, check_voices, ready_engine
from codechoir.cli.terminal_view import paint
from codechoir.errors import InputError
from codechoir.stdio import wants_colour, write_json, write_line

if TYPE_CHECKING:
    from codechoir.pipeline import SpeechPipeline
    from codechoir.syntax import Snapshot

EXAMPLES = """\
examples:
  codechoir outline cart.py
  codechoir outline cart.py --line 12         only the function or class around line 12
  codechoir outline cart.py --speak           aloud, each name in the voice that it has in the code
  codechoir outline cart.py -o cart.mp3 --no-play
  codechoir outline cart.py --json | jq -r '.symbols[] | select(.kind == "method") | .name'

The JSON has language, lines, text (the whole summary) and symbols, a list of kind, name, line (from 1),
lines, depth, parameters, returns, text and the offsets start, end, name_start, name_end and signature_end.
"""


def configure(commands: Subparsers) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "outline", "tell the structure of a file in words", EXAMPLES)
    options.add_file(parser)
    parser.add_argument(
        "--line", metavar="N", type=options.line, help="only the innermost symbol around line N, from 1"
    )
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    parser.add_argument("--speak", action="store_true", help="say it, too; so do -o and --marks")
    setting_options.add_voice_settings(parser)
    options.add_output(parser)
    setting_options.add_word_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the outline, and say it where that is wanted."""
    from codechoir.pipeline import SpeechPipeline

    is_spoken = arguments.speak or arguments.output or arguments.marks
    output = OutputOptions.of(arguments) if is_spoken else None
    choir = SpeechPipeline(setting_options.settings_of(arguments))
    snapshot = source.open_source(arguments.file, arguments.language)
    at = _place(snapshot, arguments.line)
    outline = choir.wording.outline(snapshot, at)
    if arguments.json:
        write_json(outline.as_json())
    else:
        colour = wants_colour(sys.stdout)
        for phrase in outline.phrases():
            words = (paint(part.text, part.category, colour=colour) for part in phrase if part.text)
            write_line(" ".join(words))
    if output is not None:
        _speak(arguments, choir, snapshot, at, output)
    return 0


def _speak(
    arguments: argparse.Namespace,
    choir: SpeechPipeline,
    snapshot: Snapshot,
    at: int | None,
    output: OutputOptions,
) -> None:
    engine = ready_engine(choir.settings.engine)
    check_voices(choir, engine)
    whole = source.SourceWindow(snapshot, source.title(arguments.file), 0, len(snapshot.text))
    Player(engine, output, whole.content).play(choir.outline(snapshot, at))


def _place(snapshot: Snapshot, line: int | None) -> int | None:
    """The last byte of a line, where all that begins on it has begun. Raises `InputError` beyond the file."""
    if line is None:
        return None
    count = source.counted_lines(snapshot)
    if not 1 <= line <= count:
        raise InputError(f"line {line} is out of range: the file has {count} line{'s' * (count != 1)}")
    start, end = snapshot.line_range(line - 1)
    return max(start, end - 1)
