"""What the commands print that do not speak: spans, words, decode, voices, doctor."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from codechoir.bench.runner import figure
from codechoir.engines import DownloadProgress, Installer
from codechoir.model import Category
from hypothesis import given
from hypothesis import strategies as st
from support.command_line import EXAMPLES, Codechoir

SAMPLES = sorted(path for path in EXAMPLES.iterdir() if path.is_file() and path.suffix != ".md")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_spans_leave_only_white_space_uncovered(codechoir: Codechoir, path: Path) -> None:
    text = path.read_bytes()
    spans = json.loads(codechoir("spans", path, "--json").out)
    at = 0
    for span in spans:
        assert set(span) == {"start", "end", "line", "text", "category", "capture"}
        assert not text[at : span["start"]].strip()
        assert text[span["start"] : span["end"]].decode() == span["text"] != ""
        assert span["line"] == text.count(b"\n", 0, span["start"]) + 1
        assert span["category"] in list(Category)
        at = span["end"]
    assert not text[at:].strip()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_words_say_who_says_what_and_where(codechoir: Codechoir, path: Path) -> None:
    words = json.loads(codechoir("words", path, "--json").out)
    shape = {"text", "category", "start", "end", "voice", "pause_before", "pause_after", "cue"}
    for word in words:
        assert set(word) == shape
        assert word["category"] in list(Category) and word["voice"]
        assert 0 <= word["start"] <= word["end"] <= path.stat().st_size
        assert isinstance(word["pause_before"], int) and isinstance(word["pause_after"], int)
    assert len({word["voice"] for word in words}) >= 4
    starts = [word["start"] for word in words]
    assert starts == sorted(starts)


def test_lines_are_a_window_of_the_whole(codechoir: Codechoir) -> None:
    path = EXAMPLES / "words.rs"
    whole = json.loads(codechoir("spans", path, "--json").out)
    some = json.loads(codechoir("spans", path, "--json", "--lines", "7-9").out)
    assert some == [span for span in whole if 7 <= span["line"] <= 9]
    assert json.loads(codechoir("spans", path, "--json", "--lines", "-6").out)[-1]["line"] == 6
    assert json.loads(codechoir("spans", path, "--json", "--lines", "20-").out)[0]["line"] == 20
    words = json.loads(codechoir("words", path, "--json", "--lines", "19").out)
    start, end = path.read_bytes().find(b"fn main"), path.read_bytes().find(b"let mut text = S")
    assert words and all(start <= word["start"] < word["end"] <= end for word in words)


def test_without_json_there_is_a_line_for_each_token_and_no_escape_sequence(codechoir: Codechoir) -> None:
    path = EXAMPLES / "ring.c"
    spans = codechoir("spans", path).out.splitlines()
    assert len(spans) == len(json.loads(codechoir("spans", path, "--json").out))
    assert spans[2].split() == ["2", "literal", "string.path", "<stdatomic.h>"] or "stdatomic" in spans[2]
    words = codechoir("words", path).out
    assert len(words.splitlines()) == len(json.loads(codechoir("words", path, "--json").out))
    assert "\x1b" not in words + "".join(spans)
    assert "(blank-line)" in words and not any(line.endswith(" ") for line in words.splitlines())


def test_standard_input_and_a_language_by_name(codechoir: Codechoir) -> None:
    spans = json.loads(codechoir("spans", "-", "--language", "go", "--json", stdin=b"defer x()").out)
    assert [(span["text"], span["category"]) for span in spans][:2] == [
        ("defer", "keyword"),
        ("x", "function"),
    ]


def test_a_shebang_tells_the_language_of_standard_input(codechoir: Codechoir) -> None:
    spans = json.loads(codechoir("spans", "-", "--json", stdin=b"#!/usr/bin/env python3\nimport os\n").out)
    assert (spans[1]["text"], spans[1]["category"]) == ("import", "keyword")


@pytest.mark.parametrize("command", ["spans", "words"])
def test_an_empty_file_is_an_empty_list(
    codechoir: Codechoir, source: Callable[..., Path], command: str
) -> None:
    outcome = codechoir(command, source(""), "--json")
    assert (outcome.status, json.loads(outcome.out), outcome.err) == (0, [], "")


def test_bytes_that_are_no_text_are_one_warning(codechoir: Codechoir, source: Callable[..., Path]) -> None:
    path = source(b'x = "\xff\xfe\x00\x01";\r\ny', "odd.js")
    outcome = codechoir("spans", path, "--json")
    assert outcome.status == 0
    assert outcome.error.startswith(f"codechoir: warning: {path}: the text is not valid UTF-8")
    assert json.loads(outcome.out)[-1]["text"] == "y"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_one_warning(
    codechoir: Codechoir, source: Callable[..., Path], encoding: str
) -> None:
    """Redirected output of PowerShell 5 is; it was read as one null after each letter."""
    path = source("\ufeffx = 'ü'\n".encode(encoding), "wide.py")
    outcome = codechoir("spans", path, "--json")
    assert (
        outcome.error
        == f"codechoir: warning: {path}: the text is UTF-16; offsets are those of the text in UTF-8"
    )
    spans = json.loads(outcome.out)
    assert [(span["text"], span["start"]) for span in spans] == [("x", 0), ("=", 2), ("'ü'", 4)]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("options", [["--json"], []])
def test_decode_gives_the_source_back(codechoir: Codechoir, path: Path, options: list[str]) -> None:
    """Also without --json: at the level literal, output into a pipe is what decode reads."""
    said = codechoir("words", "--level", "literal", path, *options).out
    assert codechoir("decode", stdin=said.encode()).out == path.read_text(encoding="utf-8")


@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
def test_decode_gives_any_text_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    from codechoir.languages.detection import detect_language
    from codechoir.pipeline import SpeechPipeline
    from codechoir.settings import Settings
    from codechoir.syntax.document import Document
    from codechoir.wording import decode_literal

    snapshot = Document(text, detect_language("x.py", b"")).snapshot()
    phrases = SpeechPipeline(Settings(level="literal")).phrases(snapshot)
    said = [(part.utterance.text, part.utterance.category) for phrase in phrases for part in phrase.parts]
    assert decode_literal(said).decode() == text


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (b"{", "standard input is not valid JSON"),
        (b"{}", "standard input is not a list of utterances"),
        (b'[{"text": "x", "category": "variable"}, {"text": "y"}]', "item 2 has no 'text' or no 'category'"),
        (b'[{"text": 1, "category": "variable"}]', "item 1 has no 'text' or no 'category'"),
    ],
)
def test_decode_refuses_what_words_does_not_write(codechoir: Codechoir, said: bytes, line: str) -> None:
    outcome = codechoir("decode", stdin=said)
    assert outcome.status == 2 and line in outcome.error
    assert "codechoir words --level literal" in outcome.error


def test_decode_reads_a_file(codechoir: Codechoir, source: Callable[..., Path]) -> None:
    said = source('[{"text": "x", "category": "variable"}]', "said.json")
    assert codechoir("decode", said).out == "x"


def test_voices_list_names_what_profiles_may_use(codechoir: Codechoir) -> None:
    voices = json.loads(codechoir("voices", "list", "--json").out)
    assert all(set(voice) >= {"name", "language", "description"} for voice in voices)
    names = {voice["name"] for voice in voices}
    assert {"en-us", "de"} <= names and len(names) > 100
    assert len(codechoir("voices", "list").out.splitlines()) == len(voices)
    silent = json.loads(codechoir("voices", "list", "--engine", "silent", "--json").out)
    assert "silence" in {voice["name"] for voice in silent}


def test_voices_show_has_a_voice_for_each_category_and_seven_that_differ(codechoir: Codechoir) -> None:
    shown = json.loads(codechoir("voices", "show", "--json").out)
    assert set(shown) == set(Category)
    assert set(shown["keyword"]) == {"family", "rate", "pitch", "range", "volume", "balance"}
    own = set(Category) - {Category.FUNCTION, Category.PUNCTUATION}
    assert len({tuple(shown[category].values()) for category in own}) == 7
    assert shown["keyword"]["family"] in codechoir("voices", "show").out


def test_doctor_tells_what_works(codechoir: Codechoir) -> None:
    outcome = codechoir("doctor", "--json")
    report = json.loads(outcome.out)
    assert outcome.status == 0 and report["ok"] is True
    checks = {check["name"]: check for check in report["checks"]}
    assert all(set(check) == {"name", "ok", "detail", "advice"} for check in report["checks"])
    assert checks["engine espeak"]["ok"] and checks["grammars"]["ok"] and checks["sound files"]["ok"]
    assert not checks["sound device"]["ok"] and "-o out.wav" in checks["sound device"]["advice"]
    text = codechoir("doctor").out
    assert "Code can be read aloud." in text and "missing  sound device" in text


@pytest.mark.parametrize(("factor", "chosen"), [(0.0123, "natural (hibari)"), (0.83, "espeak")])
def test_doctor_measures_the_voices_and_tells_which_engine_reads(
    codechoir: Codechoir, monkeypatch: pytest.MonkeyPatch, factor: float, chosen: str
) -> None:
    monkeypatch.setenv("CODECHOIR_ENGINE", "auto")
    monkeypatch.setattr("codechoir.engines.natural.readiness.physical_megabytes", lambda: None)
    monkeypatch.setattr("codechoir.engines.natural.readiness.packages_problem", lambda: "")
    monkeypatch.setattr("codechoir.engines.natural.readiness.real_time_factor", lambda _: factor)
    monkeypatch.setattr("codechoir.engines.natural.NaturalEngine.warm_up", lambda _: None)
    for _ in range(2):  # what was too slow is measured again, and not found missing
        checks = {each["name"]: each for each in json.loads(codechoir("doctor", "--json").out)["checks"]}
        assert f"{factor:.2f}" in checks["voices of hibari"]["detail"]
        assert checks["voices of hibari"]["ok"] == (chosen != "espeak")
        assert checks["engine in use"]["detail"].startswith(f"auto: {chosen}, because ")
    monkeypatch.setenv("CODECHOIR_ENGINE", "espeak")
    checks = {each["name"]: each for each in json.loads(codechoir("doctor", "--json").out)["checks"]}
    assert checks["engine in use"]["detail"] == "espeak: espeak, because the setting names it"


@pytest.mark.parametrize(("factor", "says"), [(0.21, "0.21 s of computing"), (0.83, "too slow for it")])
def test_voices_that_were_installed_are_measured(
    codechoir: Codechoir, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, factor: float, says: str
) -> None:
    class Installed(Installer):
        title, terms, agreement, is_free = "voices", "", "yes", True

        def has_agreed(self) -> bool:
            return True

        def agree(self, words: str) -> None:
            pass

        def fetch(self, progress: DownloadProgress) -> Path:
            return tmp_path

        def use(self, folder: Path) -> None:
            pass

        def build(self, progress: DownloadProgress) -> None:
            pass

    monkeypatch.setattr("codechoir.engines.natural.NaturalEngine.installer", lambda _: Installed())
    monkeypatch.setattr("codechoir.engines.natural.readiness.kokoro_problem", lambda: "")
    monkeypatch.setattr("codechoir.engines.natural.readiness.real_time_factor", lambda _: factor)
    monkeypatch.setattr("codechoir.engines.natural.NaturalEngine.warm_up", lambda _: None)
    outcome = codechoir("install", "natural", "--yes")
    assert outcome.status == 0 and f"kokoro: {says}" in outcome.out.replace("this computer is ", "")


def test_doctor_looks_at_the_folders_that_are_used(
    codechoir: Codechoir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It once told of the system's own places whatever the variables said, and not of the voices' folder."""
    monkeypatch.setattr("codechoir.cli.commands_doctor._models_to_measure", list)

    def found() -> dict[str, object]:
        checks = json.loads(codechoir("doctor", "--json").out)["checks"]
        return next(check for check in checks if check["name"] == "folders")

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("CODECHOIR_CACHE", raising=False)
    monkeypatch.delenv("CODECHOIR_VOICES", raising=False)
    usual = str(found()["detail"])
    assert str(tmp_path / "data" / "codechoir" / "voices") in usual
    assert str(tmp_path / "cache" / "codechoir") in usual
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("CODECHOIR_CACHE", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("CODECHOIR_VOICES", str(tmp_path / "file"))
    check = found()
    assert check["ok"] is False and str(check["detail"]).endswith(str(tmp_path / "file"))
    assert "CODECHOIR_VOICES" in str(check["advice"]) and "CODECHOIR_CACHE" not in str(check["advice"])
    monkeypatch.setenv("CODECHOIR_VOICES", str(tmp_path / "mine"))
    assert found()["ok"] is True
    assert str(tmp_path / "elsewhere") in str(found()["detail"])
    assert str(tmp_path / "mine") in str(found()["detail"])
    monkeypatch.setenv("CODECHOIR_VOICE_DISK", "lots")
    assert found()["ok"] is False and "CODECHOIR_VOICE_DISK" in str(found()["detail"])
    assert codechoir("doctor").status == 0
    monkeypatch.setenv("CODECHOIR_PHRASES", "maybe")
    assert found()["detail"] == "CODECHOIR_PHRASES must be one of auto, on, off, got 'maybe'"
    assert codechoir("doctor").status == 1


def test_doctor_finds_a_broken_engine_and_says_so(
    codechoir: Codechoir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "codechoir.engines.espeak.espeak_engine.EspeakEngine.check", lambda _: "no data; reinstall it"
    )
    outcome = codechoir("doctor", "--json")
    report = json.loads(outcome.out)
    assert outcome.status == 1 and report["ok"] is False
    broken = next(check for check in report["checks"] if check["name"] == "engine espeak")
    assert (broken["ok"], broken["advice"]) == (False, "no data; reinstall it")
    assert "Code cannot be read aloud yet" in codechoir("doctor").out


def test_doctor_lists_what_deceives_the_eye(codechoir: Codechoir, source: Callable[..., Path]) -> None:
    path = source('x = 1\n\u0430dmin = "a\u200bb" # \u202e\n', "trojan.py")
    outcome = codechoir("doctor", "--file", path, "--json")
    report = json.loads(outcome.out)
    assert outcome.status == 0 and report["ok"] is False
    assert [(f["kind"], f["line"], f["start"], f["end"]) for f in report["findings"]] == [
        ("mixed", 2, 6, 12),
        ("invisible", 2, 17, 20),
        ("bidi", 2, 25, 28),
    ]
    lines = codechoir("doctor", "--file", path).out.splitlines()
    assert len(lines) == 3 and lines[2].startswith(f"{path}:2: ") and "<U+202E>" in lines[2]
    assert "\u202e" not in lines[2]
    assert "No deceptive characters" in codechoir("doctor", "--file", EXAMPLES / "cart.py").out


def test_doctor_finds_blanks_and_names_that_deceive(codechoir: Codechoir, tmp_path: Path) -> None:
    path = tmp_path / "cart.py"
    path.write_text("if a:\n    l = 1\n\t\u2113 = 2\nb = 1 + \\ \n2\n", "utf-8")
    told = json.loads(codechoir("doctor", "--file", path, "--json").out)
    assert not told["ok"]
    assert [(one["kind"], one["line"], one["other"]) for one in told["findings"]] == [
        *(("tabs", 3, ""), ("twin", 3, "l"), ("continuation", 4, ""))
    ]
    assert (
        codechoir("doctor", "--file", path)
        .out.splitlines()[0]
        .endswith(":3: warning, tabs in the indentation, spaces before")
    )


def test_a_benchmark_prints_a_line_for_each_figure(
    codechoir: Codechoir, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = {"system": "S", "processor": "P", "cores": 2, "load": 1.5, "python": "3"}
    figures = [figure(f"a.{number}", number, "ms", 1.0) for number in range(3)]
    measured = {"machine": machine, "figures": figures, "skipped": []}
    monkeypatch.setattr("codechoir.bench.run_benchmarks", lambda *_: measured)
    lines = codechoir("bench", "lsp").out.splitlines()
    assert [line.split()[0] for line in lines if line] == ["S,", "figure", "a.0", "a.1", "a.2"]
