"""A sound server that stands still, says nothing or talks garbage: everything ends, and says why."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from codechoir.bench.programs import LspClient
from support.command_line import EXAMPLES
from support.pulse import Recorder, audible, pulseaudio_process
from support.wire import read, server

TENTH = 2205

ANSWER_SECONDS = 5.0
"""Half a second is promised; a loaded machine gets more. Before, the answers never came."""

NO_ANSWER = "the sound server does not answer"

Pulse = tuple[dict[str, str], subprocess.Popen[str]]


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[Pulse]:
    with pulseaudio_process(tmp_path) as (environment, daemon):
        yield {**environment, "ALSA_CONFIG_PATH": os.devnull}, daemon


def command(*arguments: str | Path) -> list[str | Path]:
    return [sys.executable, "-m", "codechoir", *arguments]


def answered(client: LspClient, name: str) -> Any:
    began = time.monotonic()
    result = client.result(name)
    assert time.monotonic() - began < ANSWER_SECONDS
    return result


def test_the_language_server_answers_while_the_sound_server_stands_still(pulse: Pulse) -> None:
    environment, daemon = pulse
    recorder = Recorder(environment)
    with server(environment) as client:
        client.start(audio="server", engine="espeak")
        session = read(client, "word\n" * 1000)
        recorder.wait_for(lambda levels: len(audible(levels)) > TENTH)
        daemon.send_signal(signal.SIGSTOP)
        told = client.wait_for("codechoir/state", session=session, state="blocked")
        assert NO_ANSWER in told["message"]
        for name, state in [("status", "blocked"), ("pause", "paused"), ("resume", "speaking")]:
            assert answered(client, name)["state"] == state
        assert answered(client, "stop")["state"] == "stopped"
        read(client, "again")
        assert answered(client, "stop")["state"] == "stopped"
        daemon.send_signal(signal.SIGCONT)
        recorder.wait_for(lambda levels: len(levels) > 0)
        recorder.forget()
        read(client, "once more")
        recorder.wait_for(lambda levels: len(audible(levels)) > TENTH)
        daemon.send_signal(signal.SIGSTOP)
        client.leave()
        client.process.wait(ANSWER_SECONDS)
    daemon.send_signal(signal.SIGCONT)
    recorder.stop()


def test_a_server_that_stands_still_from_the_beginning_is_named(pulse: Pulse) -> None:
    environment, daemon = pulse
    daemon.send_signal(signal.SIGSTOP)
    with server(environment) as client:
        client.start(audio="server", engine="espeak")
        session = read(client, "word\n" * 1000)
        assert answered(client, "status")["state"] == "speaking"
        told = client.wait_for("codechoir/state", session=session, state="error")
        assert NO_ANSWER in told["message"]
        read(client, "word")
        assert answered(client, "stop")["state"] == "stopped"
        client.leave()
        client.process.wait(ANSWER_SECONDS)


def test_ctrl_c_ends_read_while_the_sound_server_stands_still(pulse: Pulse) -> None:
    environment, daemon = pulse
    recorder = Recorder(environment)
    with subprocess.Popen(command("read", EXAMPLES / "cart.py"), env=environment) as process:
        recorder.wait_for(lambda levels: len(audible(levels)) > TENTH)
        daemon.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(ANSWER_SECONDS) == 130
        finally:
            process.kill()


def _stand_still(folder: Path) -> contextlib.AbstractContextManager[dict[str, str]]:
    @contextlib.contextmanager
    def run() -> Iterator[dict[str, str]]:
        with pulseaudio_process(folder) as (environment, daemon):
            daemon.send_signal(signal.SIGSTOP)
            yield environment

    return run()


def _saying(folder: Path, words: bytes) -> contextlib.AbstractContextManager[dict[str, str]]:
    """A sound server that says `words` to everyone, and then nothing."""

    @contextlib.contextmanager
    def run() -> Iterator[dict[str, str]]:
        name = folder / "native"
        kept = []
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(name))
            listening.listen()

            def accept() -> None:
                with contextlib.suppress(OSError):
                    while True:
                        connection, _ = listening.accept()
                        kept.append(connection)
                        connection.sendall(words)

            threading.Thread(target=accept, daemon=True).start()
            yield {**os.environ, "XDG_RUNTIME_DIR": str(folder), "PULSE_SERVER": f"unix:{name}"}
            listening.shutdown(socket.SHUT_RDWR)
        for connection in kept:
            connection.close()

    return run()


@pytest.mark.parametrize(
    "sound_server_that",
    [_stand_still, lambda folder: _saying(folder, b""), lambda folder: _saying(folder, b"garbage!" * 999)],
    ids=["stands still", "is mute", "talks garbage"],
)
def test_read_and_doctor_end_by_themselves_and_say_why(
    tmp_path: Path,
    sound_server_that: Callable[[Path], contextlib.AbstractContextManager[dict[str, str]]],
) -> None:
    with sound_server_that(tmp_path) as environment:
        environment = {**environment, "ALSA_CONFIG_PATH": os.devnull}
        reading = subprocess.Popen(
            command("read", EXAMPLES / "cart.py"), env=environment, stderr=subprocess.PIPE, text=True
        )
        checked = subprocess.run(
            command("doctor", "--json"), env=environment, capture_output=True, text=True, timeout=60
        )
        _, said = reading.communicate(timeout=60)
    device = next(check for check in json.loads(checked.stdout)["checks"] if check["name"] == "sound device")
    assert not device["ok"] and device["advice"]
    assert reading.returncode == 1
    for words in (device["detail"], said):
        assert NO_ANSWER in words or "no sound device can be opened" in words
