"""The client of OpenAI, unchanged, with our server as its base URL."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import av
import numpy as np
import openai
import pytest
from support.speech_server import WORD, RunningServer

TEXT = "Hello world. This is the second sentence."


def client_of(server: RunningServer, **options: object) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key="unused", max_retries=0, **options)  # type: ignore[arg-type]


def decoded(data: bytes) -> tuple[int, np.ndarray]:
    """Sample rate and samples of an encoded file."""
    with av.open(io.BytesIO(data)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        samples = np.concatenate([frame.reshape(frame.shape[0], -1)[0] for frame in frames])
        scale = 32768.0 if samples.dtype == np.int16 else 1.0
        return container.streams.audio[0].codec_context.sample_rate, samples / scale


@pytest.mark.parametrize(
    ("format", "kind"),
    [
        ("mp3", "audio/mpeg"),
        ("opus", "audio/ogg"),
        ("aac", "audio/aac"),
        ("flac", "audio/flac"),
        ("wav", "audio/wav"),
        ("pcm", "audio/pcm"),
    ],
)
def test_every_format_is_speech(speaking: RunningServer, format: str, kind: str) -> None:
    client = client_of(speaking)
    pcm = client.audio.speech.create(model="tts-1", voice="alloy", input=TEXT, response_format="pcm").read()
    plain = np.frombuffer(pcm, "<i2") / 32768
    answer = client.audio.speech.create(model="tts-1", voice="alloy", input=TEXT, response_format=format)  # type: ignore[arg-type]
    assert answer.response.headers["content-type"] == kind
    data = answer.read()
    rate, samples = (24000, plain) if format == "pcm" else decoded(data)
    assert len(samples) / rate == pytest.approx(len(plain) / 24000, abs=0.15)
    loudness = [float(np.sqrt(np.square(each).mean())) for each in (samples, plain)]
    assert loudness[0] == pytest.approx(loudness[1], rel=0.15)


def test_audio_comes_before_the_text_is_spoken(server: RunningServer) -> None:
    """The first sentence is there while the engine waits with the second."""
    server.state.gate.clear()
    server.state.gate.allow(1)
    with client_of(server).audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input="one. two.", response_format="wav"
    ) as answer:
        parts = answer.iter_bytes()
        received = b""
        while len(received) < 44 + 2 * WORD:
            received += next(parts)
        assert server.state.texts() == ["one."]
        server.state.gate.set()
        received += b"".join(parts)
    assert len(received) == 44 + 2 * 2 * WORD


def test_events_have_the_audio_and_an_end(server: RunningServer) -> None:
    client = client_of(server)
    whole = client.audio.speech.create(model="tts-1", voice="alloy", input=TEXT, response_format="wav").read()
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="alloy", input=TEXT, response_format="wav", stream_format="sse"
    ) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        events = [openai_event(line) for line in answer.iter_lines() if line]
    kinds = [each["type"] for each in events]
    assert kinds == ["speech.audio.delta"] * (len(events) - 1) + ["speech.audio.done"]
    assert b"".join(base64.b64decode(each["audio"]) for each in events[:-1]) == whole
    assert events[-1]["usage"]["input_tokens"] == len(TEXT)


def openai_event(line: str) -> dict[str, Any]:
    assert line.startswith("data: ")
    found: dict[str, Any] = json.loads(line.removeprefix("data: "))
    return found


def test_a_voice_may_be_an_object(server: RunningServer) -> None:
    client = client_of(server)
    client.audio.speech.create(model="tts-1", voice={"id": "anna"}, input="hi", response_format="pcm").read()
    assert server.state.said == [("anna", "hi")]


def test_speed_changes_the_length(speaking: RunningServer) -> None:
    client = client_of(speaking)

    def seconds(speed: float) -> float:
        answer = client.audio.speech.create(
            model="tts-1", voice="alloy", input=TEXT, response_format="pcm", speed=speed
        )
        return len(answer.read()) / 48000

    assert seconds(2.0) == pytest.approx(seconds(1.0) / 2, rel=0.2)


def test_models_are_listed(server: RunningServer) -> None:
    client = client_of(server)
    assert {"silent", "tts-1"} <= {model.id for model in client.models.list()}
    assert client.models.retrieve("silent").id == "silent"
    with pytest.raises(openai.NotFoundError, match="the server has no engine 'gpt-9'"):
        client.models.retrieve("gpt-9")


@pytest.mark.parametrize(
    ("body", "error", "code", "param"),
    [
        ({"voice": "nobody"}, openai.BadRequestError, "unknown-voice", "voice"),
        ({"voice": "../../etc/passwd"}, openai.BadRequestError, "unknown-voice", "voice"),
        ({"model": "gpt-9"}, openai.NotFoundError, "model_not_found", "model"),
        ({"input": "  \n"}, openai.BadRequestError, "empty-text", "input"),
        ({"input": "x" * 20_001}, openai.BadRequestError, "text-too-long", "input"),
        ({"speed": 9.0}, openai.BadRequestError, "invalid-request", "speed"),
        ({"response_format": "midi"}, openai.BadRequestError, "invalid-request", "response_format"),
        ({"input": "fail"}, openai.InternalServerError, "engine", None),
        ({"input": "crash"}, openai.InternalServerError, "internal", None),
    ],
)
def test_errors_are_those_that_the_client_knows(
    server: RunningServer, body: dict[str, object], error: type[openai.APIStatusError], code: str, param: str
) -> None:
    with pytest.raises(error) as raised:
        client_of(server).audio.speech.create(**{"model": "tts-1", "voice": "alloy", "input": "hi", **body})  # type: ignore[arg-type]
    assert isinstance(raised.value.body, dict)
    assert (raised.value.body["code"], raised.value.body["param"]) == (code, param)
    assert "/secret" not in str(raised.value) and "/etc/" not in str(raised.value.body.get("path", ""))
