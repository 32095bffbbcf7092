"""The queue of one reading's audio, from which the sound device's own thread pulls."""

from __future__ import annotations

import sys
import threading
from array import array
from collections import deque
from collections.abc import Callable

from codechoir.audio import Panner
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk
from codechoir.sinks.base import OnPlayed, Sink

FADE_SECONDS = 0.005
"""Audio never starts or stops at full level: a step in the waveform sounds like a click."""

NO_ANSWER = "the sound server does not answer"

NOT_PLAYING = (
    f"{NO_ANSWER}: it has not played anything for 3 seconds; the reading goes on as soon as it plays again"
)


class DeviceSink(Sink):
    """A queue of samples, which remembers how many of them were played.

    `attach` makes the device pull from this sink, or raises `CodechoirError`. Any thread may call the methods
    of `Sink`, the device's thread alone `pull`, the device's worker alone `report`.
    """

    def __init__(self, sample_rate: int, attach: Callable[[DeviceSink], None], channels: int = 1) -> None:
        super().__init__()
        self.sample_rate = sample_rate
        self.channels = channels
        self.failure: CodechoirError | None = None
        self._frame_bytes = 2 * channels
        self._panner = Panner() if channels == 2 else None
        self._attach = attach
        self._fade = round(sample_rate * FADE_SECONDS)
        self._lock = threading.Lock()
        self._queue: deque[bytes] = deque()
        self._offset = 0  # bytes of the first piece of the queue that were taken
        self._written = 0
        self._pulled = 0
        self._played = 0
        self._is_paused = self._is_aborted = self._is_finished = False
        self._is_sounding = False
        self._clock = 0  # samples that the device has asked for, silence included
        self._in_device: deque[tuple[int, int]] = deque()  # after each pull: `_clock`, `_pulled`

    # ---- Sink ------------------------------------------------------------------------------------------

    def open(self, on_played: OnPlayed) -> None:
        super().open(on_played)
        self._attach(self)

    def write(self, chunk: AudioChunk) -> None:
        with self._lock:
            if self.failure is not None:
                raise self.failure
            if chunk.pcm and not self._is_aborted:
                self._queue.append(chunk.pcm if self._panner is None else self._panner.stereo(chunk))
            self._written = chunk.first_sample + chunk.samples

    def pause(self) -> None:
        self._is_paused = True

    def resume(self) -> None:
        self._is_paused = False

    def finish(self) -> None:
        self._is_finished = True

    def abort(self) -> None:
        self._is_aborted = True

    @property
    def blocked_message(self) -> str:
        return NOT_PLAYING

    @property
    def is_aborted(self) -> bool:
        """Whether the reading was stopped, or has lost the device."""
        return self._is_aborted

    # ---- the device's side -------------------------------------------------------------------------------

    def pull(self, samples: int) -> bytes:
        """Returns the next `samples` samples for the device: queued audio, or silence."""
        with self._lock:
            is_silent = self._is_paused or self._is_aborted
            if is_silent:
                pcm = self._ramp(self._peek(self._fade), up=False) if self._is_sounding else b""
            else:
                pcm = self._take(samples)
                faded = self._frame_bytes * self._fade
                pcm = pcm if self._is_sounding else self._ramp(pcm[:faded], up=True) + pcm[faded:]
            if self._is_aborted:
                self._queue.clear()
            self._is_sounding = bool(pcm) and not is_silent
            self._clock += samples
            self._in_device.append((self._clock, self._pulled))
        size = self._frame_bytes * samples
        return pcm[:size].ljust(size, b"\0")

    def report(self, latency: int) -> bool:
        """Tells the reading what was played; returns whether anything was since the last call.

        `latency`: samples between `pull` and the listener.
        """
        with self._lock:
            before = self._played
            while self._in_device and self._in_device[0][0] <= self._clock - latency:
                self._played = self._in_device.popleft()[1]
            played = self._played
        if played > before:
            self.on_played(played)
        return played > before

    @property
    def is_done(self) -> bool:
        """Whether nothing more will sound."""
        with self._lock:
            if self._is_aborted:
                return not self._is_sounding
            return self._is_finished and self._played >= self._written

    @property
    def is_waiting(self) -> bool:
        """Whether audio was written that the listener has not heard, and should hear now."""
        with self._lock:
            return not (self._is_paused or self._is_aborted) and self._played < self._written

    def fail(self, error: CodechoirError) -> None:
        """The device is lost: the next `write` raises; a reading that only waits for its end gets it."""
        with self._lock:
            self.failure = error
            self._is_aborted = True
            self._played = written = self._written
        self.on_played(written)

    # ---- the queue ---------------------------------------------------------------------------------------

    def _take(self, samples: int) -> bytes:
        """Removes up to `samples` samples from the queue."""
        pieces = []
        wanted = self._frame_bytes * samples
        while wanted and self._queue:
            piece = self._queue[0][self._offset : self._offset + wanted]
            pieces.append(piece)
            wanted -= len(piece)
            self._offset += len(piece)
            if self._offset >= len(self._queue[0]):
                self._queue.popleft()
                self._offset = 0
        taken = b"".join(pieces)
        self._pulled += len(taken) // self._frame_bytes
        return taken

    def _peek(self, samples: int) -> bytes:
        """The next samples, left in the queue, so that they sound in full after a pause."""
        size = self._frame_bytes * samples
        return self._queue[0][self._offset : self._offset + size] if self._queue else b""

    def _ramp(self, pcm: bytes, up: bool) -> bytes:
        """The samples, faded in or out linearly."""
        values = array("h", pcm)
        if sys.byteorder == "big":
            values.byteswap()
        frames = len(values) // self.channels
        for index in range(len(values)):
            frame = index // self.channels
            values[index] = values[index] * (frame if up else frames - 1 - frame) // frames
        if sys.byteorder == "big":
            values.byteswap()
        return values.tobytes()
