"""`codechoir review`: reads changes aloud, as a diff that git makes."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from codechoir.cli import command_read, options, source
from codechoir.cli.main import Subparsers, add_command
from codechoir.errors import InputError

EXAMPLES = """\
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

MAX_SECONDS = 60.0
"""How long git may take."""


_GIT_OPTIONS = (
    "--no-color",
    "--no-ext-diff",  # a repository must not run programs of its own
    "--no-textconv",
    "--find-renames",
    "--src-prefix=a/",  # whatever the user's git writes before the names of files
    "--dst-prefix=b/",
)


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "review", "read changes aloud: a diff of git, or a patch", EXAMPLES)
    parser.add_argument("what", metavar="REV|FILE", nargs="?", help="a revision, a range, or a patch")
    parser.add_argument("--staged", action="store_true", help="what would be committed now")
    options.add_voice_settings(parser)
    options.add_output(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="do not show the code")
    options.add_wording_settings(parser)
    parser.set_defaults(run=run, spell=False)


def run(arguments: argparse.Namespace) -> int:
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

    return command_read.read(arguments, open_window)


def git_diff(revision: str | None, *, staged: bool) -> bytes:
    """The diff of the work tree around the current folder. Raises `InputError` with git's reason."""
    if revision is not None and revision.startswith("-"):
        raise InputError(f"'{revision}' is no revision")
    command = ["git", "-c", "core.quotePath=false", "diff", *_GIT_OPTIONS]
    command += ["--staged"] if staged else []
    command += [revision] if revision is not None else []
    try:
        done = subprocess.run([*command, "--"], capture_output=True, timeout=MAX_SECONDS, check=False)
    except FileNotFoundError as error:
        raise InputError(
            "git is not installed; name a patch, or pipe a diff into 'codechoir read -'"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise InputError(f"git has not answered within {MAX_SECONDS:.0f} seconds") from error
    if done.returncode:
        if b"ot a git repository" in done.stderr:
            raise InputError("there is no repository here; name a patch, or go to a folder with one")
        reason = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[0]
        raise InputError(f"git cannot show the changes: {reason.removeprefix('fatal: ')}")
    return done.stdout
