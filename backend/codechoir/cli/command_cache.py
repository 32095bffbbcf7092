"""`codechoir cache`: figures of the caches on this machine, and clearing them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from codechoir.cli.main import Subparsers, add_command, add_json, add_subcommands
from codechoir.stdio import write_json, write_line

if TYPE_CHECKING:
    from codechoir.engines.cache import PhraseCache
    from codechoir.storage import CacheCounts, CacheFigures
    from codechoir.voices.library import LatentCache

EXAMPLES = """\
examples:
  codechoir cache stats           what is cached, and the time that it has saved
  codechoir cache clear           delete cached latents and phrases, not the voice library
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

A running program has its own cache in memory; an editor clears that of its language server with the command
codechoir.server.cache. With --memory alone, this command clears nothing.
"""

SUMMED = ("entries", "bytes", "hits", "misses", "seconds_saved")
"""Figures that every cache has."""


def configure(commands: Subparsers) -> None:
    """Adds the command and its subcommands to the parser."""
    parser = add_command(commands, "cache", "show or clear the caches", EXAMPLES)
    subcommands = add_subcommands(parser)
    stats = add_command(subcommands, "stats", "show what is cached, and what that has saved", STATS_EXAMPLES)
    add_json(stats)
    stats.set_defaults(run=run_stats)
    clear = add_command(subcommands, "clear", "clear the caches", CLEAR_EXAMPLES)
    clear.add_argument("--memory", action="store_true", help="clear only the cache in memory")
    clear.add_argument("--disk", action="store_true", help="clear only the cache on disk")
    add_json(clear)
    clear.set_defaults(run=run_clear)


def run_stats(arguments: argparse.Namespace) -> int:
    """Prints the figures."""
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
    """Clears the caches."""
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
    """Prints the figures of a cache, in total and by name."""
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
    """The figures of the latents as JSON, in total and by voice."""
    return {**_counts_json(figures), "voices": _named_json(figures.by_name)}


def phrases_json(figures: CacheFigures) -> dict[str, Any]:
    """The figures of the phrases as JSON, in total and by engine."""
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
    from codechoir.playback import PhraseCacheFactory

    return PhraseCacheFactory().cache
