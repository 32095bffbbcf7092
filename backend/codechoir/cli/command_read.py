"""`codechoir read`: reads a file aloud."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from codechoir.cli import options, source
from codechoir.cli.main import Subparsers, add_command
from codechoir.cli.player import OutputOptions, Player, View, WriteProgress, check_voices, ready_engine
from codechoir.stdio import is_terminal, report, wants_colour

EXAMPLES = """\
examples:
  codechoir read cart.py
  codechoir read cart.py --lines 10-20 --rate 300
  codechoir read cart.py --level all              say every bracket and comma
  codechoir read cart.py --level python.operator=all --indentation words --brackets words
  codechoir read cart.py --mute comment           everything but comments
  codechoir read cart.py --only signatures        only signatures
  codechoir read cart.py --lines 5 --spell        character by character
  codechoir read cart.py --voices my-voices.toml  use your own voices
  codechoir read cart.py -o cart.mp3 --no-play    only write the file
  curl -s https://example.org/x.go | codechoir read - --language go

On a terminal, the code is shown with the current word marked. Space pauses and resumes, q quits.
"""


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "read", "read a source file aloud", EXAMPLES)
    options.add_file(parser)
    options.add_lines(parser)
    options.add_voice_settings(parser)
    options.add_output(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="do not show the code")
    parser.add_argument("--spell", action="store_true", help="read character by character")
    options.add_wording_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Plays the file, writes it to files, or both."""
    return read(arguments, lambda: source.open_window(arguments))


def read(arguments: argparse.Namespace, open_window: Callable[[], source.SourceWindow]) -> int:
    """Plays what `open_window` returns, which is called when the engine is ready, or writes it to files."""
    output = OutputOptions.of(arguments)
    settings = options.settings_of(arguments)
    engine = ready_engine(settings.engine)

    from codechoir.pipeline import SpeechPipeline

    pipeline = SpeechPipeline(settings)
    check_voices(pipeline, engine)
    window = open_window()
    player = Player(engine, output, window.content, pipeline.needs_stereo)
    if window.is_blank:
        report(f"nothing to read in {window.title}")
    view = None if arguments.quiet else _view(output, player, window)
    phrases = pipeline.spelling if arguments.spell else pipeline.phrases
    player.play(phrases(window.snapshot, window.start, window.end), view)
    return 0


def _view(output: OutputOptions, player: Player, window: source.SourceWindow) -> View | None:
    """What to show: the code while it is played, or the progress of writing a file."""
    if player.open() and is_terminal(sys.stdout):
        from codechoir.cli.terminal_view import TerminalView

        lines = (window.first_line, window.last_line)
        return TerminalView(window.snapshot, *lines, sys.stdout, wants_colour(sys.stdout))
    if output.sound is not None and is_terminal(sys.stderr):
        return WriteProgress(output.sound, window.start, window.end)
    return None
