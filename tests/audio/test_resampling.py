"""Sample rate conversion: right in pitch, length and level, at once, however the audio is cut into chunks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from codechoir.audio.resampling import Resampler
from codechoir.model import AudioChunk, Category, Mark
from hypothesis import given
from hypothesis import strategies as st


def tone(hertz: float, rate: int, samples: int) -> np.ndarray:
    return 10000 * np.sin(2 * np.pi * hertz * np.arange(samples) / rate)


def resampled(samples: np.ndarray, source: int, target: int, cuts: list[int]) -> np.ndarray:
    resampler = Resampler(source, target)
    edges = [0, *sorted(cuts), len(samples)]
    made, at = [], 0
    for begin, end in itertools.pairwise(edges):
        pcm = np.rint(samples[begin:end]).astype("<i2").tobytes()
        chunk = resampler.feed(AudioChunk(pcm, source, begin))
        assert chunk.first_sample == at
        at += chunk.samples
        made.append(chunk.pcm)
    made.append(resampler.flush().pcm)
    return np.frombuffer(b"".join(made), "<i2")


@pytest.mark.parametrize(
    ("source", "target"), [(22050, 24000), (24000, 22050), (16000, 24000), (48000, 24000)]
)
@pytest.mark.parametrize("hertz", [110, 1000, 5000])
def test_a_tone_stays_the_tone_that_it_was(source: int, target: int, hertz: int) -> None:
    made = resampled(tone(hertz, source, source // 5), source, target, [])
    wanted = tone(hertz, target, target // 5)
    assert len(made) == len(wanted)
    inner = slice(50, -50)
    error = np.sqrt(np.mean((made[inner] - wanted[inner]) ** 2))
    assert error < 10000 * 0.004


def test_what_the_target_cannot_hold_is_taken_out() -> None:
    made = resampled(tone(11500, 48000, 12000), 48000, 16000, [])
    assert np.abs(made[50:-50]).max() < 10000 * 0.01


@pytest.mark.parametrize(
    ("source", "target"), [(22050, 24000), (24000, 22050), (24000, 16000), (48000, 24000), (16000, 48000)]
)
def test_at_most_a_millisecond_of_audio_is_held_back(source: int, target: int) -> None:
    """So that the first sound is not delayed, at any pair of rates."""
    resampler, chunk, samples = Resampler(source, target), source // 1000, 0
    for number in range(1, 50):
        samples += resampler.feed(AudioChunk(bytes(2 * chunk), source, (number - 1) * chunk)).samples
        assert samples / target >= number * chunk / source - 0.001


@given(st.lists(st.integers(0, 2000), max_size=6))
def test_the_cuts_between_chunks_are_not_heard(cuts: list[int]) -> None:
    samples = np.random.default_rng(5).integers(-9000, 9000, 2000).astype(float)
    assert np.array_equal(resampled(samples, 22050, 24000, cuts), resampled(samples, 22050, 24000, []))


def test_loud_sound_is_limited_and_does_not_wrap_around() -> None:
    square = np.where(np.arange(4000) % 100 < 50, 32767.0, -32768.0)
    made = resampled(square, 22050, 24000, [])
    place = np.arange(len(made)) * 22050 / 24000
    flat = (place % 50 > 15) & (place % 50 < 35)
    assert np.array_equal(made[flat] > 0, place[flat] % 100 < 50)
    assert made.max() == 32767


def test_marks_move_with_the_sound_and_equal_rates_change_nothing() -> None:
    mark = Mark(22050, 44100, 3, 4, Category.TYPE, "word", 0, 0, 0)
    chunk = AudioChunk(bytes(2000), 22050, 0, (mark,))
    (moved,) = Resampler(22050, 24000).feed(chunk).marks
    assert (moved.t0, moved.t1, moved.start, moved.text) == (24000, 48000, 3, "word")
    assert Resampler(22050, 22050).feed(chunk) is chunk
