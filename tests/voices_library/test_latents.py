"""Latents are computed once: by content, model and parameters; in memory, on disk, and among processes."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codechoir.errors import EngineError, InputError
from codechoir.voices.library import store as store_module
from codechoir.voices.library.latents import LatentCache
from codechoir.voices.library.locks import KeyLocks
from codechoir.voices.library.memory import MemoryCache
from codechoir.voices.library.store import BAD
from codechoir.voices.library.voice_file import SUFFIX
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.voice_library import FakeConditioner, compute_in_process, hold_for_ever, settings


def files(cache: LatentCache) -> list[Path]:
    return sorted(cache.store.folder.glob(f"*{SUFFIX}"))


def same(one: Any, other: Any) -> bool:
    return all(np.array_equal(one.tensors[name], other.tensors[name]) for name in one.tensors)


# ---- the key --------------------------------------------------------------------------------------------


def test_the_same_recording_is_computed_once(tmp_path: Path, record: Any) -> None:
    cache, engine, wav = LatentCache(settings(tmp_path)), FakeConditioner(), record("a.wav")
    first = cache.condition([wav], engine, "ana")
    second = cache.condition([wav], engine, "ana")
    assert engine.calls == 1
    assert second is first


def test_a_new_process_finds_them_on_disk_and_they_sound_the_same(tmp_path: Path, record: Any) -> None:
    wav, engine = record("a.wav"), FakeConditioner()
    first = LatentCache(settings(tmp_path)).condition([wav], engine, "ana")
    second = LatentCache(settings(tmp_path)).condition([wav], engine, "ana")
    assert engine.calls == 1
    assert same(first, second)
    assert second.provenance == first.provenance


def test_the_content_counts_and_neither_name_nor_place_nor_time(tmp_path: Path, record: Any) -> None:
    cache, engine = LatentCache(settings(tmp_path)), FakeConditioner()
    cache.condition([record("a.wav", "sound")], engine, "ana")
    other = record("elsewhere.flac", "sound")
    os.utime(other, (1, 1))
    cache.condition([other], engine, "ana")
    assert engine.calls == 1


def test_a_recording_that_changes_without_showing_it_is_noticed(tmp_path: Path) -> None:
    """Same size, same time stamp: within the tick in which a file was written, stat does not tell."""
    cache, engine, wav = LatentCache(settings(tmp_path)), FakeConditioner(), tmp_path / "a.wav"
    wav.write_text("one")
    stamp = wav.stat().st_mtime_ns
    first = cache.condition([wav], engine, "ana")
    wav.write_text("two")
    os.utime(wav, ns=(stamp, stamp))
    assert not same(cache.condition([wav], engine, "ana"), first)


def test_stat_is_a_short_cut_that_saves_reading(
    tmp_path: Path, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wav = record("a.wav")
    LatentCache(settings(tmp_path)).condition([wav], FakeConditioner(), "ana")
    monkeypatch.setattr("hashlib.file_digest", None)
    engine = FakeConditioner()
    LatentCache(settings(tmp_path)).condition([wav], engine, "ana")
    assert engine.calls == 0


@pytest.mark.parametrize("damage", [None, b"", b"[]", b'{"x": 3}', b"{", b"\xff"])
def test_the_short_cut_may_be_lost_without_harm(tmp_path: Path, record: Any, damage: bytes | None) -> None:
    wav, engine = record("a.wav"), FakeConditioner()
    cache = LatentCache(settings(tmp_path))
    cache.condition([wav], engine, "ana")
    index = cache.store.folder / "recordings.json"
    index.unlink() if damage is None else index.write_bytes(damage)
    LatentCache(settings(tmp_path)).condition([wav], engine, "ana")
    assert engine.calls == 1


@pytest.mark.parametrize(
    "other",
    [
        FakeConditioner(parameters={"exaggeration": 0.7}),
        FakeConditioner(parameters={"denoise": True}),
        FakeConditioner(fingerprint="another model"),
        FakeConditioner(engine="another"),
    ],
)
def test_whatever_changes_the_result_is_in_the_key(
    tmp_path: Path, record: Any, other: FakeConditioner
) -> None:
    cache, wav = LatentCache(settings(tmp_path)), record("a.wav")
    cache.condition([wav], FakeConditioner(), "ana")
    before = other.calls
    voice = cache.condition([wav], other, "ana")
    assert other.calls == before + 1
    assert voice.provenance.parameters == other.parameters
    assert len(files(cache)) == 2


def test_several_recordings_and_their_order_count(tmp_path: Path, record: Any) -> None:
    cache, engine = LatentCache(settings(tmp_path)), FakeConditioner()
    a, b = record("a.wav"), record("b.wav")
    for recordings in ([a], [a, b], [b, a], [a, b]):
        cache.condition(recordings, engine, "ana")
    assert engine.calls == 3


def test_refresh_computes_again(tmp_path: Path, record: Any) -> None:
    cache, engine, wav = LatentCache(settings(tmp_path)), FakeConditioner(), record("a.wav")
    first = cache.condition([wav], engine, "ana")
    again = cache.condition([wav], engine, "ana", refresh=True)
    assert engine.calls == 2
    assert again.provenance.created > first.provenance.created
    assert len(files(cache)) == 1


def test_recordings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    cache = LatentCache(settings(tmp_path))
    with pytest.raises(InputError, match=r"no\.wav cannot be read: No such file"):
        cache.condition([tmp_path / "no.wav"], FakeConditioner(), "ana")
    with pytest.raises(InputError, match="is a folder"):
        cache.condition([tmp_path], FakeConditioner(), "ana")
    with pytest.raises(InputError, match="at least one recording"):
        cache.condition([], FakeConditioner(), "ana")


# ---- damage ---------------------------------------------------------------------------------------------


def damaged(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def swapped(path: Path) -> None:
    cache = LatentCache(settings(path.parent / "other"))
    wav = path.parent / "other.wav"
    wav.write_text("something else")
    cache.condition([wav], FakeConditioner(), "bo")
    shutil.copy(files(cache)[0], path)


@pytest.mark.parametrize(
    "harm",
    [
        damaged,
        swapped,
        lambda path: path.write_bytes(path.read_bytes()[:1000]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("a foreign file"),
    ],
)
def test_an_unsound_file_is_set_aside_and_made_again(
    tmp_path: Path, record: Any, harm: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    wav, engine = record("a.wav"), FakeConditioner()
    cache = LatentCache(settings(tmp_path))
    first = cache.condition([wav], engine, "ana")
    (path,) = files(cache)
    harm(path)
    again = LatentCache(settings(tmp_path)).condition([wav], engine, "ana")
    assert engine.calls == 2
    assert same(again, first)
    assert path.with_name(path.name + BAD).exists()
    assert "set aside" in caplog.text
    assert same(LatentCache(settings(tmp_path)).condition([wav], engine, "ana"), first)


@hypothesis_settings(max_examples=30)
@given(st.data())
def test_no_damage_ever_gives_another_voice(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    wav = folder / "a.wav"
    wav.write_text("sound")
    cache = LatentCache(settings(folder))
    first = cache.condition([wav], FakeConditioner(), "ana")
    (path,) = files(cache)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, 67_000)) % len(content)] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    assert same(LatentCache(settings(folder)).condition([wav], FakeConditioner(), "ana"), first)


# ---- the disk -------------------------------------------------------------------------------------------


def refusing(number: int) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_disk_that_takes_nothing_leaves_a_cache_in_memory_and_one_warning(
    tmp_path: Path,
    record: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    number: int,
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(store_module, "write_atomically", refusing(number))
    cache, engine = LatentCache(settings(tmp_path)), FakeConditioner()
    for name in ("a.wav", "b.wav", "a.wav", "b.wav"):
        cache.condition([record(name)], engine, "ana")
    assert engine.calls == 2
    assert len(caplog.records) == 1
    assert "they stay in memory only" in caplog.text


def test_a_folder_that_cannot_be_made_is_the_same(
    tmp_path: Path, record: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache, engine = LatentCache(settings(tmp_path)), FakeConditioner()
    for _ in range(2):
        cache.condition([record("a.wav")], engine, "ana")
    cache.statistics.flush()
    assert engine.calls == 1
    assert len(caplog.records) == 1


def test_a_full_disk_leaves_no_half_file(
    tmp_path: Path, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", refusing(errno.ENOSPC))
    cache = LatentCache(settings(tmp_path))
    cache.condition([record("a.wav")], FakeConditioner(), "ana")
    assert [path for path in cache.store.folder.rglob("*") if path.suffix not in (".lock", "")] == []


def test_the_disk_has_a_limit_and_the_oldest_leave(tmp_path: Path, record: Any) -> None:
    cache = LatentCache(settings(tmp_path, disk=2 * 68_000))
    for number in range(4):
        cache.condition([record(f"{number}.wav")], FakeConditioner(), "ana")
        for path in files(cache):
            os.utime(path, (number, number)) if path.stat().st_mtime > 100 else None
    engine = FakeConditioner()
    fresh = LatentCache(settings(tmp_path))
    for number in (2, 3):
        fresh.condition([record(f"{number}.wav")], engine, "ana")
    assert engine.calls == 0
    assert len(files(cache)) == 2


# ---- memory ---------------------------------------------------------------------------------------------


def test_memory_has_a_limit_and_the_least_recently_used_leave(tmp_path: Path, record: Any) -> None:
    voices = [
        LatentCache(settings(tmp_path)).condition([record(f"{n}.wav")], FakeConditioner(), "x")
        for n in range(3)
    ]
    memory = MemoryCache(limit=2 * voices[0].size)
    memory.put("0", voices[0])
    memory.put("1", voices[1])
    assert memory.get("0") is voices[0]
    memory.put("2", voices[2])
    assert [memory.get(key) is not None for key in "012"] == [True, False, True]
    assert memory.usage == (2, 2 * voices[0].size)
    MemoryCache(limit=10).put("0", voices[0])


def test_memory_has_a_lifetime(tmp_path: Path, record: Any) -> None:
    now = 100.0
    memory = MemoryCache(10**6, lifetime=60, clock=lambda: now)
    voice = LatentCache(settings(tmp_path)).condition([record("a.wav")], FakeConditioner(), "x")
    memory.put("a", voice)
    now = 159.0
    assert memory.get("a") is voice
    now = 161.0
    assert memory.get("a") is None
    assert memory.usage == (0, 0)


@pytest.mark.parametrize(
    ("memory", "disk", "calls"), [(True, False, 0), (False, True, 0), (True, True, 1), (False, False, 0)]
)
def test_clear_forgets_memory_or_disk_or_both(
    tmp_path: Path, record: Any, memory: bool, disk: bool, calls: int
) -> None:
    cache, wav = LatentCache(settings(tmp_path)), record("a.wav")
    cache.condition([wav], FakeConditioner(), "ana")
    removed, freed = cache.clear(memory=memory, disk=disk)
    assert (removed, freed > 60_000) == ((1, True) if disk else (0, False))
    assert cache.memory.usage[0] == (0 if memory else 1)
    engine = FakeConditioner()
    cache.condition([wav], engine, "ana")
    assert engine.calls == calls


# ---- several at once ------------------------------------------------------------------------------------


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


def test_a_process_that_dies_holding_the_lock_does_not_stop_the_others(tmp_path: Path, record: Any) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    worker = context.Process(target=hold_for_ever, args=(tmp_path / "locks", held))
    worker.start()
    assert held.wait(60)
    entered = threading.Event()

    def enter() -> None:
        with KeyLocks(tmp_path / "locks").hold("ab"):
            entered.set()

    waiting = threading.Thread(target=enter, daemon=True)
    waiting.start()
    assert not entered.wait(0.1)
    worker.kill()
    assert entered.wait(20)
    worker.join(20)


def test_a_process_that_hangs_holding_the_lock_is_not_waited_for_for_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with KeyLocks(tmp_path).hold("ab"), KeyLocks(tmp_path, patience=0.05).hold("ab"):
        assert "for too long" in caplog.text


# ---- what it was good for -------------------------------------------------------------------------------


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
    assert {name: (c.hits, c.misses) for name, c in figures.voices.items()} == {"ana": (2, 1), "bo": (0, 1)}
    assert figures.voices["ana"].seconds == pytest.approx(spent["ana"])
    assert figures.voices["ana"].seconds_saved == pytest.approx(2 * spent["ana"])
    assert figures.voices["bo"].seconds_saved == 0


@pytest.mark.parametrize(
    "damage", ["", "[]", '{"ana": 3}', '{"ana": {"wrong": 1}}', '{"ana": {"memory": "x"}}']
)
def test_damaged_statistics_count_as_none(tmp_path: Path, record: Any, damage: str) -> None:
    cache = LatentCache(settings(tmp_path))
    cache.condition([record("a.wav")], FakeConditioner(), "ana")
    cache.statistics.flush()
    (cache.store.folder / "statistics.json").write_text(damage)
    assert LatentCache(settings(tmp_path)).figures().total.misses == 0


# ---- the shared store -----------------------------------------------------------------------------------


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
    assert cache.statistics.voices()["ana"].shared == 1
    offline = LatentCache(replace(other, shared=""))
    assert same(offline.condition([wav], engine, "ana"), first)
    assert engine.calls == 1


def test_an_unsound_file_in_the_shared_store_counts_as_missing(
    tmp_path: Path, record: Any, caplog: pytest.LogCaptureFixture
) -> None:
    url, wav, engine = (tmp_path / "shared").as_uri(), record("a.wav"), FakeConditioner()
    LatentCache(settings(tmp_path / "one", shared=url)).condition([wav], engine, "ana")
    (path,) = (tmp_path / "shared").glob(f"*{SUFFIX}")
    damaged(path)
    LatentCache(settings(tmp_path / "two", shared=url)).condition([wav], engine, "ana")
    assert engine.calls == 2
    assert "is not sound" in caplog.text


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


def test_an_engine_that_makes_nothing_is_an_error_in_words(tmp_path: Path, record: Any) -> None:
    class Empty(FakeConditioner):
        def condition(self, recordings: Any) -> Any:
            return {}

    with pytest.raises(EngineError, match="it has 0 tensors"):
        LatentCache(settings(tmp_path)).condition([record("a.wav")], Empty(), "ana")
