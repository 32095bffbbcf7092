"""The example engine: an engine in a package of its own, installed and spoken with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from array import array
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "engine-beep"
Run = Callable[..., str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs `codechoir` where the example is installed; returns what it prints."""
    target = tmp_path_factory.mktemp("site-packages")
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    install = [sys.executable, "-m", "pip", "install", "--quiet", *offline, "--target", target, EXAMPLE]
    subprocess.run(install, check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(target)}

    def run(*arguments: str | Path) -> str:
        command = [sys.executable, "-m", "codechoir", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_the_example_is_short() -> None:
    (module,) = EXAMPLE.glob("*.py")
    assert len(module.read_text("utf-8").splitlines()) < 60


def test_it_speaks_each_word_as_a_tone_of_its_voice(run: Run, tmp_path: Path) -> None:
    sound, marks = tmp_path / "out.wav", tmp_path / "out.json"
    code = tmp_path / "code.py"
    code.write_text("return total\n")
    voices = ("--engine", "beep", "--voices", EXAMPLE / "beep.toml")
    run("read", code, *voices, "--no-play", "-o", sound, "--marks", marks)
    words = json.loads(marks.read_text("utf-8"))["marks"]
    assert [(word["text"], word["category"]) for word in words] == [
        ("return", "keyword"),
        ("total", "variable"),
    ]
    with wave.open(str(sound)) as file:
        rate = file.getframerate()
        samples = array("h", file.readframes(file.getnframes()))
    hertz = [frequency(samples[word["t0"] : word["t0"] + rate // 10], rate) for word in words]
    assert hertz == [pytest.approx(110 * 2 ** (pitch / 25), rel=0.05) for pitch in (80, 40)]


def test_it_is_listed_with_the_engines_and_its_voices(run: Run) -> None:
    assert "a pure tone" in run("voices", "list", "--engine", "beep")
    checks = json.loads(run("doctor", "--json"))
    assert "engine beep" in json.dumps(checks)


def frequency(samples: array[int], rate: int) -> float:
    """Of a pure tone: half the number of changes of sign a second."""
    changes = sum(a * b < 0 for a, b in pairwise(samples))
    return changes * rate / 2 / len(samples)
