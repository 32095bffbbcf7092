"""Closed and full standard streams: one line says so, the exit status is right, no file gets mixed up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.command_line import EXAMPLES

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="closes streams with a shell")

CART = EXAMPLES / "cart.py"
CLOSED = "codechoir: cannot write to standard output: it is closed"
FULL = "codechoir: cannot write to standard output: no space left on device"

full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


def run(*arguments: str | Path, redirect: str, stdin: bytes = b"") -> tuple[int, bytes, list[str]]:
    """Exit status, standard output and the lines on standard error of a command in a shell."""
    command = ["sh", "-c", f'exec "$@" {redirect}', "sh", sys.executable, "-m", "codechoir", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=60)
    return done.returncode, done.stdout, done.stderr.decode().splitlines()


@pytest.mark.parametrize("arguments", [["spans", CART], ["words", CART, "--json"], ["--help"], ["--version"]])
@pytest.mark.parametrize(
    ("redirect", "line"), [(">&-", CLOSED), pytest.param(">/dev/full", FULL, marks=full)]
)
def test_output_that_nobody_takes_is_an_error_of_one_line(
    arguments: list[str | Path], redirect: str, line: str
) -> None:
    assert run(*arguments, redirect=redirect) == (1, b"", [line])


@pytest.mark.parametrize("redirect", ["2>&-", pytest.param("2>/dev/full", marks=full)])
def test_errors_that_nobody_reads_change_nothing(tmp_path: Path, redirect: str) -> None:
    sound = tmp_path / "a.wav"
    assert run("say", "hi", "-o", sound, "--no-play", redirect=redirect) == (0, b"", [])
    assert sound.stat().st_size > 1000
    assert run("read", "nothing.py", redirect=redirect) == (2, b"", [])


def test_commands_work_without_any_stream(tmp_path: Path) -> None:
    sound = tmp_path / "a.wav"
    assert run("read", CART, "-o", sound, "--no-play", redirect="<&- >&- 2>&-") == (0, b"", [])
    assert sound.read_bytes()[:4] == b"RIFF"


def test_closed_input_is_named() -> None:
    status, out, lines = run("decode", redirect="<&-")
    assert (status, out) == (2, b"")
    assert lines == ["codechoir: cannot read standard input: it is closed; name a file"]


@pytest.mark.parametrize("redirect", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_the_language_server_ends_when_its_streams_are_closed(redirect: str) -> None:
    status, out, lines = run("lsp", redirect=redirect)
    assert (status, out) == (1, b"")
    assert len(lines) <= 1 and "Traceback" not in "".join(lines)


@full
def test_a_full_disk_is_named_for_every_kind_of_file(tmp_path: Path) -> None:
    for name in ("x.wav", "x.html", "x.json"):
        link = tmp_path / name
        link.symlink_to("/dev/full")
        option = "--marks" if name.endswith(".json") else "-o"
        status, _, lines = run("say", "hi", option, link, "--no-play", redirect="")
        assert (status, lines) == (1, [f"codechoir: cannot write {link}: no space left on device"])


def test_a_pipe_that_does_not_wait_loses_nothing(tmp_path: Path) -> None:
    """Some programs make the pipes of their children non-blocking; a full one must not be an error."""
    code = (
        "import os, sys; os.set_blocking(1, False);"
        "from codechoir.__main__ import main; sys.argv.insert(1, 'spans'); sys.exit(main())"
    )
    source = tmp_path / "many.js"
    source.write_text("x = 1;\n" * 5_000)
    with subprocess.Popen([sys.executable, "-c", code, source], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        out = process.stdout.read()
    assert process.returncode == 0 and len(out.splitlines()) == 20_000
