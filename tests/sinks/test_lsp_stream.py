"""The notifications that tell a client what sounds, when, and where it stands in the document."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk, Category, Mark
from codechoir.sinks.base import OnPlayed, Sink
from codechoir.sinks.lsp_stream import (
    FIRST_CHUNKS,
    AudioNotifier,
    ClientPlaybackSink,
    NoPlaybackSink,
    ServerPlaybackSink,
)

RATE = 1000


class Client:
    """Reads what was sent, and hears what the test says."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.played: list[int] = []
        self.version = 0

    @property
    def told(self) -> list[dict[str, Any]]:
        messages = [json.loads(body) for body in self.bodies]
        assert {message["method"] for message in messages} <= {"codechoir/audio"}
        return [message["params"] for message in messages]

    @property
    def words(self) -> list[str]:
        return [mark["text"] for params in self.told for mark in params["marks"]]

    def notifier(self) -> AudioNotifier:
        return AudioNotifier(7, RATE, self.bodies.append, self._locate)

    def _locate(self, marks: Sequence[Mark]) -> tuple[list[bytes], int]:
        return [json.dumps([mark.start, mark.end]).encode() for mark in marks], self.version


class FakeDevice(Sink):
    """A sound device that plays when the test says so."""

    def __init__(self, broken: str = "") -> None:
        super().__init__()
        self.broken = broken
        self.events: list[str] = []

    def open(self, on_played: OnPlayed) -> None:
        super().open(on_played)
        if self.broken:
            raise CodechoirError(self.broken)

    def write(self, chunk: AudioChunk) -> None:
        self.events.append(f"write {chunk.samples}")

    def pause(self) -> None:
        self.events.append("pause")

    def resume(self) -> None:
        self.events.append("resume")

    def finish(self) -> None:
        self.events.append("finish")

    def abort(self) -> None:
        self.events.append("abort")


def chunk(first: int, samples: int, *marks: Mark, last: bool = False) -> AudioChunk:
    return AudioChunk(b"\x01\x02" * samples, RATE, first, marks, last)


def word(t0: int, text: str) -> Mark:
    return Mark(t0, t0 + 5, 10, 14, Category.KEYWORD, text, 0, 0, 0)


@pytest.fixture
def client() -> Client:
    return Client()


def test_a_chunk_becomes_one_notification_of_the_agreed_form(client: Client) -> None:
    ClientPlaybackSink(client.notifier()).write(chunk(40, 3, word(41, "for")))
    assert client.told == [
        {
            "session": 7,
            "seq": 0,
            "sampleRate": RATE,
            "pcm": "AQIBAgEC",
            "firstSample": 40,
            "marks": [{"range": [10, 14], "sample": 41, "length": 5, "category": "keyword", "text": "for"}],
            "last": False,
        }
    ]


def test_marks_name_the_version_of_the_text_that_their_ranges_are_of(client: Client) -> None:
    client.version = 4
    stream = ClientPlaybackSink(client.notifier())
    stream.write(chunk(40, 3, word(41, "for")))
    stream.write(chunk(43, 3))
    assert [params.get("version") for params in client.told] == [4, None]


def test_chunks_are_numbered_and_the_last_one_says_so(client: Client) -> None:
    stream = ClientPlaybackSink(client.notifier())
    stream.open(client.played.append)
    for part in (chunk(0, 2), chunk(2, 3), chunk(5, 0, last=True)):
        stream.write(part)
    stream.finish()
    assert [(one["seq"], one["firstSample"], one["last"]) for one in client.told] == [
        (0, 0, False),
        (1, 2, False),
        (2, 5, True),
    ]
    assert b"".join(b64decode(one["pcm"]) for one in client.told) == b"\x01\x02" * 5
    assert client.played == []


