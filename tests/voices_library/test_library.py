"""Named voices: made, mixed, shown, removed, carried to another library, and safe from their names."""

from __future__ import annotations

import errno
import math
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codechoir.errors import InputError
from codechoir.voices.library import store as store_module
from codechoir.voices.library.library import VoiceLibrary
from codechoir.voices.library.mixing import checked_weights, mixed
from codechoir.voices.library.names import checked_name
from codechoir.voices.library.places import LibrarySettings
from codechoir.voices.library.provenance import ClonedVoice
from hypothesis import given
from hypothesis import strategies as st
from support.voice_library import FakeConditioner, settings


@pytest.fixture
def choir(library: VoiceLibrary, record: Any) -> VoiceLibrary:
    """A library with the voices ana, bo and cy."""
    for name in ("ana", "bo", "cy"):
        library.add(name, [record(f"{name}.wav")], FakeConditioner())
    return library


def vector(library: VoiceLibrary, name: str) -> np.ndarray:
    return library.voice(name).tensors["speaker_embedding"].astype(np.float64).ravel()


# ---- add, show, remove ----------------------------------------------------------------------------------


def test_a_voice_is_there_in_the_next_process_too(choir: VoiceLibrary) -> None:
    fresh = VoiceLibrary(choir.settings)
    assert fresh.names() == ["ana", "bo", "cy"]
    ana = fresh.voice("ana").provenance
    assert (ana.name, ana.engine, ana.parameters, len(ana.recordings)) == (
        "ana",
        "fake",
        {"exaggeration": 0.5},
        1,
    )
    assert [about.name for about in fresh.voices()] == ["ana", "bo", "cy"]


def test_two_names_for_one_recording_compute_once(library: VoiceLibrary, record: Any) -> None:
    engine = FakeConditioner()
    library.add("ana", [record("a.wav")], engine)
    library.add("anna", [record("a.wav")], engine)
    assert engine.calls == 1
    assert library.voice("anna").provenance.name == "anna"


@pytest.mark.parametrize("taken", ["ana", "ANA", "Ana"])
def test_a_name_that_is_taken_is_kept_unless_told(choir: VoiceLibrary, record: Any, taken: str) -> None:
    with pytest.raises(InputError, match="there is a voice 'ana' already"):
        choir.add(taken, [record("new.wav")], FakeConditioner())
    before = vector(choir, "ana")
    choir.add("ana", [record("new.wav")], FakeConditioner(), replace=True)
    assert not np.array_equal(vector(choir, "ana"), before)


def test_a_voice_that_another_process_replaced_is_seen(choir: VoiceLibrary, record: Any) -> None:
    before = vector(choir, "ana")
    VoiceLibrary(choir.settings).add("ana", [record("new.wav")], FakeConditioner(), replace=True)
    assert not np.array_equal(vector(choir, "ana"), before)


def test_a_removed_voice_is_gone(choir: VoiceLibrary) -> None:
    choir.voice("ana")
    choir.remove("ana")
    assert choir.names() == ["bo", "cy"]
    for act in (choir.voice, choir.remove):
        with pytest.raises(InputError, match="no voice 'ana'"):
            act("ana")


