"""The engine on the command line: which one reads, and that words and marks do not depend on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile
from codechoir.engines import ReadyModels
from support.command_line import EXAMPLES, Codechoir

CART = EXAMPLES / "cart.py"
NATURAL_RATE, ESPEAK_RATE = 24_000, 22_050


@pytest.fixture(autouse=True)
def default_engine(engine_left_to_us: None) -> None:
    """No variable names the engine."""


@pytest.mark.parametrize(
    ("options", "rate"),
    [
        ((), NATURAL_RATE),
        (("--engine", "fastest", "--rate", "500"), NATURAL_RATE),
        (("--rate", "400"), ESPEAK_RATE),
        (("--voices", "classic"), ESPEAK_RATE),
        (("--natural-language", "de"), ESPEAK_RATE),
        (("--engine", "espeak"), ESPEAK_RATE),
        (("--engine", "natural", "--voices", "classic"), NATURAL_RATE),
    ],
)
def test_who_reads(codechoir: Codechoir, tmp_path: Path, options: tuple[str, ...], rate: int) -> None:
    sound = tmp_path / "out.wav"
    outcome = codechoir("read", CART, "--lines", "1-2", *options, "-o", sound, "--no-play")
    assert outcome.status == 0, outcome.error
    assert soundfile.info(sound).samplerate == rate


def test_classic_has_the_voices_of_espeak(codechoir: Codechoir) -> None:
    options = (("--voices", "classic"), ("--engine", "espeak"))
    said = [json.loads(codechoir("words", CART, "--json", *each).out) for each in options]
    assert said[0] == said[1]
    assert {each["voice"] for each in said[0]} > {"en-us", "en-us+m8"}


def test_without_natural_voices_espeak_reads(
    codechoir: Codechoir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = ReadyModels({"kokoro": "not installed", "hibari": "no onnxruntime"})
    monkeypatch.setattr("codechoir.engines.natural.ready_models", lambda: none)
    sound = tmp_path / "out.wav"
    for engine in ("auto", "finest", "fastest"):
        options = ("--engine", engine, "-o", sound, "--no-play")
        assert codechoir("read", CART, "--lines", "1-2", *options).status == 0
        assert soundfile.info(sound).samplerate == ESPEAK_RATE


def test_voices_that_break_while_they_load_are_replaced(
    codechoir: Codechoir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codechoir.engines.natural.natural_engine.HOSTED", "no_such_module:Engine")
    sound, marks = tmp_path / "out.wav", tmp_path / "out.json"
    options = ("-o", sound, "--marks", marks, "--no-play")
    outcome = codechoir("read", CART, "--lines", "1-2", *options)
    assert outcome.status == 0 and "fallback voices" in outcome.err
    assert json.loads(marks.read_text())["marks"]
    named = codechoir("read", CART, "--lines", "1-2", "--engine", "natural", *options)
    assert named.status == 1  # an engine that was asked for by name


def test_words_and_marks_do_not_depend_on_the_engine(codechoir: Codechoir, tmp_path: Path) -> None:
    words, marks = [], []
    for engine in ("espeak", "auto"):
        found = json.loads(codechoir("words", CART, "--json", "--engine", engine).out)
        words.append([{**each, "voice": ""} for each in found])
        target = tmp_path / f"{engine}.json"
        codechoir("read", CART, "--lines", "1-8", "--engine", engine, "--no-play", "--marks", target)
        said = json.loads(target.read_text())["marks"]
        marks.append([(mark["start"], mark["end"], mark["category"], mark["text"]) for mark in said])
    assert words[0] == words[1]
    assert marks[0] == marks[1]


@pytest.mark.parametrize("engine", ["espeak", "auto"])
def test_the_literal_level_gives_the_source_back(codechoir: Codechoir, engine: str) -> None:
    said = codechoir("words", CART, "--level", "literal", "--json", "--engine", engine).out
    assert codechoir("decode", stdin=said.encode()).out == CART.read_text()


def test_auditioned_voices_find_their_engine(codechoir: Codechoir, tmp_path: Path) -> None:
    for name, rate in (("en-us+f3", ESPEAK_RATE), ("heart-bass", NATURAL_RATE)):
        sound = tmp_path / f"{name}.wav"
        assert codechoir("voices", "audition", name, "-o", sound, "--no-play").status == 0
        assert soundfile.info(sound).samplerate == rate
