"""`codechoir bench`: performance figures, each beside that of a peer from the same run."""

from __future__ import annotations

import argparse

from codechoir.bench import BENCHMARKS
from codechoir.cli.main import Subparsers, add_command, add_json
from codechoir.stdio import write_json, write_line

EXAMPLES = """\
examples:
  codechoir bench                  run all benchmarks
  codechoir bench lsp start        run two of them
  codechoir bench seams --json

benchmarks:
{benchmarks}

The JSON has machine and figures, a list of name, ours, peer, peer_name, ratio, unit, goal and met. The exit
status is 0 whether goals are met or not.
"""


def configure(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    benchmarks = "\n".join(f"  {name:12} {what}" for name, (_, what, _) in BENCHMARKS.items())
    parser = add_command(
        commands,
        "bench",
        "measure performance and compare with peers",
        EXAMPLES.format(benchmarks=benchmarks),
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="benchmarks to run (default: all)")
    parser.add_argument(
        "--shape", choices=("tiny", "full"), help="size of the models in benchmark xtts (default: tiny)"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the benchmarks and prints their figures."""
    from codechoir.bench import format_table, run_benchmarks

    options = {} if arguments.shape is None else {"shape": arguments.shape}
    result = run_benchmarks(arguments.names, options)
    if arguments.json:
        write_json(result)
    else:
        for line in format_table(result).splitlines():
            write_line(line)
    return 0
