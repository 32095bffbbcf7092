"""Messages, byte by byte: the handshake, malformed messages, wrong moments, and the end of the connection."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from codechoir.bench.programs import LspClient
from codechoir.lsp.protocol import message_converter
from codechoir.lsp.server_process import on_exit_of
from lsprotocol import types
from support.wire import line_of, read, server, works


@pytest.fixture
def client() -> Iterator[LspClient]:
    with server() as client:
        client.start(audio="client", engine="silent")
        yield client


@pytest.fixture(scope="module")
def patient() -> Iterator[LspClient]:
    """One server for all that must do it no harm."""
    with server() as client:
        client.start(audio="client", engine="silent")
        yield client


@pytest.fixture
def stranger() -> Iterator[LspClient]:
    """A server that nobody has shaken hands with."""
    with server() as client:
        yield client


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b"[]",
        b'"text"',
        b"{}",
        b'{"jsonrpc":"2.0"}',
        b'{"jsonrpc":"1.0","method":"initialized"}',
        b'{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{}}',
        b'{"jsonrpc":"2.0","method":"textDocument/didChange","params":[1]}',
        b'{"jsonrpc":"2.0","method":"codechoir/ack","params":{"session":"one"}}',
        b'{"jsonrpc":"2.0","method":"codechoir/ack"}',
        b'{"jsonrpc":"2.0","method":"no/such/notification","params":{"a":1}}',
        b'{"jsonrpc":"2.0","id":99,"result":"nobody asked"}',
        b'{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":4711}}',
        b'{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{"settings":7}}',
        b'{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{"settings":null}}',
        b"\xff\xfe",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":' + b'{"a":' * 50_000,
        b'{"jsonrpc":"2.0","method":"codechoir/ack","params":{"session":' + b"9" * 5000 + b"}}",
    ],
)
def test_a_message_that_makes_no_sense_does_no_harm(patient: LspClient, body: bytes) -> None:
    patient.send_raw(body)
    assert works(patient)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ({"method": "no/such/request", "params": {}}, "Method Not Found"),
        ({"method": "workspace/executeCommand", "params": {}}, "do not have the form"),
        ({"method": "workspace/executeCommand", "params": None}, "do not have the form"),
        (
            {"method": "workspace/executeCommand", "params": {"command": "codechoir.server.read"}},
            "'unit' is missing",
        ),
        (
            {
                "method": "workspace/executeCommand",
                "params": {"command": "codechoir.server.read", "arguments": {"unit": "file"}},
            },
            "a list of one JSON object",
        ),
        (
            {
                "method": "workspace/executeCommand",
                "params": {"command": "codechoir.server.read", "arguments": ["file:///a.py"]},
            },
            "a list of one JSON object",
        ),
    ],
)
def test_a_request_that_makes_no_sense_is_answered(
    patient: LspClient, message: dict[str, object], line: str
) -> None:
    patient.send({"jsonrpc": "2.0", "id": "mine", **message})
    assert line in line_of(patient.wait(lambda answer: answer.get("id") == "mine"))
    assert works(patient)


def test_nothing_is_done_before_the_handshake(stranger: LspClient) -> None:
    answer = stranger.command("status")
    assert answer["error"]["code"] == -32002 and "the first request must be 'initialize'" in line_of(answer)
    stranger.notify("textDocument/didSave", {"textDocument": {"uri": "untitled:a"}})
    stranger.start(audio="client", engine="silent")
    assert works(stranger)


@pytest.mark.parametrize(
    ("encodings", "chosen"),
    [(None, "utf-16"), ([], "utf-16"), (["utf-7", "utf-32", "utf-8"], "utf-32"), (["utf-7"], "utf-16")],
)
def test_the_first_position_encoding_that_is_known_is_used(
    stranger: LspClient, encodings: list[str] | None, chosen: str
) -> None:
    answer = stranger.start({"general": {"positionEncodings": encodings}}, audio="none", engine="silent")
    assert answer["result"]["capabilities"]["positionEncoding"] == chosen
    assert works(stranger)


@pytest.mark.parametrize(
    ("capabilities", "encoding"),
    [
        ({"general": {"positionEncodings": ["utf-8"]}, "window": 7}, "utf-8"),
        ({"general": {"positionEncodings": "utf-8"}}, "utf-16"),
        ({"general": "all"}, "utf-16"),
    ],
)
def test_invalid_capabilities_do_not_keep_the_server_from_working(
    stranger: LspClient, capabilities: dict[str, object], encoding: str
) -> None:
    answer = stranger.start(capabilities, audio="none", engine="silent")
    assert answer["result"]["capabilities"]["positionEncoding"] == encoding
    status = stranger.result("status")
    assert (status["audio"], status["engine"]) == ("none", "silent")
    session = read(stranger, "one two")
    assert stranger.wait_for("codechoir/audio", session=session, last=True)["session"] == session


def test_an_initialize_without_capabilities_is_an_error_and_another_one_may_follow(
    stranger: LspClient,
) -> None:
    assert "do not have the form" in line_of(stranger.request("initialize", {"processId": None}))
    stranger.start(audio="none", engine="silent")
    assert works(stranger)


def test_a_reading_may_come_right_after_the_handshake(stranger: LspClient) -> None:
    stranger.start(audio="client", engine="espeak")
    session = read(stranger, "at once")
    assert stranger.wait_for("codechoir/audio", session=session)["pcm"]


def test_an_unknown_audio_mode_is_told_and_the_server_plays(stranger: LspClient) -> None:
    stranger.start(audio="headphones", engine="silent")
    assert (
        "must be one of client, server, none, got 'headphones'"
        in stranger.wait_for("window/logMessage")["message"]
    )
    assert stranger.result("status")["audio"] == "server"


def test_settings_are_asked_for_where_the_editor_answers(stranger: LspClient) -> None:
    stranger.start({"workspace": {"configuration": True}}, audio="client")
    asked = stranger.wait(lambda message: message.get("method") == "workspace/configuration")
    assert asked["params"] == {"items": [{"section": "codechoir"}]}
    stranger.send({"jsonrpc": "2.0", "id": asked["id"], "result": [{"engine": "silent", "rate": 400}]})
    assert stranger.result("status")["settings"]["rate"] == 400
    stranger.notify("workspace/didChangeConfiguration", {"settings": None})
    asked = stranger.wait(lambda message: message.get("method") == "workspace/configuration")
    stranger.send({"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32601, "message": "no"}})
    assert stranger.result("status")["settings"]["rate"] == 400


def test_where_nobody_plays_all_marks_come_at_once(stranger: LspClient) -> None:
    stranger.start(audio="none", engine="silent")
    session = read(stranger, "word\n" * 300)
    stranger.wait_for("codechoir/state", session=session, state="finished")
    told = [m["params"] for m in stranger.inbox if m.get("method") == "codechoir/audio"]
    assert [mark["text"] for one in told for mark in one["marks"]] == ["word"] * 300
    assert {one["pcm"] for one in told} == {""}


def test_a_client_that_never_acknowledges_is_told_and_can_go_on(patient: LspClient) -> None:
    session = read(patient, "word\n" * 1000)
    told = patient.wait_for("codechoir/state", session=session, state="blocked")
    assert "the player has not played anything" in told["message"]
    assert patient.result("stop") == {"session": session, "state": "stopped"}
    assert read(patient, "next") == session + 1


def test_the_log_has_one_line_for_each_error(tmp_path: Path) -> None:
    """pygls logs a traceback for each, which the server leaves out."""
    with (tmp_path / "errors").open("w+b") as errors:
        client = LspClient(errors=errors)
        client.start(audio="client", engine="silent")
        client.send_raw(b"no json")
        client.send_raw(b'{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{}}')
        client.send_raw(b'{"jsonrpc":"2.0","method":"codechoir/ack","params":{"session":"one"}}')
        client.command("sing")
        client.command("read", unit="line")
        client.kill()
        errors.seek(0)
        lines = errors.read().decode().splitlines()
    assert lines == [
        "codechoir: message ignored: Expecting value: line 1 column 1 (char 0)",
        "codechoir: message ignored: the parameters of 'textDocument/didOpen' do not have the form "
        "that LSP defines",
        "codechoir: 'codechoir/ack' needs two whole numbers, 'session' and 'playedSamples'",
    ]


def test_requests_after_shutdown_are_refused(client: LspClient) -> None:
    client.request("shutdown", None)
    assert "shutting down" in line_of(client.command("status"))
    client.notify("exit", None)
    assert client.process.wait(10) == 0


def test_exit_without_shutdown_is_a_failure(client: LspClient) -> None:
    read(client, "word\n" * 1000)
    client.notify("exit", None)
    assert client.process.wait(10) == 1


def test_a_result_that_is_no_json_is_an_error_and_not_a_request_without_answer() -> None:
    code = (
        "from codechoir.lsp import serve\n"
        "from codechoir.lsp.command_handlers import CommandHandlers\n"
        "CommandHandlers.run = lambda self, command, given: object()\n"
        "serve()\n"
    )
    client = LspClient([sys.executable, "-c", code], errors=subprocess.DEVNULL)
    try:
        client.start(audio="client", engine="silent")
        for command in ("status", "stop"):
            assert "please report it" in client.command(command)["error"]["message"]
    finally:
        client.kill()


def test_the_server_ends_with_its_input_and_without_a_word(tmp_path: Path) -> None:
    with (tmp_path / "errors").open("w+b") as errors:
        client = LspClient(errors=errors)
        client.start(audio="client", engine="silent")
        read(client, "word\n" * 1000)
        client.leave()
        assert client.process.wait(10) == 1
        errors.seek(0)
        assert errors.read() == b""


def test_the_server_ends_with_the_editor_that_started_it(stranger: LspClient) -> None:
    """Even when somebody else still holds its input open."""
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    params = stranger.initialize_params(audio="client", engine="silent")
    stranger.request("initialize", {**params, "processId": editor.pid})
    stranger.notify("initialized", {})
    read(stranger, "word\n" * 1000)
    editor.communicate(b"\n")
    assert stranger.process.wait(10) == 1


def test_an_editor_outside_the_container_is_not_waited_for(stranger: LspClient) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    params = stranger.initialize_params(audio="client", engine="silent")
    stranger.request("initialize", {**params, "processId": gone.pid})
    stranger.notify("initialized", {})
    assert works(stranger)


def test_an_interrupt_at_the_terminal_ends_it(client: LspClient) -> None:
    client.process.send_signal(signal.SIGINT)
    assert client.process.wait(10) == -signal.SIGINT


def test_what_libraries_print_does_not_reach_the_protocol() -> None:
    code = (
        "import os, sys, subprocess\n"
        "from codechoir.stdio import take_over_for_messages\n"
        "incoming, output = take_over_for_messages()\n"
        "print('noise', flush=True); os.write(1, b'more noise')\n"
        "subprocess.run([sys.executable, '-c', 'print(input())'])\n"
        "output.send(incoming.read())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], input=b"{}", capture_output=True, check=True)
    assert done.stdout == b"Content-Length: 2\r\n\r\n{}"
    assert b"noise" in done.stderr and b"EOFError" in done.stderr


def test_neither_torch_nor_numpy_is_loaded(tmp_path: Path) -> None:
    """They would cost more memory and time than all the rest."""
    log = tmp_path / "imports"
    with log.open("wb") as errors:
        client = LspClient([sys.executable, "-X", "importtime", "-m", "codechoir.lsp"], errors=errors)
        try:
            client.start(audio="client", engine="espeak")
            session = read(client, "word")
            client.wait_for("codechoir/audio", session=session, last=True)
            client.result("voices")
        finally:
            client.kill()
    loaded = {line.rpartition("|")[2].strip() for line in log.read_text().splitlines()}
    assert "codechoir.pipeline" in loaded
    assert not {"torch", "numpy", "TTS"} & loaded


def test_a_process_that_is_not_there_is_not_watched() -> None:
    ended: list[int] = []
    for process in (-1, 0):
        on_exit_of(process, lambda: ended.append(1))
    assert ended == []


def test_a_change_without_a_version_is_applied(client: LspClient) -> None:
    client.open("untitled:a", "old", "plaintext")
    document = {"uri": "untitled:a", "version": None}
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": "new"}]})
    session = int(client.result("read", uri="untitled:a", unit="file")["session"])
    assert client.wait_for("codechoir/audio", session=session)["marks"][0]["text"] == "new"


def test_a_second_initialize_is_refused_and_changes_nothing(client: LspClient) -> None:
    params = client.initialize_params({"general": {"positionEncodings": ["utf-8"]}}, audio="none")
    assert "initialized already" in line_of(client.request("initialize", params))
    assert client.result("status")["audio"] == "client"


def test_a_long_text_in_place_of_changes_is_refused_at_its_first_mistake() -> None:
    converter = message_converter()
    broken = "x" * 100_000
    message = {"jsonrpc": "2.0", "method": "textDocument/didChange"}
    document = {"uri": "untitled:a", "version": 1}
    with pytest.raises(Exception, match="mapping") as error:
        converter.structure(
            {**message, "params": {"textDocument": document, "contentChanges": broken}},
            types.DidChangeTextDocumentNotification,
        )
    assert not hasattr(error.value, "exceptions"), "it collects a mistake for each character"


def test_a_file_of_another_computer_is_not_read_here(client: LspClient) -> None:
    line = line_of(client.command("read", uri="file://elsewhere/etc/hosts", unit="file"))
    assert "is on another computer, 'elsewhere'" in line


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither")
def test_a_pipe_and_a_device_are_refused_unread(client: LspClient, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), Path("/dev/urandom")):
        assert "pipe or a device" in line_of(client.command("read", uri=path.as_uri(), unit="file"))
    assert works(client)


@pytest.mark.parametrize("number", [10**400, -(10**400), 1e300, 10**19])
def test_numbers_that_nothing_can_compute_with_are_refused_in_one_short_line(
    patient: LspClient, number: float
) -> None:
    patient.open("untitled:numbers", "x = 1\n")
    place = {"line": 0, "character": 0}
    for command, arguments in [
        ("rate", {"wpm": number}),
        ("skip", {"by": "line", "count": number}),
        ("describe", {"uri": "untitled:numbers", "position": {**place, "line": number}}),
        ("read", {"uri": "untitled:numbers", "unit": "line", "position": {**place, "character": number}}),
    ]:
        assert len(line_of(patient.command(command, **arguments))) < 500
    settings = {"engine": "silent", "rate": number, "volume": number, "depth": number}
    patient.notify("workspace/didChangeConfiguration", {"settings": {"codechoir": settings}})
    assert patient.result("status")["settings"]["volume"] == 100
    assert all(len(line) < 500 for line in patient.result("status")["warnings"])
