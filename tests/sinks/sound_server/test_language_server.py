"""The language server plays by itself, and tells the editor what sounds; or says that it has no device."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from codechoir.bench.programs import LspClient
from support.pulse import Recorder, audible, is_silent
from support.wire import read, server, works

TENTH = 2205


@pytest.fixture
def client(sound_server: dict[str, str]) -> Iterator[LspClient]:
    with server(sound_server) as client:
        client.start(audio="server", engine="espeak")
        yield client


def test_each_word_is_told_as_it_sounds(client: LspClient, recorder: Recorder) -> None:
    session = read(client, "one two three")
    client.wait_for("codechoir/state", session=session, state="finished")
    told = [m["params"] for m in client.inbox if m.get("method") == "codechoir/audio"]
    marks = [(mark, one["firstSample"]) for one in told for mark in one["marks"]]
    assert [mark["text"] for mark, _ in marks] == ["one", "two", "three"]
    assert {one["pcm"] for one in told} == {""}
    assert all(mark["sample"] <= heard for mark, heard in marks), "no word is told before it sounds"
    assert [one["last"] for one in told].count(True) == 1 and told[-1]["last"]
    recorder.wait_for(lambda levels: len(audible(levels)) > TENTH)


def test_stop_silences_it_and_the_next_reading_sounds(client: LspClient, recorder: Recorder) -> None:
    session = read(client, "word\n" * 1000)
    recorder.wait_for(lambda levels: len(audible(levels)) > TENTH)
    assert client.result("stop") == {"session": session, "state": "stopped"}
    recorder.wait_for(lambda levels: is_silent(levels))
    recorder.forget()
    read(client, "again")
    recorder.wait_for(lambda levels: len(audible(levels)) > TENTH)


def test_words_that_were_edited_away_do_not_sound(client: LspClient, recorder: Recorder) -> None:
    """Two seconds are with the device already; it drops them, and the new words come."""
    session = read(client, "one two\nthree four\nfive six\n")
    first = client.wait_for("codechoir/audio", session=session)
    recorder.wait_for(lambda levels: len(audible(levels)) > TENTH)
    line = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 10}}
    client.notify(
        "textDocument/didChange",
        {
            "textDocument": {"uri": "untitled:text", "version": 2},
            "contentChanges": [{"range": line, "text": "seven"}],
        },
    )
    client.wait_for("codechoir/state", session=session + 1, state="finished")
    told = [m["params"] for m in client.inbox if m.get("method") == "codechoir/audio"]
    words = [mark["text"] for one in (first, *told) for mark in one["marks"]]
    assert words == ["one", "two", "seven", "five", "six"]
    recorder.wait_for(lambda levels: len(audible(levels)) > 5 * TENTH)
    recorder.wait_for(is_silent)


def test_acknowledgements_of_a_client_that_does_not_play_do_not_count(client: LspClient) -> None:
    session = read(client, "word\n" * 1000)
    client.wait_for("codechoir/state", session=session, state="speaking")
    client.notify("codechoir/ack", {"session": session, "playedSamples": 10**9})
    assert client.result("status")["state"] == "speaking"


def test_an_editor_that_goes_away_leaves_silence(client: LspClient, recorder: Recorder) -> None:
    read(client, "word\n" * 1000)
    recorder.wait_for(lambda levels: len(audible(levels)) > TENTH)
    client.leave()
    assert client.process.wait(10) == 1
    recorder.wait_for(lambda levels: is_silent(levels))


def test_a_machine_without_a_device_says_what_to_do_and_goes_on(tmp_path: os.PathLike[str]) -> None:
    nothing = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "PULSE_SERVER": f"unix:{tmp_path}/none"}
    with server({**nothing, "ALSA_CONFIG_PATH": os.devnull, "HOME": str(tmp_path)}) as client:
        client.start(audio="server", engine="silent")
        for session in (1, 2):
            assert read(client, "word") == session
            told = client.wait_for("codechoir/state", session=session, state="error")
            assert "no sound device" in told["message"] and "'client'" in told["message"]
        assert works(client)
