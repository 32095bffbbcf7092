"""The benchmark of XTTS runs on a small shape; the figures themselves mean nothing there."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.bench.xtts_figures import figures
from codechoir.errors import InputError

PROMISED = (
    "throughput",
    "silence",
    "first_audio",
    "rtf",
    "voices",
    "ten_spans",
    "step.rows_16",
    "parity",
    "deviation.mel",
    "outliers",
    "outliers_of_three",
)


@pytest.mark.timeout(900)
def test_the_benchmark_runs_on_the_tiny_shape_and_names_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODECHOIR_XTTS_CHECKPOINT", str(tmp_path))
    found = {figure["name"]: figure for figure in figures("tiny")}
    assert {f"xtts.{name}" for name in PROMISED} <= set(found)
    keys = {"name", "ours", "peer", "peer_name", "ratio", "unit", "goal", "met"}
    assert all(set(figure) == keys for figure in found.values())
    assert found["xtts.parity"]["ours"] == 0.0
    few, many = found["xtts.outliers_of_three"]["ours"], found["xtts.outliers"]["ours"]
    assert 0.0 <= few <= many <= 1.0
    assert found["xtts.outliers"]["unit"] == "share of 40 short utterances, random weights"
    assert "coqui-tts" in found["xtts.throughput"]["peer_name"]


def test_an_unknown_shape_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="Did you mean 'full'"):
        figures("ful")


def test_the_plot_has_a_line_for_each_machine(tmp_path: Path) -> None:
    import json

    from codechoir.bench.xtts_figures import costs, main

    names = ["rows_1", "rows_4", "rows_16", "tokens_80"]
    measured = [{"name": f"xtts.step.{name}", "ours": 20.0 + len(name)} for name in names]
    assert costs(measured, "rows", (1, 2, 16)) == {1: 26.0, 16: 27.0}
    source, picture = tmp_path / "figures.json", tmp_path / "steps.png"
    source.write_text(json.dumps({"figures": measured}))
    main([str(picture), f"two cores={source}", f"a card={source}"])
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 10_000
