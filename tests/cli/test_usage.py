"""Wrong usage and bad input: one line that says what is wrong and what to do, and exit status 2."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from codechoir.cli.main import COMMANDS
from support.command_line import EXAMPLES, Codechoir

CART = str(EXAMPLES / "queue.ts")

BAD = [
    ([], "no command given; try 'codechoir read FILE'"),
    (["raed", CART], "unknown command 'raed'. Did you mean 'read'?"),
    (["read"], "FILE"),
    (["read", CART, "--levle", "all"], "unknown option '--levle'. Did you mean '--level'?"),
    (["read", CART, "other.py"], "unexpected argument 'other.py'"),
    (
        ["read", CART, "--level", "al"],
        "--level must be one of terse, some, most, all, literal, got 'al'. Did you mean 'all'?",
    ),
    (["read", CART, "--rate", "fast"], "--rate must be a number between 80 and 900, got 'fast'"),
    (["read", CART, "--rate", "nan"], "--rate must be a number between 80 and 900, got nan"),
    (["read", CART, "--rate", "1000"], "--rate must be a number between 80 and 900, got 1000"),
    (["read", CART, "--engine", "espeek"], "unknown engine 'espeek'"),
    (["read", CART, "--engine", "fastes"], "finest, fastest, which choose one. Did you mean 'fastest'?"),
    (["read", CART, "--engine", "espeek"], "Did you mean 'espeak'?"),
    (
        ["read", CART, "--voices", "defualt"],
        "unknown voice profile 'defualt'; known: classic, default. Did you mean 'default'?",
    ),
    (["read", CART, "--voices", "nowhere/mine.toml"], "no voice profile nowhere/mine.toml"),
    (["read", CART, "--language", "pyhton"], "unknown language 'pyhton'"),
    (["read", CART, "--language", "pyhton"], "Did you mean 'python'?"),
    (["read", CART, "--lines", "x"], "invalid line range 'x'; use 10-20, 10, 10- or -20"),
    (["read", CART, "--lines", "-"], "invalid line range '-'"),
    (["read", CART, "--lines", "0-3"], "lines are counted from 1"),
    (["read", CART, "--lines", "9-3"], "the first line comes after the last, use 3-9"),
    (["read", CART, "--lines", "9" * 5000], "invalid line range '999"),
    (["outline", CART, "--line", "9" * 5000], "invalid line number '999"),
    (["say", "x", "--rate", "9" * 5000], "--rate must be a number between 80 and 900, got inf"),
    (["read", CART, "--lines", "30-999"], "lines 30 to 999 are out of range: {CART} has 36 lines"),
    (["read", CART, "--lines", "99"], "line 99 is out of range"),
    (["read", CART, "--lines", "99-"], "line 99 is out of range"),
    (["read", CART, "--no-play"], "--no-play needs -o OUT or --marks OUT.json"),
    (
        ["read", CART, "-o", "cart.ogg"],
        "cannot write .ogg files; use one of .wav",
    ),
    (["read", CART, "-o", "nowhere/cart.wav"], "cannot write nowhere/cart.wav: the folder"),
    (
        ["read", CART, "-o", "cart.wav", "--marks", "nowhere/cart.json"],
        "cannot write nowhere/cart.json: the folder",
    ),
    (["read", CART, "-o", "x" * 300 + ".wav"], "x.wav: file name too long"),
    (["read", "x" * 300], "xx': file name too long"),
    (["read", "nothing.py"], "file 'nothing.py' does not exist"),
    (["read", str(EXAMPLES)], "is a folder; name a file in it"),
    (["read", ""], "the file name is empty"),
    (["spans", "nothing.py"], "file 'nothing.py' does not exist"),
    (["words", "nothing.py"], "file 'nothing.py' does not exist"),
    (["say", ""], "nothing to say: the text is empty"),
    (["say", "x", "--category", "keywrod"], "unknown category 'keywrod'"),
    (["say", "x", "--category", "keywrod"], "Did you mean 'keyword'?"),
    (["bench", "lps"], "unknown benchmark 'lps'"),
    (["say", "--", "-5", "--no-play"], "unexpected argument '--no-play'; options must come before '--'"),
    (["outline", CART, "--line", "x"], "invalid line number 'x'; use a whole number from 1"),
    (["outline", CART, "--line", "0"], "line 0 is out of range: the file has 36 lines"),
    (["voices"], "SUBCOMMAND"),
    (["voices", "lsit"], "unknown subcommand 'lsit'; known: list, show, audition, add,"),
    (["voices", "lsit"], "Did you mean 'list'?"),
    (
        ["voices", "audition", "keywrod"],
        "neither a category nor a voice of this engine. Did you mean 'keyword'?",
    ),
]


@pytest.mark.parametrize(("arguments", "says"), BAD, ids=[" ".join(a[-2:])[-40:] for a, _ in BAD])
def test_bad_input_is_one_line_and_status_2(
    codechoir: Codechoir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = codechoir(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.error.startswith("codechoir: ")
    assert says.format(CART=CART) in outcome.error
    assert list(tmp_path.iterdir()) == []


HOSTILE_JSON = {
    "nested": ("[" * 100_000 + "]" * 100_000, "it is nested too deep"),
    "long number": (f'[{{"text": "x", "category": "type", "start": {"9" * 5000}}}]', "too many digits"),
}


@pytest.mark.parametrize("name", HOSTILE_JSON)
def test_json_that_no_program_should_read_is_refused_in_one_line(
    codechoir: Codechoir, source: Callable[..., Path], name: str
) -> None:
    text, reason = HOSTILE_JSON[name]
    outcome = codechoir("decode", source(text, "said.json"))
    assert outcome.status == 2
    assert reason in outcome.error and "is not valid JSON" in outcome.error


HOSTILE_TOML = {
    "long number": (f"[espeak.base]\nfamily = 'en-us'\npitch = {'9' * 5000}\n", "too many digits"),
    "long hexadecimal": (
        f"[espeak.base]\nfamily = 'en-us'\npitch = 0x{'f' * 5000}\n",
        ":3: pitch must be a number between 0 and 100, got a value that is too large to be shown",
    ),
    "long key": (f"[espeak.base]\nfamily = 'en-us'\n{'p' * 100_000} = 1\n", ":3: unknown key 'ppp"),
    "many tables": (
        "".join(f"[espeak.captures.'comment.a{number}']\npitch = 1\n" for number in range(200_000)),
        "is larger than 256 KiB",
    ),
}


@pytest.mark.parametrize("name", HOSTILE_TOML)
def test_profiles_that_are_too_large_for_a_person_are_refused_in_one_line(
    codechoir: Codechoir, source: Callable[..., Path], name: str
) -> None:
    text, reason = HOSTILE_TOML[name]
    outcome = codechoir("words", CART, "--voices", source(text, "v.toml"))
    assert outcome.status == 2
    assert reason in outcome.error and len(outcome.error) < 3000
    outcome = codechoir("words", CART, "--user-words", source(text, "w.toml"))
    assert outcome.status == 2 and len(outcome.error) < 3000


def test_a_file_that_may_not_be_read(
    codechoir: Codechoir, source: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a stub, since root may read everything."""
    path = source("x")

    def refuse(_: Path, mode: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    outcome = codechoir("spans", path)
    assert outcome.status == 2
    assert outcome.error == f"codechoir: cannot read file '{path}': permission denied"


def test_a_voices_file_with_a_wrong_key(codechoir: Codechoir, source: Callable[..., Path]) -> None:
    voices = source("[espeak.base]\nfamily = 'en-us'\n\n[espeak.categories.keyword]\npich = 70\n", "v.toml")
    outcome = codechoir("words", CART, "--voices", voices)
    assert outcome.status == 2
    assert f"{voices}" in outcome.error and "5" in outcome.error
    assert "'pich'" in outcome.error and "Did you mean 'pitch'?" in outcome.error


def test_a_voice_that_the_engine_has_not(
    codechoir: Codechoir, source: Callable[..., Path], tmp_path: Path
) -> None:
    voices = source("[espeak.base]\nfamily = 'en-us+f33'\n", "v.toml")
    outcome = codechoir("read", CART, "--voices", voices, "--no-play", "-o", tmp_path / "x.wav")
    assert outcome.status == 2
    assert "no voice 'en-us+f33'" in outcome.error and "Did you mean" in outcome.error


def test_a_bug_is_one_line_and_status_1_and_a_traceback_on_request(
    codechoir: Codechoir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("what\nwas that")

    monkeypatch.setattr("codechoir.cli.source.open_source", break_down)
    outcome = codechoir("spans", CART)
    assert outcome.status == 1
    assert outcome.error == (
        "codechoir: unexpected error: ZeroDivisionError: what was that; this is a bug in Codechoir; "
        "please report it with the traceback that CODECHOIR_DEBUG=1 shows"
    )
    monkeypatch.setenv("CODECHOIR_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        codechoir("spans", CART)


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["voices", "list"]], ids=" ".join)
def test_help_teaches_by_example(codechoir: Codechoir, command: list[str]) -> None:
    outcome = codechoir(*command, "--help")
    assert outcome.status == 0 and outcome.err == ""
    assert " ".join(["codechoir", *command]) in outcome.out
    assert "examples:" in outcome.out or command == ["lsp"]


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(argument: str) -> None:
    code = (
        "import sys; from codechoir.cli.main import main; main([sys.argv[1]]);"
        "print(*{'numpy', 'tree_sitter', 'pygls', 'miniaudio', 'soundfile', 'pygments', 'asyncio', 'torch'}"
        " & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, argument], capture_output=True, text=True, check=True)
    assert done.stderr == "\n"


def test_output_is_utf_8_whatever_the_locale(source: Callable[..., Path]) -> None:
    path = source('x = "häß 🎧"; // ok', "a.js")
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "codechoir", "spans", path, "--json"]
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert '"häß 🎧"'.replace('"', '\\"') in done.stdout.decode("utf-8")
    assert done.stderr == b""


def test_a_reader_that_has_seen_enough_is_no_error(source: Callable[..., Path]) -> None:
    path = source("x = 1;\n" * 3_000)
    command = [sys.executable, "-m", "codechoir", "spans", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
