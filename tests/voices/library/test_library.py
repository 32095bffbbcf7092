"""Named voices: made, shown, removed, and safe from their names; where they are kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codechoir.errors import InputError
from codechoir.storage import caches
from codechoir.voices.library.library import VoiceLibrary
from codechoir.voices.library.voice_file import check_voice_name
from codechoir.voices.library.voice_store import LibrarySettings
from hypothesis import given
from hypothesis import strategies as st
from support.voice_library import FakeConditioner, settings, vector

# ---- add, show, remove --------------------------------------------------------------------------------


def test_a_voice_is_there_in_the_next_process_too(three_voices: VoiceLibrary) -> None:
    fresh = VoiceLibrary(three_voices.settings)
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
def test_a_name_that_is_taken_is_kept_unless_told(
    three_voices: VoiceLibrary, record: Any, taken: str
) -> None:
    with pytest.raises(InputError, match="the voice 'ana' exists"):
        three_voices.add(taken, [record("new.wav")], FakeConditioner())
    before = vector(three_voices, "ana")
    three_voices.add("ana", [record("new.wav")], FakeConditioner(), replace=True)
    assert not np.array_equal(vector(three_voices, "ana"), before)


def test_a_voice_that_another_process_replaced_is_seen(three_voices: VoiceLibrary, record: Any) -> None:
    before = vector(three_voices, "ana")
    VoiceLibrary(three_voices.settings).add("ana", [record("new.wav")], FakeConditioner(), replace=True)
    assert not np.array_equal(vector(three_voices, "ana"), before)


def test_a_removed_voice_is_gone(three_voices: VoiceLibrary) -> None:
    three_voices.voice("ana")
    three_voices.remove("ana")
    assert three_voices.names() == ["bo", "cy"]
    for act in (three_voices.voice, three_voices.remove):
        with pytest.raises(InputError, match="no voice 'ana'"):
            act("ana")


def test_an_unknown_voice_is_told_with_the_near_one(three_voices: VoiceLibrary, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Did you mean 'ana'"):
        three_voices.voice("anna")
    with pytest.raises(InputError, match="known: ana, bo, cy"):
        three_voices.voice("zzz")
    with pytest.raises(InputError, match="the library is empty"):
        VoiceLibrary(settings(tmp_path / "other")).voice("ana")


def test_preloaded_voices_need_no_disk(three_voices: VoiceLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    library = VoiceLibrary(three_voices.settings)
    assert [voice.provenance.name for voice in library.preload()] == ["ana", "bo", "cy"]
    monkeypatch.setattr(caches.DiskCache, "load", None)
    assert library.voice("bo").provenance.name == "bo"


# ---- names --------------------------------------------------------------------------------------------


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
    three_voices: VoiceLibrary, tmp_path: Path, record: Any, name: str
) -> None:
    exported = three_voices.export_voice("ana", tmp_path / "ana.safetensors")
    before = sorted(path for path in tmp_path.rglob("*"))
    for act in (
        lambda: three_voices.add(name, [record("ana.wav")], FakeConditioner()),
        lambda: three_voices.mix(name, {"ana": 0.5, "bo": 0.5}),
        lambda: three_voices.mix("new", {"ana": 0.5, name: 0.5}),
        lambda: three_voices.import_voice(exported, name or "."),
        lambda: three_voices.voice(name),
        lambda: three_voices.remove(name),
        lambda: three_voices.export_voice(name, tmp_path / "out"),
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
        checked = check_voice_name(name)
    except InputError:
        return
    path = Path("/folder") / f"{checked}.safetensors"
    assert path.parent == Path("/folder")
    assert os.path.normpath(path) == str(path)


# ---- settings -----------------------------------------------------------------------------------------


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
