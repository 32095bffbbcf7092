"""The page at `/`: a form, and what it answers with."""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape

from support.speech_server import RunningServer


def test_the_form_names_what_can_be_chosen(server: RunningServer) -> None:
    answer = server.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert "default-src 'none'" in policy and f"'sha256-{digest}'" in policy
    assert "<script" not in answer.text and "http://" not in answer.text and "https://" not in answer.text
    for option in ("python", "default", "terse"):
        assert re.search(rf"<option(?: selected)?>{option}</option>", answer.text), option
    assert set(re.findall(r'name="(\w+)"', answer.text)) >= {"text", "language", "voices", "level"}
    for name in ("text", "language", "voices", "level"):
        assert f'<label for="{name}">' in answer.text


def test_the_code_comes_back_with_its_audio(start: object) -> None:
    server: RunningServer = start("espeak")  # type: ignore[operator]
    code = 'def add(a, b):\r\n    return a + "<b>"\r\n'
    with server.client(headers={"Origin": server.url}) as client:
        answer = client.post(
            "/", data={"text": code, "language": "python", "voices": "default", "level": "all"}
        )
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    lines = re.findall(r"<li>(.*?)</li>", answer.text.partition("<ol")[2], re.DOTALL)
    text = [unescape(re.sub("<[^>]*>", "", line)) for line in lines]
    assert text[:2] == ["def add(a, b):", '    return a + "<b>"']
    assert '"words":[[' in answer.text and "audio/mpeg" in answer.text
    assert len(answer.content) > 20_000, "the audio is in the page"


def test_what_is_wrong_is_an_error(server: RunningServer) -> None:
    for data, param in (
        ({"text": " "}, "text"),
        ({"text": "x", "language": "klingon"}, "language"),
        ({"text": "x", "voices": "../../x"}, "voices"),
        ({"text": "x", "level": "loud"}, "level"),
        ({}, "text"),
    ):
        answer = server.post("/", data=data)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, param), data
    assert server.post("/", data={"text": "fail"}).status_code == 502


def test_other_sites_cannot_send_the_form(server: RunningServer) -> None:
    with server.client(headers={"Origin": "https://evil.example"}) as client:
        assert client.post("/", data={"text": "x"}).status_code == 403
