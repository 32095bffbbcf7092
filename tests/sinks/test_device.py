"""The shared device on a fake sound system whose clock is the test."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Iterator

import pytest
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk
from codechoir.sinks.device_sink import Device, DeviceSink
from codechoir.sinks.miniaudio_output import Pull, Stream

RATE = 1000


class FakeStream:
    """Pulls only when the test says so."""

    name = "fake"
    latency = 30

    def __init__(self, sample_rate: int, pull: Pull, pulls_at_start: int = 0) -> None:
        self.sample_rate = sample_rate
        self.pulls_at_start = pulls_at_start
        self.events: list[str] = []
        self.stopped = threading.Event()
        self._pull = pull

    def start(self) -> None:
        self.events.append("start")
        self.stopped.clear()
        for _ in range(self.pulls_at_start // 10):
            self.hear(10)

    def stop(self) -> None:
        self.events.append("stop")
        self.stopped.set()

    def close(self) -> None:
        self.events.append("close")

    def hear(self, samples: int) -> list[int]:
        return list(array("h", self._pull(samples)))


class Soundcard:
    """Hands out streams, or refuses."""

    def __init__(self) -> None:
        self.streams: list[FakeStream] = []
        self.broken = False
        self.pulls_at_start = 0

    def __call__(self, sample_rate: int, pull: Pull, channels: int) -> Stream:
        if self.broken:
            raise CodechoirError("no sound device can be opened on this machine")
        self.streams.append(FakeStream(sample_rate, pull, self.pulls_at_start))
        return self.streams[-1]


class Heard:
    """Counts of heard samples, with a way to wait for one."""

    def __init__(self) -> None:
        self.samples = 0
        self._changed = threading.Condition()

    def __call__(self, samples: int) -> None:
        with self._changed:
            self.samples = samples
            self._changed.notify_all()

    def wait_for(self, samples: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.samples >= samples, 10), self.samples


def tone(samples: int, level: int = 1000, first: int = 0) -> AudioChunk:
    return AudioChunk(array("h", [level] * samples).tobytes(), RATE, first)


@pytest.fixture
def card() -> Soundcard:
    return Soundcard()


@pytest.fixture
def make_device(card: Soundcard) -> Iterator[Callable[..., Device]]:
    devices: list[Device] = []

    def make(**options: float) -> Device:
        devices.append(Device(card, **options))
        return devices[-1]

    yield make
    for device in devices:
        device.close()


def begin(device: Device, chunk: AudioChunk, heard: Heard | None = None) -> DeviceSink:
    sink = device.sink(RATE)
    sink.open(heard or Heard())
    sink.write(chunk)
    return sink


def test_what_is_written_is_heard_and_reported(card: Soundcard, make_device: Callable[..., Device]) -> None:
    heard = Heard()
    sink = begin(make_device(), tone(50), heard)
    stream = card.streams[0]
    assert stream.sample_rate == RATE and stream.events == ["start"]
    assert stream.hear(50)[5:] == [1000] * 45
    sink.finish()
    stream.hear(30)
    heard.wait_for(50)


def test_the_next_reading_finds_the_device_open_and_running(
    card: Soundcard, make_device: Callable[..., Device]
) -> None:
    device = make_device()
    for _ in range(3):
        begin(device, tone(10)).finish()
        card.streams[0].hear(50)
    assert [stream.events for stream in card.streams] == [["start"]]


def test_a_reading_that_replaces_another_waits_for_its_fade(
    card: Soundcard, make_device: Callable[..., Device]
) -> None:
    device = make_device()
    old = begin(device, tone(100))
    stream = card.streams[0]
    stream.hear(20)
    old.abort()
    begin(device, tone(100, level=-1000))
    assert stream.hear(10) == [800, 600, 400, 200, 0, 0, 0, 0, 0, 0]
    assert stream.hear(10) == [0, -200, -400, -600, -800, *[-1000] * 5]


def test_another_sample_rate_reopens_the_device(card: Soundcard, make_device: Callable[..., Device]) -> None:
    device = make_device()
    begin(device, tone(10))
    other = device.sink(24000)
    other.open(Heard())
    assert card.streams[0].events == ["start", "close"]
    assert card.streams[1].sample_rate == 24000 and card.streams[1].events == ["start"]


def test_an_idle_device_goes_to_sleep_and_wakes_for_the_next_reading(
    card: Soundcard, make_device: Callable[..., Device]
) -> None:
    device = make_device(linger=1.0)
    begin(device, tone(10)).abort()
    stream = card.streams[0]
    for _ in range(2000):
        stream.hear(10)
        if stream.stopped.wait(0.001):
            break
    assert stream.events == ["start", "stop"]
    begin(device, tone(10))
    assert stream.events == ["start", "stop", "start"]


def test_no_device_is_said_when_the_reading_opens_its_sink(
    card: Soundcard, make_device: Callable[..., Device]
) -> None:
    card.broken = True
    device = make_device()
    with pytest.raises(CodechoirError, match="no sound device"):
        begin(device, tone(10))
    card.broken = False
    begin(device, tone(10))
    assert card.streams[0].events == ["start"]


def test_a_stalled_device_is_reopened_and_the_reading_continues(
    card: Soundcard, make_device: Callable[..., Device]
) -> None:
    heard = Heard()
    device = make_device(stalled=0.05)
    begin(device, tone(100), heard)
    card.pulls_at_start = 200
    heard.wait_for(100)
    assert [stream.events for stream in card.streams] == [["start", "close"], ["start"]]


def test_a_device_that_is_lost_for_good_ends_the_reading_with_a_line(
    card: Soundcard, make_device: Callable[..., Device]
) -> None:
    heard = Heard()
    device = make_device(stalled=0.05)
    sink = begin(device, tone(100), heard)
    card.broken = True
    heard.wait_for(100)
    with pytest.raises(CodechoirError, match="the sound device was lost"):
        sink.write(tone(10, first=100))


def test_warm_up_opens_in_the_background_and_a_failure_is_no_error_yet(
    card: Soundcard, make_device: Callable[..., Device]
) -> None:
    device = make_device()
    device.warm_up().join()
    assert device.name == "fake" and card.streams[0].events == []
    card.broken = True
    other = make_device()
    other.warm_up().join()
    assert other.name == ""
