"""`/v1/ws`: text in pieces, audio and marks, cancel, flow control, and what is refused."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.speech_server import RATE, WORD, RunningServer
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

TOKEN = "0123456789abcdef0123"


class Talk:
    """One socket; `next` and `until` return what comes."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.pcm = b""
        self.marks: list[dict[str, Any]] = []

    def send(self, kind: str, /, **fields: Any) -> None:
        self._connection.send(json.dumps({"type": kind, **fields}))

    def raw(self, data: str | bytes) -> None:
        self._connection.send(data)

    def next(self) -> dict[str, Any]:
        """The next message that is no audio; keeps the audio and the marks."""
        while isinstance(received := self._connection.recv(20), bytes):
            self.pcm += received
        message: dict[str, Any] = json.loads(received)
        self.marks += message.get("marks", [])
        return message

    def until(self, kind: str) -> dict[str, Any]:
        while (message := self.next())["type"] != kind:
            assert message["type"] in ("session", "marks"), message
        return message


@contextmanager
def talking(server: RunningServer, **options: Any) -> Iterator[Talk]:
    with connect(f"ws://127.0.0.1:{server.port}/v1/ws", proxy=None, **options) as connection:
        yield Talk(connection)


def test_a_sentence_sounds_while_the_next_is_written(server: RunningServer) -> None:
    with talking(server) as talk:
        talk.send("start")
        talk.send("text", text="Hello wor")
        talk.send("text", text="ld. And")
        assert talk.next()["type"] == "session"
        first = talk.next()
        assert (first["type"], first["marks"][0]["text"], first["phrase"]) == ("marks", "Hello", 0)
        talk.send("text", text=" more")
        talk.send("end")
        assert talk.until("end") == {"type": "end", "state": "finished", "samples": 4 * WORD}
        assert len(talk.pcm) == 2 * 4 * WORD
        assert [mark["text"] for mark in talk.marks] == ["Hello", "world.", "And", "more"]
        assert [(mark["start"], mark["end"]) for mark in talk.marks] == [(0, 5), (6, 12), (13, 16), (17, 21)]
        assert [mark["t0"] for mark in talk.marks] == [0, WORD, 2 * WORD, 3 * WORD]


def test_code_is_read_when_it_is_complete(server: RunningServer) -> None:
    with talking(server) as talk:
        talk.send("start", kind="code", language="python")
        talk.send("text", text="x = ")
        talk.send("text", text="1\n")
        talk.send("end")
        assert talk.until("end")["state"] == "finished"
        assert {mark["category"] for mark in talk.marks} >= {"variable", "literal"}


def test_cancel_ends_the_reading_and_the_engine(server: RunningServer) -> None:
    server.state.gate.clear()
    server.state.gate.allow(1)
    with talking(server) as talk:
        talk.send("start")
        talk.send("text", text="one. two. three. ")
        assert talk.next()["type"] == "session" and talk.next()["type"] == "marks"
        talk.send("cancel")
        assert talk.until("end")["state"] == "cancelled"
        server.state.wait_until_idle()
        server.state.gate.set()
        assert server.state.texts() == ["one."]
        talk.send("start")
        talk.send("text", text="again")
        talk.send("end")
        assert talk.until("end")["state"] == "finished"
        assert server.state.texts() == ["one.", "again"]


def test_start_replaces_the_reading_before(server: RunningServer) -> None:
    with talking(server) as talk:
        talk.send("start")
        assert talk.next()["type"] == "session"
        talk.send("start", voice="anna")
        assert talk.next() == {"type": "end", "state": "cancelled"}
        talk.send("text", text="new")
        talk.send("end")
        talk.until("end")
        assert server.state.said == [("anna", "new")]


def test_a_client_that_leaves_ends_its_reading(server: RunningServer) -> None:
    server.state.gate.clear()
    server.state.gate.allow(1)
    with talking(server) as talk:
        talk.send("start")
        talk.send("text", text="one. two. ")
        talk.until("marks")
    server.state.wait_until_idle()
    assert server.state.texts() == ["one."]


