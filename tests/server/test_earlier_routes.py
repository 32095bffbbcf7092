"""The routes of earlier servers, as their clients use them, and what is refused."""

from __future__ import annotations

import io
import json
import subprocess
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from support.buzz import buzz
from support.needs import needs
from support.speech_server import RATE, WORD, RunningServer


def wav_of(data: bytes) -> tuple[int, int]:
    """Sample rate and number of samples of a WAV file."""
    with wave.open(io.BytesIO(data)) as file:
        return file.getframerate(), file.getnframes()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "voice-sample.wav"
    soundfile.write(path, buzz(2.0), 24000)
    return path


def clone(server: RunningServer, recording: Path | bytes, options: Any, path: str = "/clone_speaker") -> Any:
    data = recording.read_bytes() if isinstance(recording, Path) else recording
    files = {"wav_file": ("../../etc/x.wav", data, "audio/wav")}
    text = options if isinstance(options, str) else json.dumps(options)
    return server.post(path, files=files, data={"options": text})


# ---- speaking ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["/tts", "/tts_fast"])
def test_a_whole_file(server: RunningServer, route: str) -> None:
    answer = server.post(route, {"text": "Hello big world", "language": "en", "category": "variable"})
    assert answer.headers["content-type"] == "audio/wav"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert wav_of(answer.content) == (RATE, 3 * WORD)


def test_a_client_that_falls_back_from_the_fast_route(server: RunningServer) -> None:
    """An older client asks `/tts` when `/tts_fast` is 404; an unknown voice must not look like that."""
    answer = server.post("/tts_fast", {"text": "hi", "category": "nobody"})
    assert answer.status_code == 400
    assert (
        server.post("/tts_fast", {"text": "hi", "language": "en", "category": "default"}).status_code == 200
    )


@pytest.mark.parametrize("rate", [8000, 24000, 48000])
def test_a_sample_rate_may_be_asked_for(server: RunningServer, rate: int) -> None:
    answer = server.post("/tts", {"text": "one two", "sample_rate": rate})
    found, samples = wav_of(answer.content)
    assert (found, samples) == (rate, pytest.approx(2 * WORD * rate / RATE, abs=3))


def test_categories_have_their_voices(start: Any) -> None:
    server = start("espeak")
    files = {
        category: server.post("/tts", {"text": "user name", "category": category}).content
        for category in ("comment", "keyword")
    }
    assert len(set(map(len, files.values()))) == 2


def test_the_header_comes_while_the_engine_waits(server: RunningServer) -> None:
    server.state.gate.clear()
    with server.client() as client, client.stream("POST", "/tts_stream", json={"text": "one"}) as answer:
        session = answer.headers["x-session-id"]
        parts = answer.iter_raw()
        assert next(parts)[:44].startswith(b"RIFF\xff\xff\xff\xffWAVE")
        status = server.get(f"/stream_status/{session}").json()
        assert (status["status"], status["seconds"]) == ("speaking", 0)
        server.state.gate.set()
        assert len(b"".join(parts)) == 2 * WORD
    assert server.get(f"/stream_status/{session}").json()["status"] == "finished"


def test_a_failure_before_the_audio_is_still_a_status(server: RunningServer) -> None:
    assert server.post("/tts_stream", {"text": "fail"}).status_code == 502


def test_a_stream_can_be_cancelled_by_another_request(server: RunningServer) -> None:
    server.state.gate.clear()
    server.state.gate.allow(1)
    with (
        server.client() as client,
        client.stream("POST", "/tts_stream", json={"text": "one. two."}) as answer,
    ):
        session = answer.headers["x-session-id"]
        parts = answer.iter_raw()
        next(parts)
        assert server.delete(f"/stream_cancel/{session}").json()["status"] == "cancelled"
        with pytest.raises(Exception, match="incomplete chunked read"):
            b"".join(parts)
    server.state.wait_until_idle()
    assert server.state.texts() == ["one."]
    assert server.delete(f"/stream_cancel/{session}").json()["status"] == "cancelled"


