"""The shared device on a fake sound system whose clock is the test."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Iterator

import pytest
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk
from codechoir.sinks.device import Device
from codechoir.sinks.device_sink import DeviceSink
from codechoir.sinks.sound_system import Pull, Stream

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
        self.refused = threading.Event()
        self.pulls_at_start = 0

    def __call__(self, sample_rate: int, pull: Pull, channels: int) -> Stream:
        if self.broken:
            self.refused.set()
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


def test_a_device_may_be_lost_more_than_once_in_a_reading(
    card: Soundcard, make_device: Callable[..., Device]
) -> None:
    heard = Heard()
    sink = begin(make_device(stalled=0.05), tone(100), heard)
    card.pulls_at_start = 40
    for played in (10, 20, 30, 40, 50, 60, 70, 80, 90, 100):
        heard.wait_for(played)
    assert len(card.streams) > 2 and sink.failure is None


def test_a_device_that_is_put_back_goes_on(card: Soundcard, make_device: Callable[..., Device]) -> None:
    heard = Heard()
    sink = begin(make_device(stalled=0.05), tone(100), heard)
    card.broken = True
    assert card.refused.wait(10)
    card.pulls_at_start = 200
    card.broken = False
    heard.wait_for(100)
    assert sink.failure is None


class StandingStill:
    """A sound system in which a call does not return until the end of the test."""

    def __init__(self) -> None:
        self.called = threading.Event()
        self.go_on = threading.Event()

    def wait(self) -> None:
        self.called.set()
        self.go_on.wait(30)


@pytest.fixture
def stuck() -> Iterator[StandingStill]:
    stuck = StandingStill()
    yield stuck
    stuck.go_on.set()


@pytest.mark.parametrize("call", ["open", "start", "stop", "close"])
def test_no_method_waits_for_a_sound_system_that_stands_still(
    card: Soundcard,
    make_device: Callable[..., Device],
    stuck: StandingStill,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
) -> None:
    def stand_still(*arguments: object) -> None:
        stuck.wait()

    device = make_device(stalled=0.2, linger=0.0)
    if call == "open":
        monkeypatch.setattr(Soundcard, "__call__", stand_still)
    else:
        monkeypatch.setattr(FakeStream, call, stand_still)
    if call in ("open", "start"):
        with pytest.raises(CodechoirError, match="the sound server does not answer"):
            begin(device, tone(10))
    else:
        sink = begin(device, tone(10))
        sink.abort()
        for _ in range(2000 if call == "stop" else 1):
            card.streams[0].hear(10)
            if stuck.called.wait(0.001):
                break
    device.close()
    assert stuck.called.wait(10)


def test_stop_ends_the_wait_for_a_sound_system_that_stands_still(
    make_device: Callable[..., Device], stuck: StandingStill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Soundcard, "__call__", lambda *arguments: stuck.wait())
    sink = make_device(stalled=600).sink(RATE)
    opening = threading.Thread(target=sink.open, args=(Heard(),), daemon=True)
    opening.start()
    assert stuck.called.wait(10)
    sink.abort()
    opening.join(10)
    assert not opening.is_alive()


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
