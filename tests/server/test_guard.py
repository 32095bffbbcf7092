"""Who may use the server, and requests that mean harm."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from codechoir.errors import InputError
from codechoir.server.http_errors import public_text
from codechoir.server.server_settings import ServerSettings
from support.speech_server import RunningServer

TOKEN = "0123456789abcdef0123"
BODY = {"model": "tts-1", "input": "hi", "voice": "alloy", "response_format": "pcm"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def assert_error(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert set(answer.json()["error"]) == {"code", "message", "type", "param"}


# ---- token -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::"])
def test_other_addresses_need_a_token(host: str) -> None:
    with pytest.raises(InputError, match="a token is needed: set CODECHOIR_TOKEN"):
        ServerSettings(host=host).required_token()
    assert ServerSettings(host=host, token=TOKEN).required_token() == TOKEN


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1"])
def test_loopback_needs_none(host: str) -> None:
    assert ServerSettings(host=host).required_token() == ""


@pytest.mark.parametrize("token", ["short", "spaces\nand lines of a token", "ümläutümläutümläut"])
def test_a_weak_token_is_refused(token: str) -> None:
    with pytest.raises(InputError, match="at least 16 printable ASCII characters"):
        ServerSettings(token=token).required_token()


def test_the_token_may_be_in_a_file(tmp_path: Any) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert ServerSettings(host="0.0.0.0", token_file=file).required_token() == TOKEN
    file.write_text("")
    with pytest.raises(InputError, match="is empty"):
        ServerSettings(token_file=file).required_token()
    with pytest.raises(InputError, match="cannot be read: No such file"):
        ServerSettings(token_file=tmp_path / "none").required_token()


def test_every_route_needs_the_token(start: Any) -> None:
    server = start(token=TOKEN)
    paths = json.loads(server.get("/openapi.json", headers=bearer(TOKEN)).text)["paths"]
    assert "/v1/read" in paths
    for path, methods in paths.items():
        for method in methods:
            with server.client() as client:
                answer = client.request(method, path)
            if path in ("/health", "/ready"):
                assert answer.status_code in (200, 503), path
            else:
                assert_error(answer, 401, "no-token")
                assert answer.headers["www-authenticate"] == "Bearer"
    for path in ("/docs", "/openapi.json", "/nothing"):
        assert server.get(path).status_code == 401
    assert_error(server.post("/v1/audio/speech", BODY, headers=bearer("x" * 20)), 401, "wrong-token")
    assert server.post("/v1/audio/speech", BODY, headers=bearer(TOKEN)).status_code == 200


def test_health_tells_strangers_nothing_else(start: Any) -> None:
    server = start(token=TOKEN)
    assert server.get("/health").json() == {"status": "healthy"}
    assert server.get("/health", headers=bearer(TOKEN)).json()["engine"] == "silent"


# ---- host and origin ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::2]"])
def test_names_that_only_lead_here_are_refused(server: RunningServer, host: str) -> None:
    assert_error(server.get("/v1/models", headers={"Host": host}), 403, "wrong-host")


def test_own_names_are_accepted(start: Any) -> None:
    server = start(hosts=("box.local",))
    for host in ("localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]:80", "box.local"):
        assert server.get("/v1/models", headers={"Host": host}).status_code == 200, host


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "file://"])
def test_pages_of_other_sites_are_refused(server: RunningServer, origin: str) -> None:
    answer = server.post("/v1/audio/speech", BODY, headers={"Origin": origin})
    assert_error(answer, 403, "wrong-origin")
    assert "access-control-allow-origin" not in answer.headers
    assert server.state.said == []


def test_listed_origins_may_use_it(start: Any) -> None:
    server = start(origins=("https://page.example",))
    origin = {"Origin": "https://page.example"}
    answer = server.post("/v1/audio/speech", BODY, headers=origin)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://page.example"
    with server.client() as client:
        ask = {**origin, "Access-Control-Request-Method": "POST"}
        preflight = client.options("/v1/audio/speech", headers=ask)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://page.example"
    assert_error(server.get("/v1/models", headers={"Origin": "https://other.example"}), 403, "wrong-origin")


def test_its_own_pages_may_use_it(server: RunningServer) -> None:
    answer = server.get("/v1/models", headers={"Origin": server.url})
    assert answer.status_code == 200 and "access-control-allow-origin" not in answer.headers


# ---- size and time -----------------------------------------------------------------------------------------


def test_a_body_that_is_announced_too_large_is_not_read(start: Any) -> None:
    server = start(max_text=100)
    answer = server.raw(
        b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 413")
    assert b'"too-large"' in answer


def test_a_body_that_grows_too_large_is_not_read_on(start: Any) -> None:
    server = start(max_text=100)
    chunk = b"%x\r\n%s\r\n" % (40000, b"x" * 40000)
    answer = server.raw(
        b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n" + 3 * chunk
    )
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_body_that_never_comes_is_given_up(start: Any) -> None:
    server = start(receive_seconds=1.0)
    answer = server.raw(
        b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"too-slow"' in answer


@pytest.mark.parametrize("head", [b"", b"GET /v1/mod", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "])
def test_a_head_that_never_ends_is_given_up(start: Any, head: bytes) -> None:
    server = start(receive_seconds=1.0)
    assert server.raw(head) == b""


def test_a_connection_that_is_kept_alive_cannot_be_held_with_a_byte(start: Any) -> None:
    server = start(receive_seconds=1.0)
    answer = server.raw(b"GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\nG")
    assert answer.startswith(b"HTTP/1.1 200") and answer.count(b"HTTP/1.1") == 1


def test_huge_headers_are_refused(server: RunningServer) -> None:
    answer = server.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


def test_smuggled_and_broken_requests_are_refused(server: RunningServer) -> None:
    for head in (
        b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"GET /ready HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"GET /v1/models HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", server.port), 20) as connection:
            connection.sendall(head)
            assert connection.recv(65536).startswith(b"HTTP/1.1 4"), head


# ---- bodies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"input": 5}',
        b'{"input": "hi", "speed": NaN}',
        b'{"input": "hi", "speed": 1e999}',
        b'{"input": "hi", "speed": "fast"}',
        b'{"input": "hi", "voice": {"name": "x"}}',
        b'{"input": "hi", "voice": ["alloy"]}',
        b'{"input": "\xff\xfe"}',
        b'{"input": ' + b"[" * 50_000,
        b'{"input": "hi", "speed": ' + b"9" * 10_000 + b"}",
    ],
)
def test_a_wrong_body_is_a_400_in_one_sentence(server: RunningServer, body: bytes) -> None:
    answer = server.post("/v1/audio/speech", content=body, headers={"Content-Type": "application/json"})
    assert_error(answer, 400, "invalid-request")
    assert "\n" not in answer.json()["error"]["message"]
    assert server.state.said == []


def test_odd_texts_are_spoken(server: RunningServer) -> None:
    answer = server.post(
        "/v1/audio/speech",
        content=rb'{"input": "a \ud800 b \u0000 c \u202e d", "response_format": "wav"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 200
    assert len(server.state.said) == 1


def test_names_cannot_break_headers(server: RunningServer) -> None:
    answer = server.post(
        "/v1/read",
        {"text": "x", "resume": {"session": "a\r\nSet-Cookie: x=1", "phrase": 0}},
    )
    assert_error(answer, 400, "invalid-request")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/nothing", "/v1/audio/speech/..", "/%2e%2e/etc/passwd", "/v1//read"])
def test_unknown_paths_are_404_in_the_same_shape(server: RunningServer, path: str) -> None:
    assert_error(server.get(path), 404, "not-found")


def test_a_wrong_method_is_405(server: RunningServer) -> None:
    assert_error(server.get("/v1/audio/speech"), 405, "wrong-method")
    assert server.get("/v1/audio/speech").headers["allow"] == "POST"


def test_metrics_do_not_grow_with_what_is_asked_for(server: RunningServer) -> None:
    for number in range(20):
        server.get(f"/nothing/{number}")
    text = server.get("/metrics").text
    assert "/nothing" not in text
    assert server.metric('codechoir_requests_total{route="none",status="404"}') == 20


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("the file /srv/data/anna.safetensors is damaged", "the file anna.safetensors is damaged"),
        ("cannot read '/a/b c': no", "cannot read 'b c': no"),
        (r"C:\Users\me\x.wav cannot be read", "x.wav cannot be read"),
        ("use and/or, 1/2, a / b", "use and/or, 1/2, a / b"),
        ("~/voices/x is odd", "x is odd"),
        ("unknown voice 'a\nb\x1b[1m'", "unknown voice 'a␊b␛[1m'"),
        ("see GET /v1/audio/voices, GET /languages", "see GET /v1/audio/voices, GET /languages"),
    ],
)
def test_errors_show_no_folders(message: str, shown: str) -> None:
    assert public_text(message) == shown
