"""One real voice, hibari's: phonemes to frames of source and filter, and frames to sound.

hibari (Apache-2.0) is a small network that was distilled from a voice of Kokoro-82M. For each 12.5 ms it
gives a fundamental frequency and spectra of a harmonic and a noisy part; its own signal processing makes the
waveform. Between the two, everything that tells voices apart can be changed frame by frame: pitch, formants
and tempo. So a line in seven voices is one pass without a seam.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codechoir.errors import EngineError

Floats = NDArray[np.float32]

SAMPLE_RATE = 24_000
FRAME = 300
"""Samples a frame: 12.5 ms."""

BINS = 601
BIN_HERTZ = 20.0
"""A spectrum has 601 frequencies from 0 on, 20 Hz apart."""

SILENT = -20.0
"""Logarithm of the magnitude of a spectrum that cannot be heard."""

VOICED = 40.0
"""Hertz; a frame with a lower fundamental frequency has no voice."""

FRAMES_A_DURATION = 2
"""The network counts the durations of phonemes in pairs of frames."""

_DURATIONS = "/Clip_output_0"


@dataclass(frozen=True, slots=True)
class Frames:
    """What the network says of some phonemes.

    `harmonic`, `phase`, `noise`, `free`, `free_phase`: [601, F], logarithms of magnitudes and their phases.
    `pitch`: [F] in hertz. `ends`: [L + 2], the frame at which each phoneme ends, with the pads around them.
    """

    harmonic: Floats
    phase: Floats
    noise: Floats
    free: Floats
    free_phase: Floats
    pitch: Floats
    ends: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self.pitch)


@dataclass(frozen=True, slots=True)
class FrameShape:
    """How each frame of the sound is made: [N] each.

    `source`: index of the frame of the network, negative for silence. `pitch`: factor of the fundamental
    frequency. `melody`: factor of its movement around its mean. `formants`: factor of all frequencies of the
    spectrum; above 1 the speaker is smaller. `level`: factor of the amplitude.
    """

    source: NDArray[np.int64]
    pitch: Floats
    melody: Floats
    formants: Floats
    level: Floats


class HibariVoice:
    """The loaded network. May be used by several threads at once."""

    def __init__(self) -> None:
        """Raises `EngineError` when the packages do not load."""
        try:
            import onnxruntime
            from hibari import dsp
        except ImportError as error:
            raise EngineError(f"the packages of the natural voices do not load: {error}") from error
        assets = files("hibari") / "assets"
        self._dsp = dsp
        self._ids: Mapping[str, int] = json.loads((assets / "vocab.json").read_text(encoding="utf-8"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model = _with_output((assets / "hibari.onnx").read_bytes(), _DURATIONS)
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    @property
    def alphabet(self) -> frozenset[str]:
        """The characters that phonemes may have; all others are dropped."""
        return frozenset(self._ids)

    def frames(self, phonemes: str) -> Frames:
        """The frames of phonemes in Kokoro's alphabet, of which all are in `alphabet`."""
        ids = np.array([[0, *(self._ids[each] for each in phonemes), 0]], np.int64)
        given: dict[str, Any] = {"ids": ids, "speed": np.ones(1, np.float32)}
        found = self._session.run(None, given)
        harmonic, phase, noise, free, free_phase, pitch = (each[0] for each in found[:6])
        durations = found[6]
        ends = np.cumsum(np.asarray(durations).reshape(-1).astype(np.int64)) * FRAMES_A_DURATION
        ends = np.minimum(ends, len(pitch))
        return Frames(harmonic, phase, noise, free, free_phase, pitch, ends)

    def sound(self, frames: Frames, shape: FrameShape, seed: int) -> Floats:
        """The waveform of shaped frames, 300 samples each. `seed`: of the noise in fricatives and breath."""
        silent = shape.source < 0
        source = np.maximum(shape.source, 0)
        harmonic, noise, free = (each[:, source] for each in (frames.harmonic, frames.noise, frames.free))
        phase, free_phase = frames.phase[:, source], frames.free_phase[:, source]
        own = frames.pitch[source]
        pitch = _with_melody(frames.pitch, shape.melody, source) * shape.pitch
        moved = np.flatnonzero((np.abs(shape.formants - 1) > 0.001) | (np.abs(pitch - own) > 0.01 * own))
        if len(moved):
            at = _positions(shape.formants[moved])
            low, high, share = _harmonics_around(at, own[moved])
            column = moved[None, :]
            nearest = np.where(share > 0.5, high, low)
            harmonic[:, moved], phase[:, moved] = (
                harmonic[low, column] * (1 - share) + harmonic[high, column] * share,
                phase[nearest, column],
            )
            bins = np.rint(at).astype(np.int64)
            for spectrum in (noise, free, free_phase):
                spectrum[:, moved] = spectrum[bins, column]
        spectra = (harmonic, noise, free)
        level = np.log(np.maximum(shape.level, 1e-6)).astype(np.float32)
        for spectrum in spectra:
            spectrum += level
            spectrum[:, silent] = SILENT
        pitch = np.where(silent | (own < VOICED), 0, np.maximum(pitch, VOICED)).astype(np.float32)
        parts = (np.ascontiguousarray(each) for each in (harmonic, phase, noise, free, free_phase))
        sound: Floats = self._dsp.synth(*parts, pitch, np.random.default_rng(seed))
        return sound


def _with_melody(pitch: Floats, melody: Floats, source: NDArray[np.int64]) -> Floats:
    """The pitch of the frames `source`, its distance from the median of all voiced frames changed."""
    voiced = pitch >= VOICED
    if not voiced.any():
        return pitch[source]
    middle = np.median(pitch[voiced])
    changed = middle * (np.maximum(pitch[source], 1e-3) / middle) ** melody
    return np.where(voiced[source], changed, pitch[source]).astype(np.float32)


def _positions(factors: Floats) -> Floats:
    """[601, N]: which bin each bin of a speaker of another size comes from."""
    found: Floats = np.arange(BINS, dtype=np.float32)[:, None] / factors[None, :]
    return np.asarray(np.minimum(found, BINS - 1), np.float32)


def _harmonics_around(bins: Floats, pitch: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """The bins of the harmonics below and above some places [601, N], and how near the upper one is, 0 to 1.

    Between the harmonics the network says anything, since nothing there can be heard at its own pitch. At
    another pitch only its values at the harmonics count. Where there is no voice, neighbouring bins do.
    """
    spacing = np.where(pitch >= VOICED, pitch / BIN_HERTZ, 1.0)[None, :]
    number = np.maximum(np.floor(bins / spacing), 1.0)
    low = np.minimum(np.rint(number * spacing), BINS - 1)
    high = np.minimum(np.rint((number + 1) * spacing), BINS - 1)
    share = np.clip((bins - low) / np.maximum(high - low, 1), 0, 1)
    return low.astype(np.int64), high.astype(np.int64), share.astype(np.float32)


def _with_output(model: bytes, name: str) -> bytes:
    """An ONNX model that also returns an inner tensor of floats.

    Protocol Buffers merges the parts of a message that comes in pieces, so the output is appended to the
    model as a second piece of its graph: ModelProto.graph = 7, GraphProto.output = 12, ValueInfoProto.name =
    1 and .type = 2, TypeProto.tensor_type = 1, Tensor.elem_type = 1, which is 1 for float.
    """
    value = _field(1, name.encode()) + _field(2, _field(1, b"\x08\x01"))
    return model + _field(7, _field(12, value))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    return bytes([*encoded, value])
