"""`codechoir serve`: where its settings come from, what it prints, and how it ends."""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from codechoir.cli.commands_server import settings_of_server
from codechoir.cli.main import build
from codechoir.errors import InputError
from codechoir.server import TRANSLATIONS, ServerSettings, translated
from codechoir.server.serving import listen
from codechoir.settings import MEGABYTE, declared


def arguments(*given: str) -> argparse.Namespace:
    return build(["serve"]).parse_args(["serve", *given])


def test_every_setting_is_declared_with_option_and_variable() -> None:
    for field in fields(ServerSettings):
        declaration = declared(ServerSettings)[field.name]
        assert declaration.variable.startswith("CODECHOIR_"), field.name
        assert bool(declaration.option) is (field.name != "token"), "a command line can be seen by others"


@pytest.mark.usefixtures("engine_left_to_us")
def test_option_before_variable_before_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "server.toml"
    file.write_text('port = 1\nqueue = 2\nengine = "silent"\nhosts = ["a", "b"]\nmax_source = 2\n')
    monkeypatch.setenv("CODECHOIR_QUEUE", "3")
    monkeypatch.setenv("CODECHOIR_PORT", "4")
    monkeypatch.delenv("CODECHOIR_ENGINE", raising=False)
    speech, server = settings_of_server(arguments("--config", str(file), "--port", "5"))
    assert (server.port, server.queue, server.hosts) == (5, 3, ("a", "b"))
    assert (speech.engine, server.max_source) == ("silent", 2 * MEGABYTE)
    assert settings_of_server(arguments("--engine", "espeak", "--config", str(file)))[0].engine == "espeak"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("prot = 1", r":2: unknown setting 'prot'. Did you mean 'port'\?"),
        ("port = 'x'", ":2: port must be a whole number between 0 and 65535"),
        ("port = 99999", ":2: port must be a whole number between 0 and 65535, got 99999"),
        ("port = true", ":2: port cannot be True"),
        ("token = 'secret'", ":2: unknown setting 'token'"),
        ("host = {}", ":2: host cannot be"),
    ],
)
def test_a_mistake_in_the_file_has_a_line(tmp_path: Path, line: str, problem: str) -> None:
    file = tmp_path / "server.toml"
    file.write_text(f"# settings\n{line}\n")
    with pytest.raises(InputError, match=problem):
        settings_of_server(arguments("--config", str(file)))


EARLIER = {
    "PORT": ("8001", "port", 8001),
    "MAX_CONCURRENT_REQUESTS": ("10", "max_requests", 10),
}


@pytest.mark.parametrize("name", EARLIER)
def test_variables_of_earlier_servers_count(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    value, field, expected = EARLIER[name]
    ours = TRANSLATIONS[name][0]
    monkeypatch.setattr(os, "environ", {name: value})
    assert getattr(settings_of_server(arguments())[1], field) == expected
    monkeypatch.setattr(os, "environ", {name: value, ours: "77"})
    assert getattr(settings_of_server(arguments())[1], field) == 77


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        ({"DEBUG": "True"}, {"CODECHOIR_DEBUG": "1"}),
        ({"DEBUG": "False"}, {}),
        ({"USE_CPU": "true"}, {"CODECHOIR_XTTS_DEVICE": "cpu"}),
        ({"USE_CPU": "false"}, {}),
        ({"SPEAKER_CACHE_TTL": "3600"}, {"CODECHOIR_VOICE_LIFETIME": "3600"}),
        ({"SPEAKER_CACHE_MAX_SIZE": "100"}, {"CODECHOIR_VOICE_MEMORY": "12.891"}),
        ({"PRELOAD_VOICES": "anna,ben"}, {"CODECHOIR_PRELOAD_VOICES": "anna,ben"}),
        ({"VOICES_DIR": "./saved"}, {"CODECHOIR_VOICES": "./saved"}),
        ({"CUSTOM_MODEL_PATH": "/m"}, {"CODECHOIR_XTTS_CHECKPOINT": "/m"}),
        ({"NUM_THREADS": "4"}, {"OMP_NUM_THREADS": "4"}),
        ({"NUM_THREADS": " "}, {}),
    ],
)
def test_they_have_our_names_and_units(given: dict[str, str], ours: dict[str, str]) -> None:
    assert translated(given) == ours


def test_a_wrong_value_names_our_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"PORT": "eighty"})
    with pytest.raises(InputError, match="CODECHOIR_PORT must be a whole number"):
        settings_of_server(arguments())


# ---- the command ------------------------------------------------------------------------------------------


def run(*given: str, **variables: str) -> subprocess.Popen[str]:
    environment = {**os.environ, **variables}
    return subprocess.Popen(
        [sys.executable, "-m", "codechoir", "serve", *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def test_it_says_where_it_listens_and_ends_with_a_signal() -> None:
    process = run("--port", "0", "--engine", "silent", "--engines", "espeak")
    assert process.stdout is not None
    first, second, third = (process.stdout.readline() for _ in range(3))
    url = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", first)
    assert url, first + (process.stderr.read() if process.stderr and process.poll() is not None else "")
    assert second == "engine silent, espeak; voices of profile 'default'\n"
    assert "/docs" in third
    assert httpx.get(f"{url[1]}/health").json()["status"] == "healthy"
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 0, log
    assert "GET /health status=200" in log and "Traceback" not in log


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (("--host", "0.0.0.0"), "a token is needed"),
        (("--engine", "nothing"), "unknown engine 'nothing'"),
        (("--engines", "espaek"), "unknown engine 'espaek'"),
        (("--voices", "nothing"), "unknown voice profile 'nothing'"),
        (("--host", "256.1.1.1.1"), "a token is needed"),
    ],
)
def test_what_cannot_work_is_one_line(given: tuple[str, ...], problem: str) -> None:
    process = run("--port", "0", *given)
    _, errors = process.communicate(timeout=30)
    assert process.returncode in (1, 2) and problem in errors and "Traceback" not in errors
    assert len(errors.strip().splitlines()) == 1


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = run("--port", str(taken.getsockname()[1]))
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2 and "cannot listen on 127.0.0.1" in errors


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_audio_does_not_wait_for_more_of_it(host: str) -> None:
    """Without the protocol, asyncio leaves Nagle's algorithm on, and the first audio comes 40 ms late."""
    with listen(ServerSettings(host=host, port=0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_the_command_loads_no_web_framework_before_it_runs() -> None:
    program = (
        "import sys; from codechoir.cli.main import build; build(['serve', 'lsp', 'read']);"
        "print([name for name in ('fastapi', 'uvicorn', 'pydantic') if name in sys.modules])"
    )
    done: Any = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
