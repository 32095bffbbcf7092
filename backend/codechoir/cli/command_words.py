"""`codechoir words`: what will be said, and by whom."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from codechoir.cli import options, setting_options, source
from codechoir.cli.main import Subparsers, add_command
from codechoir.cli.terminal_view import paint
from codechoir.model import CastUtterance
from codechoir.stdio import wants_colour, write_json_list, write_line

EXAMPLES = """\
examples:
  codechoir words cart.py
  codechoir words cart.py --level all --lines 10-20
  codechoir words cart.py --level comment=all --mute operator
  codechoir words cart.py --lines 3 --spell --phonetic
  codechoir words cart.py --json
  codechoir words --level literal cart.py | codechoir decode    gives cart.py back, byte for byte

At the level literal, output into a pipe or a file is always JSON, which decode reads.
Each item of the JSON list has text, category, start and end (UTF-8 byte offsets), voice (the family that
says it), pause_before and pause_after (milliseconds at the normal rate) and cue (a short sound, or "").
"""


def configure(commands: Subparsers) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "words", "show what will be said, and by whom", EXAMPLES)
    options.add_file(parser)
    options.add_lines(parser)
    setting_options.add_voice_settings(parser)
    parser.add_argument("--spell", action="store_true", help="character by character")
    parser.add_argument("--json", action="store_true", help="as a JSON list, for programs")
    setting_options.add_wording_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the words."""
    from codechoir.pipeline import SpeechPipeline

    settings = setting_options.settings_of(arguments)
    choir = SpeechPipeline(settings)
    window = source.open_window(arguments)
    tell = choir.spelling if arguments.spell else choir.phrases
    phrases = tell(window.snapshot, window.start, window.end)
    if arguments.json or (settings.level == "literal" and not sys.stdout.isatty()):
        write_json_list(_item(spoken) for phrase in phrases for spoken in phrase.parts)
        return 0
    colour = wants_colour(sys.stdout)
    for phrase in phrases:
        line = window.snapshot.line_of(phrase.start) + 1
        for spoken in phrase.parts:
            write_line(f"{line:5}  {_row(spoken, colour)}")
    return 0


def _item(spoken: CastUtterance) -> dict[str, Any]:
    utterance = spoken.utterance
    return {
        "text": utterance.text,
        "category": utterance.category,
        "start": utterance.start,
        "end": utterance.end,
        "voice": spoken.voice.family,
        "pause_before": utterance.pause_before,
        "pause_after": utterance.pause_after,
        "cue": utterance.cue,
    }


def _row(spoken: CastUtterance, colour: bool) -> str:
    utterance = spoken.utterance
    around = f"({utterance.cue}) " if utterance.cue else ""
    around += f"[{utterance.pause_before} ms] " if utterance.pause_before else ""
    after = f" [{utterance.pause_after} ms]" if utterance.pause_after else ""
    said = paint(utterance.text, utterance.category, colour=colour)
    return f"{utterance.category:11}  {spoken.voice.family:16}  {around}{said}{after}".rstrip()
