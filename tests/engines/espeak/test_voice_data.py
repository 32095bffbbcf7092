"""The files that are made with eSpeak NG: the reference recordings, and the loudness of variants."""

from __future__ import annotations

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import soundfile
from codechoir.engines.espeak import library, voice_data
from codechoir.model import Category
from codechoir.storage import resource_path
from support.recordings import recording_path


def spectrum(path: Path) -> np.ndarray:
    """The long-term spectrum, which tells speakers apart whatever they say."""
    samples, _ = soundfile.read(path)
    frames = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::512] * np.hanning(1024)
    return np.log(np.square(np.abs(np.fft.rfft(frames))).mean(axis=0) + 1e-9)


@pytest.mark.parametrize("category", Category)
def test_every_category_has_six_seconds_of_sound(category: Category) -> None:
    path = recording_path(category)
    about = soundfile.info(path)
    assert (about.samplerate, about.channels, about.subtype) == (24000, 1, "PCM_16")
    assert about.duration == 6.0
    assert path.stat().st_size < 300_000
    samples, _ = soundfile.read(path)
    assert 0.5 < np.abs(samples).max() < 0.99
    assert np.sqrt(np.square(samples).mean()) > 0.03


def test_no_two_speakers_are_alike() -> None:
    spectra = [spectrum(recording_path(category)) for category in voice_data.VOICED_CATEGORIES]
    assert len(spectra) == 7
    for one, other in combinations(spectra, 2):
        assert np.abs(one - other).mean() > 0.3


def test_they_can_be_made_anew(tmp_path: Path) -> None:
    path = voice_data.make_recording(Category.LITERAL, tmp_path / "literal.wav")
    assert soundfile.info(path).duration == 6.0
    assert np.abs(spectrum(path) - spectrum(recording_path(Category.LITERAL))).mean() < 0.3


def test_the_variants_of_the_loudness_table_are_those_of_the_library() -> None:
    table = tomllib.loads(resource_path("voices", "loudness.toml").read_text("utf-8"))
    assert sorted(table["espeak"]) == sorted(["", *library().variants])
