"""An editor that sets no engine: natural voices, in a process that lives no longer than the server."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from codechoir.bench.programs import LspClient

SECONDS = 120
"""How long a busy machine may take to load the voices, or to end a process."""

URI = "untitled:a.py"


@pytest.fixture
def client(engine_left_to_us: None) -> Iterator[LspClient]:
    made = LspClient(errors=subprocess.DEVNULL)
    try:
        yield made
    finally:
        made.kill()


def loaded(client: LspClient, **settings: Any) -> dict[str, Any]:
    """The status of a server once its engine is loaded."""
    client.start(audio="client", **settings)
    pause = threading.Event()
    for _ in range(SECONDS * 20):
        status: dict[str, Any] = client.result("status")
        if status["engineLoaded"]:
            return status
        pause.wait(0.05)
    raise AssertionError(f"the engine was not loaded: {status}")


def is_audio(message: Any) -> bool:
    return message.get("method") == "codechoir/audio" and bool(message["params"]["pcm"])


def test_the_first_line_is_said_by_a_natural_voice_and_stop_is_obeyed(client: LspClient) -> None:
    status = loaded(client)
    assert (status["engine"], status["engineModel"], status["settings"]["engine"]) == (
        "natural",
        "hibari",
        "auto",
    )
    assert "ready" in status["engineReason"]
    client.open(URI, "total = price * 2\n" * 50)
    session = client.result("read", uri=URI, unit="file")["session"]
    first = client.wait(is_audio)["params"]
    assert (first["sampleRate"], first["firstSample"]) == (24_000, 0)
    assert client.result("stop")["state"] == "stopped"
    client.inbox.clear()
    assert client.result("status")["session"] == session
    assert not any(map(is_audio, client.inbox))
    assert client.result("voices")["casting"]["variable"]["family"] == "heart"


def test_the_process_of_the_voices_ends_with_the_server(client: LspClient) -> None:
    loaded(client)
    children = psutil.Process(client.process.pid).children(recursive=True)
    assert children
    client.kill()
    assert not psutil.wait_procs(children, timeout=SECONDS)[1]


@pytest.mark.parametrize("settings", [{"rate": 400}, {"profile": "classic"}, {"engine": "espeak"}])
def test_settings_that_ask_for_espeak_start_no_natural_voice(
    client: LspClient, settings: dict[str, Any]
) -> None:
    assert loaded(client, **settings)["engine"] == "espeak"
    client.open(URI, "total = price\n")
    client.result("read", uri=URI, unit="file")
    assert client.wait(is_audio)["params"]["sampleRate"] == 22_050
    commands = [" ".join(child.cmdline()) for child in psutil.Process(client.process.pid).children()]
    assert not any("subprocess.host" in command for command in commands)


def test_another_rate_leaves_a_reading_its_voice_and_changes_the_next(client: LspClient) -> None:
    loaded(client)
    client.open(URI, "total = price * 2\n" * 50)
    client.result("read", uri=URI, unit="file")
    client.wait(is_audio)
    changed = client.result("rate", wpm=500)["session"]
    after = client.wait(lambda message: is_audio(message) and message["params"]["session"] == changed)
    assert after["params"]["sampleRate"] == 24_000
    session = client.result("read", uri=URI, unit="line", position={"line": 3, "character": 0})["session"]
    following = client.wait(lambda message: is_audio(message) and message["params"]["session"] == session)
    assert following["params"]["sampleRate"] == 22_050
    assert "words a minute" in client.result("status")["engineReason"]


def test_a_start_that_takes_long_is_begun_by_espeak_and_handed_over_at_a_line(client: LspClient) -> None:
    client.start(audio="client")
    words = ("one", "two", "three", "four", "five", "six")
    client.open(URI, "".join(f"number {word} is here\n" for word in words), "plaintext")
    voices = child_of(client)
    voices.suspend()
    session = client.result("read", uri=URI, unit="file")["session"]
    told = client.wait(lambda message: bool(message.get("params", {}).get("message")))["params"]["message"]
    assert "reading on with the fallback voices" in told  # it is loading, or gives no sign of life
    voices.resume()
    marks: list[tuple[int, str]] = []
    while True:
        message = client.wait(lambda message: message.get("method") in ("codechoir/audio", "codechoir/state"))
        given = message["params"]
        if given.get("state") == "finished":
            break
        if message["method"] == "codechoir/audio":
            marks += [(mark["range"]["start"]["line"], mark["text"]) for mark in given["marks"]]
            client.notify("codechoir/ack", {"session": session, "playedSamples": given["firstSample"]})
            assert given["sampleRate"] == 24_000  # eSpeak NG's, too, so that nothing has to be opened again
    said = ["number", "", "is", "here"]
    assert marks == [(line, each or word) for line, word in enumerate(words) for each in said]


def child_of(client: LspClient) -> psutil.Process:
    """The process of the natural voices, as soon as there is one."""
    pause = threading.Event()
    for _ in range(SECONDS * 100):
        for child in psutil.Process(client.process.pid).children():
            if "subprocess.host" in " ".join(child.cmdline()):
                return child
        pause.wait(0.01)
    raise AssertionError("no process was started")
