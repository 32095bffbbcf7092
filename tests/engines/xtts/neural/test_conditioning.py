"""Voices from recordings: equal to coqui's, and clear errors for unusable recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from codechoir.engines.xtts.neural.xtts_model import (
    CloningOptions,
    clone,
    import_torchaudio,
    load_recording,
    studio_speakers,
    studio_voice,
)
from codechoir.errors import InputError


def voice_like(seconds: float, rate: int = 22_050, level: float = 0.3) -> np.ndarray:
    t = np.arange(int(seconds * rate)) / rate
    noise = np.random.default_rng(1).normal(0, 0.05, len(t))
    return np.asarray((level * np.sin(2 * np.pi * 140 * t) * (1 + 0.5 * np.sin(9 * t)) + level * noise) / 1.6)


def record(path: Path, samples: np.ndarray, rate: int = 22_050) -> Path:
    soundfile.write(path, samples, rate)
    return path


def test_latents_equal_those_of_coqui(
    coqui: Any, core: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two recordings at two rates, one of them stereo, through coqui's public door with its file reader
    replaced by soundfile (its own needs FFmpeg)."""
    one = record(tmp_path / "one.wav", voice_like(2.0, 16_000), 16_000)
    two = record(tmp_path / "two.flac", np.stack([voice_like(1.5)] * 2, axis=1))

    def load(path: Path) -> tuple[torch.Tensor, int]:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        return torch.from_numpy(samples.T.copy()), rate

    monkeypatch.setattr(import_torchaudio(), "load", load)
    latent, embedding = coqui.get_conditioning_latents([one, two], gpt_cond_len=30, gpt_cond_chunk_len=4)
    ours = clone(core, "key", [one, two])
    torch.testing.assert_close(ours.latent, latent, atol=1e-5, rtol=0)
    torch.testing.assert_close(ours.embedding, embedding, atol=1e-5, rtol=0)
    assert ours.latent.shape == (1, 32, core.shape.width)
    assert ours.embedding.shape == (1, 512, 1)


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (voice_like(0.4), "at least 1"),
        (np.zeros(40_000), "silent"),
        (np.clip(voice_like(2.0, level=9.0), -1, 1), "clipped"),
    ],
)
def test_an_unusable_recording_is_named(core: Any, tmp_path: Path, samples: np.ndarray, words: str) -> None:
    path = record(tmp_path / "mine.wav", samples)
    with pytest.raises(InputError, match=rf"mine\.wav.*{words}"):
        clone(core, "key", [path])


def test_a_very_long_recording_is_an_error_before_it_is_read(core: Any, tmp_path: Path) -> None:
    path = record(tmp_path / "book.wav", np.zeros(700 * 100), 100)
    with pytest.raises(InputError, match=r"book\.wav lasts 12 minutes"):
        clone(core, "key", [path])


def test_a_file_without_sound_is_named(core: Any, tmp_path: Path) -> None:
    path = tmp_path / "notes.wav"
    path.write_text("not sound")
    with pytest.raises(InputError, match=r"notes\.wav cannot be read"):
        clone(core, "key", [path])


def test_normalising_brings_the_peak_to_three_quarters(tmp_path: Path) -> None:
    path = record(tmp_path / "soft.wav", voice_like(1.5, level=0.1))
    audio = load_recording(path, CloningOptions(normalise=True))
    assert float(audio.abs().max()) == pytest.approx(0.75, abs=1e-3)


def test_studio_speakers_come_from_the_checkpoint(core: Any) -> None:
    names = studio_speakers(core)
    assert len(names) == 7
    assert studio_voice(core, names[0]).latent.shape == (1, 32, core.shape.width)
    with pytest.raises(InputError, match="Did you mean 'Ana One'"):
        studio_voice(core, "Ana Ona")
