"""A small checkpoint of XTTS in the real file format; the weights are random."""

from __future__ import annotations

from pathlib import Path

import torch
from codechoir.bench.xtts_measure import (
    CheckpointShape,
    config_of,
    random_model,
    random_speakers,
    write_vocabulary,
)


def write_checkpoint(folder: Path, shape: CheckpointShape, seed: int = 0, stop_bias: float = -20.0) -> Path:
    """Write `config.json`, `model.pth`, `vocab.json` and `speakers_xtts.pth`; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_vocabulary(folder / "vocab.json", shape.text_tokens)
    config_of(shape).save_json(str(folder / "config.json"))
    model = random_model(shape, folder / "vocab.json", seed, stop_bias)
    by_inference = ("gpt.gpt_inference.", "gpt.gpt.wte.")  # names that coqui adds when it prepares to speak
    state = {name: value for name, value in model.state_dict().items() if not name.startswith(by_inference)}
    torch.save({"model": state}, folder / "model.pth")
    torch.save(random_speakers(shape, seed), folder / "speakers_xtts.pth")
    return folder
