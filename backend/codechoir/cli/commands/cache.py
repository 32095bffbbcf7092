"""`codechoir cache`: what is kept so that it need not be computed again, and how to be rid of it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from codechoir.cli.parser import Subparsers, add_command
from codechoir.cli.streams import write_json, write_line

if TYPE_CHECKING:
    from codechoir.voices.library.latents import CacheFigures, LatentCache

EXAMPLES = """\
examples:
  codechoir cache stats           what is there, and the time that it has saved
  codechoir cache clear           forget computed latents; voices that you have named stay
"""
STATS_EXAMPLES = """\
examples:
  codechoir cache stats
  codechoir cache stats --json | jq .seconds_saved
"""
CLEAR_EXAMPLES = """\
examples:
  codechoir cache clear
  codechoir cache clear --json
"""


SUMMED = ("entries", "bytes", "hits", "misses", "seconds_saved")
"""What every cache tells."""


def configure(commands: Subparsers) -> None:
    """Add the command and its own subcommands to the parser."""
    parser = add_command(commands, "cache", "what is kept, and what that saves", EXAMPLES)
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True, title="acts")
    stats = add_command(acts, "stats", "show what the caches hold and have saved", STATS_EXAMPLES)
    stats.add_argument("--json", action="store_true", help="as JSON, for programs")
    stats.set_defaults(run=run_stats)
    clear = add_command(acts, "clear", "empty the caches", CLEAR_EXAMPLES)
    clear.add_argument("--json", action="store_true", help="as JSON, for programs")
    clear.set_defaults(run=run_clear)


def run_stats(arguments: argparse.Namespace) -> int:
    """Print the figures."""
    figures = _latents().figures()
    if arguments.json:
        write_json(caches_json({"latents": latents_json(figures)}))
        return 0
    write_line(f"conditioning latents in {figures.folder}")
    write_line(f"  {figures.entries} entries, {figures.bytes / 1e6:.1f} MB")
    write_line(f"  {figures.total.hits} hits, {figures.total.misses} misses")
    write_line(f"  {figures.total.seconds:.1f} s spent, {figures.total.seconds_saved:.1f} s saved")
    for name, counts in sorted(figures.voices.items()):
        write_line(
            f"  {name:20} {counts.hits:5} hits {counts.misses:3} misses "
            f"{counts.seconds:8.1f} s spent {counts.seconds_saved:8.1f} s saved"
        )
    return 0


def run_clear(arguments: argparse.Namespace) -> int:
    """Empty the caches."""
    removed, freed = _latents().clear()
    if arguments.json:
        write_json({"latents": {"removed": removed, "bytes": freed}})
    else:
        write_line(f"removed {removed} conditioning latents, {freed / 1e6:.1f} MB")
    return 0


def caches_json(caches: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The figures of each cache by its name, and their sums over all caches."""
    return {**{name: sum(cache[name] for cache in caches.values()) for name in SUMMED}, **caches}


def latents_json(figures: CacheFigures) -> dict[str, Any]:
    """The figures as JSON: entries, bytes, hits, misses, seconds, seconds_saved, and the same by voice."""
    total = figures.total
    return {
        "entries": figures.entries,
        "bytes": figures.bytes,
        "hits": total.hits,
        "misses": total.misses,
        "seconds": round(total.seconds, 6),
        "seconds_saved": round(total.seconds_saved, 6),
        "folder": str(figures.folder),
        "memory": {"entries": figures.memory_entries, "bytes": figures.memory_bytes},
        "voices": {name: {"hits": c.hits, **asdict(c)} for name, c in sorted(figures.voices.items())},
    }


def _latents() -> LatentCache:
    from codechoir.voices.library.latents import LatentCache
    from codechoir.voices.library.places import LibrarySettings

    return LatentCache(LibrarySettings.from_environment())
