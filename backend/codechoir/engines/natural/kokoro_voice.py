"""Kokoro's pieces at work: what a line in several voices sounds like, and its sound window by window."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from codechoir.engines.natural.kokoro_catalog import (
    PIECES,
    TEMPOS_AND_LEVELS,
    VOICES_FILE,
    kokoro_home,
    read_manifest,
)
from codechoir.engines.natural.pronunciation import Pronunciation
from codechoir.errors import EngineError, did_you_mean
from codechoir.voices.library import VoiceLibrary

if TYPE_CHECKING:
    import onnxruntime

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

ENGINE = "natural"
SAMPLE_RATE = 24_000
FRAME = 600
"""Samples of a frame: 25 ms."""

HALF = FRAME // 2
"""Samples of a half frame, of which the generator's windows are made."""

CONTEXT = 6
"""Half frames around a window that only the window needs. In floats, 10 give exactly the sound of the whole;
what 6 lack is less than what 8-bit numbers change."""

EDGE_CONTEXT = 3
"""The same before the first window, where the line is silent."""

LEAST_ROW = 30
"""The style depends on the number of tokens. In the styles of very short texts, a listener takes one word of
six for another; in this one, one of thirty."""

MOST_TEMPO = 1.3
"""A voice is not made faster or slower by more: a whispering one, 1.6 times as slow, would suffer."""

SOFT = 2
"""Frames over which one voice becomes the next."""

VOICED = 10.0
"""Hertz; below, the source has no harmonics."""


def kokoro_alphabet() -> tuple[dict[str, int], Pronunciation]:
    """The tokens of phonemes, and the pronunciation of words in them; hibari has the same ones."""
    from codechoir.engines.espeak import Phonemizer

    tokens = json.loads((files("hibari") / "assets" / "vocab.json").read_text(encoding="utf-8"))
    return tokens, Pronunciation(Phonemizer(), tokens)


