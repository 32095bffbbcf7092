"""`codechoir say`: says a text, to try a voice or a word."""

from __future__ import annotations

import argparse

from codechoir.cli import options, source
from codechoir.cli.main import Subparsers, add_command
from codechoir.cli.player import OutputOptions, Player, checked_casting, phrases_of_texts, ready_engine
from codechoir.errors import InputError
from codechoir.model import Category, Utterance
from codechoir.settings import category_named

EXAMPLES = """\
examples:
  codechoir say "the build is green"
  codechoir say "for each user in users" --category keyword
  codechoir say "hello" -o hello.wav --no-play
  make 2>&1 | tail -1 | codechoir say -
"""


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "say", "say a text in the voice of a category", EXAMPLES)
    parser.add_argument("text", metavar="TEXT", help="the text to say, or - for standard input")
    parser.add_argument(
        "--category",
        metavar="C",
        type=category_named,
        default=Category.NARRATION,
        help=f"the category whose voice to use: {', '.join(Category)} (default: %(default)s)",
    )
    options.add_voice_settings(parser)
    options.add_output(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Says the text."""
    output = OutputOptions.of(arguments)
    text = arguments.text
    if text == source.STDIN:
        text = source.read_bytes(text).decode("utf-8", "replace")
    if not text.strip():
        raise InputError("nothing to say: the text is empty")
    settings = options.settings_of(arguments)
    engine = ready_engine(settings.engine)
    casting = checked_casting(settings, engine)
    lines = [Utterance(line.strip(), arguments.category, 0, 0) for line in text.splitlines() if line.strip()]
    phrases, content = phrases_of_texts("Said", list(map(casting.with_voice, lines)))
    Player(engine, output, content).play(phrases)
    return 0