@pytest.mark.parametrize("id", ["none", "..%2f..%2fetc", "x" * 500])
def test_an_unknown_session_is_404(server: RunningServer, id: str) -> None:
    for answer in (server.get(f"/stream_status/{id}"), server.delete(f"/stream_cancel/{id}")):
        assert answer.status_code == 404 and "error" in answer.json()


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "x", "language": "tlh"}, "language"),
        ({"text": "x", "category": "../x"}, "category"),
        ({"text": "x", "speaker_id": "/etc/passwd"}, "speaker_id"),
        ({"text": "x", "sample_rate": 7}, "sample_rate"),
        ({"category": "comment"}, "text"),
    ],
)
def test_what_is_wrong_is_named(server: RunningServer, body: dict[str, Any], param: str) -> None:
    for route in ("/tts", "/tts_fast", "/tts_stream"):
        answer = server.post(route, body)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, param), route


# ---- voices ------------------------------------------------------------------------------------------------


def test_clone_save_speak_list_and_delete_with_curl(server: RunningServer, recording: Path) -> None:
    curl = needs("curl", "install curl")

    def run(*arguments: str) -> bytes:
        return subprocess.run([curl, "-sS", "-f", *arguments], capture_output=True, check=True).stdout

    options = '{"response_format": "save", "save_id": "my-voice", "name": "My Voice", "description": "Mine"}'
    saved = json.loads(
        run(
            "-X",
            "POST",
            f"{server.url}/clone_speaker",
            "-F",
            f"wav_file=@{recording}",
            "-F",
            f"options={options}",
        )
    )
    assert (saved["voice_id"], saved["name"], saved["status"]) == ("my-voice", "My Voice", "saved")
    spoken = run(
        *("-X", "POST", f"{server.url}/tts_stream", "-H", "Content-Type: application/json"),
        *("-d", '{"text": "Text to say", "language": "en", "speaker_id": "my-voice"}'),
    )
    assert len(spoken) == 44 + 2 * 3 * WORD
    assert server.state.said == [("my-voice", "Text to say")]
    assert [voice["voice_id"] for voice in server.get("/saved_voices").json()["voices"]] == ["my-voice"]
    assert "my-voice" in server.get("/available_speakers").json()["speakers"]
    assert "my-voice" in server.get("/v1/audio/voices").json()["voices"]
    stats = json.loads(run("-X", "GET", f"{server.url}/cache/stats"))
    assert (stats["cached_embeddings"], stats["voice_stats"]["my-voice"]["count"]) == (1, 1)
    assert json.loads(run("-X", "DELETE", f"{server.url}/saved_voices/my-voice"))["status"] == "deleted"
    assert server.get("/saved_voices").json() == {"voices": []}
    assert server.post("/tts", {"text": "x", "speaker_id": "my-voice"}).status_code == 400


def test_a_name_that_is_taken_is_409(server: RunningServer, recording: Path) -> None:
    options = {"response_format": "save", "save_id": "ben"}
    assert clone(server, recording, options).status_code == 200
    again = clone(server, recording, options)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "name-taken")


def test_a_cloned_voice_is_saved_from_the_cache(server: RunningServer, recording: Path) -> None:
    latents = clone(server, recording, {"response_format": "latents"}).json()
    assert np.shape(latents["gpt_cond_latent"]) == (1, 32, 1024)
    assert np.shape(latents["speaker_embedding"]) == (1, 512, 1)
    saved = clone(server, recording, {}, "/save_voice/cara")
    assert (saved.status_code, saved.json()["voice_id"]) == (200, "cara")
    assert server.get("/cache/stats").json()["latents"]["hits"] == 1


@pytest.mark.parametrize("id", ["..", "%2e%2e", "..%2fx", "a%00b", "nul", "x" * 300, ".hidden", "a%0d%0ab"])
def test_ids_cannot_leave_the_library(
    server: RunningServer, recording: Path, tmp_path: Path, id: str
) -> None:
    before = sorted(path for path in tmp_path.rglob("*") if "cache" not in path.parts)
    for answer in (clone(server, recording, {}, f"/save_voice/{id}"), server.delete(f"/saved_voices/{id}")):
        assert answer.status_code in (400, 404, 405), (id, answer.text)
        assert answer.json()["error"]["message"]
    after = sorted(path for path in tmp_path.rglob("*") if "cache" not in path.parts)
    assert [path for path in after if path not in before and path.is_file()] == []


