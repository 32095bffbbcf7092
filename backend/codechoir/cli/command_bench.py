"""`codechoir bench`: figures, each beside its peer's from the same run."""

from __future__ import annotations

import argparse

from codechoir.bench.runner import BENCHMARKS
from codechoir.cli.main import Subparsers, add_command
from codechoir.stdio import write_json, write_line

EXAMPLES = """\
examples:
  codechoir bench                  everything
  codechoir bench lsp start        two of them
  codechoir bench seams --json

benchmarks:
{benchmarks}

The JSON has machine and figures, a list of name, ours, peer, peer_name, ratio, unit, goal and met. The exit
status is 0 whatever is met.
"""


def configure(commands: Subparsers) -> None:
    """Add the command to the parser."""
    listed = "\n".join(f"  {name:12} {what}" for name, (_, what) in BENCHMARKS.items())
    parser = add_command(
        commands, "bench", "measure how fast this is, beside its peers", EXAMPLES.format(benchmarks=listed)
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="benchmarks to run (all)")
    parser.add_argument("--shape", choices=("tiny", "full"), help="size of the models in xtts (tiny)")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the benchmarks and print their figures."""
    from codechoir.bench import runner

    options = {} if arguments.shape is None else {"shape": arguments.shape}
    result = runner.run(arguments.names, options)
    if arguments.json:
        write_json(result)
    else:
        write_line(runner.table(result))
    return 0
