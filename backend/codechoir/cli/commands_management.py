"""The commands around reading: `cache`, `install`, `bench`, `lsp`.

They import what they need when they run, since an editor waits for `lsp`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from codechoir.cli.main import Subparsers, add_command, add_json, add_subcommands
from codechoir.errors import InputError
from codechoir.stdio import is_terminal, report, write_json, write_line

if TYPE_CHECKING:
    from codechoir.engines import Installer
    from codechoir.engines.cache import PhraseCache
    from codechoir.storage import CacheCounts, CacheFigures
    from codechoir.voices.library import LatentCache


# ---- cache -----------------------------------------------------------------------------------------------

CACHE_EXAMPLES = """\
examples:
  codechoir cache stats           what is cached, and the time that it has saved
  codechoir cache clear           delete cached latents and phrases, not the voice library
"""
CACHE_STATS_EXAMPLES = """\
examples:
  codechoir cache stats
  codechoir cache stats --json | jq .seconds_saved
"""
CACHE_CLEAR_EXAMPLES = """\
examples:
  codechoir cache clear
  codechoir cache clear --disk --json

A running program has its own cache in memory; an editor clears that of its language server with the command
codechoir.server.cache. With --memory alone, this command clears nothing.
"""

SUMMED = ("entries", "bytes", "hits", "misses", "seconds_saved")
"""Figures that every cache has."""


def configure_cache(commands: Subparsers) -> None:
    """Adds the command and its subcommands to the parser."""
    parser = add_command(commands, "cache", "show or clear the caches", CACHE_EXAMPLES)
    subcommands = add_subcommands(parser)
    stats = add_command(
        subcommands, "stats", "show what is cached, and what that has saved", CACHE_STATS_EXAMPLES
    )
    add_json(stats)
    stats.set_defaults(run=run_cache_stats)
    clear = add_command(subcommands, "clear", "clear the caches", CACHE_CLEAR_EXAMPLES)
    clear.add_argument("--memory", action="store_true", help="clear only the cache in memory")
    clear.add_argument("--disk", action="store_true", help="clear only the cache on disk")
    add_json(clear)
    clear.set_defaults(run=run_cache_clear)


def run_cache_stats(arguments: argparse.Namespace) -> int:
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


def run_cache_clear(arguments: argparse.Namespace) -> int:
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


# ---- install ---------------------------------------------------------------------------------------------

INSTALL_EXAMPLES = """\
examples:
  codechoir install natural                        ask, download Kokoro's voices (107 MB), build them
  codechoir install natural --yes                  the same without asking
  codechoir install xtts                           show the licence, ask, download the weights (1.9 GB)
  codechoir install xtts --checkpoint ~/xtts-v2    use weights that you have, download nothing

