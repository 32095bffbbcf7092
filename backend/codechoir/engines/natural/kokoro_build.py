"""Builds the pieces of Kokoro's networks, once on each machine, and keeps them by what they are built of.

1. Seven voices say some lines through the networks in floats: this gives the ranges of all inputs of
   convolutions. With them the pieces get 8-bit convolutions.
2. Every voice says lines through the 8-bit networks: this gives the statistics that are frozen for it.

Nothing in it is random: the same weights give the same pieces on the same machine. A folder of pieces is
complete or not there, since it is renamed when all is written.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from codechoir.engines import DownloadProgress
from codechoir.engines.natural.kokoro_catalog import MANIFEST, VERSION, VOICES_FILE
from codechoir.engines.natural.kokoro_graphs import Export, Floats, Range
from codechoir.engines.natural.kokoro_pieces import (
    Recorder,
    affine_layers,
    duration_piece,
    generator_piece,
    generator_recorder,
    middle_piece,
    middle_recorder,
    prosody_piece,
    prosody_recorder,
    source_piece,
    text_piece,
)
from codechoir.engines.natural.kokoro_voice import (
    kokoro_alphabet,
    piece_session,
)
from codechoir.errors import EngineError

if TYPE_CHECKING:
    import onnxruntime


BUILDING = ".building-"
"""Begins the names of folders that are not complete, or no longer in use."""

ABANDONED_SECONDS = 24 * 3600
"""Such a folder is of a process that was killed: a build takes minutes."""

RANGE_VOICES = ("af_heart", "af_nicole", "am_fenrir", "am_onyx", "bf_emma", "bm_george")
"""Voices whose lines give the ranges: low and high, loud and whispering ones."""

RANGE_LINES = (
    "if the total is less than zero, return an empty list",
    "public static void main takes arguments",
)
STATISTICS_LINES = (
    "for each user in users, append the name and the age to the table",
    "raise value error, quote, the file cannot be opened, quote",
)
"""Lines of code and prose with most sounds of English; no test uses them."""


Lines = Sequence[Sequence[int]]
"""Tokens of lines, without the pads."""


def lines_of_user() -> tuple[Lines, Lines]:
    """`RANGE_LINES` and `STATISTICS_LINES`, with eSpeak NG's pronunciation."""
    tokens, pronunciation = kokoro_alphabet()

    def of(line: str) -> list[int]:
        return [tokens[each] for each in " ".join(pronunciation.words(line.split(), letters=False))]

    return list(map(of, RANGE_LINES)), list(map(of, STATISTICS_LINES))


