"""One real voice, hibari's: phonemes to frames of a source and a filter.

hibari (Apache-2.0) is a small network that was distilled from a voice of Kokoro-82M. For each 12.5 ms it
gives a fundamental frequency and spectra of a harmonic and a noisy part; `source_filter` makes the waveform.
Between the two, everything that tells voices apart can be changed frame by frame, so a line in seven voices
is one pass without a seam.

The network is cut in two. The first half hears all phonemes and gives durations, pitch, and features of each
frame. The second makes spectra of the features by convolutions alone: 27 frames around each frame count, and
what is farther than `CONTEXT` counts less than the rounding of its eight bits. So the line can begin to sound
when its first frames have their spectra.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codechoir.engines.natural.graph_cuts import DividedModel, ElementType, TensorType
from codechoir.errors import EngineError

Floats = NDArray[np.float32]

SAMPLE_RATE = 24_000
FRAME = 300
"""Samples a frame: 12.5 ms."""

FRAMES_A_DURATION = 2
"""The network counts the durations of phonemes in pairs of frames."""

CONTEXT = 12
"""Frames on both sides of a window whose features are needed for its spectra."""

_FEATURES, _PITCH, _DURATIONS = "/Concat_43_output_0", "f0", "/Clip_output_0"
_SPECTRA = "/head/Add_output_0"
_FEATURE_COUNT = 130


@dataclass(frozen=True, slots=True)
class Prosody:
    """What the first half of the network says of some phonemes.

    `features`: [1, 130, F]. `pitch`: [F] in hertz. `ends`: [L + 2], the frame at which each phoneme ends,
    with the pads around them.
    """

    features: Floats
    pitch: Floats
    ends: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self.pitch)


class HibariVoice:
    """The loaded network. May be used by several threads at once."""

    def __init__(self) -> None:
        """Raises `EngineError` when the packages do not load."""
        try:
            import onnxruntime

            assets = files("hibari") / "assets"
        except ImportError as error:
            raise EngineError(f"the packages of the natural voices do not load: {error}") from error
        self._ids: Mapping[str, int] = json.loads((assets / "vocab.json").read_text(encoding="utf-8"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model = DividedModel((assets / "hibari.onnx").read_bytes())
        phonemes = {
            "ids": TensorType(ElementType.INT64, (1, "L")),
            "speed": TensorType(ElementType.FLOAT, (1,)),
        }
        features = {_FEATURES: TensorType(ElementType.FLOAT, (1, _FEATURE_COUNT, "F"))}
        self._first, self._second = (
            onnxruntime.InferenceSession(half, options, providers=["CPUExecutionProvider"])
            for half in (
                model.cut(phonemes, [_FEATURES, _PITCH, _DURATIONS]),
                model.cut(features, [_SPECTRA]),
            )
        )

    @property
    def alphabet(self) -> frozenset[str]:
        """The characters that phonemes may have; all others are dropped."""
        return frozenset(self._ids)

    def prosody(self, phonemes: str) -> Prosody:
        """Durations and pitch of phonemes in Kokoro's alphabet, of which all are in `alphabet`."""
        ids = np.array([[0, *(self._ids[each] for each in phonemes), 0]], np.int64)
        given: dict[str, Any] = {"ids": ids, "speed": np.ones(1, np.float32)}
        features, pitch, durations = self._first.run(None, given)
        ends = np.cumsum(np.asarray(durations).reshape(-1).astype(np.int64)) * FRAMES_A_DURATION
        return Prosody(features, pitch[0], np.minimum(ends, pitch.shape[1]))

    def spectra(self, prosody: Prosody, begin: int, end: int) -> Floats:
        """The spectra of the frames `begin` to `end`: [end - begin, 5 x BINS] (see `source_filter`)."""
        left, right = max(begin - CONTEXT, 0), min(end + CONTEXT, prosody.count)
        window = np.ascontiguousarray(prosody.features[:, :, left:right])
        found: Floats = self._second.run(None, {_FEATURES: window})[0][0]
        return found[begin - left : end - left]
