"""The network's frames, and the sound that is made of them."""

from __future__ import annotations

import numpy as np
import pytest
from codechoir.bench.audio_metrics import pitches
from codechoir.engines.natural.hibari_voice import (
    FRAME,
    SAMPLE_RATE,
    Floats,
    Frames,
    FrameShape,
    HibariVoice,
    _varint,
    _with_output,
)

TOTAL = "tˈOTᵊl ˈikwᵊlz pɹˈIs"


@pytest.fixture(scope="module")
def voice() -> HibariVoice:
    return HibariVoice()


@pytest.fixture(scope="module")
def frames(voice: HibariVoice) -> Frames:
    return voice.frames(TOTAL)


def shape(frames: Frames, **factors: float) -> FrameShape:
    values = {"pitch": 1.0, "melody": 1.0, "formants": 1.0, "level": 1.0} | factors
    columns = {name: np.full(frames.count, value, np.float32) for name, value in values.items()}
    return FrameShape(np.arange(frames.count), **columns)


def loudness(sound: Floats) -> float:
    return float(10 * np.log10(np.square(sound).mean()))


def median_pitch(sound: Floats) -> float:
    pcm = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
    found = [each for each in pitches(pcm, SAMPLE_RATE) if each > 0]
    return float(np.median(found))


def test_each_phoneme_ends_after_the_one_before(frames: Frames) -> None:
    assert len(frames.ends) == len(TOTAL) + 2
    assert (np.diff(frames.ends) >= 0).all()
    assert frames.ends[-1] == frames.count == frames.harmonic.shape[1]


def test_the_same_seed_gives_the_same_sound(voice: HibariVoice, frames: Frames) -> None:
    one, same, other = (voice.sound(frames, shape(frames), seed) for seed in (1, 1, 2))
    assert len(one) == frames.count * FRAME
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert 0.1 < np.abs(one).max() < 1.0


@pytest.mark.parametrize("factor", [0.6, 0.8, 1.25])
def test_the_pitch_moves_and_nothing_gets_much_louder(
    voice: HibariVoice, frames: Frames, factor: float
) -> None:
    own, moved = (voice.sound(frames, shape(frames, pitch=each), 1) for each in (1.0, factor))
    assert median_pitch(moved) == pytest.approx(factor * median_pitch(own), rel=0.08)
    assert abs(loudness(moved) - loudness(own)) < 4


def test_a_flat_melody_has_one_pitch(voice: HibariVoice, frames: Frames) -> None:
    flat = voice.sound(frames, shape(frames, melody=0.0), 1)
    pcm = (np.clip(flat, -1, 1) * 32767).astype(np.int16)
    found = np.array([each for each in pitches(pcm, SAMPLE_RATE) if each > 0])
    assert np.percentile(found, 90) / np.percentile(found, 10) < 1.06


@pytest.mark.parametrize("factor", [0.85, 1.15])
def test_the_formants_move_without_the_pitch(voice: HibariVoice, frames: Frames, factor: float) -> None:
    own, moved = (voice.sound(frames, shape(frames, formants=each), 1) for each in (1.0, factor))
    assert median_pitch(moved) == pytest.approx(median_pitch(own), rel=0.05)

    def centre(sound: Floats) -> float:
        magnitudes = np.abs(np.fft.rfft(sound))[: len(sound) // 6]  # up to 4 kHz: above are fricatives
        return float((magnitudes * np.arange(len(magnitudes))).sum() / magnitudes.sum())

    assert (centre(moved) > centre(own)) == (factor > 1)
    assert abs(loudness(moved) - loudness(own)) < 4


def test_frames_without_a_source_are_silent(voice: HibariVoice, frames: Frames) -> None:
    whole = shape(frames)
    middle = frames.count // 2
    source = np.concatenate([whole.source[:middle], np.full(40, -1), whole.source[middle:]])
    ones = np.ones(len(source), np.float32)
    sound = voice.sound(frames, FrameShape(source, ones, ones, ones, ones), 1)
    pause = sound[(middle + 4) * FRAME : (middle + 36) * FRAME]
    assert np.abs(pause).max() < 1e-3
    assert np.abs(sound).max() > 0.1


def test_half_the_level_is_six_decibels_less(voice: HibariVoice, frames: Frames) -> None:
    own, half = (voice.sound(frames, shape(frames, level=each), 1) for each in (1.0, 0.5))
    assert loudness(own) - loudness(half) == pytest.approx(6.02, abs=0.1)


@pytest.mark.parametrize("value, encoded", [(0, b"\0"), (127, b"\x7f"), (128, b"\x80\1"), (300, b"\xac\2")])
def test_numbers_of_protocol_buffers(value: int, encoded: bytes) -> None:
    assert _varint(value) == encoded


def test_an_output_is_appended_to_a_model() -> None:
    assert (
        _with_output(b"model", "/a")
        == b"model" + b"\x3a\x0c" + b"\x62\x0a" + b"\x0a\x02/a\x12\x04\x0a\x02\x08\x01"
    )
