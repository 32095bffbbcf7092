"""Latents among threads, processes and machines: computed once, and counted together."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from codechoir.errors import InputError
from codechoir.voices.library.latent_cache import LatentCache
from codechoir.voices.library.voice_file import SUFFIX
from support.voice_library import (
    FakeConditioner,
    compute_in_process,
    damage,
    files,
    same,
    settings,
)

# ---- several at once ----------------------------------------------------------------------------------


def test_threads_compute_once(tmp_path: Path, record: Any) -> None:
    cache, wav = LatentCache(settings(tmp_path)), record("a.wav")
    inside = threading.Barrier(2, timeout=0.3)

    def together() -> None:
        with pytest.raises(threading.BrokenBarrierError):
            inside.wait()

    engine = FakeConditioner(on_call=together)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: cache.condition([wav], engine, "ana"), range(8)))
    assert engine.calls == 1
    assert len({id(voice) for voice in made}) == 1


def test_processes_compute_once_and_count_together(tmp_path: Path, record: Any) -> None:
    record("a.wav")
    context = multiprocessing.get_context("spawn")
    start, results = context.Event(), context.Queue()
    workers = [context.Process(target=compute_in_process, args=(tmp_path, start, results)) for _ in range(3)]
    for worker in workers:
        worker.start()
    start.set()
    assert sorted(results.get(timeout=60) for _ in workers) == [0, 0, 1]
    for worker in workers:
        worker.join(20)
    total = LatentCache(settings(tmp_path)).figures().total
    assert (total.misses, total.hits) == (1, 5)


# ---- what it was good for -----------------------------------------------------------------------------


def test_statistics_tell_time_spent_and_saved_for_each_voice(tmp_path: Path, record: Any) -> None:
    cache = LatentCache(settings(tmp_path))
    engine = FakeConditioner()
    for name in ("ana", "ana", "bo", "ana"):
        cache.condition([record(f"{name}.wav")], engine, name)
    cache.statistics.flush()
    figures = LatentCache(settings(tmp_path)).figures()
    spent = {
        name: cache.condition([record(f"{name}.wav")], engine, "").provenance.seconds
        for name in ("ana", "bo")
    }
    assert (figures.entries, figures.total.hits, figures.total.misses) == (2, 2, 2)
    assert figures.bytes == sum(path.stat().st_size for path in files(cache))
    assert {name: (c.hits, c.misses) for name, c in figures.by_name.items()} == {"ana": (2, 1), "bo": (0, 1)}
    assert figures.by_name["ana"].seconds == pytest.approx(spent["ana"])
    assert figures.by_name["ana"].seconds_saved == pytest.approx(2 * spent["ana"])
    assert figures.by_name["bo"].seconds_saved == 0


@pytest.mark.parametrize(
    "damage", ["", "[]", '{"ana": 3}', '{"ana": {"wrong": 1}}', '{"ana": {"memory": "x"}}']
)
def test_damaged_statistics_count_as_none(tmp_path: Path, record: Any, damage: str) -> None:
    cache = LatentCache(settings(tmp_path))
    cache.condition([record("a.wav")], FakeConditioner(), "ana")
    cache.statistics.flush()
    (cache.disk.folder / "statistics.json").write_text(damage)
    assert LatentCache(settings(tmp_path)).figures().total.misses == 0


# ---- the shared store ---------------------------------------------------------------------------------


@pytest.fixture(params=["memory", "file"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"memory://{tmp_path.name}" if request.param == "memory" else (tmp_path / "shared").as_uri()


def test_what_one_machine_computed_another_finds(tmp_path: Path, record: Any, shared_url: str) -> None:
    wav, engine = record("a.wav"), FakeConditioner()
    one, other = (settings(tmp_path / name, shared=shared_url) for name in ("one", "other"))
    first = LatentCache(one).condition([wav], engine, "ana")
    cache = LatentCache(other)
    assert same(cache.condition([wav], engine, "ana"), first)
    assert engine.calls == 1
    assert cache.statistics.by_name()["ana"].shared == 1
    offline = LatentCache(replace(other, shared=""))
    assert same(offline.condition([wav], engine, "ana"), first)
    assert engine.calls == 1


def test_an_unsound_file_in_the_shared_store_counts_as_missing(
    tmp_path: Path, record: Any, caplog: pytest.LogCaptureFixture
) -> None:
    url, wav, engine = (tmp_path / "shared").as_uri(), record("a.wav"), FakeConditioner()
    LatentCache(settings(tmp_path / "one", shared=url)).condition([wav], engine, "ana")
    (path,) = (tmp_path / "shared").glob(f"*{SUFFIX}")
    damage(path)
    LatentCache(settings(tmp_path / "two", shared=url)).condition([wav], engine, "ana")
    assert engine.calls == 2
    assert "is damaged" in caplog.text


def test_a_shared_store_that_is_away_is_told_once_and_missed(
    tmp_path: Path, record: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "shared").write_text("a file where the folder should be")
    cache = LatentCache(settings(tmp_path, shared=(tmp_path / "shared").as_uri()))
    engine = FakeConditioner()
    for name in ("a.wav", "b.wav"):
        cache.condition([record(name)], engine, "ana")
    assert engine.calls == 2
    assert [r.levelname for r in caplog.records if "shared store" in r.getMessage()] == ["WARNING"]


def test_a_shared_store_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nonsense://x cannot be opened"):
        LatentCache(settings(tmp_path, shared="nonsense://x"))
