"""The first message: read without pygls, answered if it is a plain `initialize`, handed on as it came."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from codechoir.lsp.greeting import Replayed, first_message, greeting


def framed(body: bytes) -> bytes:
    return b"Content-Type: text\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def initialize(**changed: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}, **changed}


def body(message: object) -> bytes:
    return json.dumps(message).encode()


def test_the_first_message_is_read_and_the_next_one_is_not() -> None:
    stream = io.BytesIO(framed(b"{1}") + framed(b"{2}"))
    assert first_message(stream) == (framed(b"{1}"), b"{1}")
    assert stream.read() == framed(b"{2}")


@pytest.mark.parametrize(
    "text", [b"", b"Content-Length: 9\r\n\r\n", b"Content-Length: 9\r\n\r\nshort", b"x\r\n"]
)
def test_a_stream_that_ends_before_a_message_is_read_to_its_end(text: bytes) -> None:
    read, _ = first_message(io.BytesIO(text))
    assert read == text


def test_what_was_read_is_read_again_and_then_the_rest() -> None:
    rest = io.BytesIO(framed(b"{2}"))
    stream = Replayed(framed(b"{1}"), rest)
    heard = []
    while line := stream.readline():
        heard.append(line.strip())
        if not line.strip():
            heard.append(stream.read(3))
    header = [b"Content-Type: text", b"Content-Length: 3", b""]
    assert heard == [*header, b"{1}", *header, b"{2}"]


@pytest.mark.parametrize(
    "message",
    [
        [],
        {},
        initialize(jsonrpc="1.0"),
        initialize(method="shutdown"),
        initialize(id=None),
        initialize(id=True),
        initialize(id=[1]),
        initialize(params=None),
        initialize(params={}),
        initialize(params={"capabilities": []}),
        initialize(params={"capabilities": {"general": "all"}}),
        initialize(params={"capabilities": {"general": {"positionEncodings": "utf-8"}}}),
    ],
)
def test_any_other_first_message_is_left_to_pygls(message: object) -> None:
    assert greeting(body(message)) is None


@pytest.mark.parametrize("text", [b"", b"no json", b"\xff", b"[" * 200_000])
def test_what_is_no_json_is_left_to_pygls(text: bytes) -> None:
    assert greeting(text) is None


@pytest.mark.parametrize(
    ("general", "encoding"),
    [
        (None, "utf-16"),
        ({}, "utf-16"),
        ({"positionEncodings": None}, "utf-16"),
        ({"positionEncodings": ["utf-7", "utf-32", "utf-8"]}, "utf-32"),
        ({"positionEncodings": ["utf-7", 8, {}]}, "utf-16"),
    ],
)
def test_the_first_encoding_that_is_known_is_chosen(general: object, encoding: str) -> None:
    greeted = greeting(body(initialize(id="a", params={"capabilities": {"general": general}})))
    assert greeted is not None
    assert greeted.id == greeted.answer["id"] == "a"
    assert greeted.answer["result"]["capabilities"]["positionEncoding"] == encoding
    assert greeted.essence["params"]["capabilities"] == {"general": {"positionEncodings": [encoding]}}


def test_the_essence_keeps_what_the_editor_wants_of_the_server() -> None:
    params = {"capabilities": {"window": 1}, "initializationOptions": {"audio": "client"}, "trace": "loud"}
    greeted = greeting(body(initialize(params=params)))
    assert greeted is not None
    assert greeted.essence["params"]["initializationOptions"] == {"audio": "client"}
    assert "trace" not in greeted.essence["params"]