def test_the_client_may_run_after_each_of_the_first_chunks_and_only_then(client: Client) -> None:
    """It wakes on the processor that the burst of sound is made on, and waited until that was done."""
    sent_before: list[int] = []
    stream = ClientPlaybackSink(client.notifier(), yield_cpu=lambda: sent_before.append(len(client.bodies)))
    for index in range(10):
        stream.write(chunk(20 * index, 20))
    assert sent_before == list(range(1, FIRST_CHUNKS + 1))


@pytest.mark.parametrize("text", ['say "hi"', "back\\slash", "naïve 😀", "\x07"])
def test_words_of_any_kind_survive_the_way(client: Client, text: str) -> None:
    ClientPlaybackSink(client.notifier()).write(chunk(0, 1, word(0, text)))
    assert client.words == [text]


def test_where_nobody_plays_only_marks_are_sent_and_all_counts_as_played(client: Client) -> None:
    stream = NoPlaybackSink(client.notifier())
    stream.open(client.played.append)
    for part in (chunk(0, 10, word(2, "one")), chunk(10, 10), chunk(20, 0, last=True)):
        stream.write(part)
    assert [(one["pcm"], one["firstSample"], one["last"]) for one in client.told] == [
        ("", 0, False),
        ("", 20, True),
    ]
    assert client.words == ["one"]
    assert client.played == [10, 20, 20]


def test_where_the_server_plays_each_mark_is_sent_when_it_begins_to_sound(client: Client) -> None:
    device = FakeDevice()
    sounding = ServerPlaybackSink(device, client.notifier())
    sounding.open(client.played.append)
    for part in (chunk(0, 10, word(2, "one"), word(8, "two")), chunk(10, 10, word(12, "three"))):
        sounding.write(part)
    sounding.write(chunk(20, 0, last=True))
    sounding.finish()
    assert client.told == []
    steps = []
    for heard in (1, 3, 12, 20):
        device.on_played(heard)
        steps.append(client.words)
    assert steps == [[], ["one"], ["one", "two", "three"], ["one", "two", "three"]]
    assert [(one["pcm"], one["firstSample"], one["last"]) for one in client.told] == [
        ("", 3, False),
        ("", 12, False),
        ("", 20, True),
    ]
    assert client.played == [1, 3, 12, 20]
    assert device.events == ["write 10", "write 10", "write 0", "finish"]


def test_pause_and_resume_go_to_the_device(client: Client) -> None:
    device = FakeDevice()
    sounding = ServerPlaybackSink(device, client.notifier())
    sounding.pause()
    sounding.resume()
    assert device.events == ["pause", "resume"]


def test_no_mark_is_sent_after_an_abort(client: Client) -> None:
    device = FakeDevice()
    sounding = ServerPlaybackSink(device, client.notifier())
    sounding.open(client.played.append)
    sounding.write(chunk(0, 10, word(2, "one")))
    sounding.abort()
    device.on_played(5)
    assert client.told == []
    assert device.events[-1] == "abort"


def test_a_reading_without_a_sample_ends_too(client: Client) -> None:
    device = FakeDevice()
    sounding = ServerPlaybackSink(device, client.notifier())
    sounding.open(client.played.append)
    sounding.write(chunk(0, 0, last=True))
    sounding.finish()
    assert [one["last"] for one in client.told] == [True]


def test_a_machine_without_a_sound_device_says_what_to_do(client: Client) -> None:
    sounding = ServerPlaybackSink(
        FakeDevice("no sound device can be opened on this machine"), client.notifier()
    )
    with pytest.raises(CodechoirError, match=r"^no sound device .*; connect one, or .*'client'$"):
        sounding.open(client.played.append)


def test_balances_are_sent_only_if_there_are_any() -> None:
    client = Client()
    sink = ClientPlaybackSink(client.notifier())
    sink.write(chunk(0, 10, word(0, "if")))
    sink.write(replace(chunk(10, 10, word(10, "x")), balances=((10, -80.0), (15, 12.5))))
    first, second = client.told
    assert "balances" not in first
    assert second["balances"] == [[10, -80], [15, 12.5]]
