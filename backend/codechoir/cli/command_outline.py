"""`codechoir outline`: the structure of a file in words, printed or spoken."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from codechoir.cli import options, source
from codechoir.cli.main import Subparsers, add_command, add_json
from codechoir.cli.player import OutputOptions, Player, check_voices, ready_engine
from codechoir.cli.terminal_view import paint
from codechoir.errors import InputError
from codechoir.stdio import wants_colour, write_json, write_painted

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
lines, depth, parameters, returns, receiver (the type that a method declared outside of it belongs to), trait
(what an implementation implements), summary (the first sentence of the documentation), text, and the offsets
start, end, name_start, name_end, signature_end, doc_start and doc_end.
"""


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "outline", "summarize the structure of a file in words", EXAMPLES)
    options.add_file(parser)
    parser.add_argument(
        "--line",
        metavar="N",
        type=options.line,
        help="only the innermost function or class around line N, counted from 1",
    )
    add_json(parser)
    parser.add_argument("--speak", action="store_true", help="also read it aloud; -o and --marks imply this")
    options.add_voice_settings(parser)
    options.add_output(parser)
    options.add_word_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the outline, and speaks it if asked to."""
    from codechoir.pipeline import SpeechPipeline

    is_spoken = arguments.speak or arguments.output or arguments.marks
    output = OutputOptions.of(arguments) if is_spoken else None
    pipeline = SpeechPipeline(options.settings_of(arguments))
    snapshot = source.open_source(arguments.file, arguments.language)
    at = _place(snapshot, arguments.line)
    outline = pipeline.wording.outline(snapshot, at)
    if arguments.json:
        write_json(outline.as_json())
    else:
        colour = wants_colour(sys.stdout)
        for phrase in outline.phrases():
            words = (paint(part.text, part.category, colour=colour) for part in phrase if part.text)
            write_painted(" ".join(words))
    if output is not None:
        _speak(arguments, pipeline, snapshot, at, output)
    return 0


def _speak(
    arguments: argparse.Namespace,
    pipeline: SpeechPipeline,
    snapshot: Snapshot,
    at: int | None,
    output: OutputOptions,
) -> None:
    engine = ready_engine(pipeline.settings.engine)
    check_voices(pipeline, engine)
    whole = source.SourceWindow(snapshot, source.title(arguments.file), 0, len(snapshot.text))
    Player(engine, output, whole.content).play(pipeline.outline(snapshot, at))


def _place(snapshot: Snapshot, line: int | None) -> int | None:
    """The last byte of a line, which all symbols on it contain. Raises `InputError` beyond the file."""
    if line is None:
        return None
    count = source.counted_lines(snapshot)
    if not 1 <= line <= count:
        raise InputError(f"line {line} is out of range: the file has {count} line{'s' * (count != 1)}")
    start, end = snapshot.line_range(line - 1)
    return max(start, end - 1)