def piece_session(model: bytes | Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """A piece, loaded. Its threads use no processor while they wait.

    onnxruntime's own reserve of memory is off: it takes 150 MB more, and saves a twentieth of the time.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    given = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])


def published_kokoro(name: str = "af_heart") -> Callable[[str], float]:
    """The published model, for comparison: says a whole text at once, and returns the seconds of sound."""
    weights = kokoro_home() / "weights"
    session = piece_session(weights / "kokoro-v1.0.int8.onnx")
    styles = np.fromfile(weights / f"{name}.bin", "<f4").reshape(-1, 256)
    tokens, pronunciation = kokoro_alphabet()

    def say(text: str) -> float:
        ids = [tokens[each] for each in " ".join(pronunciation.words(text.split(), letters=False))]
        style = styles[min(max(len(ids), 1), len(styles)) - 1][None]
        given = {"tokens": np.array([[0, *ids, 0]]), "style": style, "speed": np.ones(1, np.float32)}
        return len(session.run(None, given)[0]) / SAMPLE_RATE

    return say


@dataclass(frozen=True, slots=True, eq=False)
class Speaker:
    """A voice: style vectors by number of tokens [N, 256], and the frozen statistics of the generator [A].

    `tempo`: its durations are divided by this, so that it is as fast as the reference. `level`: decibels by
    which it is made as loud as the reference.
    """

    style: Floats
    mean: Floats
    deviation: Floats
    tempo: float
    level: float

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[Any]]) -> Speaker:
        """From what `speaker_tensors` returns, or a mixture of it."""
        style, mean, deviation, prosody = (
            tensors[name].astype(np.float32) for name in ("style", "mean", "deviation", "prosody")
        )
        tempo, level = prosody.tolist()
        return cls(style, mean, deviation, min(max(tempo, 1 / MOST_TEMPO), MOST_TEMPO), level)

    @property
    def gain(self) -> float:
        """The level as a factor of the amplitude."""
        return float(10 ** (self.level / 20))

    def row(self, count: int) -> Floats:
        """The style [1, 256] of a text of `count` tokens."""
        at = min(max(count, LEAST_ROW), len(self.style)) - 1
        return self.style[at : at + 1]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who says each token of a line, the pads at both ends included, and how.

    `whose`: index in `speakers`. `pitch`: factor of the fundamental frequency. `melody`: factor of its
    movement around its median.
    """

    speakers: Sequence[Speaker]
    whose: Indices
    pitch: Floats
    melody: Floats


@dataclass(frozen=True, slots=True, eq=False)
class SpokenLine:
    """A line before it becomes sound. `ends`: after which frame each token ends, the pads included.

    `energy`: of each half frame, as logarithm; silence is negative. The other fields are the generator's
    inputs for the whole line.
    """

    ends: Indices
    energy: Floats
    x: Floats
    harmonics: Floats
    scale: Floats
    shift: Floats
    mix: Floats


def speaker_tensors(folder: Path, name: str) -> dict[str, NDArray[Any]]:
    """Everything about a voice of the pieces in a folder; weighted means of it are a voice, too."""
    parts = ("style", "mean", "deviation")
    tensors = dict(zip(parts, _tensors(folder, *(f"{name}.{part}" for part in parts)), strict=True))
    return {**tensors, "prosody": np.array(TEMPOS_AND_LEVELS.get(name, (1.0, 0.0)), np.float32)}


def _tensors(folder: Path, *names: str) -> list[NDArray[Any]]:
    from safetensors import safe_open

    opened: Any = safe_open
    with opened(folder / VOICES_FILE, "numpy") as file:
        return [file.get_tensor(name) for name in names]


def _mixed_speaker(name: str, _content: str) -> Speaker:
    """A mixture of the user's, which changes with its content."""
    with VoiceLibrary() as library:
        return Speaker.of(library.voice(name).tensors)


class KokoroVoice:
    """The loaded pieces. May be used by several threads at once."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Raises `EngineError` when the pieces in `folder` do not load."""
        manifest = read_manifest(folder)
        if manifest is None:
            raise EngineError("Kokoro's voices are not built; run 'codechoir install natural'")
        self.voices: list[str] = manifest["voices"]
        try:
            self._sessions = {name: piece_session(folder / f"{name}.onnx", threads) for name in PIECES}
            self._affine = _tensors(folder, "affine.weight", "affine.bias")
        except Exception as error:  # those of onnxruntime have no other base
            reason = str(error).partition("\n")[0]
            raise EngineError(
                f"Kokoro's voices do not load ({reason}); delete {folder} and run 'codechoir install natural'"
            ) from error
        self._own_speaker = lru_cache(64)(lambda name: Speaker.of(speaker_tensors(folder, name)))
        self._mixed_speaker = lru_cache(64)(_mixed_speaker)
        self._tables = lru_cache(256)(self._new_tables)

    def speaker(self, name: str) -> Speaker:
        """A voice of Kokoro, or a mixture of the user's."""
        if name in self.voices:
            return self._own_speaker(name)
        with VoiceLibrary() as library:
            mixed = library.content_hashes(ENGINE)
        if name in mixed:
            return self._mixed_speaker(name, mixed[name])
        known = ", ".join([*self.voices, *mixed])
        raise EngineError(
            f"Kokoro has no voice '{name}'; known: {known}.{did_you_mean(name, [*self.voices, *mixed])}"
        )

    def line(self, tokens: Sequence[int], cast: Cast) -> SpokenLine:
        """Everything about a line but its sound. `tokens`: without the pads at both ends."""
        padded = np.array([[0, *tokens, 0]], np.int64)
        styles = np.concatenate([speaker.row(len(tokens)) for speaker in cast.speakers])
        decoder, predictor = np.ascontiguousarray(styles[:, :128]), np.ascontiguousarray(styles[:, 128:])
        encoded, features = self._run("text", tokens=padded)
        predicted, frames = self._run("duration", encoded=encoded, style=predictor[cast.whose][:, None])
        tempo = np.array([speaker.tempo for speaker in cast.speakers], np.float32)[cast.whose]
        counts = np.maximum(np.rint(frames[:, 0] / tempo), 1).astype(np.int64)
        index = np.repeat(np.arange(len(counts)), counts)
        mix = _mix(cast.whose[index], len(cast.speakers))
        pitch, energy = self._run("prosody", predicted=predicted, tokens=index, styles=predictor, mix=mix)
        halves = np.repeat(index, 2)
        pitch = _with_melody(pitch, cast.whose[halves], cast.melody[halves], cast.pitch[halves])
        spread = np.ascontiguousarray(features[index, 0].T[None])
        (x,) = self._run("middle", features=spread, pitch=pitch, energy=energy, styles=decoder, mix=mix)
        (harmonics,) = self._run("source", pitch=pitch)
        tables = [self._tables(speaker, len(tokens)) for speaker in cast.speakers]
        scale, shift = (np.concatenate(each) for each in zip(*tables, strict=True))
        return SpokenLine(np.cumsum(counts), energy[0], x, harmonics, scale, shift, np.repeat(mix, 2, axis=2))

    def sound(self, line: SpokenLine, begin: int, end: int, earliest: int = 0) -> Floats:
        """The samples of the half frames from `begin` to `end`. Before `earliest` nothing can be heard."""
        first, last = max(begin - CONTEXT, earliest - EDGE_CONTEXT, 0), min(end + CONTEXT, line.x.shape[2])
        a_half = (line.harmonics.shape[2] - 1) // line.x.shape[2]
        (samples,) = self._run(
            "generator",
            x=np.ascontiguousarray(line.x[:, :, first:last]),
            harmonics=np.ascontiguousarray(line.harmonics[:, :, first * a_half : last * a_half + 1]),
            mix=np.ascontiguousarray(line.mix[:, :, first:last]),
            scale=line.scale,
            shift=line.shift,
        )
        return np.asarray(samples[(begin - first) * HALF : (end - first) * HALF], np.float32)

    def _new_tables(self, speaker: Speaker, count: int) -> tuple[Floats, Floats]:
        """Scale and shift [1, A] of all frozen layers for a text of `count` tokens."""
        weight, bias = self._affine
        gain, shift = np.split(speaker.row(count)[:, :128] @ weight + bias, 2, axis=1)
        scale = (1 + gain) / speaker.deviation
        return scale.astype(np.float32), (shift - speaker.mean * scale).astype(np.float32)

    def _run(self, piece: str, **inputs: NDArray[Any]) -> list[Floats]:
        found: list[Floats] = self._sessions[piece].run(None, inputs)
        return found


def _mix(whose: Indices, voices: int) -> Floats:
    """The share [1, K, T] of each voice in each frame, which moves to the next one over `SOFT` frames."""
    sharp = np.zeros((voices, len(whose)), np.float32)
    sharp[whose, np.arange(len(whose))] = 1
    padded = np.pad(sharp, ((0, 0), (SOFT // 2, SOFT - 1 - SOFT // 2)), mode="edge")
    shares = np.mean([padded[:, shift : shift + len(whose)] for shift in range(SOFT)], axis=0)
    return np.asarray(shares[None], np.float32)


def _with_melody(pitch: Floats, whose: Indices, melody: Floats, factor: Floats) -> Floats:
    """A pitch curve [1, H], and its distance from the median of each voice, changed by factors."""
    if (melody == 1).all() and (factor == 1).all():
        return pitch
    changed = pitch.copy()
    for voice in np.unique(whose):
        own = (whose == voice) & (pitch[0] >= VOICED)
        if own.any():
            middle = np.median(pitch[0, own])
            changed[0, own] = middle * (pitch[0, own] / middle) ** melody[own] * factor[own]
    return changed
