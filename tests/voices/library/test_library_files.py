"""Files of named voices: carried to another library, never a pickle, and made again when damaged."""

from __future__ import annotations

import errno
import json
import os
import pickle
import stat
import unicodedata
from dataclasses import replace
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


def hostile(about: bytes) -> bytes:
    """The file of a voice whose header is `about`."""
    return len(about).to_bytes(8, "little") + about


HOSTILE = {
    "a list for a type": b'{"__metadata__":{"format":"codechoir-voice-1"},"a":{"dtype":["F32"],"shape":[1]}}',
    "deep nesting": b"[" * 100_000,
    "deep parameters": json.dumps(
        {
            "__metadata__": {
                "format": "codechoir-voice-1",
                **dict.fromkeys(("name", "engine", "fingerprint", "created"), "x"),
                "key": "a" * 64,
                "parameters": "[" * 100_000,
                "recordings": "[]",
                "recipe": "{}",
                "seconds": "0",
            },
            "a": {"dtype": "F32", "shape": [1]},
        }
    ).encode(),
    "no header": b"",
}


@pytest.mark.parametrize("header", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("use", ["voices", "preload"])
def test_a_hostile_file_is_set_aside_once_and_the_others_load(
    three_voices: VoiceLibrary, header: bytes, use: str
) -> None:
    folder, reported = three_voices.settings.voices, []
    (folder / "evil.safetensors").write_bytes(hostile(header))
    for _ in range(2):
        fresh = VoiceLibrary(three_voices.settings, report=reported.append)
        assert len(getattr(fresh, use)()) == 3
    (line,) = reported
    assert line.startswith("the voice 'evil' is damaged: ")
    assert line.endswith("it was renamed to evil.safetensors.bad; add the voice again")
    assert (folder / "evil.safetensors.bad").exists()
    assert fresh.names() == ["ana", "bo", "cy"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")
@pytest.mark.parametrize(
    "name", [b"a:b", b" lead", b"caf\xe9", b"-rf", b"a\\b", b"nul", b"x" * 100, b"a\x1bb"]
)
def test_a_misnamed_file_is_set_aside_once_and_can_be_imported(
    three_voices: VoiceLibrary, name: bytes
) -> None:
    folder, reported = three_voices.settings.voices, []
    misnamed = folder / f"{os.fsdecode(name)}.safetensors"
    misnamed.write_bytes((folder / "ana.safetensors").read_bytes())
    for _ in range(2):
        fresh = VoiceLibrary(three_voices.settings, report=reported.append)
        assert len(fresh.preload()) == len(fresh.voices()) == 3
    (line,) = reported
    assert "no voice can have that name; import it with" in line
    fresh.latents.clear()
    assert fresh.import_voice(bad_path(misnamed), "dora").provenance.name == "dora"


def test_a_name_that_another_system_decomposed_is_found(three_voices: VoiceLibrary) -> None:
    """It was said to be known and could not be found."""
    composed, decomposed = (unicodedata.normalize(form, "\u00e9va") for form in ("NFC", "NFD"))
    three_voices.mix(composed, {"ana": 1, "bo": 1})
    folder = three_voices.settings.voices
    (folder / f"{composed}.safetensors").replace(folder / f"{decomposed}.safetensors")
    fresh = VoiceLibrary(three_voices.settings)
    assert composed in fresh.names()
    for name in (composed, decomposed):
        assert fresh.voice(name).provenance.name == composed
    assert len(fresh.voices()) == len(fresh.preload()) == 4
    fresh.remove(composed)
    assert fresh.names() == ["ana", "bo", "cy"]


def test_the_advice_is_not_what_was_done_already(three_voices: VoiceLibrary) -> None:
    file = three_voices.settings.voices / "ana.safetensors"
    with pytest.raises(InputError, match="differs from 'Ana' only in upper and lower case") as raised:
        three_voices.import_voice(file, "Ana", replace=True)
    assert "--replace" not in str(raised.value)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such pipes")
def test_a_pipe_is_not_imported(library: VoiceLibrary, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")
    with pytest.raises(InputError, match="it is not a regular file"):
        library.import_voice(tmp_path / "pipe.safetensors")


def test_clearing_the_cache_takes_what_killed_writers_left_among_the_voices(
    three_voices: VoiceLibrary,
) -> None:
    folder = three_voices.settings.voices
    (folder / ".ana.safetensors.0123abcd.part").write_bytes(b"half")
    (folder / "old.safetensors.bad").write_bytes(b"damaged")
    (folder / "good.safetensors.bad").write_bytes((folder / "ana.safetensors").read_bytes())
    three_voices.latents.clear()
    names = {path.name for path in folder.iterdir()}
    assert names == {"ana.safetensors", "bo.safetensors", "cy.safetensors", "good.safetensors.bad"}


def test_nested_statistics_are_forgotten(three_voices: VoiceLibrary) -> None:
    """They ended a command after its work was done."""
    for name in ("statistics.json", "recordings.json"):
        (three_voices.settings.cache / "latents" / name).write_bytes(b"[" * 100_000)
    fresh = VoiceLibrary(three_voices.settings)
    fresh.latents.statistics.count_miss("ana", 1.0)
    fresh.close()
    assert VoiceLibrary(three_voices.settings).latents.figures().total.misses == 1


def test_two_voices_with_the_same_key_do_not_count_as_one(three_voices: VoiceLibrary) -> None:
    """Each would have been heard with the other's phrases, from the cache."""
    folder = three_voices.settings.voices
    ana, bo = (voice_file.from_bytes((folder / f"{name}.safetensors").read_bytes()) for name in ("ana", "bo"))
    forged = replace(ana.provenance, name="bo")
    (folder / "bo.safetensors").write_bytes(voice_file.to_bytes(replace(bo, provenance=forged)))
    fresh = VoiceLibrary(three_voices.settings)
    assert len({about.key for about in fresh.voices()}) == 2
    hashes = fresh.content_hashes("fake")
    assert list(hashes) == ["ana", "bo", "cy"]
    assert len(set(hashes.values())) == 3
    assert hashes == VoiceLibrary(three_voices.settings).content_hashes("fake")
    assert fresh.content_hashes("other") == {}
    before = hashes["bo"]
    (folder / "bo.safetensors").write_bytes(voice_file.to_bytes(replace(ana, provenance=forged)))
    assert VoiceLibrary(three_voices.settings).content_hashes("fake")["bo"] != before
