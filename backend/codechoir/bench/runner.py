"""`codechoir bench`: runs benchmarks by name and formats their figures, each beside its peer's.

A benchmark is a function of a module of this package that returns a list of figures. Goals are part of the
figures, and nothing fails when one is missed: a figure is a fact, not a test.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from inspect import signature
from typing import Any, NamedTuple, TypedDict

from codechoir import __version__
from codechoir.errors import CodechoirError, InputError, did_you_mean


class Benchmark(NamedTuple):
    """`module` and `function`: where it is in this package. `measures`: what it measures."""

    module: str
    measures: str
    function: str = "figures"


BENCHMARKS: Mapping[str, Benchmark] = {
    "lsp": Benchmark("server_figures", "request to first audio at an editor, stop, edits", "latency_figures"),
    "start": Benchmark("server_figures", "start of the language server, its memory", "start_figures"),
    "tokenise": Benchmark("text_figures", "text to spans: whole files, windows, edits", "tokenise_figures"),
    "wording": Benchmark("text_figures", "spans to words", "wording_figures"),
    "seams": Benchmark("voice_switching", "what changing voices costs the listener"),
    "cache": Benchmark("cache_figures", "what the phrase cache saves and costs", "phrase_figures"),
    "library": Benchmark("cache_figures", "loading cloned voices at start", "library_figures"),
    "natural": Benchmark("natural_figures", "natural voices on a CPU: first audio, speed, voices"),
    "xtts": Benchmark("xtts_figures", "neural voices: throughput, first audio, several voices at once"),
}
"""Benchmarks by the name that `codechoir bench` takes."""


class Figure(TypedDict):
    """One figure. `peer` and `ratio` (ours over the peer's) are None where the peer is not installed here.

    `goal`: what `ours` must not exceed, or fall below; None where there is none. `met`: None without a goal.
    """

    name: str
    ours: float
    peer: float | None
    peer_name: str
    ratio: float | None
    unit: str
    goal: float | None
    met: bool | None


def figure(
    name: str,
    ours: float,
    unit: str,
    goal: float | None,
    peer: float | None = None,
    peer_name: str = "",
    *,
    at_least: bool = False,
) -> Figure:
    """A figure, rounded to four digits. The goal is an upper limit on `ours`, or a lower one with
    `at_least`."""
    reached = None if goal is None else ours >= goal if at_least else ours <= goal
    return {
        "name": name,
        "ours": _rounded(ours),
        "peer": None if peer is None else _rounded(peer),
        "peer_name": peer_name,
        "ratio": None if not peer else _rounded(ours / peer),
        "unit": unit,
        "goal": None if goal is None else _rounded(goal),
        "met": reached,
    }


def run_benchmarks(names: Sequence[str] = (), options: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Runs benchmarks, all of them when none is named; returns `{"machine", "figures", "skipped"}`.

    `options`: passed to the benchmarks that have a parameter of the name, such as `shape`. Raises
    `InputError` for an unknown name before anything is run. A benchmark that cannot run here is an error when
    it was named; otherwise a line of `skipped` says why.
    """
    for name in names:
        if name not in BENCHMARKS:
            raise InputError(
                f"unknown benchmark '{name}'; known: {', '.join(BENCHMARKS)}.{did_you_mean(name, BENCHMARKS)}"
            )
    figures: list[Figure] = []
    skipped: list[str] = []
    for name in names or list(BENCHMARKS):
        try:
            figures += _figures(name, options or {})
        except CodechoirError as error:
            if names:
                raise
            skipped.append(f"{name}: {error}")
    return {"machine": _machine(), "figures": figures, "skipped": skipped}


def _figures(name: str, options: Mapping[str, str]) -> list[Figure]:
    benchmark = BENCHMARKS[name]
    measure = getattr(import_module(f"codechoir.bench.{benchmark.module}"), benchmark.function)
    parameters = signature(measure).parameters
    found: list[Figure] = measure(**{key: value for key, value in options.items() if key in parameters})
    return found


def _machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "codechoir": __version__,
    }


def format_table(result: Mapping[str, Any]) -> str:
    """The result of `run_benchmarks` as a table for people."""
    rows = [("figure", "ours", "peer", "ratio", "goal", ""), *map(_row, result["figures"])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [_aligned(row, widths) for row in rows]
    about = ", ".join(f"{value}" for value in _described(result["machine"]))
    skipped = [f"skipped: {line}" for line in result.get("skipped", ())]
    return "\n".join([about, "", *lines, *skipped])


def _row(one: Figure) -> tuple[str, str, str, str, str, str]:
    peer = "not installed" if one["peer"] is None else f"{one['peer']:g}"
    peer = f"{peer} ({one['peer_name']})" if one["peer_name"] else ""
    ratio = "" if one["ratio"] is None else f"{one['ratio']:.3g}"
    goal = "" if one["goal"] is None else f"{one['goal']:g}"
    met = {None: "", True: "met", False: "missed"}[one["met"]]
    return one["name"], f"{one['ours']:g} {one['unit']}", peer, ratio, goal, met


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _described(machine: Mapping[str, Any]) -> Iterable[str]:
    yield machine["system"]
    yield machine["processor"]
    yield f"{machine['cores']} cores"
    if machine["load"] is not None:
        yield f"load {machine['load']}"
    yield f"Python {machine['python']}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