def test_acks_keep_the_server_from_running_ahead(server: RunningServer) -> None:
    """Two seconds are twenty words of the engine."""
    with talking(server) as talk:
        talk.send("start", ack=True)
        talk.send("text", text="word. " * 100)
        talk.send("end")
        assert talk.next()["type"] == "session"
        for played in range(100):
            message = talk.next()
            assert message["type"] == "marks"
            assert message["first_sample"] <= played * WORD + 2 * RATE
            talk.send("ack", samples=(played + 1) * WORD)
        assert talk.until("end")["samples"] == 100 * WORD


def test_nothing_is_sent_without_acks(start: Any) -> None:
    server = start(stall_seconds=1.0)
    with talking(server) as talk:
        talk.send("start", ack=True)
        talk.send("text", text="word. " * 100)
        talk.send("end")
        error = talk.until("error")["error"]
        assert error["code"] == "too-slow"
        assert len(talk.pcm) <= 2 * (2 * RATE + WORD + RATE // 2)


def test_text_that_never_comes_is_given_up(start: Any) -> None:
    server = start(stall_seconds=1.0)
    with talking(server) as talk:
        talk.send("start")
        assert talk.until("error")["error"]["code"] == "too-slow"
        assert server.service.in_progress == 0


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "invalid-request"),
        ("[]", "invalid-request"),
        ('{"type": "dance"}', "invalid-request"),
        ('{"type": "start", "speed": 99}', "invalid-request"),
        ('{"type": "start", "colour": 1}', "invalid-request"),
        ('{"type": "start", "voice": "../x"}', "unknown-voice"),
        ('{"type": "start", "language": "tlh"}', "unknown-language"),
        ('{"type": "start", "engine": "xtts"}', "unknown-engine"),
        ('{"type": "text", "text": "x"}', "wrong-order"),
        ('{"type": "end"}', "wrong-order"),
        ('{"type": "ack", "samples": -1}', "invalid-request"),
        (b"\0\0", "invalid-request"),
    ],
)
def test_a_wrong_message_is_an_error_and_the_socket_goes_on(
    server: RunningServer, message: str | bytes, code: str
) -> None:
    with talking(server) as talk:
        talk.raw(message)
        assert talk.next()["error"]["code"] == code
        talk.send("start")
        talk.send("text", text="fine")
        talk.send("end")
        assert talk.until("end")["state"] == "finished"


def test_an_engine_that_fails_is_an_error(server: RunningServer) -> None:
    with talking(server) as talk:
        talk.send("start")
        talk.send("text", text="fail")
        talk.send("end")
        error = talk.until("error")["error"]
        assert error["code"] == "engine" and "/secret" not in error["message"]


def test_a_message_beyond_the_limit_closes_the_socket(server: RunningServer) -> None:
    with talking(server) as talk, pytest.raises(ConnectionClosed):
        talk.raw("x" * (1024 * 1024 + 1))
        talk.next()


# ---- who may connect ---------------------------------------------------------------------------------------


def refusal(server: RunningServer, **options: Any) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as refused, talking(server, **options):
        pass
    answer = refused.value.response
    return answer.status_code, json.loads(answer.body)["error"]["code"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
def test_pages_of_other_sites_cannot_connect(server: RunningServer, origin: str) -> None:
    assert refusal(server, origin=origin) == (403, "wrong-origin")


def test_names_that_only_lead_here_cannot_connect(server: RunningServer) -> None:
    with (
        socket.create_connection(("127.0.0.1", server.port), 20) as plain,
        pytest.raises(InvalidStatus) as refused,
        connect("ws://evil.example/v1/ws", sock=plain, proxy=None),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_the_token_comes_in_a_header_or_a_protocol(start: Any) -> None:
    server = start(token=TOKEN)
    assert refusal(server) == (401, "no-token")
    assert refusal(server, subprotocols=["codechoir", "bearer.wrong"]) == (401, "wrong-token")
    for options in (
        {"additional_headers": {"Authorization": f"Bearer {TOKEN}"}},
        {"subprotocols": ["codechoir", f"bearer.{TOKEN}"]},
    ):
        with talking(server, **options) as talk:
            talk.send("start")
            assert talk.next()["type"] == "session"


def test_there_is_a_limit_of_sockets(start: Any) -> None:
    server = start(max_sockets=1)
    with talking(server) as talk:
        talk.send("start")
        assert talk.next()["type"] == "session"
        assert refusal(server) == (429, "busy")
