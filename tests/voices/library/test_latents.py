"""Latents are computed once: by content, model and parameters; kept in memory within limits."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from codechoir.errors import EngineError, InputError
from codechoir.voices.library.latent_cache import LatentCache
from support.voice_library import (
    FakeConditioner,
    files,
    same,
    settings,
)

# ---- the key ------------------------------------------------------------------------------------------


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


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_what_never_ends_is_refused_before_it_is_hashed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "large.wav").touch()
    os.truncate(tmp_path / "large.wav", 7 << 30)
    cache, engine = LatentCache(settings(tmp_path)), FakeConditioner()
    for path in (tmp_path / "pipe.wav", tmp_path / "large.wav", Path("/dev/zero")):
        with pytest.raises(InputError, match=r"is a pipe or a device|is larger than 512 MiB"):
            cache.condition([path], engine, "ana")
    assert engine.calls == 0


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
    index = cache.disk.folder / "recordings.json"
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


def test_an_engine_that_makes_nothing_is_an_error_in_words(tmp_path: Path, record: Any) -> None:
    class Empty(FakeConditioner):
        def condition(self, recordings: Any) -> Any:
            return {}

    with pytest.raises(EngineError, match="it has 0 tensors"):
        LatentCache(settings(tmp_path)).condition([record("a.wav")], Empty(), "ana")


# ---- clearing -----------------------------------------------------------------------------------------


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