An interrupted download continues when you run the command again.
"""


def configure_install(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "install", "download the weights of a neural engine", INSTALL_EXAMPLES)
    parser.add_argument("engine", metavar="ENGINE", help="the engine, such as natural or xtts")
    parser.add_argument(
        "--checkpoint",
        "--from",
        metavar="FOLDER",
        type=Path,
        help="use the weights in this folder instead of downloading them",
    )
    parser.add_argument(
        "--licence",
        metavar="WORDS",
        help="your answer to the licence, if there is no terminal: 'I agree'",
    )
    parser.add_argument(
        "-y",
        "--yes",
        action="store_true",
        help="agree to the download; only for weights under a free licence",
    )
    parser.set_defaults(run=run_install)


def run_install(arguments: argparse.Namespace) -> int:
    """Asks for consent, downloads, and prints where the weights are."""
    from codechoir.engines import NATURAL_ENGINE

    installer = _installer_of(arguments.engine)
    if arguments.checkpoint is not None:
        installer.use(arguments.checkpoint)
        write_line(f"using the weights in {arguments.checkpoint}")
    else:
        answer = _answer(installer, arguments)
        if answer is not None:
            installer.agree(answer)
        folder = installer.fetch(DownloadMeter())
        write_line(f"the weights of {installer.title} are in {folder}")
    installer.build(DownloadMeter(unit="steps", unit_size=1))
    if arguments.engine == NATURAL_ENGINE:
        _report_speed()
    return 0


def _report_speed() -> None:
    """Prints how fast the new voices are here; ones that are too slow are not chosen."""
    from codechoir.engines.natural import kept_speeds, measure_model, ready_models

    finest, missing = next(iter(ready_models().problems.items()))
    if missing and finest not in kept_speeds():  # they were not built
        return
    factor, problem = measure_model(finest)
    write_line(f"{finest}: " + (problem or f"{factor:.2f} s of computing for a second of sound"))


def _answer(installer: Installer, arguments: argparse.Namespace) -> str | None:
    """What the user says to the licence; None when nobody needs to be, or can be, asked."""
    if arguments.yes and not installer.is_free:
        raise InputError(
            f"--yes does not accept the licence of {installer.title}; "
            f"read it, and answer --licence '{installer.agreement}'"
        )
    if arguments.yes:
        return installer.agreement
    if arguments.licence is not None or installer.has_agreed() or not sys.stdin.isatty():
        return str(arguments.licence) if arguments.licence is not None else None
    sys.stderr.write(f"{installer.terms}\nType '{installer.agreement}' if you do: ")
    sys.stderr.flush()
    return sys.stdin.readline()


def _installer_of(name: str) -> Installer:
    """The installer of an engine. Raises `InputError` for an engine that has none."""
    from codechoir.engines import engine_names, make_engine

    installer = make_engine(name).installer()
    if installer is None:
        others = [other for other in engine_names() if make_engine(other).installer() is not None]
        raise InputError(f"engine '{name}' has nothing to install; engines with weights: {', '.join(others)}")
    return installer


LARGE = 1_000_000_000
"""Bytes; progress of a larger file is printed for each hundredth instead of each tenth."""


class DownloadMeter:
    """Shows progress on standard error: in place on a terminal, else a line for each tenth of a file.

    `unit`: what is counted, `unit_size` at a time.
    """

    def __init__(self, unit: str = "MB", unit_size: int = 1_000_000) -> None:
        self._unit = unit
        self._unit_size = unit_size
        self._shown = ("", -1)

    def __call__(self, name: str, have: int, size: int) -> None:
        in_place = is_terminal(sys.stderr)
        step = have * (100 if in_place or size > LARGE else 10) // size
        if (name, step) == self._shown:
            return
        self._shown = (name, step)
        counts = f"{have / self._unit_size:.0f} of {size / self._unit_size:.0f} {self._unit}"
        line = f"{name}: {counts} ({have / size:.0%})"
        if not in_place:
            report(line)
            return
        sys.stderr.write(f"\r\x1b[K{line}" + ("\n" if have == size else ""))
        sys.stderr.flush()


# ---- bench -----------------------------------------------------------------------------------------------

BENCH_EXAMPLES = """\
examples:
  codechoir bench                  run all benchmarks
  codechoir bench lsp start        run two of them
  codechoir bench seams --json

benchmarks:
{benchmarks}

The JSON has machine and figures, a list of name, ours, peer, peer_name, ratio, unit, goal and met. The exit
status is 0 whether goals are met or not.
"""


def configure_bench(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    from codechoir.bench import BENCHMARKS

    benchmarks = "\n".join(f"  {name:12} {what}" for name, (_, what, _) in BENCHMARKS.items())
    parser = add_command(
        commands,
        "bench",
        "measure performance and compare with peers",
        BENCH_EXAMPLES.format(benchmarks=benchmarks),
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="benchmarks to run (default: all)")
    parser.add_argument(
        "--shape", choices=("tiny", "full"), help="size of the models in benchmark xtts (default: tiny)"
    )
    parser.add_argument(
        "--lines", help="lines that benchmark listener says at the usual rates (default: 300)"
    )
    add_json(parser)
    parser.set_defaults(run=run_bench)


def run_bench(arguments: argparse.Namespace) -> int:
    """Runs the benchmarks and prints their figures."""
    from codechoir.bench import format_table, run_benchmarks

    given = {"shape": arguments.shape, "lines": arguments.lines}
    options = {name: value for name, value in given.items() if value is not None}
    result = run_benchmarks(arguments.names, options)
    if arguments.json:
        write_json(result)
    else:
        for line in format_table(result).splitlines():
            write_line(line)
    return 0


# ---- lsp -------------------------------------------------------------------------------------------------

LSP_EXAMPLES = """\
Editors start this command; it speaks the Language Server Protocol on standard input and output.
docs/user-guide/other-editors.md shows how to set up Neovim, Emacs and others.
"""


def configure_lsp(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(
        commands, "lsp", "run the language server on standard input and output", LSP_EXAMPLES
    )
    parser.set_defaults(run=run_lsp)


def run_lsp(arguments: argparse.Namespace) -> NoReturn:
    """Serves until the editor is gone; does not return."""
    from codechoir.lsp import serve

    serve()
