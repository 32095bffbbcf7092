"""The network's frames, and the sound that is made of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from codechoir.bench.audio_metrics import pitches
from codechoir.engines.natural.graph_cuts import ElementType, TensorType, cut_model, encoded_field, varint
from codechoir.engines.natural.hibari_voice import HibariVoice, Prosody
from codechoir.engines.natural.source_filter import (
    BINS,
    FRAME,
    LAG,
    SAMPLE_RATE,
    VOICED,
    Floats,
    FrameShape,
    SoundWindows,
)
from codechoir.errors import EngineError

TOTAL = "tˈOTᵊl ˈikwᵊlz pɹˈIs"


@pytest.fixture(scope="module")
def voice() -> HibariVoice:
    return HibariVoice()


@pytest.fixture(scope="module")
def prosody(voice: HibariVoice) -> Prosody:
    return voice.prosody(TOTAL)


@pytest.fixture(scope="module")
def spectra(voice: HibariVoice, prosody: Prosody) -> Floats:
    return voice.spectra(prosody, 0, prosody.count)


def sound_of(
    prosody: Prosody, spectra: Floats, shape: FrameShape, seed: int = 1, ends: Sequence[int] = ()
) -> Floats:
    """The sound, in windows that end after some frames."""
    windows = SoundWindows(prosody.pitch, shape, seed)
    return np.concatenate([windows.sound(end, spectra, 0) for end in (*ends, shape.count)])


def shape(prosody: Prosody, **factors: float) -> FrameShape:
    values = {"pitch": 1.0, "melody": 1.0, "formants": 1.0, "level": 1.0} | factors
    columns = {name: np.full(prosody.count, value, np.float32) for name, value in values.items()}
    return FrameShape(np.arange(prosody.count), **columns)


def loudness(sound: Floats) -> float:
    return float(10 * np.log10(np.square(sound).mean()))


def median_pitch(sound: Floats) -> float:
    pcm = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
    found = [each for each in pitches(pcm, SAMPLE_RATE) if each > 0]
    return float(np.median(found))


def test_each_phoneme_ends_after_the_one_before(prosody: Prosody, spectra: Floats) -> None:
    assert len(prosody.ends) == len(TOTAL) + 2
    assert (np.diff(prosody.ends) >= 0).all()
    assert prosody.ends[-1] == prosody.count
    assert spectra.shape == (prosody.count, 5 * BINS)


def test_the_halves_of_the_network_say_what_the_whole_says(
    voice: HibariVoice, prosody: Prosody, spectra: Floats
) -> None:
    from hibari import dsp

    parts = [np.ascontiguousarray(part.T) for part in np.split(spectra, 5, axis=1)]
    parts[2][:] = -20  # the noise is another one
    quiet = np.hstack([part.T for part in parts])
    pitch = np.where(prosody.pitch < VOICED, 0, prosody.pitch).astype(np.float32)
    theirs = dsp.synth(*parts, pitch, np.random.default_rng(1))
    ours = sound_of(prosody, quiet, shape(prosody))
    middle = slice(4 * FRAME, -4 * FRAME)
    assert loudness(theirs[middle] - ours[middle]) < loudness(theirs) - 60


@pytest.mark.parametrize("ends", [(1, 2, 5), (20, 90), (LAG,), (47, 48, 49, 50)])
def test_windows_make_the_same_sound_as_the_whole(
    prosody: Prosody, spectra: Floats, ends: tuple[int, ...]
) -> None:
    other = shape(prosody, pitch=0.7, formants=0.9, level=0.8)
    whole, pieces = sound_of(prosody, spectra, other), sound_of(prosody, spectra, other, ends=ends)
    assert len(whole) == prosody.count * FRAME
    assert np.abs(whole - pieces).max() < 1e-5


def test_the_spectra_of_a_window_are_those_of_the_line(
    voice: HibariVoice, prosody: Prosody, spectra: Floats
) -> None:
    for begin, end in ((0, 20), (20, 60), (60, prosody.count)):
        rows = voice.spectra(prosody, begin, end)
        assert rows.shape == (end - begin, 5 * BINS)
        window = np.vstack([spectra[:begin], rows, spectra[end:]])
        whole, pieces = (sound_of(prosody, each, shape(prosody)) for each in (spectra, window))
        assert loudness(whole - pieces) < loudness(whole) - 15


def test_the_same_seed_gives_the_same_sound(prosody: Prosody, spectra: Floats) -> None:
    one, same, other = (sound_of(prosody, spectra, shape(prosody), seed) for seed in (1, 1, 2))
    assert len(one) == prosody.count * FRAME
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert 0.1 < np.abs(one).max() < 1.0


@pytest.mark.parametrize("factor", [0.6, 0.8, 1.25])
def test_the_pitch_moves_and_nothing_gets_much_louder(
    prosody: Prosody, spectra: Floats, factor: float
) -> None:
    own, moved = (sound_of(prosody, spectra, shape(prosody, pitch=each)) for each in (1.0, factor))
    assert median_pitch(moved) == pytest.approx(factor * median_pitch(own), rel=0.08)
    assert abs(loudness(moved) - loudness(own)) < 4


def test_a_flat_melody_has_one_pitch(prosody: Prosody, spectra: Floats) -> None:
    flat = sound_of(prosody, spectra, shape(prosody, melody=0.0))
    pcm = (np.clip(flat, -1, 1) * 32767).astype(np.int16)
    found = np.array([each for each in pitches(pcm, SAMPLE_RATE) if each > 0])
    assert np.percentile(found, 90) / np.percentile(found, 10) < 1.06


@pytest.mark.parametrize("factor", [0.85, 1.15])
def test_the_formants_move_without_the_pitch(prosody: Prosody, spectra: Floats, factor: float) -> None:
    own, moved = (sound_of(prosody, spectra, shape(prosody, formants=each)) for each in (1.0, factor))
    assert median_pitch(moved) == pytest.approx(median_pitch(own), rel=0.05)

    def centre(sound: Floats) -> float:
        magnitudes = np.abs(np.fft.rfft(sound))[: len(sound) // 6]  # up to 4 kHz: above are fricatives
        return float((magnitudes * np.arange(len(magnitudes))).sum() / magnitudes.sum())

    assert (centre(moved) > centre(own)) == (factor > 1)
    assert abs(loudness(moved) - loudness(own)) < 4


def test_frames_without_a_source_are_silent(prosody: Prosody, spectra: Floats) -> None:
    whole = shape(prosody)
    middle = prosody.count // 2
    source = np.concatenate([whole.source[:middle], np.full(40, -1), whole.source[middle:]])
    ones = np.ones(len(source), np.float32)
    sound = sound_of(prosody, spectra, FrameShape(source, ones, ones, ones, ones))
    pause = sound[(middle + 4) * FRAME : (middle + 36) * FRAME]
    assert np.abs(pause).max() < 1e-3
    assert np.abs(sound).max() > 0.1


def test_half_the_level_is_six_decibels_less(prosody: Prosody, spectra: Floats) -> None:
    own, half = (sound_of(prosody, spectra, shape(prosody, level=each)) for each in (1.0, 0.5))
    assert loudness(own) - loudness(half) == pytest.approx(6.02, abs=0.1)


@pytest.mark.parametrize("value, encoded", [(0, b"\0"), (127, b"\x7f"), (128, b"\x80\1"), (300, b"\xac\2")])
def test_numbers_of_protocol_buffers(value: int, encoded: bytes) -> None:
    assert varint(value) == encoded


def node(needs: Sequence[str], makes: str) -> bytes:
    names = [encoded_field(1, each.encode()) for each in needs] + [encoded_field(2, makes.encode())]
    return encoded_field(1, b"".join(names))


def model_of(*nodes: bytes, initializers: Sequence[str] = ()) -> bytes:
    tensors = b"".join(encoded_field(5, encoded_field(8, each.encode())) for each in initializers)
    described = encoded_field(11, encoded_field(1, b"in")) + encoded_field(12, encoded_field(1, b"out"))
    graph = b"".join(nodes) + encoded_field(2, b"graph") + tensors + described
    return b"\x08\x08" + encoded_field(7, graph) + encoded_field(8, b"\x10\x11")


def test_a_cut_keeps_what_its_output_needs() -> None:
    nodes = node(["in", "w"], "a"), node(["a"], "b"), node(["b", "v"], "out")
    model = model_of(*nodes, initializers=["w", "v", "unused"])
    kinds = {"a": TensorType(ElementType.FLOAT, (1, "F"))}
    cut = cut_model(model, kinds, ["b"])
    assert nodes[1] in cut and nodes[0] not in cut and nodes[2] not in cut
    assert b"unused" not in cut and b"\x42\x01v" not in cut
    assert cut.startswith(b"\x08\x08") and b"\x10\x11" in cut and b"in" not in cut.replace(nodes[1], b"")


@pytest.mark.parametrize("outputs, message", [(["b"], "has no w"), (["c"], "has no c")])
def test_a_model_without_the_tensors_is_refused(outputs: list[str], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        cut_model(model_of(node(["in", "w"], "b")), {"in": TensorType(ElementType.INT64)}, outputs)


@pytest.mark.parametrize("model", [b"", b"\x3a\x7f", b"<html>", b"\xff" * 9, model_of(b"\x0a\x05\x0a\x7f")])
def test_what_is_no_model_is_refused(model: bytes) -> None:
    with pytest.raises(EngineError):
        cut_model(model, {}, ["out"])
