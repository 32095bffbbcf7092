"""`XttsEngine` in the parent process: reports what is missing, and loads nothing heavy."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from codechoir.engines import make_engine
from codechoir.engines.subprocess.client import ChildEngine, Supervisor
from codechoir.engines.xtts import xtts_engine
from codechoir.engines.xtts.capabilities import (
    CAPABILITIES,
    DEFAULT_SPEAKERS,
    INSTALL_HINT,
    default_speaker,
    substitute_speaker,
)
from codechoir.engines.xtts.install import REQUIRED_FILES, Installation
from codechoir.engines.xtts.xtts_engine import XttsEngine, XttsSettings, missing_packages
from codechoir.errors import EngineError, InputError
from codechoir.model import Category
from codechoir.voices.casting import check_families
from codechoir.voices.library.library import VoiceLibrary
from codechoir.voices.profile import load_profile
from support.listening import Listener, phrase
from support.voice_library import FakeConditioner


@pytest.fixture
def checkpoint(tmp_path: Path) -> Installation:
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    for name in REQUIRED_FILES:
        (folder / name).write_text(name)
    return Installation(tmp_path / "xtts", folder)


def test_the_engine_is_installed_under_its_name_and_can_clone() -> None:
    engine = make_engine("xtts")
    assert engine.capabilities == CAPABILITIES
    assert engine.capabilities.cloning
    assert len(engine.capabilities.languages) == 17


def test_making_and_checking_it_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from codechoir.engines.xtts.xtts_engine import XttsEngine\n"
        "XttsEngine().check()\n"
        "print(*{'torch', 'TTS', 'numpy', 'safetensors'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_missing_packages_and_weights_are_reported_with_the_command(
    tmp_path: Path, checkpoint: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xtts_engine, "missing_packages", lambda _: ["torch", "TTS"])
    engine = XttsEngine(XttsSettings(), checkpoint)
    assert engine.check() == f"XTTS needs the packages torch and TTS: {INSTALL_HINT}"
    for act in (engine.warm_up, lambda: engine.speak([phrase("one")], Listener())):
        with pytest.raises(EngineError, match="pip install"):
            act()
    monkeypatch.setattr(xtts_engine, "missing_packages", lambda _: [])
    assert XttsEngine(XttsSettings(), checkpoint).check() is None
    assert "codechoir install xtts" in str(
        XttsEngine(XttsSettings(), Installation(tmp_path / "none")).check()
    )
    engine.close()


def python_that(folder: Path, script: str) -> Path:
    """An interpreter that has all packages, and whose examination does what `script` says."""
    path = folder / "python"
    path.write_text(f'#!/bin/sh\ncase "$3" in *hosted_engine*) {script};; esac\n')
    path.chmod(0o755)
    return path


def test_diagnose_finds_packages_that_do_not_load(checkpoint: Installation, tmp_path: Path) -> None:
    """All are installed, and `check` is content; torch and torchaudio are of two families, say."""
    python = python_that(tmp_path, "echo 'OSError: libcudart is gone' >&2; exit 1")
    engine = XttsEngine(XttsSettings(python), checkpoint)
    assert engine.check() is None
    with pytest.raises(EngineError, match=r"do not load \(OSError: libcudart is gone\); install"):
        engine.diagnose()


def test_diagnose_says_what_speaks(checkpoint: Installation, tmp_path: Path) -> None:
    python = python_that(tmp_path, "echo noise; echo torch 2.11.0, coqui-tts 0.28.0, NVIDIA H200")
    engine = XttsEngine(XttsSettings(python), checkpoint)
    assert engine.diagnose() == (
        "can speak with your checkpoint: torch 2.11.0, coqui-tts 0.28.0, NVIDIA H200"
    )


def test_diagnose_reports_a_missing_device(checkpoint: Installation, tmp_path: Path) -> None:
    python = python_that(tmp_path, "echo warning >&2; echo there is no device $4 for $5 >&2; exit 3")
    engine = XttsEngine(XttsSettings(python, "cuda:7", "fp16"), checkpoint)
    with pytest.raises(EngineError, match=r"^there is no device cuda:7 for fp16$"):
        engine.diagnose()


def test_packages_are_looked_up_in_another_interpreter(tmp_path: Path) -> None:
    here = {name for name in xtts_engine.PACKAGES if importlib.util.find_spec(name) is None}
    link = tmp_path / "python"
    link.symlink_to(sys.executable)
    assert set(missing_packages(link)) >= here
    assert set(missing_packages(None)) == here
    with pytest.raises(EngineError, match="CODECHOIR_XTTS_PYTHON"):
        missing_packages(tmp_path / "no-python")


def test_the_environment_decides_how_it_runs() -> None:
    made = XttsSettings.from_environment(
        {
            "CODECHOIR_XTTS_PYTHON": "/opt/tts/bin/python",
            "CODECHOIR_XTTS_DEVICE": "cuda",
            "CODECHOIR_XTTS_PRECISION": "fp16",
            "CODECHOIR_XTTS_IDLE": "0",
            "CODECHOIR_XTTS_CANDIDATES": "3",
        }
    )
    assert made == XttsSettings(Path("/opt/tts/bin/python"), "cuda", "fp16", None, 3)
    with pytest.raises(
        InputError, match="CODECHOIR_XTTS_CANDIDATES must be a whole number between 1 and 8, got 0"
    ):
        XttsSettings.from_environment({"CODECHOIR_XTTS_CANDIDATES": "0"})
    assert XttsSettings.from_environment({}) == XttsSettings(None, "auto", "auto", 600.0)
    with pytest.raises(InputError, match="CODECHOIR_XTTS_IDLE"):
        XttsSettings.from_environment({"CODECHOIR_XTTS_IDLE": "soon"})


def test_options_reach_the_child(checkpoint: Installation) -> None:
    settings = XttsSettings(Path("/opt/python"), "cuda", "fp16", 60.0, 2)
    spec = XttsEngine(settings, checkpoint).child.supervisor.spec
    how = {"device": "cuda", "precision": "fp16", "candidates": 2}
    assert spec.options == {"checkpoint": str(checkpoint.folder), **how}
    assert (spec.command()[0], spec.idle_after) == ("/opt/python", 60.0)
    assert "COQUI_TOS_AGREED" not in spec.environment


def test_own_voices_are_listed_and_speakers_requested_once(
    checkpoint: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODECHOIR_VOICES", str(tmp_path / "voices"))
    monkeypatch.setenv("CODECHOIR_CACHE", str(tmp_path / "cache"))
    recording = tmp_path / "a.wav"
    recording.write_text("sound")
    with VoiceLibrary() as library:
        library.add("anna", [recording], FakeConditioner(engine="xtts"))
        library.add("other", [recording], FakeConditioner(engine="chatterbox"))
    monkeypatch.setattr(xtts_engine, "missing_packages", lambda _: [])
    asked = []
    monkeypatch.setattr(
        ChildEngine, "voices", lambda _: asked.append(1) or [xtts_engine.VoiceInfo("Ana", "")]
    )
    for _ in range(2):
        listed = XttsEngine(XttsSettings(), checkpoint).voices()
        assert [voice.name for voice in listed if "in this checkpoint" not in voice.description] == [
            "Ana",
            "anna",
        ]
    assert asked == [1]


def test_an_editor_does_not_wait_for_the_speakers_names(
    checkpoint: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    monkeypatch.setattr(xtts_engine, "missing_packages", lambda _: [])
    monkeypatch.setattr(Supervisor, "child", lambda _: started.append(1))
    engine = XttsEngine(XttsSettings(), checkpoint)
    engine.patience = 1.0
    assert engine.voices() == []
    assert started == [1]


def test_the_default_casting_equals_the_profile_and_fits_any_checkpoint() -> None:
    profile = load_profile("default", "xtts")
    assert {category: change.family for category, change in profile.categories.items()} == DEFAULT_SPEAKERS
    three = ["Ana", "Ben", "Gracie Wise"]
    cast = [default_speaker(category, three) for category in Category]
    assert cast == [
        "Ana",
        "Ben",
        "Gracie Wise",
        "Ana",
        "Ben",
        "Gracie Wise",
        "Gracie Wise",
        "Gracie Wise",
        "Ana",
    ]
    assert default_speaker(Category.TYPE, []) == ""
    assert substitute_speaker("Damien Black", three) == "Ana"
    assert substitute_speaker("Damien Blak", three) is None


def test_the_default_casting_passes_the_check_of_families_on_any_checkpoint(
    checkpoint: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xtts_engine, "missing_packages", lambda _: [])
    monkeypatch.setattr(ChildEngine, "voices", lambda _: [xtts_engine.VoiceInfo("Ana", "")])
    engine = XttsEngine(XttsSettings(), checkpoint)
    check_families(load_profile("default", "xtts"), engine.voices())
    described = {voice.name: voice.description for voice in engine.voices()}
    assert described["Damien Black"] == "said by 'Ana' in this checkpoint"
