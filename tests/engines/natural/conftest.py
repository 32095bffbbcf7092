"""Kokoro's pieces, built of a small model with random weights."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.engines.natural.kokoro_catalog import COUNTERPARTS

VOICES = sorted(set(COUNTERPARTS.values()))
LINES = ([[50, 16, 60, 61, 62], [43, 44, 45, 46]], [[70, 71, 16, 72], [80, 81, 82, 83, 84, 85]])


@pytest.fixture(scope="session")
def kokoro_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the model and of the style vectors."""
    from support.kokoro_export import TinyExport, write_styles

    folder = tmp_path_factory.mktemp("kokoro")
    TinyExport().save(folder / "model.onnx")
    write_styles(folder, VOICES)
    return folder


@pytest.fixture(scope="session")
def kokoro_pieces(kokoro_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pieces."""
    from codechoir.engines.natural.kokoro_build import build

    target = tmp_path_factory.mktemp("pieces") / "pieces"
    voices = {name: kokoro_model / f"{name}.bin" for name in VOICES}
    build(kokoro_model / "model.onnx", voices, target, "key", LINES, lambda *_: None)
    return target
