"""`/v1/read`: records with marks, audio alone, resuming, and what is refused."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from support.speech_server import WORD, RunningServer

CODE = "def add(a, b):\n    return a + b\n"


def test_records_have_the_audio_and_the_place_of_each_word(server: RunningServer) -> None:
    records = server.read(CODE, language="python")
    assert {"session", "phrase", "sample_rate", "audio", "marks", "last"} <= set(records[0])
    assert len({record["session"] for record in records}) == 1
    marks = [mark for record in records for mark in record["marks"]]
    samples = sum(len(base64.b64decode(record["audio"])) // 2 for record in records)
    assert samples == WORD * len(marks)
    assert marks[0] == {
        "t0": 0,
        "t1": WORD,
        "start": 0,
        "end": 3,
        "category": "keyword",
        "text": marks[0]["text"],
    }
    assert [mark["t0"] for mark in marks] == [WORD * n for n in range(len(marks))]
    assert CODE.encode()[marks[-1]["start"] : marks[-1]["end"]] == b"b"
    assert [record["last"] for record in records] == [False] * (len(records) - 1) + [True]
    assert [record["phrase"] for record in records] == sorted(record["phrase"] for record in records)


def test_each_kind_of_token_has_its_voice(start: Any) -> None:
    server = start("espeak")
    marks = [mark for record in server.read(CODE, language="python") for mark in record["marks"]]
    assert {"keyword", "variable", "operator"} <= {mark["category"] for mark in marks}


def test_lines_and_levels(server: RunningServer) -> None:
    server.read(CODE, language="python", lines="2")
    assert "return" in " ".join(server.state.texts()) and "add" not in " ".join(server.state.texts())
    server.state.said.clear()
    server.read("f(x)", language="python", level="all")
    every = server.state.texts()
    server.state.said.clear()
    server.read("f(x)", language="python", level="terse")
    assert len(" ".join(every)) > len(" ".join(server.state.texts()))


def test_voices_by_category(server: RunningServer) -> None:
    server.read(
        "x = 1", language="python", voices={"variable": "anna", "literal": {"family": "anna", "rate": 200}}
    )
    assert ("anna", "x") in server.state.said
    assert [family for family, text in server.state.said if text == "1" or text == "one"] == ["anna"]


def test_it_goes_on_where_it_broke_off(server: RunningServer) -> None:
    code = "alpha\nbeta\ngamma\n"
    whole = server.read(code, language="python")
    rest = server.read(code, language="python", resume={"session": whole[0]["session"], "phrase": 1})
    assert [record["phrase"] for record in rest if record["audio"]] == [1, 2]
    assert rest[0]["session"] == whole[0]["session"]
    assert server.state.texts()[-2:] == ["beta", "gamma"]
    assert server.read(code, resume={"session": "s", "phrase": 99})[-1]["last"] is True


def test_multipart_has_pcm_as_it_is(server: RunningServer) -> None:
    answer = server.post("/v1/read", {"text": "x = 1", "language": "python", "format": "multipart"})
    assert answer.headers["content-type"] == "multipart/mixed; boundary=codechoir-record"
    records = server.read("x = 1", language="python")
    pcm = b"".join(base64.b64decode(record["audio"]) for record in records)
    parts = answer.content.split(b"--codechoir-record")[1:-1]
    audio = [part.partition(b"\r\n\r\n")[2][:-2] for part in parts if b"audio/pcm" in part[:60]]
    assert b"".join(audio) == pcm
    assert answer.content.endswith(b"--codechoir-record--\r\n")


@pytest.mark.parametrize(("format", "begin"), [("wav", b"RIFF\xff\xff\xff\xff"), ("mp3", b"\xff")])
def test_audio_alone(server: RunningServer, format: str, begin: bytes) -> None:
    answer = server.post("/v1/read", {"text": CODE, "format": format})
    assert answer.status_code == 200 and answer.content.startswith(begin)


def test_a_record_comes_while_the_engine_waits(server: RunningServer) -> None:
    server.state.gate.clear()
    server.state.gate.allow(1)
    with server.client() as client, client.stream("POST", "/v1/read", json={"text": "one\ntwo\n"}) as answer:
        lines = answer.iter_lines()
        assert '"text": "one"' in next(lines)
        assert server.state.texts() == ["one"]
        server.state.gate.set()
        assert '"last": true' in list(lines)[-1]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"text": ""}, "text"),
        ({"text": "x", "language": "klingon"}, "language"),
        ({"text": "x", "level": "loud"}, "level"),
        ({"text": "x", "lines": "9"}, "lines"),
        ({"text": "x", "lines": "2-1"}, "lines"),
        ({"text": "x", "lines": "a-b"}, "lines"),
        ({"text": "x\n\n\ny", "lines": "2-3"}, "lines"),
        ({"text": "x", "engine": "xtts"}, "engine"),
        ({"text": "x", "rate": 5}, "rate"),
        ({"text": "x", "voices": "/etc/passwd"}, "voices"),
        ({"text": "x", "voices": "../default"}, "voices"),
        ({"text": "x", "voices": {"verb": "anna"}}, "voices.verb"),
        ({"text": "x", "voices": {"comment": "nobody"}}, "voices.comment"),
        ({"text": "x", "voices": {"comment": {"pitch": 900}}}, "voices.comment"),
        ({"text": "x", "voices": {"comment": {"colour": 1}}}, "voices.comment"),
        ({"text": "x", "natural_language": "tlh"}, "natural_language"),
        ({"text": "x", "format": "midi"}, "format"),
        ({"text": "x", "colour": "red"}, "colour"),
        ({"text": "x", "resume": {"session": "../x", "phrase": 0}}, "resume.session"),
        ({"text": "x", "resume": {"session": "x", "phrase": -1}}, "resume.phrase"),
        ({"text": "x", "resume": {"session": "x", "phrase": False}}, "resume.phrase"),
        ({"text": "x", "rate": "200"}, "rate"),
    ],
)
def test_what_is_wrong_is_named(server: RunningServer, body: dict[str, Any], param: str) -> None:
    answer = server.post("/v1/read", body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"] == param
    assert server.state.said == []


def test_a_text_beyond_the_limit_is_413(start: Any) -> None:
    server = start(max_source=1000)
    assert server.post("/v1/read", {"text": "x" * 1001}).json()["error"]["code"] == "text-too-long"
