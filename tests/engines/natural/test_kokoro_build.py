"""The pieces of a small model with random weights say what its networks say, and are complete or absent."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codechoir.engines.natural.kokoro_build import BUILDING, build, lines_of_user
from codechoir.engines.natural.kokoro_catalog import MANIFEST, PIECES, VERSION, VOICES_FILE, read_manifest
from codechoir.engines.natural.kokoro_graphs import Export, GraphWriter
from codechoir.engines.natural.kokoro_install import MODEL, KokoroInstallation
from codechoir.engines.natural.kokoro_pieces import (
    FROZEN_LAYERS,
    affine_layers,
    generator_piece,
    generator_recorder,
)
from codechoir.engines.natural.kokoro_voice import HALF, Cast, KokoroVoice, piece_session
from codechoir.engines.weights import WeightFile
from codechoir.errors import CodechoirError, EngineError
from support.kokoro_export import GENERATOR, STYLE, TinyExport, write_styles

LINES = ([[50, 16, 60, 61, 62]], [[70, 71, 16, 72], [80, 81, 82, 83, 84, 85]])
TOKENS = [50, 51, 16, 60, 61, 62, 16, 43, 44, 45]


@pytest.fixture(scope="module")
def export(kokoro_model: Path) -> Export:
    return Export.load(kokoro_model / "model.onnx")


@pytest.fixture(scope="module")
def voice(kokoro_pieces: Path) -> KokoroVoice:
    return KokoroVoice(kokoro_pieces)


def cast(voice: KokoroVoice, *names: str, whose: list[int] | None = None, pitch: float = 1) -> Cast:
    count = len(TOKENS) + 2
    ones = np.ones(count, np.float32)
    owners = np.array(whose or [0] * count)
    return Cast([voice.speaker(name) for name in names], owners, ones * np.float32(pitch), ones)


# ---- weights ---------------------------------------------------------------------------------------------


def test_weights_are_read_as_the_quantized_model_has_them(export: Export) -> None:
    weights = TinyExport().floats
    assert len(weights) > 150
    for path, weight in weights.items():
        assert np.allclose(export.layer(path).weight, weight, atol=1e-6), path


def test_another_model_is_refused(export: Export) -> None:
    with pytest.raises(EngineError, match="not the expected model of Kokoro: it has no layer '/no/such'"):
        export.layer("/no/such")
    with pytest.raises(EngineError, match="it has no LSTM"):
        export.recurrent("/decoder/decoder/encode")
    with pytest.raises(EngineError, match="it has no tensor 'alpha'"):
        export.value("alpha")


def test_an_8_bit_convolution_is_near_to_that_of_floats(export: Export) -> None:
    path = "/decoder/decoder/generator/resblocks.1/convs1.2"
    x = np.random.default_rng(3).normal(size=(1, GENERATOR[1], 90)).astype(np.float32)

    def convolved(ranges: dict[str, Any]) -> np.ndarray[Any, Any]:
        writer = GraphWriter(export, ranges)
        writer.node("Identity", writer.convolution(path, "x"), output="y")
        model = writer.model({"x": (1, [1, "C", "T"])}, {"y": [1, "C", "T"]})
        return np.asarray(piece_session(model).run(None, {"x": x})[0])

    exact = convolved({})
    limits = ((float(x.min()), float(x.max())), (float(exact.min()), float(exact.max())))
    difference = convolved({path: limits}) - exact
    assert 0 < np.square(difference).mean() < 0.001 * np.square(exact).mean()


# ---- networks --------------------------------------------------------------------------------------------


def test_frozen_statistics_of_a_line_give_the_same_as_its_own(export: Export) -> None:
    """With its own statistics frozen, and no 8-bit convolutions, the generator is the one of the model."""
    random = np.random.default_rng(7)
    size = 40
    style = random.normal(size=(1, STYLE)).astype(np.float32) / 4
    given = {
        "x": random.normal(size=(1, GENERATOR[0], size)).astype(np.float32),
        "harmonics": random.uniform(size=(1, 22, 60 * size + 1)).astype(np.float32),
        "mix": np.ones((1, 1, size), np.float32),
    }
    live = piece_session(generator_recorder(export, {}).model)
    results = [each.name for each in live.get_outputs()]
    found = dict(zip(results, live.run(None, {**given, "styles": style}), strict=True))
    weight, bias = affine_layers(export)
    gain, shift = np.split(style @ weight + bias, 2, axis=1)
    deviation = np.sqrt(found["squares"] - found["means"] ** 2 + 1e-5)
    scale = ((1 + gain) / deviation).astype(np.float32)
    tables = {"scale": scale, "shift": (shift - found["means"] * scale).astype(np.float32)}
    (frozen,) = piece_session(generator_piece(export, {})).run(None, {**given, **tables})
    assert len(frozen) == size * HALF
    assert np.square(frozen - found["samples"]).mean() < 1e-6 * np.square(found["samples"]).mean()


def test_windows_sound_like_the_whole(voice: KokoroVoice) -> None:
    line = voice.line(TOKENS, cast(voice, "af_heart"))
    size = line.x.shape[2]
    whole = voice.sound(line, 0, size)
    windows = [voice.sound(line, at, min(at + 9, size)) for at in range(0, size, 9)]
    difference = np.concatenate(windows) - whole
    assert len(whole) == size * HALF
    assert np.square(difference).mean() < 0.01 * np.square(whole).mean()


def test_a_line_in_two_equal_voices_is_one_in_one_voice(voice: KokoroVoice) -> None:
    one = voice.line(TOKENS, cast(voice, "af_heart"))
    two = voice.line(TOKENS, cast(voice, "af_heart", "af_heart", whose=[0] * 6 + [1] * 6))
    assert np.array_equal(one.ends, two.ends)
    assert np.allclose(one.x, two.x, atol=1e-4)
    assert np.allclose(voice.sound(one, 3, 12), voice.sound(two, 3, 12), atol=1e-3)


def test_voices_differ_where_they_speak_and_not_elsewhere(voice: KokoroVoice) -> None:
    whose = [0] * 6 + [1] * 6
    one = voice.line(TOKENS, cast(voice, "af_heart", "bm_george", whose=whose))
    other = voice.line(TOKENS, cast(voice, "af_heart", "am_fenrir", whose=whose))
    assert np.array_equal(one.mix, other.mix) or one.mix.shape != other.mix.shape
    assert one.mix.sum(axis=1) == pytest.approx(1)
    first, last = one.mix[0, :, 0], one.mix[0, :, -1]
    assert first.tolist() == [1, 0] and last.tolist() == [0, 1]
    assert not np.array_equal(one.scale[1], other.scale[1]) and np.array_equal(one.scale[0], other.scale[0])


def test_the_pitch_of_a_line_can_be_raised(voice: KokoroVoice) -> None:
    own, high = (voice.line(TOKENS, cast(voice, "af_heart", pitch=each)) for each in (1, 1.5))
    assert np.array_equal(own.ends, high.ends)
    assert not np.allclose(own.harmonics, high.harmonics)


# ---- the folder ------------------------------------------------------------------------------------------


def built(model: Path, target: Path, voices: dict[str, Path], **about: Any) -> list[tuple[str, int, int]]:
    seen: list[tuple[str, int, int]] = []
    build(model, voices, target, "key", about.get("lines", LINES), lambda *step: seen.append(step))
    return seen


def test_the_same_weights_give_the_same_pieces(kokoro_model: Path, tmp_path: Path) -> None:
    voices = write_styles(tmp_path, ["af_heart", "bm_george"])
    steps = built(kokoro_model / "model.onnx", tmp_path / "one", voices)
    built(kokoro_model / "model.onnx", tmp_path / "two", voices)
    assert [done for _, done, _ in steps] == list(range(1, steps[-1][2] + 1))
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two")
    )
    assert first == second
    assert set(first) == {*(f"{name}.onnx" for name in PIECES), VOICES_FILE, MANIFEST}
    manifest = json.loads(first[MANIFEST])
    assert (manifest["version"], manifest["key"], manifest["voices"]) == (VERSION, "key", list(voices))


def test_what_fails_leaves_the_old_pieces_and_nothing_else(kokoro_model: Path, tmp_path: Path) -> None:
    voices = write_styles(tmp_path, ["af_heart"])
    target = tmp_path / "home" / "pieces"
    built(kokoro_model / "model.onnx", target, voices)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(kokoro_model / "model.onnx", voices, target, "other", LINES, interrupt)
    assert [path.name for path in target.parent.iterdir()] == ["pieces"]
    manifest = read_manifest(target)
    assert manifest is not None and manifest["key"] == "key"


def test_pieces_in_use_stay(kokoro_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows renames no folder while a file in it is open."""
    voices = write_styles(tmp_path, ["af_heart"])
    target = tmp_path / "home" / "pieces"
    built(kokoro_model / "model.onnx", target, voices)
    rename = Path.rename

    def renamed(path: Path, to: Path) -> Path:
        if path == target:
            raise PermissionError(13, "Access is denied")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", renamed)
    with pytest.raises(EngineError, match=r"are in use .*end all readings"):
        built(kokoro_model / "model.onnx", target, voices)
    assert [path.name for path in target.parent.iterdir()] == ["pieces"]
    assert read_manifest(target) is not None


