"""Readings on a real sound server: what was recorded from it is what should have been heard."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from codechoir.engines.base import AudioListener
from codechoir.engines.silent import SilentEngine
from codechoir.model import AudioChunk, Capabilities, CastUtterance, Category, Phrase, State, Utterance, Voice
from codechoir.playback.reader import Reader, Reading
from codechoir.sinks.device import Device
from support.needs import needs
from support.pulse import RATE, Levels, Recorder, audible, found_in_order, is_silent, pulseaudio

SIGNS = np.array([-1, 1], np.int16)
PHRASE = Phrase((CastUtterance(Utterance("noise", Category.VARIABLE, 0, 4), Voice("noise")),), 0, 4)


def noise() -> Levels:
    """A second of sound in which no piece is like another, so that each is found again in a recording."""
    generator = np.random.default_rng(1)
    return generator.integers(1000, 20000, RATE, dtype=np.int16) * generator.choice(SIGNS, RATE)


class NoiseEngine(SilentEngine):
    """Says every phrase as the same second of noise."""

    capabilities = Capabilities(sample_rate=RATE)

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        at = 0
        for _ in phrases:
            for piece in np.array_split(noise(), 50):
                if not listener.write(AudioChunk(piece.tobytes(), RATE, at)):
                    return
                at += len(piece)


class States:
    """Lets a test wait for a state of a reading."""

    def __init__(self) -> None:
        self._seen: list[tuple[int, State]] = []
        self.messages: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, reading: Reading, state: State, message: str) -> None:
        with self._changed:
            self._seen.append((reading.session, state))
            if message:
                self.messages.append(message)
            self._changed.notify_all()

    def wait_for(self, reading: Reading, state: State) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: (reading.session, state) in self._seen, 30), self._seen


@pytest.fixture
def device(sound_server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Device]:
    for name in ("XDG_RUNTIME_DIR", "HOME"):
        monkeypatch.setenv(name, sound_server[name])
    device = Device()
    yield device
    device.close()


@pytest.fixture
def states() -> States:
    return States()


@pytest.fixture
def reader(states: States) -> Iterator[Reader]:
    reader = Reader(states)
    yield reader
    reader.close()


def test_what_is_played_is_what_was_made(
    device: Device, reader: Reader, states: States, recorder: Recorder
) -> None:
    reading = reader.start([PHRASE], NoiseEngine(), device.sink(RATE))
    states.wait_for(reading, "finished")
    recorder.wait_for(is_silent)
    assert found_in_order(noise(), recorder.levels) > 0.8
    assert len(audible(recorder.levels)) <= RATE


@pytest.mark.parametrize("act", ["stop", "pause"])
def test_stop_and_pause_silence_within_100_milliseconds(
    device: Device, reader: Reader, states: States, recorder: Recorder, act: str
) -> None:
    """Counted in recorded samples, from what sounded when `stop` or `pause` was called.

    The shortest of three: a busy machine may take the processor away between the clock and the call.
    """
    late = []
    while len(late) < 3 and not (late and late[-1] < RATE // 10):
        recorder.forget()
        reading = reader.start([PHRASE] * 60, NoiseEngine(), device.sink(RATE))
        recorder.wait_for(lambda levels: len(audible(levels)) > RATE // 2)
        moment = time.monotonic()
        getattr(reading, act)()
        recorder.wait_for(is_silent)
        late.append(len(audible(recorder.levels[recorder.position(moment) :])))
    assert late[-1] < RATE // 10, late


def test_a_paused_reading_goes_on_without_losing_a_sample(
    device: Device, reader: Reader, states: States, recorder: Recorder
) -> None:
    reading = reader.start([PHRASE], NoiseEngine(), device.sink(RATE))
    recorder.wait_for(lambda levels: len(audible(levels)) > RATE // 3)
    reading.pause()
    recorder.wait_for(is_silent)
    reading.resume()
    states.wait_for(reading, "finished")
    recorder.wait_for(is_silent)
    assert found_in_order(noise(), recorder.levels) > 0.8


def test_a_sound_server_that_dies_ends_the_reading_with_a_line(
    tmp_path: Path, reader: Reader, states: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device(stalled=0.5)
    with pulseaudio(tmp_path) as environment:
        for name in ("XDG_RUNTIME_DIR", "HOME"):
            monkeypatch.setenv(name, environment[name])
        recorder = Recorder(environment)
        reading = reader.start([PHRASE] * 60, NoiseEngine(), device.sink(RATE))
        recorder.wait_for(lambda levels: len(audible(levels)) > RATE // 3)
    recorder.stop()
    states.wait_for(reading, "error")
    assert states.messages[-1].startswith("the sound device was lost: ")
    device.close()


def test_a_sink_that_is_suspended_for_a_while_does_not_end_the_reading(
    sound_server: dict[str, str],
    reader: Reader,
    states: States,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As long as eight seconds against a limit of three, and twice."""
    for name in ("XDG_RUNTIME_DIR", "HOME"):
        monkeypatch.setenv(name, sound_server[name])
    device = Device(stalled=0.5)
    reading = reader.start([PHRASE] * 60, NoiseEngine(), device.sink(RATE))
    for _ in range(2):
        recorder.forget()
        recorder.wait_for(lambda levels: len(audible(levels)) > RATE // 3)
        suspend(sound_server, True)
        assert not reading.wait(1.5)
        suspend(sound_server, False)
    recorder.forget()
    recorder.wait_for(lambda levels: len(audible(levels)) > RATE // 3)
    reading.stop()
    device.close()


def suspend(environment: dict[str, str], is_suspended: bool) -> None:
    pactl = needs("pactl", "apt install pulseaudio-utils")
    subprocess.run([pactl, "suspend-sink", "ear", str(int(is_suspended))], env=environment, check=True)


def test_without_a_sound_server_the_reading_ends_in_a_line(
    tmp_path: Path,
    reader: Reader,
    states: States,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    monkeypatch.setenv("ALSA_CONFIG_PATH", "/dev/null")
    device = Device()
    reading = reader.start([PHRASE], NoiseEngine(), device.sink(RATE))
    states.wait_for(reading, "error")
    assert states.messages == ["no sound device can be opened on this machine"]
    assert capfd.readouterr() == ("", "")
