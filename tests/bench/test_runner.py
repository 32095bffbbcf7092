"""The runner of benchmarks: names, options, what cannot run here, and the table. Nothing is timed."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from codechoir.bench import runner
from codechoir.bench.runner import figure, format_table, run_benchmarks
from codechoir.errors import EngineError, InputError


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three benchmarks: one that works, one that takes a shape, one that cannot run here."""

    def broken() -> list[Any]:
        raise EngineError("torch is not installed")

    made = {
        "fine": lambda: [figure("fine.a", 2, "ms", 5, 10, "the other")],
        "shaped": lambda shape="tiny": [figure(f"shaped.{shape}", 6, "ms", 5)],
        "broken": broken,
    }
    for name, measure in made.items():
        module = ModuleType(f"codechoir.bench.{name}")
        module.figures = measure  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(runner, "BENCHMARKS", {name: runner.Benchmark(name, "a test") for name in made})


def test_a_figure_has_its_peer_and_ratio() -> None:
    assert figure("a", 1.23456, "ms", 2.0, 4.0, "the other") == {
        "name": "a",
        "ours": 1.235,
        "peer": 4.0,
        "peer_name": "the other",
        "ratio": 0.3086,
        "unit": "ms",
        "goal": 2.0,
        "met": True,
    }


def test_a_peer_that_is_not_installed_is_null() -> None:
    found = figure("a", 3, "ms", 2, None, "the other")
    assert (found["peer"], found["ratio"], found["met"]) == (None, None, False)


@pytest.mark.usefixtures("benchmarks")
def test_named_benchmarks_run_in_order_with_the_options_that_they_take() -> None:
    result = run_benchmarks(["shaped", "fine"], {"shape": "full"})
    assert [one["name"] for one in result["figures"]] == ["shaped.full", "fine.a"]
    assert result["machine"]["cores"]


@pytest.mark.usefixtures("benchmarks")
def test_without_names_all_run_and_skipped_ones_are_listed() -> None:
    result = run_benchmarks()
    assert [one["name"] for one in result["figures"]] == ["fine.a", "shaped.tiny"]
    assert result["skipped"] == ["broken: torch is not installed"]
    assert "skipped: broken: torch is not installed" in format_table(result)


@pytest.mark.usefixtures("benchmarks")
def test_a_named_benchmark_that_cannot_run_is_an_error() -> None:
    with pytest.raises(EngineError, match="torch is not installed"):
        run_benchmarks(["broken"])


@pytest.mark.usefixtures("benchmarks")
def test_an_unknown_name_is_an_error_before_anything_runs() -> None:
    with pytest.raises(InputError, match=r"unknown benchmark 'shapd'.*Did you mean 'shaped'"):
        run_benchmarks(["broken", "shapd"])


@pytest.mark.usefixtures("benchmarks")
def test_the_table_says_what_is_met() -> None:
    rows = [line.split() for line in format_table(run_benchmarks(["fine", "shaped"])).splitlines()]
    assert ["fine.a", "2", "ms", "10", "(the", "other)", "0.2", "5", "met"] in rows
    assert ["shaped.tiny", "6", "ms", "5", "missed"] in rows


def test_every_benchmark_has_its_function() -> None:
    for benchmark in runner.BENCHMARKS.values():
        module = import_module(f"codechoir.bench.{benchmark.module}")
        assert callable(getattr(module, benchmark.function)), benchmark
