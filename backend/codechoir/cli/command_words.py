"""`codechoir words`: shows what would be said, and in which voice."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from codechoir.cli import options, source
from codechoir.cli.main import Subparsers, add_command, add_json
from codechoir.cli.terminal_view import paint
from codechoir.errors import escape_invisible
from codechoir.model import CastUtterance
from codechoir.stdio import wants_colour, write_json_list, write_painted

EXAMPLES = """\
examples:
  codechoir words cart.py
  codechoir words cart.py --level all --lines 10-20
  codechoir words cart.py --level comment=all --mute operator
  codechoir words cart.py --lines 3 --spell --phonetic
  codechoir words cart.py --json
  codechoir words --level literal cart.py | codechoir decode    prints cart.py, byte for byte

At level literal, output to a pipe or a file is always JSON, which decode reads.
Each item of the JSON list has text, category, start and end (UTF-8 byte offsets), voice (a voice family),
pause_before and pause_after (milliseconds at the normal rate) and cue (an earcon, or "").
"""


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "words", "show what would be said, and in which voice", EXAMPLES)
    options.add_file(parser)
    options.add_lines(parser)
    options.add_voice_settings(parser)
    parser.add_argument("--spell", action="store_true", help="spell character by character")
    add_json(parser)
    options.add_wording_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the words."""
    from codechoir.pipeline import SpeechPipeline

    settings = options.settings_of(arguments)
    pipeline = SpeechPipeline(settings)
    window = source.open_window(arguments)
    make_phrases = pipeline.spelling if arguments.spell else pipeline.phrases
    phrases = make_phrases(window.snapshot, window.start, window.end)
    if arguments.json or (settings.level == "literal" and not sys.stdout.isatty()):
        write_json_list(_item(part) for phrase in phrases for part in phrase.parts)
        return 0
    colour = wants_colour(sys.stdout)
    for phrase in phrases:
        line = window.snapshot.line_of(phrase.start) + 1
        for part in phrase.parts:
            write_painted(f"{line:5}  {_row(part, colour)}")
    return 0


def _item(part: CastUtterance) -> dict[str, Any]:
    utterance = part.utterance
    return {
        "text": utterance.text,
        "category": utterance.category,
        "start": utterance.start,
        "end": utterance.end,
        "voice": part.voice.family,
        "pause_before": utterance.pause_before,
        "pause_after": utterance.pause_after,
        "cue": utterance.cue,
    }


def _row(part: CastUtterance, colour: bool) -> str:
    utterance = part.utterance
    before = f"({utterance.cue}) " if utterance.cue else ""
    before += f"[{utterance.pause_before} ms] " if utterance.pause_before else ""
    after = f" [{utterance.pause_after} ms]" if utterance.pause_after else ""
    words = paint(utterance.text, utterance.category, colour=colour)
    return (
        f"{utterance.category:11}  {escape_invisible(part.voice.family):16}  {before}{words}{after}".rstrip()
    )
