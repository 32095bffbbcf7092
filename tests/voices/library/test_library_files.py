"""Files of named voices: carried to another library, never a pickle, and made again when damaged."""

from __future__ import annotations

import errno
import os
import pickle
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codechoir.errors import InputError
from codechoir.storage import bad_path, caches
from codechoir.voices.library import voice_file
from codechoir.voices.library.library import VoiceLibrary
from safetensors.numpy import save
from support.refusing_disk import refusing
from support.voice_library import FakeConditioner, damage, settings, vector

# ---- carrying -----------------------------------------------------------------------------------------


def test_a_voice_is_carried_to_another_library(three_voices: VoiceLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    file = three_voices.export_voice("ana", folder)
    assert file == folder / "ana.safetensors"
    other = VoiceLibrary(settings(tmp_path / "other"))
    other.import_voice(file)
    other.import_voice(file, "anna")
    assert other.names() == ["ana", "anna"]
    for name in other.names():
        assert np.array_equal(vector(other, name), vector(three_voices, "ana"))


def test_nothing_is_overwritten_unasked(three_voices: VoiceLibrary, tmp_path: Path) -> None:
    file = three_voices.export_voice("ana", tmp_path / "x.safetensors")
    with pytest.raises(InputError, match="exists"):
        three_voices.export_voice("bo", file)
    with pytest.raises(InputError, match="the voice 'ana' exists"):
        three_voices.import_voice(file)
    three_voices.export_voice("bo", file, replace=True)
    three_voices.import_voice(file, "ana", replace=True)
    assert np.array_equal(vector(three_voices, "ana"), vector(three_voices, "bo"))


def test_a_pickle_is_never_opened(library: VoiceLibrary, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return (Path(tmp_path / "exploded").touch, ())

    file = tmp_path / "voice.pth"
    file.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(InputError, match="use a file of 'codechoir voices export'"):
        library.import_voice(file, "bomb")
    assert not (tmp_path / "exploded").exists()


def test_a_file_that_is_not_there_cannot_be_imported(library: VoiceLibrary, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        library.import_voice(tmp_path / "nothing.safetensors")


# ---- damage -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [-9, 3])
def test_a_damaged_voice_is_made_again_from_its_latents(
    three_voices: VoiceLibrary, caplog: pytest.LogCaptureFixture, place: int
) -> None:
    before, path = vector(three_voices, "ana"), three_voices.settings.voices / "ana.safetensors"
    damage(path, place)
    fresh = VoiceLibrary(three_voices.settings)
    assert np.array_equal(vector(fresh, "ana"), before)
    assert path.exists()
    assert path.with_name("ana.safetensors.bad").exists()
    assert "restored from" in caplog.text


def test_a_damaged_mixture_is_made_again_too(three_voices: VoiceLibrary) -> None:
    three_voices.mix("duo", {"ana": 1, "bo": 2})
    before = vector(three_voices, "duo")
    damage(three_voices.settings.voices / "duo.safetensors", -9)
    fresh = VoiceLibrary(three_voices.settings)
    assert np.array_equal(vector(fresh, "duo"), before)
    assert fresh.voice("duo").provenance.recipe == pytest.approx({"ana": 1 / 3, "bo": 2 / 3})


def test_swapped_voices_are_not_taken_for_each_other(three_voices: VoiceLibrary) -> None:
    before, folder = vector(three_voices, "ana"), three_voices.settings.voices
    (folder / "bo.safetensors").replace(folder / "ana.safetensors")
    assert np.array_equal(vector(VoiceLibrary(three_voices.settings), "ana"), before)


def test_a_damaged_voice_whose_latents_are_gone_is_told(three_voices: VoiceLibrary) -> None:
    three_voices.latents.clear()
    damage(three_voices.settings.voices / "ana.safetensors", -9)
    with pytest.raises(InputError, match=r"renamed to ana\.safetensors\.bad; add the voice again"):
        VoiceLibrary(three_voices.settings).voice("ana")


def test_clearing_the_cache_keeps_the_named_voices(three_voices: VoiceLibrary) -> None:
    three_voices.latents.clear()
    assert VoiceLibrary(three_voices.settings).voice("ana").provenance.name == "ana"


def test_a_full_disk_leaves_a_voice_in_memory(
    library: VoiceLibrary, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "write_atomically", refusing(errno.ENOSPC))
    library.add("ana", [record("a.wav")], FakeConditioner())
    assert library.voice("ana").provenance.name == "ana"
    assert library.names() == ["ana"]
    assert not library.is_saved("ana")
    library.remove("ana")
    assert library.names() == []


# ---- hostile files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["../../x", "{folder}/x"])
def test_a_key_in_a_file_renames_nothing_outside_of_the_library(
    three_voices: VoiceLibrary, tmp_path: Path, key: str
) -> None:
    """The damaged voice was looked for in the cache by the key that its own header gave."""
    victim = tmp_path / "x.safetensors"
    victim.write_bytes(b"a file of the user's")
    path = three_voices.settings.voices / "ana.safetensors"
    voice = voice_file.from_bytes(path.read_bytes())
    metadata = {"format": voice_file.FORMAT, **voice.provenance.as_metadata()}
    metadata["key"] = key.format(folder=tmp_path)
    path.write_bytes(save(dict(voice.tensors), metadata=metadata))
    fresh = VoiceLibrary(three_voices.settings)
    assert np.array_equal(vector(fresh, "ana"), vector(three_voices, "ana"))
    assert victim.read_bytes() == b"a file of the user's"
    assert not bad_path(victim).exists()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_voices_and_caches_can_be_read_by_their_owner_only(
    three_voices: VoiceLibrary, tmp_path: Path
) -> None:
    three_voices.close()
    for root in (three_voices.settings.voices, three_voices.settings.cache):
        for path in (root, *root.rglob("*")):
            wanted = 0o700 if path.is_dir() else 0o600
            assert stat.S_IMODE(path.stat().st_mode) == wanted, path
