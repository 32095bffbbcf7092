"""The C library: found, missing, in a place that is too long for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import espeakng_loader
import pytest
from codechoir.engines.espeak import EspeakEngine, helper_library
from codechoir.engines.espeak.helper_library import library

SAY = """
from codechoir.engines.espeak import EspeakEngine
engine = EspeakEngine()
print(engine.check(), len(engine.voices()) > 100)
"""


def test_there_is_one_library_in_the_process() -> None:
    assert library() is library()


def test_a_missing_wheel_is_told_with_the_command_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    helper_library._loaded.cache_clear()
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    message = EspeakEngine().check()
    monkeypatch.undo()
    assert message is not None
    assert "pip install espeakng-loader" in message
    assert "\n" not in message
    assert EspeakEngine().check() is None


def test_a_broken_library_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "libespeak-ng.so"
    broken.write_bytes(b"no library")
    helper_library._loaded.cache_clear()
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: str(broken))
    message = EspeakEngine().check()
    monkeypatch.undo()
    assert message is not None
    assert str(broken) in message
    assert EspeakEngine().check() is None


def test_a_data_folder_with_a_very_long_path_is_found(tmp_path: Path) -> None:
    """The library cuts paths off after 160 bytes without a word, and then knows no voice."""
    deep = tmp_path / ("deep" * 30) / ("deeper" * 20)
    shutil.copytree(Path(espeakng_loader.__file__).parent, deep / "espeakng_loader")
    done = subprocess.run(
        [sys.executable, "-c", SAY],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(deep)},
    )
    assert done.stdout.split() == ["None", "True"], done.stderr


def test_importing_the_engine_loads_neither_the_library_nor_numpy() -> None:
    code = (
        "import sys, codechoir.engines.espeak; print(sorted({'numpy', 'espeakng_loader'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_speaking_does_not_load_numpy() -> None:
    """The language server must stay small; fast speech is squeezed without it too."""
    code = (
        "import sys\n"
        "from codechoir.engines import AudioListener\n"
        "from support.speech import LINE, engine, line\n"
        "for rate in (175, 600): engine().speak([line(*LINE, rate=rate)], AudioListener())\n"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stdout.strip() == "False"
