"""A library in a temporary folder, and recordings to make voices from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from codechoir.voices.library.library import VoiceLibrary
from support.voice_library import FakeConditioner, recorder, settings

Record = Callable[..., Path]


@pytest.fixture
def library(tmp_path: Path) -> VoiceLibrary:
    return VoiceLibrary(settings(tmp_path))


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Writes a recording."""
    return recorder(tmp_path)


@pytest.fixture
def three_voices(library: VoiceLibrary, record: Record) -> VoiceLibrary:
    """A library with the voices ana, bo and cy."""
    for name in ("ana", "bo", "cy"):
        library.add(name, [record(f"{name}.wav")], FakeConditioner())
    return library
