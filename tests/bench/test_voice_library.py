"""The benchmark of the voice library runs and has the form that `codechoir bench` prints."""

from __future__ import annotations

from codechoir.bench.cache_figures import library_figures


def test_a_start_is_measured_beside_its_peer() -> None:
    (figure,) = library_figures(runs=1)
    assert figure["name"] == "library.start"
    assert figure["ours"] > 0
    assert figure["peer"] > 0
    assert figure["goal"] == 50.0
    assert set(figure) == {"name", "ours", "peer", "peer_name", "ratio", "unit", "goal", "met"}
