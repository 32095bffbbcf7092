"""Several sinks for one reading."""

from __future__ import annotations

import pytest
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk
from codechoir.sinks.base import MultiSink, OnPlayed, Sink


class Recorder(Sink):
    """A sink that remembers, and breaks where it is told to."""

    def __init__(self, breaks: str = "", instant: bool = False) -> None:
        super().__init__()
        self.breaks = breaks
        self.instant = instant
        self.events: list[str] = []

    def _note(self, event: str) -> None:
        if event == self.breaks:
            raise CodechoirError("broken")
        self.events.append(event)

    def open(self, on_played: OnPlayed) -> None:
        self._note("open")
        super().open(on_played)

    def write(self, chunk: AudioChunk) -> None:
        self._note("write")
        if self.instant:
            self.on_played(chunk.first_sample + chunk.samples)

    def pause(self) -> None:
        self._note("pause")

    def resume(self) -> None:
        self._note("resume")

    def finish(self) -> None:
        self._note("finish")

    def abort(self) -> None:
        self._note("abort")


def chunk(first: int) -> AudioChunk:
    return AudioChunk(bytes(20), 1000, first)


def run(sink: MultiSink) -> list[int]:
    heard: list[int] = []
    sink.open(heard.append)
    sink.write(chunk(0))
    sink.pause()
    sink.resume()
    sink.write(chunk(10))
    sink.finish()
    return heard


def test_everything_reaches_all_and_the_device_sets_the_pace() -> None:
    device, file = Recorder(), Recorder(instant=True)
    heard = run(MultiSink(device, [file]))
    assert device.events == file.events == ["open", "write", "pause", "resume", "write", "finish"]
    assert heard == []
    device.on_played(7)
    assert heard == [7]


@pytest.mark.parametrize(("breaks", "heard"), [("open", [10, 20]), ("write", [10, 20])])
def test_without_the_device_the_files_are_written_at_their_own_pace(breaks: str, heard: list[int]) -> None:
    file = Recorder()
    lost: list[CodechoirError] = []
    assert run(MultiSink(Recorder(breaks), [file], lost.append)) == heard
    assert [str(error) for error in lost] == ["broken"]
    assert file.events == ["open", "write", "pause", "resume", "write", "finish"]


def test_a_broken_file_is_an_error() -> None:
    with pytest.raises(CodechoirError, match="broken"):
        run(MultiSink(Recorder(), [Recorder("write")]))


def test_abort_reaches_all() -> None:
    device, file = Recorder(), Recorder()
    sink = MultiSink(device, [file])
    sink.open(lambda _: None)
    sink.abort()
    assert device.events == file.events == ["open", "abort"]
