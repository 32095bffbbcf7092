"""The commands that read aloud: `read` a file, `say` a text, `review` changes.

`review` reads a diff that git makes, or a patch.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from codechoir.cli import options, source
from codechoir.cli.main import Subparsers, add_command
from codechoir.cli.player import (
    OutputOptions,
    Player,
    View,
    WriteProgress,
    check_voices,
    checked_casting,
    phrases_of_texts,
    ready_engine,
)
from codechoir.errors import InputError
from codechoir.model import Category, Utterance
from codechoir.settings import category_named
from codechoir.stdio import is_terminal, report, wants_colour
from codechoir.storage import program_path

# ---- read ------------------------------------------------------------------------------------------------

READ_EXAMPLES = """\
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


def configure_read(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "read", "read a source file aloud", READ_EXAMPLES)
    options.add_file(parser)
    options.add_lines(parser)
    options.add_voice_settings(parser)
    options.add_output(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="do not show the code")
    parser.add_argument("--spell", action="store_true", help="read character by character")
    options.add_wording_settings(parser)
    parser.set_defaults(run=run_read)


def run_read(arguments: argparse.Namespace) -> int:
    """Plays the file, writes it to files, or both."""
    return read(arguments, lambda: source.open_window(arguments))


def read(arguments: argparse.Namespace, open_window: Callable[[], source.SourceWindow]) -> int:
    """Plays what `open_window` returns, which is called when the engine is ready, or writes it to files."""
    output = OutputOptions.of(arguments)
    settings, choice = options.speech_settings_of(arguments)
    engine = ready_engine(choice, is_live=output.is_live)

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


# ---- say -------------------------------------------------------------------------------------------------

SAY_EXAMPLES = """\
examples:
  codechoir say "the build is green"
  codechoir say "for each user in users" --category keyword
  codechoir say "hello" -o hello.wav --no-play
  make 2>&1 | tail -1 | codechoir say -
"""


def configure_say(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "say", "say a text in the voice of a category", SAY_EXAMPLES)
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
    parser.set_defaults(run=run_say)


def run_say(arguments: argparse.Namespace) -> int:
    """Says the text."""
    output = OutputOptions.of(arguments)
    text = arguments.text
    if text == source.STDIN:
        text = source.read_bytes(text).decode("utf-8", "replace")
    if not text.strip():
        raise InputError("nothing to say: the text is empty")
    settings, choice = options.speech_settings_of(arguments)
    engine = ready_engine(choice, is_live=output.is_live)
    casting = checked_casting(settings, engine)
    lines = [Utterance(line.strip(), arguments.category, 0, 0) for line in text.splitlines() if line.strip()]
    phrases, content = phrases_of_texts("Said", list(map(casting.cast, lines)))
    Player(engine, output, content).play(phrases)
    return 0


# ---- review ----------------------------------------------------------------------------------------------

REVIEW_EXAMPLES = """\
examples:
  codechoir review                       what is changed and not committed
  codechoir review --staged              what would be committed now
  codechoir review HEAD~1                what has changed since then
  codechoir review main...feature        what a branch has changed
  codechoir review fix.patch             a patch in a file
  codechoir review --no-diff-context     without the unchanged lines

Removed lines sound lower and unchanged ones softer. Words that differ between two versions of a line sound
higher.
"""

GIT_SECONDS = 60.0
"""How long git may take."""

_MOST_ERROR_BYTES = 4096


_GIT_OPTIONS = (
    "--no-color",
    "--no-ext-diff",  # a repository must not run programs of its own
    "--no-textconv",
    "--find-renames",
    "--src-prefix=a/",  # whatever the user's git writes before the names of files
    "--dst-prefix=b/",
)


def configure_review(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "review", "read changes aloud: a diff of git, or a patch", REVIEW_EXAMPLES)
    parser.add_argument("what", metavar="REV|FILE", nargs="?", help="a revision, a range, or a patch")
    parser.add_argument("--staged", action="store_true", help="what would be committed now")
    options.add_voice_settings(parser)
    options.add_output(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="do not show the code")
    options.add_wording_settings(parser)
    parser.set_defaults(run=run_review, spell=False)


def run_review(arguments: argparse.Namespace) -> int:
    """Asks git for the diff, unless a file was named, and reads it."""
    what = arguments.what
    if what is not None and (what == "-" or what.endswith((".diff", ".patch")) or Path(what).is_file()):
        if arguments.staged:
            raise InputError(f"--staged asks git, and '{what}' is a file; leave one of them out")
        text, title = source.read_bytes(what), source.title(what)
    else:
        text = git_diff(what, staged=arguments.staged)
        title = "staged changes" if arguments.staged else f"changes since {what}" if what else "changes"

    def open_window() -> source.SourceWindow:
        snapshot = source.snapshot_of(text, title, "diff")
        return source.SourceWindow(snapshot, title, 0, len(snapshot.text))

    return read(arguments, open_window)


def git_diff(revision: str | None, *, staged: bool) -> bytes:
    """The diff of the work tree around the current folder. Raises `InputError` with git's reason."""
    if revision is not None and revision.startswith("-"):
        raise InputError(f"'{revision}' is no revision")
    git = program_path("git")
    if git is None:
        raise InputError("git is not installed; name a patch, or pipe a diff into 'codechoir read -'")
    command = [git, "-c", "core.quotePath=false", "diff", *_GIT_OPTIONS]
    command += ["--staged"] if staged else []
    command += [revision] if revision is not None else []
    try:
        status, text, errors = bounded_output([*command, "--"])
    except OSError as error:
        raise InputError(f"git cannot be run: {error.strerror}") from error
    if status:
        if b"ot a git repository" in errors:
            raise InputError("there is no repository here; name a patch, or go to a folder with one")
        reason = (errors.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[0]
        raise InputError(f"git cannot show the changes: {reason.removeprefix('fatal: ')}")
    return text


def bounded_output(command: list[str]) -> tuple[int, bytes, bytes]:
    """The exit status and output of git, and its errors. No more is held in memory than a source may have.

    Raises `InputError` if there is more, or if git does not end in time.
    """
    is_late = threading.Event()

    def stop() -> None:
        is_late.set()
        git.kill()

    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors) as git,
    ):
        timer = threading.Timer(GIT_SECONDS, stop)
        timer.daemon = True
        timer.start()
        try:
            text = git.stdout.read(source.MAX_SOURCE_BYTES + 1) if git.stdout is not None else b""
            if len(text) > source.MAX_SOURCE_BYTES:
                size = source.MAX_SOURCE_BYTES >> 20
                raise InputError(f"the changes are larger than {size} MiB; review fewer of them")
            status = git.wait()
        finally:
            timer.cancel()
            git.kill()
        if is_late.is_set():
            raise InputError(f"git has not answered within {GIT_SECONDS:.0f} seconds")
        errors.seek(0)
        return status, text, errors.read(_MOST_ERROR_BYTES)
