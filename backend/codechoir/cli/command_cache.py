"""`codechoir cache`: what is kept so that it need not be computed again, and how to be rid of it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from codechoir.cli.main import Subparsers, add_command
from codechoir.stdio import write_json, write_line

if TYPE_CHECKING:
    from codechoir.engines.cache import PhraseCache
    from codechoir.storage import CacheCounts, CacheFigures
    from codechoir.voices.library import LatentCache

EXAMPLES = """\
examples:
  codechoir cache stats           what is there, and the time that it has saved
  codechoir cache clear           forget computed latents and phrases; voices that you have named stay
"""
STATS_EXAMPLES = """\
examples:
  codechoir cache stats
  codechoir cache stats --json | jq .seconds_saved
"""
CLEAR_EXAMPLES = """\
examples:
  codechoir cache clear
  codechoir cache clear --disk --json

What a running program holds in memory is its own: an editor's server forgets it by the command
codechoir.server.cache. Here --memory alone forgets nothing.
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
    clear.add_argument("--memory", action="store_true", help="only what is in memory")
    clear.add_argument("--disk", action="store_true", help="only what is on disk")
    clear.add_argument("--json", action="store_true", help="as JSON, for programs")
    clear.set_defaults(run=run_clear)


def run_stats(arguments: argparse.Namespace) -> int:
    """Print the figures."""
    latents, phrases = _latents().figures(), _phrases().figures()
    if arguments.json:
        write_json(caches_json({"latents": latents_json(latents), "phrases": phrases_json(phrases)}))
        return 0
    write_line(f"conditioning latents in {latents.folder}")
    _write_counts(latents)
    write_line(f"phrases in {phrases.folder}")
    _write_counts(phrases)
    return 0


def run_clear(arguments: argparse.Namespace) -> int:
    """Empty the caches."""
    both = arguments.memory == arguments.disk
    memory, disk = both or arguments.memory, both or arguments.disk
    removed = {"latents": _latents().clear(memory, disk), "phrases": _phrases().clear(memory, disk)}
    if arguments.json:
        write_json({name: {"removed": count, "bytes": size} for name, (count, size) in removed.items()})
        return 0
    for name, what in (("latents", "conditioning latents"), ("phrases", "phrases")):
        count, size = removed[name]
        write_line(f"removed {count} {what}, {size / 1e6:.1f} MB")
    return 0


def _write_counts(figures: CacheFigures) -> None:
    """What a cache holds and did, in all and by name."""
    total = figures.total
    write_line(f"  {figures.entries} entries, {figures.bytes / 1e6:.1f} MB")
    write_line(f"  {total.hits} hits, {total.misses} misses")
    write_line(f"  {total.seconds:.1f} s spent, {total.seconds_saved:.1f} s saved")
    for name, counts in sorted(figures.by_name.items()):
        write_line(
            f"  {name:20} {counts.hits:5} hits {counts.misses:3} misses "
            f"{counts.seconds:8.1f} s spent {counts.seconds_saved:8.1f} s saved"
        )


def caches_json(caches: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The figures of each cache by its name, and their sums over all caches."""
    return {**{name: sum(cache[name] for cache in caches.values()) for name in SUMMED}, **caches}


def latents_json(figures: CacheFigures) -> dict[str, Any]:
    """The figures of the latents as JSON; the same by voice."""
    return {**_counts_json(figures), "voices": _named_json(figures.by_name)}


def phrases_json(figures: CacheFigures) -> dict[str, Any]:
    """The figures of the phrases as JSON; the same by engine."""
    return {**_counts_json(figures), "engines": _named_json(figures.by_name)}


def _counts_json(figures: CacheFigures) -> dict[str, Any]:
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
    }


def _named_json(named: Mapping[str, CacheCounts]) -> dict[str, Any]:
    return {name: {"hits": counts.hits, **asdict(counts)} for name, counts in sorted(named.items())}


def _latents() -> LatentCache:
    from codechoir.voices.library import LatentCache, LibrarySettings

    return LatentCache(LibrarySettings.from_environment())


def _phrases() -> PhraseCache:
    from codechoir.engines.cache import PhraseCacheFactory

    return PhraseCacheFactory().cache
