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
        self._make: Mapping[AudioMode, Callable[[Wire, int, int], Sink]] = {
            "client": lambda wire, _, __: ChunkStream(wire),
            "none": lambda wire, _, __: MarkStream(wire),
            "server": lambda wire, rate, channels: SoundingMarks(device.sink(rate, channels), wire),
        }

    def sink(self, wire: Wire, sample_rate: int, is_wide: bool = False) -> Sink:
        """The sink of one reading, for sound of `sample_rate` hertz; `is_wide`: its voices stand apart."""
        return self._make[self._audio](wire, sample_rate, 2 if is_wide else 1)

    def warm_up(self) -> None:
        """Open the device in the background, where the server plays."""
        if self._audio == "server":
            self._device.warm_up()

    def close(self) -> None:
        """Give the device back."""
        self._device.close()
