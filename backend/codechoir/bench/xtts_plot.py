"""Draws what a step of XTTS costs: `python -m codechoir.bench.xtts_plot OUT.png LABEL=FIGURES.json …`.

The figures are those of `codechoir bench xtts --shape full --json`. matplotlib comes with coqui-tts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROWS, TOKENS = (1, 2, 4, 8, 16), (20, 40, 80, 160)
REAL_TIME = 1024 / 22050 * 1000
"""Milliseconds of sound in a token."""

Series = Mapping[str, Mapping[int, float]]
"""Milliseconds a step, by machine, then by the number of rows or tokens."""


def costs(figures: Sequence[Mapping[str, Any]], kind: str, counts: Sequence[int]) -> dict[int, float]:
    """Milliseconds a step, of the figures `xtts.step.{kind}_{count}`; what was not measured is left out."""
    found = {str(figure["name"]): float(figure["ours"]) for figure in figures}
    names = {count: f"xtts.step.{kind}_{count}" for count in counts}
    return {count: found[name] for count, name in names.items() if name in found}


def draw(path: Path, rows: Series, tokens: Series) -> None:
    """Write the picture: against rows at the left, against length, four rows, at the right."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.8), layout="constrained")
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
