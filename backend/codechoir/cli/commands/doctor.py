"""`codechoir doctor`: what works here, what does not, and what to do about it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from codechoir.cli import manner, options, source
from codechoir.cli.checkup import Check, check_all, main_job_works
from codechoir.cli.palette import styled
from codechoir.cli.parser import Subparsers, add_command
from codechoir.cli.streams import has_colour, write_json, write_line
from codechoir.visible import visible

EXAMPLES = """\
examples:
  codechoir doctor
  codechoir doctor --json
  codechoir doctor --file patch.diff    characters that deceive the eye, such as a Trojan Source

The exit status is 0 when code can be read aloud, or written to a file. The JSON has ok (whether it can) and
checks, a list of name, ok, detail and advice. With --file it has ok (whether nothing deceives) and findings,
a list of kind, start, end (UTF-8 byte offsets), text, line (from 1) and words.
"""


def configure(commands: Subparsers) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "doctor", "tell what works on this machine, and what to do", EXAMPLES)
    parser.add_argument(
        "--file",
        metavar="F",
        help="look for deceptive characters in a file instead, or in - (standard input)",
    )
    parser.add_argument("--json", action="store_true", help="as JSON, for programs and bug reports")
    manner.add_words(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the checks, or what deceives in a file."""
    if arguments.file is not None:
        return _deception(arguments)
    checks = list(check_all())
    works = main_job_works(checks)
    if arguments.json:
        write_json({"ok": works, "checks": [check.as_json() for check in checks]})
        return 0 if works else 1
    colour = has_colour(sys.stdout)
    for check in checks:
        write_line(_row(check, colour))
    write_line("")
    write_line("Code can be read aloud." if works else "Code cannot be read aloud yet: see the advice above.")
    return 0 if works else 1


def _row(check: Check, colour: bool) -> str:
    verdict = (
        styled("works  ", "32" if colour else "") if check.ok else styled("missing", "33" if colour else "")
    )
    advice = f"\n{'':28}{check.advice}" if check.advice else ""
    return f"{verdict}  {check.name:18} {check.detail}{advice}"


def _deception(arguments: argparse.Namespace) -> int:
    """Print the deceptive places of a file."""
    from codechoir.wording.deception import findings
    from codechoir.wording.tables import load_words
    from codechoir.wording.warnings import Warnings

    snapshot = source.open_source(arguments.file, "text")
    settings = options.settings_of(arguments)
    said = Warnings(load_words(settings.natural_language, "", settings.tables))
    found = [
        {**asdict(finding), "line": snapshot.line_of(finding.start) + 1, "words": said.words(finding)}
        for finding in findings(snapshot.text, 0, len(snapshot.text))
    ]
    if arguments.json:
        write_json({"ok": not found, "findings": found})
        return 0
    name = source.title(arguments.file)
    for place in found:
        write_line(f"{name}:{place['line']}: {place['words']} ({visible(place['text'])})")
    if not found:
        write_line(f"Nothing in {name} deceives the eye.")
    return 0
