"""Where a reading sounds, by the audio mode that the client chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from codechoir.lsp.configuration import AudioMode
from codechoir.sinks.device import Device
from codechoir.sinks.protocol import Sink
from codechoir.sinks.stream import ChunkStream, MarkStream, SoundingMarks, Wire


class Outlets:
    """Makes the sink of each reading. `device` is opened only where the server plays."""

    def __init__(self, audio: AudioMode, device: Device) -> None:
        self._audio = audio
        self._device = device
        self._make: Mapping[AudioMode, Callable[[Wire, int], Sink]] = {
            "client": lambda wire, _: ChunkStream(wire),
            "none": lambda wire, _: MarkStream(wire),
            "server": lambda wire, sample_rate: SoundingMarks(device.sink(sample_rate), wire),
        }

    def sink(self, wire: Wire, sample_rate: int) -> Sink:
        """The sink of one reading, for sound of `sample_rate` hertz."""
        return self._make[self._audio](wire, sample_rate)

    def warm_up(self) -> None:
        """Open the device in the background, where the server plays."""
        if self._audio == "server":
            self._device.warm_up()

    def close(self) -> None:
        """Give the device back."""
        self._device.close()
