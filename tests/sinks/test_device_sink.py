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
def playout(heard: list[int]) -> DeviceSink:
    playout = DeviceSink(RATE, lambda _: None)
    playout.open(heard.append)
    return playout


def test_silence_until_there_is_something_to_hear(playout: DeviceSink) -> None:
    assert levels(playout.pull(10)) == [0] * 10
    assert not playout.waiting


def test_the_first_samples_rise_and_the_rest_is_untouched(playout: DeviceSink) -> None:
    playout.write(tone(0, 20))
    first = levels(playout.pull(10))
    assert first[:FADE] == [0, 200, 400, 600, 800] and first[FADE:] == [1000] * 5
    assert levels(playout.pull(20)) == [1000] * 10 + [0] * 10


def test_chunks_of_any_size_come_out_whole_and_in_order(playout: DeviceSink) -> None:
    samples = list(range(1, 101))
    for at in range(0, 100, 7):
        piece = array("h", samples[at : at + 7])
        playout.write(AudioChunk(piece.tobytes(), RATE, at))
    out = [value for _ in range(12) for value in levels(playout.pull(9))]
    assert out[FADE : len(samples)] == samples[FADE:]
    assert set(out[len(samples) :]) == {0}


def test_a_sample_counts_as_heard_when_it_has_passed_the_device(
    playout: DeviceSink, heard: list[int]
) -> None:
    playout.write(tone(0, 15))
    playout.pull(10)
    playout.report(LATENCY)
    assert heard == []
    for _ in range(3):
        playout.pull(10)
    playout.report(LATENCY)
    assert heard == [10]
    playout.finish()
    assert not playout.done
    playout.pull(10)
    playout.report(LATENCY)
    assert heard == [10, 15] and playout.done


def test_a_late_chunk_does_not_count_the_silence_before_it(playout: DeviceSink, heard: list[int]) -> None:
    for _ in range(10):
        playout.pull(10)
    playout.write(tone(0, 10))
    playout.report(LATENCY)
    assert heard == []
    for _ in range(4):
        playout.pull(10)
    playout.report(LATENCY)
    assert heard == [10]


def test_pause_fades_out_within_the_next_pull_and_resume_repeats_the_fade(playout: DeviceSink) -> None:
    playout.write(tone(0, 100))
    playout.pull(20)
    playout.pause()
    faded = levels(playout.pull(20))
    assert faded[:FADE] == [800, 600, 400, 200, 0] and set(faded[FADE:]) == {0}
    assert levels(playout.pull(20)) == [0] * 20
    assert not playout.waiting
    playout.resume()
    rest = [value for _ in range(5) for value in levels(playout.pull(20))]
    assert rest[:80] == [0, 200, 400, 600, 800] + [1000] * 75
    assert rest[80:] == [0] * 20


def test_abort_fades_out_within_the_next_pull_and_drops_the_rest(
    playout: DeviceSink, heard: list[int]
) -> None:
    playout.write(tone(0, 100))
    playout.pull(20)
    playout.abort()
    assert not playout.done
    assert levels(playout.pull(20))[:FADE] == [800, 600, 400, 200, 0]
    assert playout.done
    playout.write(tone(100, 100))
    assert levels(playout.pull(50)) == [0] * 50


def test_abort_before_any_sound_is_done_at_once(playout: DeviceSink) -> None:
    playout.write(tone(0, 100))
    playout.abort()
    assert playout.done
    assert levels(playout.pull(10)) == [0] * 10


def test_an_empty_reading_is_done_when_it_is_finished(playout: DeviceSink) -> None:
    playout.write(AudioChunk(b"", RATE, 0, last=True))
    playout.finish()
    assert playout.done


def test_a_lost_device_ends_the_writing_and_releases_who_waits_for_the_end(
    playout: DeviceSink, heard: list[int]
) -> None:
    playout.write(tone(0, 50))
    playout.fail(CodechoirError("gone"))
    assert heard == [50]
    with pytest.raises(CodechoirError, match="gone"):
        playout.write(tone(50, 50))
