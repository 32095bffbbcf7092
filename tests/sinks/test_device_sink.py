"""The queue between a reading and a sound device, pulled by hand."""

from __future__ import annotations

from array import array

import pytest
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk
from codechoir.sinks.device_sink import DeviceSink

RATE = 1000
FADE = 5
LATENCY = 30


def tone(first: int, samples: int, level: int = 1000) -> AudioChunk:
    return AudioChunk(array("h", [level] * samples).tobytes(), RATE, first)


def levels(pcm: bytes) -> list[int]:
    return list(array("h", pcm))


@pytest.fixture
def heard() -> list[int]:
    return []


@pytest.fixture
def sink(heard: list[int]) -> DeviceSink:
    sink = DeviceSink(RATE, lambda _: None)
    sink.open(heard.append)
    return sink


def test_silence_until_there_is_something_to_hear(sink: DeviceSink) -> None:
    assert levels(sink.pull(10)) == [0] * 10
    assert not sink.is_waiting


def test_the_first_samples_rise_and_the_rest_is_untouched(sink: DeviceSink) -> None:
    sink.write(tone(0, 20))
    first = levels(sink.pull(10))
    assert first[:FADE] == [0, 200, 400, 600, 800] and first[FADE:] == [1000] * 5
    assert levels(sink.pull(20)) == [1000] * 10 + [0] * 10


def test_chunks_of_any_size_come_out_whole_and_in_order(sink: DeviceSink) -> None:
    samples = list(range(1, 101))
    for at in range(0, 100, 7):
        piece = array("h", samples[at : at + 7])
        sink.write(AudioChunk(piece.tobytes(), RATE, at))
    out = [value for _ in range(12) for value in levels(sink.pull(9))]
    assert out[FADE : len(samples)] == samples[FADE:]
    assert set(out[len(samples) :]) == {0}


def test_a_sample_counts_as_heard_when_it_has_passed_the_device(sink: DeviceSink, heard: list[int]) -> None:
    sink.write(tone(0, 15))
    sink.pull(10)
    sink.report(LATENCY)
    assert heard == []
    for _ in range(3):
        sink.pull(10)
    sink.report(LATENCY)
    assert heard == [10]
    sink.finish()
    assert not sink.is_done
    sink.pull(10)
    sink.report(LATENCY)
    assert heard == [10, 15] and sink.is_done


def test_a_late_chunk_does_not_count_the_silence_before_it(sink: DeviceSink, heard: list[int]) -> None:
    for _ in range(10):
        sink.pull(10)
    sink.write(tone(0, 10))
    sink.report(LATENCY)
    assert heard == []
    for _ in range(4):
        sink.pull(10)
    sink.report(LATENCY)
    assert heard == [10]


def test_pause_fades_out_within_the_next_pull_and_resume_repeats_the_fade(sink: DeviceSink) -> None:
    sink.write(tone(0, 100))
    sink.pull(20)
    sink.pause()
    faded = levels(sink.pull(20))
    assert faded[:FADE] == [800, 600, 400, 200, 0] and set(faded[FADE:]) == {0}
    assert levels(sink.pull(20)) == [0] * 20
    assert not sink.is_waiting
    sink.resume()
    rest = [value for _ in range(5) for value in levels(sink.pull(20))]
    assert rest[:80] == [0, 200, 400, 600, 800] + [1000] * 75
    assert rest[80:] == [0] * 20


def test_abort_fades_out_within_the_next_pull_and_drops_the_rest(sink: DeviceSink, heard: list[int]) -> None:
    sink.write(tone(0, 100))
    sink.pull(20)
    sink.abort()
    assert not sink.is_done
    assert levels(sink.pull(20))[:FADE] == [800, 600, 400, 200, 0]
    assert sink.is_done
    sink.write(tone(100, 100))
    assert levels(sink.pull(50)) == [0] * 50


def test_abort_before_any_sound_is_done_at_once(sink: DeviceSink) -> None:
    sink.write(tone(0, 100))
    sink.abort()
    assert sink.is_done
    assert levels(sink.pull(10)) == [0] * 10


def test_an_empty_reading_is_done_when_it_is_finished(sink: DeviceSink) -> None:
    sink.write(AudioChunk(b"", RATE, 0, last=True))
    sink.finish()
    assert sink.is_done


def test_a_lost_device_ends_the_writing_and_releases_who_waits_for_the_end(
    sink: DeviceSink, heard: list[int]
) -> None:
    sink.write(tone(0, 50))
    sink.fail(CodechoirError("gone"))
    assert heard == [50]
    with pytest.raises(CodechoirError, match="gone"):
        sink.write(tone(50, 50))