def build(
    model: Path,
    voices: Mapping[str, Path],
    target: Path,
    key: str,
    lines: tuple[Lines, Lines],
    progress: DownloadProgress,
) -> None:
    """Builds the pieces in the folder `target`, which is replaced.

    `voices`: files of style vectors by name. `key`: see `pieces_key`. `lines`: see `lines_of_user`. Raises
    `EngineError` when the model is another one than expected, and when the pieces there are in use, which
    Windows does not let anyone replace.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(BUILDING + "*"):  # by a process that was killed
        if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=BUILDING, dir=target.parent))
    try:
        _Builder(model, voices, folder, lines, progress).run(key)
        _replace(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _replace(folder: Path, target: Path) -> None:
    """Renames `folder` to `target`, whose pieces stay where that cannot be done."""
    if not target.exists():
        folder.rename(target)
        return
    old = folder.with_name(folder.name + ".old")
    try:
        target.rename(old)
    except OSError as error:
        raise EngineError(
            f"the voices in {target} are in use ({error.strerror}); end all readings, and try again"
        ) from error
    try:
        folder.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


@dataclass
class _Heard:
    """What a voice said in some lines: sums over all frames, of the channels of the frozen layers."""

    means: Floats
    squares: Floats
    frames: int


class _Builder:
    def __init__(
        self,
        model: Path,
        voices: Mapping[str, Path],
        folder: Path,
        lines: tuple[Lines, Lines],
        progress: DownloadProgress,
    ) -> None:
        self._voices = list(voices)
        self._styles = {name: np.fromfile(path, "<f4").reshape(-1, 256) for name, path in voices.items()}
        self._model = model
        self._folder = folder
        self._range_lines, self._statistics_lines = lines
        self._range_voices = [name for name in RANGE_VOICES if name in self._styles] or self._voices[:1]
        self._steps = 1 + len(self._range_voices) + len(self._voices)
        self._done = 0
        self._progress = progress

    def run(self, key: str) -> None:
        export = Export.load(self._model)
        text, duration, source = (
            piece_session(piece, _threads())
            for piece in (
                self._write("text", text_piece(export)),
                self._write("duration", duration_piece(export)),
                self._write("source", source_piece(export)),
            )
        )
        front = (text, duration, source)
        self._step()
        ranges = self._ranges(export, front)
        self._write("generator", generator_piece(export, ranges))
        prosody, middle = prosody_piece(export, ranges), middle_piece(export, ranges)
        self._write("prosody", prosody)
        self._write("middle", middle)
        generator = generator_recorder(export, ranges)
        networks = _Networks(
            front, _Recording(Recorder(prosody, ())), _Recording(Recorder(middle, ())), _Recording(generator)
        )
        heard = {}
        for name in self._voices:
            heard[name] = networks.say(self._styles[name], self._statistics_lines)
            self._step()
        self._write_voices(export, heard, key)

    def _ranges(
        self, export: Export, front: tuple[onnxruntime.InferenceSession, ...]
    ) -> dict[str, tuple[Range, Range]]:
        recordings = [
            _Recording(recorder)
            for recorder in (
                prosody_recorder(export),
                middle_recorder(export),
                generator_recorder(export, {}),
            )
        ]
        networks = _Networks(front, *recordings)
        for name in self._range_voices:
            networks.say(self._styles[name], self._range_lines)
            self._step()
        return {path: found for recording in recordings for path, found in recording.ranges().items()}

    def _write_voices(self, export: Export, heard: Mapping[str, _Heard], key: str) -> None:
        from safetensors.numpy import save

        tensors: dict[str, NDArray[Any]] = {}
        for name, one in heard.items():
            means = one.means / one.frames
            variances = np.maximum(one.squares / one.frames - means * means, 1e-8)
            tensors[f"{name}.style"] = self._styles[name]
            tensors[f"{name}.mean"] = means.astype(np.float32)
            tensors[f"{name}.deviation"] = np.sqrt(variances + 1e-5).astype(np.float32)
        weight, bias = affine_layers(export)
        tensors |= {"affine.weight": weight, "affine.bias": bias}
        tensors = {name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)}
        (self._folder / VOICES_FILE).write_bytes(save(tensors))
        files = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self._folder.iterdir())
        }
        manifest = {"version": VERSION, "key": key, "voices": self._voices, "files": files}
        (self._folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")

    def _write(self, name: str, model: bytes) -> bytes:
        (self._folder / f"{name}.onnx").write_bytes(model)
        return model

    def _step(self) -> None:
        self._done += 1
        self._progress("building the voices", self._done, self._steps)


class _Recording:
    """A session of a recorder, with the extremes of all inputs so far."""

    def __init__(self, recorder: Recorder) -> None:
        self._session = piece_session(recorder.model, _threads())
        self._paths = recorder.paths
        self._names = [each.name for each in self._session.get_outputs()]
        self._extremes: list[Floats] = []

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
        found = dict(zip(self._names, self._session.run(None, dict(inputs)), strict=True))
        if "ranges" in found:
            self._extremes.append(found["ranges"].reshape(-1, 2, 2))
        return found

    def ranges(self) -> dict[str, tuple[Range, Range]]:
        """The ranges of input and output by path."""
        every = np.stack(self._extremes)
        lows, highs = every[..., 0].min(axis=0).tolist(), every[..., 1].max(axis=0).tolist()
        return {
            path: ((low[0], high[0]), (low[1], high[1]))
            for path, low, high in zip(self._paths, lows, highs, strict=True)
        }


@dataclass(frozen=True, slots=True)
class _Networks:
    """All networks in a row, for whole lines in one voice. `front`: text, duration, source."""

    front: tuple[onnxruntime.InferenceSession, ...]
    prosody: _Recording
    middle: _Recording
    generator: _Recording

    def say(self, styles: Floats, lines: Sequence[Sequence[int]]) -> _Heard:
        heard = _Heard(np.zeros(1, np.float32), np.zeros(1, np.float32), 0)
        for line in lines:
            self._say(styles[min(len(line), len(styles)) - 1][None], line, heard)
        return heard

    def _say(self, style: Floats, line: Sequence[int], heard: _Heard) -> None:
        text, duration, source = self.front
        tokens = np.array([[0, *line, 0]], np.int64)
        encoded, features = text.run(None, {"tokens": tokens})
        own = np.repeat(style[:, None, 128:], tokens.size, axis=0)
        predicted, frames = duration.run(None, {"encoded": encoded, "style": own})
        counts = np.maximum(np.rint(frames[:, 0]), 1).astype(np.int64)
        index = np.repeat(np.arange(tokens.size), counts)
        mix = np.ones((1, 1, len(index)), np.float32)
        curves = self.prosody.run(
            {"predicted": predicted, "tokens": index, "styles": style[:, 128:], "mix": mix}
        )
        pitch, energy = curves["pitch"], curves["energy"]
        spread = np.ascontiguousarray(features[index, 0].T[None])
        decoder = {"styles": np.ascontiguousarray(style[:, :128]), "mix": mix}
        x = self.middle.run({"features": spread, "pitch": pitch, "energy": energy, **decoder})["x"]
        (harmonics,) = source.run(None, {"pitch": pitch})
        halves = {**decoder, "mix": np.repeat(mix, 2, axis=2)}
        found = self.generator.run({"x": x, "harmonics": harmonics, **halves})
        heard.means = heard.means + found["means"] * len(index)
        heard.squares = heard.squares + found["squares"] * len(index)
        heard.frames += len(index)


def _threads() -> int:
    return max(os.cpu_count() or 1, 1)
