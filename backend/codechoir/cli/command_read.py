"""`codechoir read`: a file aloud."""

from __future__ import annotations

import argparse
import sys

from codechoir.cli import options, setting_options, source
from codechoir.cli.main import Subparsers, add_command
from codechoir.cli.player import OutputOptions, Player, View, WriteProgress, check_voices, ready_engine
from codechoir.stdio import is_terminal, report, wants_colour

EXAMPLES = """\
examples:
  codechoir read cart.py
  codechoir read cart.py --lines 10-20 --rate 300
  codechoir read cart.py --level all              every bracket and comma is said
  codechoir read cart.py --level python.operator=all --indentation words --brackets words
  codechoir read cart.py --mute comment           all but the comments
  codechoir read cart.py --only signatures        what there is to call
  codechoir read cart.py --lines 5 --spell        character by character
  codechoir read cart.py --voices my-voices.toml  voices of your own
  codechoir read cart.py -o cart.mp3 --no-play    only write the file
  curl -s https://example.org/x.go | codechoir read - --language go

On a terminal the code is shown and the word that sounds is marked. The space bar pauses and goes on, q quits.
"""


def configure(commands: Subparsers) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "read", "read a source file aloud", EXAMPLES)
    options.add_file(parser)
    options.add_lines(parser)
    setting_options.add_voice_settings(parser)
    options.add_output(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="do not show the code")
    parser.add_argument("--spell", action="store_true", help="read character by character")
    setting_options.add_wording_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read the file aloud, into files, or both."""
    output = OutputOptions.of(arguments)
    settings = setting_options.settings_of(arguments)
    engine = ready_engine(settings.engine)
    from codechoir.pipeline import SpeechPipeline

    choir = SpeechPipeline(settings)
    check_voices(choir, engine)
    window = source.open_window(arguments)
    player = Player(engine, output, window.content, choir.is_wide)
    if window.is_blank:
        report(f"nothing to read in {window.title}")
    view = None if arguments.quiet else _view(output, player, window)
    tell = choir.spelling if arguments.spell else choir.phrases
    player.play(tell(window.snapshot, window.start, window.end), view)
    return 0


def _view(output: OutputOptions, player: Player, window: source.SourceWindow) -> View | None:
    """The code on the terminal while it is heard, or the progress of a file."""
    if player.open() and is_terminal(sys.stdout):
        from codechoir.cli.terminal_view import Follower

        lines = (window.first_line, window.last_line)
        return Follower(window.snapshot, *lines, sys.stdout, wants_colour(sys.stdout))
    if output.sound is not None and is_terminal(sys.stderr):
        return WriteProgress(output.sound, window.start, window.end)
    return None