def test_what_a_killed_process_left_is_removed(kokoro_model: Path, tmp_path: Path) -> None:
    voices = write_styles(tmp_path, ["af_heart"])
    left, others = tmp_path / f"{BUILDING}left", tmp_path / f"{BUILDING}others"
    for folder in (left, others):
        folder.mkdir()
        (folder / "generator.onnx").write_bytes(b"half")
    day_before = time.time() - 25 * 3600
    os.utime(left, (day_before, day_before))
    built(kokoro_model / "model.onnx", tmp_path / "pieces", voices)
    assert not left.exists() and others.exists()


def test_pieces_of_another_version_or_damaged_ones_do_not_count(kokoro_pieces: Path, tmp_path: Path) -> None:
    mine = tmp_path / "pieces"
    shutil.copytree(kokoro_pieces, mine)
    assert read_manifest(mine) is not None
    (mine / "middle.onnx").write_bytes(b"no model")
    with pytest.raises(
        EngineError, match=r"do not load .* delete .*pieces and run 'codechoir install natural'"
    ):
        KokoroVoice(mine)
    for content in ('{"version": "0"}', "[]", "no"):
        (mine / MANIFEST).write_text(content)
        assert read_manifest(mine) is None
    with pytest.raises(EngineError, match="not built; run 'codechoir install natural'"):
        KokoroVoice(mine)


