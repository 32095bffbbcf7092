"""Stereo in files and on the device."""

from __future__ import annotations

import wave
from array import array
from pathlib import Path

import pytest
import soundfile
from codechoir.sinks.device_sink import DeviceSink
from codechoir.sinks.output_files import AudioFile
from support.stereo import RATE, sides, tone


@pytest.mark.parametrize("channels", [1, 2])
def test_a_wave_file_is_stereo_only_when_it_is_asked_to_be(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "out.wav"
    sink = AudioFile(path, channels=channels)
    sink.open(lambda _: None)
    sink.write(tone(0, 20, (0, 100)))
    sink.finish()
    with wave.open(str(path)) as written:
        assert (written.getnchannels(), written.getnframes()) == (channels, 20)
        last = array("h", written.readframes(20))[-channels:]
    assert list(last) == ([1000] if channels == 1 else [0, 1000])


def test_a_flac_file_is_stereo_too(tmp_path: Path) -> None:
    path = tmp_path / "out.flac"
    sink = AudioFile(path, channels=2)
    sink.open(lambda _: None)
    sink.write(tone(0, 20, (0, -100)))
    sink.finish()
    assert soundfile.info(str(path)).channels == 2


def test_a_device_with_two_channels_gets_frames_of_both() -> None:
    heard: list[int] = []
    sink = DeviceSink(RATE, lambda _: None, 2)
    sink.open(heard.append)
    sink.write(tone(0, 40, (0, 100)))
    pcm = sink.pull(30)
    left, right = sides(pcm)
    assert (len(left), len(right)) == (30, 30)
    assert (left[-1], right[-1]) == (0, 1000)
    assert sides(sink.pull(20))[1] == [1000] * 10 + [0] * 10
    sink.finish()
    sink.pull(10)
    sink.report(10)
    assert heard == [40]
