"""`codechoir voices …` and `codechoir cache …` as a user types them."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codechoir import engines as engine_package
from codechoir.cli.main import main
from codechoir.engines.silent import SilentEngine
from codechoir.errors import InputError
from codechoir.model import Capabilities
from codechoir.storage import caches
from codechoir.voices.library import voice_file
from codechoir.voices.library.library import VoiceLibrary
from codechoir.voices.library.voice_file import ClonedVoice, Parameter, Provenance
from support.command_line import Codechoir
from support.refusing_disk import refusing
from support.voice_library import FakeConditioner, recorder


class CloningEngine(SilentEngine):
    """An engine that clones."""

    name = "fake"
    capabilities = Capabilities(sample_rate=22050, cloning=True)

    def conditioner(self, parameters: Mapping[str, Parameter]) -> FakeConditioner:
        if unknown := parameters.keys() - {"exaggeration"}:
            raise InputError(f"unknown parameter '{unknown.pop()}'; known: exaggeration")
        return FakeConditioner(parameters=parameters)


class Missing(CloningEngine):
    def check(self) -> str:
        return "the weights are missing; run 'codechoir install xtts'"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODECHOIR_VOICES", str(tmp_path / "voices"))
    monkeypatch.setenv("CODECHOIR_CACHE", str(tmp_path / "cache"))
    real = engine_package.make_engine
    engines = {"fake": CloningEngine, "missing": Missing}
    monkeypatch.setattr(
        engine_package, "make_engine", lambda name: engines[name]() if name in engines else real(name)
    )


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        return (status, *capfd.readouterr())

    return run


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Path]:
    """Writes a recording."""
    return recorder(tmp_path)


@pytest.fixture
def voices(run: Any, record: Any) -> None:
    """A library with ana and bo."""
    for name in ("ana", "bo"):
        status, _, err = run("voices", "add", name, record(f"{name}.wav"), "--engine", "fake")
        assert (status, err) == (0, "")


def test_a_voice_is_added_listed_shown_and_removed(run: Any, record: Any) -> None:
    recordings = [record("a.wav"), record("b.wav")]
    status, out, err = run(
        "voices", "add", "ana", *recordings, "--engine", "fake", "--set", "exaggeration=0.7"
    )
    assert (status, err) == (0, "")
    assert out.startswith("stored voice 'ana' for fake")
    listed = json.loads(run("voices", "list", "--engine", "silent", "--json")[1])
    assert {"name": "ana", "language": "", "description": "your voice for fake"} in listed
    assert "ana" in run("voices", "list", "--engine", "silent")[1]
    shown = json.loads(run("voices", "show", "ana", "--json")[1])
    assert shown["parameters"] == {"exaggeration": 0.7}
    assert [len(digest) for digest in shown["recordings"]] == [64, 64]
    assert shown["tensors"]["gpt_cond_latent"] == {"shape": [1, 32, 1024], "type": "float16"}
    assert "exaggeration=0.7" in run("voices", "show", "ana")[1]
    assert run("voices", "remove", "ana") == (0, "removed voice 'ana'\n", "")
    assert run("voices", "remove", "ana")[0] == 2


@pytest.mark.usefixtures("voices")
def test_a_speaker_of_the_engine_can_be_mixed_in(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class WithSpeakers(CloningEngine):
        def speaker(self, name: str) -> ClonedVoice | None:
            known = VoiceLibrary().voice("bo")
            return known if name == "Gracie Wise" else None

    monkeypatch.setattr(engine_package, "make_engine", lambda _: WithSpeakers())
    status, out, _ = run("voices", "mix", "half", "ana=1", "Gracie Wise=1")
    assert (status, out) == (0, "stored voice 'half' for fake (ana 50%, Gracie Wise 50%)\n")
    assert "no voice 'Grace'" in run("voices", "mix", "other", "ana=1", "Grace=1")[2]


@pytest.mark.usefixtures("voices")
def test_voices_are_mixed_exported_and_imported(run: Any, tmp_path: Path) -> None:
    assert run("voices", "mix", "duo", "ana=0.7", "bo=0.3")[:2] == (
        0,
        "stored voice 'duo' for fake (ana 70%, bo 30%)\n",
    )
    file = tmp_path / "duo.safetensors"
    assert run("voices", "export", "duo", file) == (0, f"wrote {file}\n", "")
    assert run("voices", "import", file, "--name", "trio")[0] == 0
    assert json.loads(run("voices", "show", "trio", "--json")[1])["recipe"] == {"ana": 0.7, "bo": 0.3}


@pytest.mark.usefixtures("voices")
def test_preload_tells_what_it_loaded(run: Any) -> None:
    status, out, _ = run("voices", "preload", "--json")
    loaded = json.loads(out)
    assert (status, loaded["voices"], loaded["bytes"]) == (0, ["ana", "bo"], 2 * 66_560)
    assert loaded["milliseconds"] > 0
    assert "1 voice in" in run("voices", "preload", "bo")[1]


def test_preload_of_an_empty_library_is_no_error(run: Any) -> None:
    status, out, _ = run("voices", "preload")
    assert (status, out) == (0, "the library is empty; create a voice with 'codechoir voices add'\n")


@pytest.mark.usefixtures("voices")
def test_the_cache_tells_what_it_saved_and_is_cleared(run: Any, record: Any, tmp_path: Path) -> None:
    assert run("voices", "add", "ana2", tmp_path / "ana.wav", "--engine", "fake")[0] == 0
    stats = json.loads(run("cache", "stats", "--json")[1])
    latents = stats["latents"]
    assert (stats["entries"], stats["hits"], stats["misses"]) == (2, 1, 2)
    assert (latents["entries"], latents["hits"], latents["misses"]) == (2, 1, 2)
    assert latents["bytes"] > 2 * 66_560
    assert latents["seconds_saved"] > 0
    assert latents["voices"]["ana2"]["disk"] == 1
    assert "1 hits, 2 misses" in run("cache", "stats")[1]
    assert json.loads(run("cache", "clear", "--json")[1])["latents"]["removed"] == 2
    latents = json.loads(run("cache", "stats", "--json")[1])["latents"]
    assert (latents["entries"], latents["bytes"], latents["hits"], latents["misses"]) == (0, 0, 0, 0)
    assert json.loads(run("voices", "show", "ana", "--json")[1])["name"] == "ana"


@pytest.mark.usefixtures("voices")
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("mix", "duo", "ana=0.7", "bo=0.7"), "the weights must sum to 1, got 1.4"),
        (("mix", "duo", "ana"), "invalid weight 'ana'; use VOICE=WEIGHT"),
        (("mix", "duo", "ana=x", "bo=1"), "invalid weight 'ana=x'"),
        (("mix", "duo", "ana=1", "ana=1"), "voice 'ana' is given twice"),
        (("mix", "duo", "anna=1", "bo=1"), "no voice 'anna'. Did you mean 'ana'?"),
        (("add", "../x", "a.wav", "--engine", "fake"), "invalid voice name"),
        (("add", "x", "none.wav", "--engine", "fake"), "none.wav cannot be read"),
        (("add", "x", "a.wav", "--engine", "silent"), "engine 'silent' cannot create voices"),
        (("add", "x", "a.wav", "--engine", "fakke"), "unknown engine 'fakke'"),
        (("add", "x", "a.wav", "--engine", "fake", "--set", "exagg=1"), "unknown parameter 'exagg'"),
        (("add", "x", "a.wav", "--engine", "fake", "--set", "exagg"), "invalid parameter 'exagg'"),
        (("add", "ana", "a.wav", "--engine", "fake"), "the voice 'ana' exists"),
        (("export", "anna", "x"), "no voice 'anna'"),
        (("import", "none.safetensors"), "none.safetensors cannot be read"),
        (("show", "nobody"), "no voice 'nobody'"),
        (("preload", "nobody"), "no voice 'nobody'"),
        (("remove", "../../etc"), "invalid voice name"),
    ],
)
def test_mistakes_are_told_in_one_line(run: Any, arguments: tuple[str, ...], line: str) -> None:
    status, out, err = run("voices", *arguments)
    assert (status, out) == (2, "")
    assert line in err
    assert len(err.splitlines()) == 1


def test_an_engine_that_lacks_something_says_what(run: Any) -> None:
    status, _, err = run("voices", "add", "x", "a.wav", "--engine", "missing")
    assert (status, err) == (1, "codechoir: the weights are missing; run 'codechoir install xtts'\n")


def test_a_full_disk_is_an_error_for_what_was_to_be_kept(
    run: Any, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "write_atomically", refusing(errno.ENOSPC))
    status, _, err = run("voices", "add", "ana", record("a.wav"), "--engine", "fake")
    assert status == 1
    assert "free some space" in err.splitlines()[-1]


ESCAPES = "\x1b]0;evil\x07\x1b[2J\x9b5m\u202e"


def test_nothing_in_an_imported_voice_steers_the_terminal(
    codechoir: Codechoir, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its metadata come from a stranger."""
    monkeypatch.setenv("CODECHOIR_VOICES", str(tmp_path / "voices"))
    about = Provenance(
        "ana", f"e{ESCAPES}", ESCAPES, "a" * 64, {ESCAPES: ESCAPES}, (ESCAPES,), {ESCAPES: 1.0}, 1.0, ESCAPES
    )
    file = tmp_path / f"a{ESCAPES}.safetensors"
    file.write_bytes(voice_file.to_bytes(ClonedVoice(about, {ESCAPES: np.zeros(3, np.float32)})))
    for arguments in (
        ("import", file),
        ("import", file),
        ("list", "--engine", "silent"),
        ("show", "ana"),
        ("show", "ana", "--json"),
        ("show", ESCAPES),
        ("preload",),
        ("export", "ana", file),
    ):
        outcome = codechoir("voices", *arguments)
        shown = outcome.out + outcome.err
        assert shown
        assert all(character.isprintable() for line in shown.split("\n") for character in line), arguments
    assert json.loads(codechoir("voices", "show", "ana", "--json").out)["fingerprint"] == ESCAPES
