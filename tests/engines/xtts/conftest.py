"""XTTS on a small checkpoint in the real file format, loaded by coqui's own code.

These tests need torch and coqui-tts, which have an interpreter of their own: `make test-xtts`.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

INSTALLED = importlib.util.find_spec("torch") is not None and importlib.util.find_spec("TTS") is not None
collect_ignore_glob = [] if INSTALLED else ["cpu_int8/*", "neural/*"]


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with config.json, model.pth, vocab.json and speakers_xtts.pth; the weights are random."""
    from codechoir.bench.xtts_measure import SHAPES
    from support.xtts_checkpoint import write_checkpoint

    return write_checkpoint(tmp_path_factory.mktemp("checkpoint"), SHAPES["tiny"], seed=7)


@pytest.fixture(scope="session")
def coqui(checkpoint: Path) -> Any:
    """Coqui's own model, the judge."""
    import torch
    from codechoir.engines.xtts.neural.xtts_model import load_coqui

    torch.set_num_threads(2)
    return load_coqui(checkpoint)


@pytest.fixture(scope="session")
def core(coqui: Any) -> Any:
    """Our parts of the same weights, fp32."""
    from codechoir.engines.xtts.neural.gpt_layers import make_plan
    from codechoir.engines.xtts.neural.xtts_model import from_coqui

    return from_coqui(coqui, make_plan("cpu", "fp32"))


@pytest.fixture(scope="session")
def voices(coqui: Any) -> list[Any]:
    """Seven studio speakers."""
    from codechoir.engines.xtts.neural.xtts_model import Conditioning

    speakers = coqui.speaker_manager.speakers
    return [Conditioning(n, s["gpt_cond_latent"], s["speaker_embedding"]) for n, s in speakers.items()]