def test_an_unknown_voice_is_told_with_the_near_one(choir: VoiceLibrary, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Did you mean 'ana'"):
        choir.voice("anna")
    with pytest.raises(InputError, match="known: ana, bo, cy"):
        choir.voice("zzz")
    with pytest.raises(InputError, match="the library is empty"):
        VoiceLibrary(settings(tmp_path / "other")).voice("ana")


def test_preloaded_voices_need_no_disk(choir: VoiceLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    library = VoiceLibrary(choir.settings)
    assert [voice.provenance.name for voice in library.preload()] == ["ana", "bo", "cy"]
    monkeypatch.setattr(store_module.Store, "load", None)
    assert library.voice("bo").provenance.name == "bo"


# ---- names ----------------------------------------------------------------------------------------------

BAD_NAMES = [
    *("", ".", "..", "../evil", "a/b", "a\\b", "/etc/passwd", "~", "a\0b", "a\nb", "C:evil", "a:b", " ana"),
    *(
        "ana ",
        "ana.",
        ".hidden",
        "-rf",
        "con",
        "NUL",
        "com1.wav",
        "x" * 65,
        "ü" * 33,
        "a*",
        "a?",
        "a|b",
        "\u202eana",
    ),
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_try_to_leave_the_folder_are_refused_at_every_door(
    choir: VoiceLibrary, tmp_path: Path, record: Any, name: str
) -> None:
    exported = choir.export_voice("ana", tmp_path / "ana.safetensors")
    before = sorted(path for path in tmp_path.rglob("*"))
    for act in (
        lambda: choir.add(name, [record("ana.wav")], FakeConditioner()),
        lambda: choir.mix(name, {"ana": 0.5, "bo": 0.5}),
        lambda: choir.mix("new", {"ana": 0.5, name: 0.5}),
        lambda: choir.import_voice(exported, name or "."),
        lambda: choir.voice(name),
        lambda: choir.remove(name),
        lambda: choir.export_voice(name, tmp_path / "out"),
    ):
        with pytest.raises(InputError):
            act()
    assert sorted(path for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["ana", "Claribel Dervla", "Žofie", "声", "v1.2", "a_b-c", "mix (old)", "O'Neil"]
)
def test_names_of_people_are_taken(library: VoiceLibrary, record: Any, name: str) -> None:
    library.add(name, [record("a.wav")], FakeConditioner())
    assert VoiceLibrary(library.settings).voice(name).provenance.name == name


@given(st.text(max_size=80))
def test_a_name_that_is_taken_is_one_step_of_a_path(name: str) -> None:
    try:
        checked = checked_name(name)
    except InputError:
        return
    path = Path("/folder") / f"{checked}.safetensors"
    assert path.parent == Path("/folder")
    assert os.path.normpath(path) == str(path)


# ---- mixing ---------------------------------------------------------------------------------------------


def test_a_mixture_is_an_ordinary_voice_with_its_recipe(choir: VoiceLibrary, tmp_path: Path) -> None:
    choir.mix("duo", {"ana": 0.25, "bo": 0.75})
    about = VoiceLibrary(choir.settings).voice("duo").provenance
    assert (about.recipe, about.engine, about.fingerprint) == ({"ana": 0.25, "bo": 0.75}, "fake", "f" * 16)
    assert len(about.recordings) == 2
    choir.mix("trio", {"duo": 0.5, "cy": 0.5})
    assert choir.export_voice("trio", tmp_path / "trio.safetensors").exists()


def test_latents_are_mixed_along_a_line(choir: VoiceLibrary) -> None:
    choir.mix("duo", {"ana": 0.25, "bo": 0.75})
    ana, bo, duo = (
        choir.voice(n).tensors["gpt_cond_latent"].astype(np.float64) for n in ("ana", "bo", "duo")
    )
    assert duo.shape == (1, 32, 1024)
    assert np.abs(duo - (0.25 * ana + 0.75 * bo)).max() < 2e-3


def angle(one: np.ndarray, other: np.ndarray) -> float:
    return math.acos(float(one @ other) / float(np.linalg.norm(one) * np.linalg.norm(other)))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_speaker_is_mixed_along_the_sphere_and_keeps_its_length(choir: VoiceLibrary, share: float) -> None:
    choir.mix("duo", {"ana": 1 - share, "bo": share})
    ana, bo, duo = (vector(choir, name) for name in ("ana", "bo", "duo"))
    assert angle(ana, duo) == pytest.approx(share * angle(ana, bo), abs=2e-3)
    assert angle(duo, bo) == pytest.approx((1 - share) * angle(ana, bo), abs=2e-3)
    lengths = [float(np.linalg.norm(v)) for v in (ana, bo, duo)]
    assert lengths[2] == pytest.approx((1 - share) * lengths[0] + share * lengths[1], rel=1e-3)


def test_three_voices_are_mixed_in_any_order(choir: VoiceLibrary) -> None:
    choir.mix("trio", {"ana": 2, "bo": 1, "cy": 1})
    choir.mix("oirt", {"cy": 1, "bo": 1, "ana": 2})
    trio = vector(choir, "trio")
    assert np.abs(vector(choir, "oirt") - trio).max() < 2e-3
    near = {name: angle(trio, vector(choir, name)) for name in ("ana", "bo", "cy")}
    assert near["ana"] < near["bo"] - 0.1
    assert abs(near["bo"] - near["cy"]) < 0.1
    assert choir.voice("trio").provenance.recipe == {"ana": 0.5, "bo": 0.25, "cy": 0.25}


def test_a_voice_mixed_with_itself_or_its_opposite_stays_a_voice(choir: VoiceLibrary) -> None:
    ana = {"speaker_embedding": choir.voice("ana").tensors["speaker_embedding"]}
    opposite = {"speaker_embedding": -ana["speaker_embedding"]}
    voices = [ClonedVoice(choir.voice("ana").provenance, each) for each in (ana, ana, opposite)]
    same = mixed(voices[:2], [0.3, 0.7])["speaker_embedding"]
    assert np.abs(same - ana["speaker_embedding"]).max() < 2e-3
    assert np.isfinite(mixed([voices[0], voices[2]], [0.5, 0.5])["speaker_embedding"]).all()


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ({"ana": 0.5, "bo": 0.6}, "sum to 1.1"),
        ({"ana": 0.5, "bo": 0.2}, "sum to 0.7"),
        ({"ana": 1.5, "bo": -0.5}, "greater than 0"),
        ({"ana": 1.0, "bo": 0.0}, "greater than 0"),
        ({"ana": math.nan, "bo": 0.5}, "greater than 0"),
        ({"ana": math.inf, "bo": 0.5}, "greater than 0"),
        ({"ana": 1.0}, "at least two"),
        ({}, "at least two"),
        ({"ana": 0.5, "nobody": 0.5}, "no voice 'nobody'"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(choir: VoiceLibrary, weights: dict[str, float], why: str) -> None:
    with pytest.raises(InputError, match=why):
        choir.mix("duo", weights)
    assert "duo" not in choir.names()


@given(st.dictionaries(st.text(min_size=1), st.integers(1, 1000), min_size=2, max_size=6))
def test_whole_parts_become_weights_that_sum_to_one(parts: dict[str, int]) -> None:
    weights = checked_weights(parts)
    assert math.fsum(weights.values()) == pytest.approx(1)
    for name, part in parts.items():
        assert weights[name] == pytest.approx(part / sum(parts.values()))


def test_voices_of_different_models_are_not_mixed(choir: VoiceLibrary, record: Any) -> None:
    choir.add("dan", [record("d.wav")], FakeConditioner(fingerprint="other"))
    with pytest.raises(InputError, match="different models"):
        choir.mix("duo", {"ana": 0.5, "dan": 0.5})


def test_tokens_and_other_shapes_are_not_mixed(choir: VoiceLibrary, record: Any) -> None:
    class Tokens(FakeConditioner):
        def condition(self, recordings: Any) -> Any:
            return {"prompt_token": np.arange(len(recordings[0].name))}

    for name in ("tok", "toks", "kot"):
        choir.add(name, [record(f"{name}.wav")], Tokens())
    with pytest.raises(InputError, match="different shapes"):
        choir.mix("duo", {"tok": 0.5, "toks": 0.5})
    with pytest.raises(InputError, match="hold tokens"):
        choir.mix("duo", {"tok": 0.5, "kot": 0.5})
    with pytest.raises(InputError, match="different shapes"):
        choir.mix("duo", {"ana": 0.5, "tok": 0.5})


# ---- carrying -------------------------------------------------------------------------------------------


def test_a_voice_is_carried_to_another_library(choir: VoiceLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    file = choir.export_voice("ana", folder)
    assert file == folder / "ana.safetensors"
    other = VoiceLibrary(settings(tmp_path / "other"))
    other.import_voice(file)
    other.import_voice(file, "anna")
    assert other.names() == ["ana", "anna"]
    for name in other.names():
        assert np.array_equal(vector(other, name), vector(choir, "ana"))


def test_nothing_is_overwritten_unasked(choir: VoiceLibrary, tmp_path: Path) -> None:
    file = choir.export_voice("ana", tmp_path / "x.safetensors")
    with pytest.raises(InputError, match="exists"):
        choir.export_voice("bo", file)
    with pytest.raises(InputError, match="there is a voice 'ana' already"):
        choir.import_voice(file)
    choir.export_voice("bo", file, replace=True)
    choir.import_voice(file, "ana", replace=True)
    assert np.array_equal(vector(choir, "ana"), vector(choir, "bo"))


def test_a_pickle_is_never_opened(library: VoiceLibrary, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return (Path(tmp_path / "exploded").touch, ())

    file = tmp_path / "voice.pth"
    file.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(InputError, match="only files of 'codechoir voices export' are"):
        library.import_voice(file, "bomb")
    assert not (tmp_path / "exploded").exists()


def test_a_file_that_is_not_there_cannot_be_imported(library: VoiceLibrary, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        library.import_voice(tmp_path / "nothing.safetensors")


# ---- damage ---------------------------------------------------------------------------------------------


def damage(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 0x11
    path.write_bytes(data)


@pytest.mark.parametrize("place", [-9, 3])
def test_a_damaged_voice_is_made_again_from_its_latents(
    choir: VoiceLibrary, caplog: pytest.LogCaptureFixture, place: int
) -> None:
    before, path = vector(choir, "ana"), choir.settings.voices / "ana.safetensors"
    damage(path, place)
    fresh = VoiceLibrary(choir.settings)
    assert np.array_equal(vector(fresh, "ana"), before)
    assert path.exists()
    assert path.with_name("ana.safetensors.bad").exists()
    assert "made again" in caplog.text


def test_a_damaged_mixture_is_made_again_too(choir: VoiceLibrary) -> None:
    choir.mix("duo", {"ana": 1, "bo": 2})
    before = vector(choir, "duo")
    damage(choir.settings.voices / "duo.safetensors", -9)
    fresh = VoiceLibrary(choir.settings)
    assert np.array_equal(vector(fresh, "duo"), before)
    assert fresh.voice("duo").provenance.recipe == pytest.approx({"ana": 1 / 3, "bo": 2 / 3})


def test_swapped_voices_are_not_taken_for_each_other(choir: VoiceLibrary) -> None:
    before, folder = vector(choir, "ana"), choir.settings.voices
    (folder / "bo.safetensors").replace(folder / "ana.safetensors")
    assert np.array_equal(vector(VoiceLibrary(choir.settings), "ana"), before)


def test_a_damaged_voice_whose_latents_are_gone_is_told(choir: VoiceLibrary) -> None:
    choir.latents.clear()
    damage(choir.settings.voices / "ana.safetensors", -9)
    with pytest.raises(InputError, match="damaged and set aside; add the voice again"):
        VoiceLibrary(choir.settings).voice("ana")


def test_clearing_the_cache_keeps_the_named_voices(choir: VoiceLibrary) -> None:
    choir.latents.clear()
    assert VoiceLibrary(choir.settings).voice("ana").provenance.name == "ana"


def test_a_full_disk_leaves_a_voice_in_memory(
    library: VoiceLibrary, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store_module, "write_atomically", full)
    library.add("ana", [record("a.wav")], FakeConditioner())
    assert library.voice("ana").provenance.name == "ana"
    assert library.names() == ["ana"]
    assert not library.is_kept("ana")
    library.remove("ana")
    assert library.names() == []


# ---- settings -------------------------------------------------------------------------------------------


def test_the_environment_sets_folders_and_limits(tmp_path: Path) -> None:
    made = LibrarySettings.from_environment(
        {
            "CODECHOIR_VOICES": str(tmp_path),
            "CODECHOIR_VOICE_MEMORY": "1.5",
            "CODECHOIR_VOICE_LIFETIME": "3600",
            "CODECHOIR_PRELOAD_VOICES": "ana, bo,",
        }
    )
    assert (made.voices, made.memory, made.lifetime) == (tmp_path, 1_572_864, 3600.0)
    assert made.preload == ("ana", "bo")
    assert LibrarySettings.from_environment({}).lifetime is None


@pytest.mark.parametrize("value", ["-1", "much", "nan", "inf"])
def test_a_bad_variable_is_named(value: str) -> None:
    with pytest.raises(InputError, match="CODECHOIR_VOICE_DISK"):
        LibrarySettings.from_environment({"CODECHOIR_VOICE_DISK": value})