def hour_of_flac() -> bytes:
    """An hour of silence in some kilobytes."""
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 8000, 1, "PCM_16", format="FLAC") as sound:
        for _ in range(60):
            sound.write(np.zeros(8000 * 60, np.int16))
    return file.getvalue()


def encoded(samples: np.ndarray, rate: int = 24000) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV")
    return file.getvalue()


@pytest.mark.parametrize(
    ("recording", "problem"),
    [
        (b"", "cannot be read as sound"),
        (b"<html>not audio</html>", "cannot be read as sound"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", "cannot be read as sound"),
        (encoded(np.zeros(48000)), "silent"),
        (encoded(buzz(0.2)), "needs at least 1"),
        (encoded(np.zeros((24000, 16))), "16 channels"),
        (hour_of_flac(), "lasts 60 minutes"),
    ],
    ids=["empty", "html", "broken", "silent", "short", "channels", "hour"],
)
def test_a_recording_that_cannot_be_used_is_a_400(
    server: RunningServer, recording: bytes, problem: str
) -> None:
    answer = clone(server, recording, {"response_format": "save", "save_id": "x"})
    assert answer.status_code == 400
    message = answer.json()["error"]["message"]
    assert problem in message and "/" not in message
    assert server.get("/saved_voices").json() == {"voices": []}


@pytest.mark.parametrize(
    "options",
    ["{", "[]", '{"response_format": "pickle"}', '{"response_format": "save"}', '{"save_id": 5}'],
)
def test_wrong_options_are_a_400(server: RunningServer, recording: Path, options: str) -> None:
    answer = clone(server, recording, options)
    assert answer.status_code == 400 and answer.json()["error"]["param"].startswith("options")


def test_an_upload_beyond_the_limit_is_413(start: Any) -> None:
    server = start(max_upload=100_000)
    answer = clone(server, b"x" * 300_000, {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too-large")


def test_an_engine_that_cannot_clone_says_so(start: Any, recording: Path) -> None:
    answer = clone(start("espeak"), recording, {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "cannot-clone")


def test_languages_and_speakers_are_listed(server: RunningServer) -> None:
    assert server.get("/languages").json() == {"languages": ["de", "en"]}
    assert server.get("/available_speakers").json()["speakers"] == ["silence", "anna"]


def test_natural_voices_leave_other_languages_to_espeak(start: Any) -> None:
    languages = start("natural").get("/languages").json()["languages"]
    assert {"en", "de", "fr"} <= set(languages)


# ---- the cache ---------------------------------------------------------------------------------------------


def test_the_cache_is_filled_and_cleared(server: RunningServer, recording: Path, tmp_path: Path) -> None:
    clone(server, recording, {"response_format": "save", "save_id": "ben"})
    assert server.post("/cache/preload").json()["voices"] == ["ben"]
    stats = server.get("/cache/stats").json()
    assert Path(stats["cache_dir"]).is_relative_to(tmp_path)
    assert server.get("/health").json()["speaker_cache"]["cached_embeddings"] == 1
    cleared = server.post("/cache/clear").json()
    assert (cleared["status"], cleared["latents"]["removed"]) == ("cleared", 1)
    assert server.get("/cache/stats").json()["cached_embeddings"] == 0
    assert [voice["voice_id"] for voice in server.get("/saved_voices").json()["voices"]] == ["ben"]


def test_other_machines_do_not_learn_where_the_cache_is(start: Any) -> None:
    token = "0123456789abcdef0123"
    server = start(host="0.0.0.0", token=token)
    stats = server.get("/cache/stats", headers={"Authorization": f"Bearer {token}"}).json()
    assert "cache_dir" not in stats and "cached_embeddings" in stats