def test_an_unknown_voice_is_refused_with_the_known_ones(voice: KokoroVoice) -> None:
    with pytest.raises(EngineError, match=r"has no voice 'af_hart'; known: af_bella, .*mean 'af_heart'"):
        voice.speaker("af_hart")


def test_the_lines_for_building_are_lines_of_english() -> None:
    for lines in lines_of_user():
        assert len(lines) == 2
        assert all(20 < len(line) < 100 for line in lines)


# ---- installing ------------------------------------------------------------------------------------------


def installation(kokoro_model: Path, home: Path) -> KokoroInstallation:
    """An installation whose weights are there."""
    made = KokoroInstallation(home, [WeightFile(MODEL, 0, "1"), WeightFile("af_heart.bin", 0, "2")])
    made.weights.mkdir(parents=True)
    shutil.copy(kokoro_model / "model.onnx", made.weights / MODEL)
    shutil.copy(kokoro_model / "af_heart.bin", made.weights)
    return made


def test_installing_builds_once(kokoro_model: Path, tmp_path: Path) -> None:
    made = installation(kokoro_model, tmp_path)
    made.build()
    folder = tmp_path / "pieces"
    times = [path.stat().st_mtime_ns for path in sorted(folder.iterdir())]
    made.build()
    assert [path.stat().st_mtime_ns for path in sorted(folder.iterdir())] == times
    KokoroInstallation(tmp_path, [*made.files[:1], WeightFile("af_heart.bin", 0, "3")]).build()
    assert [path.stat().st_mtime_ns for path in sorted(folder.iterdir())] != times


def test_without_the_package_for_building_one_line_says_what_to_do(
    kokoro_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        CodechoirError, match=r"needs the package onnx; run .* -m pip install 'onnx=="
    ) as caught:
        installation(kokoro_model, tmp_path).build()
    assert len(str(caught.value).splitlines()) == 1


def test_layers_whose_statistics_are_frozen() -> None:
    assert len(FROZEN_LAYERS) == len(set(FROZEN_LAYERS)) == 48
