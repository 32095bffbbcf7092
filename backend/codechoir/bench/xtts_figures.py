"""XTTS beside coqui-tts on the same random weights, measured by `xtts_measure` in a process of its own.

That process needs an interpreter with torch and coqui-tts: `CODECHOIR_XTTS_PYTHON`, else `.venv-xtts` of a
checkout, else this one.

`python -m codechoir.bench.xtts_figures OUT.png LABEL=FIGURES.json …` draws what a step costs. The figures are
those of `codechoir bench xtts --shape full --json`. matplotlib comes with coqui-tts.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from codechoir.bench.runner import Figure
from codechoir.engines.xtts import INSTALL_HINT, XttsSettings, child_environment
from codechoir.errors import EngineError, InputError, did_you_mean

SHAPES = ("tiny", "full")
_PACKAGE = Path(__file__).parents[2]


def figures(shape: str = "tiny", device: str = "cpu") -> list[Figure]:
    """Figures named `xtts.…`.

    `shape`: 'tiny' takes seconds and shows that everything runs, 'full' takes minutes and 5 GB and shows how
    fast. Raises `InputError`, or `EngineError` when it cannot run here.
    """
    if shape not in SHAPES:
        raise InputError(f"unknown shape '{shape}'; known: {', '.join(SHAPES)}.{did_you_mean(shape, SHAPES)}")
    command = [str(interpreter()), "-m", "codechoir.bench.xtts_measure", shape, device]
    environment = {
        **os.environ,
        **child_environment(),
        "PYTHONPATH": str(_PACKAGE),
        "TRANSFORMERS_VERBOSITY": "error",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise EngineError(f"the benchmark of XTTS failed: {reason}")
    found: list[Figure] = json.loads(done.stdout.splitlines()[-1])
    return found


def interpreter() -> Path:
    """The Python that has torch and coqui-tts. Raises `EngineError` when there is none."""
    named = XttsSettings.from_environment().interpreter
    own = _PACKAGE.parent / ".venv-xtts" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if named:
        return named
    if own.is_file():
        return own
    if importlib.util.find_spec("torch") and importlib.util.find_spec("TTS"):
        return Path(sys.executable)
    raise EngineError(f"XTTS is not installed, so it cannot be measured: {INSTALL_HINT}")


ROWS, TOKENS = (1, 2, 4, 8, 16), (20, 40, 80, 160)
REAL_TIME = 1024 / 22050 * 1000
"""Milliseconds of sound in a token."""

Series = Mapping[str, Mapping[int, float]]
"""Milliseconds a step, by machine, then by the number of rows or tokens."""


def costs(figures: Sequence[Mapping[str, Any]], kind: str, counts: Sequence[int]) -> dict[int, float]:
    """Milliseconds a step, from the figures `xtts.step.{kind}_{count}` that exist."""
    found = {str(figure["name"]): float(figure["ours"]) for figure in figures}
    names = {count: f"xtts.step.{kind}_{count}" for count in counts}
    return {count: found[name] for count, name in names.items() if name in found}


def draw(path: Path, rows: Series, tokens: Series) -> None:
    """Writes the plot: by rows on the left, by length, with four rows, on the right."""
    from matplotlib.figure import Figure as Plot

    figure = Plot(figsize=(10, 3.8), layout="constrained")
    for axes, series, label in zip(
        figure.subplots(1, 2, sharey=True),
        (rows, tokens),
        ("rows in the batch", "tokens (four rows)"),
        strict=True,
    ):
        for number, (name, values) in enumerate(series.items()):
            axes.plot(list(values), list(values.values()), "os^D"[number % 4] + "-", label=name)
        axes.axhline(REAL_TIME, color="grey", linestyle=":", label="real time of one row")
        axes.set(xscale="log", yscale="log", xlabel=label, ylabel="ms a step")
        ticks = sorted({count for values in series.values() for count in values})
        axes.set_xticks(ticks, [str(tick) for tick in ticks], minor=False)
        axes.minorticks_off()
        axes.set_yticks([1, 2, 5, 10, 20, 50, 100], ["1", "2", "5", "10", "20", "50", "100"])
        axes.grid(alpha=0.3)
    figure.axes[0].legend(fontsize=8)
    figure.savefig(path, dpi=100)


def main(arguments: Sequence[str]) -> None:
    """See the module."""
    path, *sources = arguments
    rows: dict[str, dict[int, float]] = {}
    tokens: dict[str, dict[int, float]] = {}
    for source in sources:
        label, _, name = source.rpartition("=")
        figures = json.loads(Path(name).read_text(encoding="utf-8"))
        figures = figures.get("figures", figures) if isinstance(figures, dict) else figures
        rows[label] = costs(figures, "rows", ROWS)
        # Utterances of twenty tokens are those of the rows.
        tokens[label] = {20: rows[label][4], **costs(figures, "tokens", TOKENS)}
    draw(Path(path), rows, tokens)


if __name__ == "__main__":
    main(sys.argv[1:])
