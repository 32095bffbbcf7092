"""Voices that are mixed of others, along a line and along the sphere, with their recipe."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codechoir.errors import InputError
from codechoir.voices.library.library import VoiceLibrary, check_weights, mix_tensors
from codechoir.voices.library.voice_file import ClonedVoice
from hypothesis import given
from hypothesis import strategies as st
from support.voice_library import FakeConditioner, vector


def test_a_mixture_is_an_ordinary_voice_with_its_recipe(three_voices: VoiceLibrary, tmp_path: Path) -> None:
    three_voices.mix("duo", {"ana": 0.25, "bo": 0.75})
    about = VoiceLibrary(three_voices.settings).voice("duo").provenance
    assert (about.recipe, about.engine, about.fingerprint) == ({"ana": 0.25, "bo": 0.75}, "fake", "f" * 16)
    assert len(about.recordings) == 2
    three_voices.mix("trio", {"duo": 0.5, "cy": 0.5})
    assert three_voices.export_voice("trio", tmp_path / "trio.safetensors").exists()


def test_latents_are_mixed_along_a_line(three_voices: VoiceLibrary) -> None:
    three_voices.mix("duo", {"ana": 0.25, "bo": 0.75})
    ana, bo, duo = (
        three_voices.voice(n).tensors["gpt_cond_latent"].astype(np.float64) for n in ("ana", "bo", "duo")
    )
    assert duo.shape == (1, 32, 1024)
    assert np.abs(duo - (0.25 * ana + 0.75 * bo)).max() < 2e-3


def angle(one: np.ndarray, other: np.ndarray) -> float:
    return math.acos(float(one @ other) / float(np.linalg.norm(one) * np.linalg.norm(other)))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_speaker_is_mixed_along_the_sphere_and_keeps_its_length(
    three_voices: VoiceLibrary, share: float
) -> None:
    three_voices.mix("duo", {"ana": 1 - share, "bo": share})
    ana, bo, duo = (vector(three_voices, name) for name in ("ana", "bo", "duo"))
    assert angle(ana, duo) == pytest.approx(share * angle(ana, bo), abs=2e-3)
    assert angle(duo, bo) == pytest.approx((1 - share) * angle(ana, bo), abs=2e-3)
    lengths = [float(np.linalg.norm(v)) for v in (ana, bo, duo)]
    assert lengths[2] == pytest.approx((1 - share) * lengths[0] + share * lengths[1], rel=1e-3)


def test_three_voices_are_mixed_in_any_order(three_voices: VoiceLibrary) -> None:
    three_voices.mix("trio", {"ana": 2, "bo": 1, "cy": 1})
    three_voices.mix("oirt", {"cy": 1, "bo": 1, "ana": 2})
    trio = vector(three_voices, "trio")
    assert np.abs(vector(three_voices, "oirt") - trio).max() < 2e-3
    near = {name: angle(trio, vector(three_voices, name)) for name in ("ana", "bo", "cy")}
    assert near["ana"] < near["bo"] - 0.1
    assert abs(near["bo"] - near["cy"]) < 0.1
    assert three_voices.voice("trio").provenance.recipe == {"ana": 0.5, "bo": 0.25, "cy": 0.25}


def test_a_voice_mixed_with_itself_or_its_opposite_stays_a_voice(three_voices: VoiceLibrary) -> None:
    ana = {"speaker_embedding": three_voices.voice("ana").tensors["speaker_embedding"]}
    opposite = {"speaker_embedding": -ana["speaker_embedding"]}
    voices = [ClonedVoice(three_voices.voice("ana").provenance, each) for each in (ana, ana, opposite)]
    same = mix_tensors(voices[:2], [0.3, 0.7])["speaker_embedding"]
    assert np.abs(same - ana["speaker_embedding"]).max() < 2e-3
    assert np.isfinite(mix_tensors([voices[0], voices[2]], [0.5, 0.5])["speaker_embedding"]).all()


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ({"ana": 0.5, "bo": 0.6}, "sum to 1, got 1.1"),
        ({"ana": 0.5, "bo": 0.2}, "sum to 1, got 0.7"),
        ({"ana": 1.5, "bo": -0.5}, "greater than 0"),
        ({"ana": 1.0, "bo": 0.0}, "greater than 0"),
        ({"ana": math.nan, "bo": 0.5}, "greater than 0"),
        ({"ana": math.inf, "bo": 0.5}, "greater than 0"),
        ({"ana": 1.0}, "at least two"),
        ({}, "at least two"),
        ({"ana": 0.5, "nobody": 0.5}, "no voice 'nobody'"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(
    three_voices: VoiceLibrary, weights: dict[str, float], why: str
) -> None:
    with pytest.raises(InputError, match=why):
        three_voices.mix("duo", weights)
    assert "duo" not in three_voices.names()


@given(st.dictionaries(st.text(min_size=1), st.integers(1, 1000), min_size=2, max_size=6))
def test_whole_parts_become_weights_that_sum_to_one(parts: dict[str, int]) -> None:
    weights = check_weights(parts)
    assert math.fsum(weights.values()) == pytest.approx(1)
    for name, part in parts.items():
        assert weights[name] == pytest.approx(part / sum(parts.values()))


def test_voices_of_different_models_are_not_mixed(three_voices: VoiceLibrary, record: Any) -> None:
    three_voices.add("dan", [record("d.wav")], FakeConditioner(fingerprint="other"))
    with pytest.raises(InputError, match="different models"):
        three_voices.mix("duo", {"ana": 0.5, "dan": 0.5})


def test_tokens_and_other_shapes_are_not_mixed(three_voices: VoiceLibrary, record: Any) -> None:
    class Tokens(FakeConditioner):
        def condition(self, recordings: Any) -> Any:
            return {"prompt_token": np.arange(len(recordings[0].name))}

    for name in ("tok", "toks", "kot"):
        three_voices.add(name, [record(f"{name}.wav")], Tokens())
    with pytest.raises(InputError, match="different shapes"):
        three_voices.mix("duo", {"tok": 0.5, "toks": 0.5})
    with pytest.raises(InputError, match="consist of tokens"):
        three_voices.mix("duo", {"tok": 0.5, "kot": 0.5})
    with pytest.raises(InputError, match="different shapes"):
        three_voices.mix("duo", {"ana": 0.5, "tok": 0.5})
