"""A library in a temporary folder, and recordings to make voices from."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from codechoir.voices.library.library import VoiceLibrary
from support.voice_library import FakeConditioner, settings

Record = Callable[..., Path]


@pytest.fixture
def library(tmp_path: Path) -> VoiceLibrary:
    return VoiceLibrary(settings(tmp_path))


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Makes a recording of that content which has not changed for a minute."""

    def make(name: str, content: str = "") -> Path:
        path = tmp_path / name
        path.write_text(content or name)
        old = path.stat().st_mtime - 60
        os.utime(path, (old, old))
        return path

    return make


@pytest.fixture
def choir(library: VoiceLibrary, record: Record) -> VoiceLibrary:
    """A library with the voices ana, bo and cy."""
    for name in ("ana", "bo", "cy"):
        library.add(name, [record(f"{name}.wav")], FakeConditioner())
    return library
