"""The sink of one reading on a sound device: a queue that the device's thread empties."""

from __future__ import annotations

import sys
import threading
from array import array
from collections import deque
from collections.abc import Callable

from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk
from codechoir.sinks.panning import Panner
from codechoir.sinks.protocol import Played

FADE_SECONDS = 0.005
"""Sound never stops or starts at full level: a step in the waveform is heard as a click."""


class Playout:
    """Queued samples of one reading, and the memory of which of them the ear has heard.

    `attach` comes from the `Device`: it makes the device pull from this queue, or raises `CodechoirError`.
    The sink protocol may be called by any thread, `pull` by the device's thread alone, `report` by the
    device's worker alone.
    """

    def __init__(self, sample_rate: int, attach: Callable[[Playout], None], channels: int = 1) -> None:
        self.sample_rate = sample_rate
        self.channels = channels
        self._frame = 2 * channels
        self._panner = Panner() if channels == 2 else None
        self.failure: CodechoirError | None = None
        self._attach = attach
        self._fade = round(sample_rate * FADE_SECONDS)
        self._lock = threading.Lock()
        self._queue: deque[bytes] = deque()
        self._offset = 0
        self._written = 0
        self._handed = 0
        self._paused = self._aborted = self._finished = False
        self._sounding = False
        self._clock = 0
        self._under_way: deque[tuple[int, int]] = deque()
        self._heard = 0
        self._played: Played = _nobody

    # ---- the sink protocol ---------------------------------------------------------------------------

    def open(self, played: Played) -> None:
        self._played = played
        self._attach(self)

    def write(self, chunk: AudioChunk) -> None:
        with self._lock:
            if self.failure is not None:
                raise self.failure
            if chunk.pcm and not self._aborted:
                self._queue.append(chunk.pcm if self._panner is None else self._panner.stereo(chunk))
            self._written = chunk.first_sample + chunk.samples

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    def finish(self) -> None:
        self._finished = True

    def abort(self) -> None:
        self._aborted = True

    # ---- the device's side ---------------------------------------------------------------------------

    def pull(self, samples: int) -> bytes:
        """The next `samples` samples for the device: queued sound, or silence."""
        with self._lock:
            silent = self._paused or self._aborted
            if silent:
                pcm = self._ramp(self._peek(self._fade), up=False) if self._sounding else b""
            else:
                pcm = self._take(samples)
                cut = self._frame * self._fade
                pcm = pcm if self._sounding else self._ramp(pcm[:cut], up=True) + pcm[cut:]
            if self._aborted:
                self._queue.clear()
            self._sounding = bool(pcm) and not silent
            self._clock += samples
            self._under_way.append((self._clock, self._handed))
        size = self._frame * samples
        return pcm[:size].ljust(size, b"\0")

    def report(self, latency: int) -> None:
        """Tell the reading what was heard, when sound reaches the ear `latency` samples after `pull`."""
        with self._lock:
            before = self._heard
            while self._under_way and self._under_way[0][0] <= self._clock - latency:
                self._heard = self._under_way.popleft()[1]
            heard = self._heard
        if heard > before:
            self._played(heard)

    @property
    def done(self) -> bool:
        """Nothing will sound any more."""
        with self._lock:
            if self._aborted:
                return not self._sounding
            return self._finished and self._heard >= self._written

    @property
    def waiting(self) -> bool:
        """The listener is waiting for sound that was written."""
        with self._lock:
            return not (self._paused or self._aborted) and self._heard < self._written

    def fail(self, error: CodechoirError) -> None:
        """The device is lost: the next `write` raises; a reading that only waits for its end is let go."""
        with self._lock:
            self.failure = error
            self._aborted = True
            self._heard = written = self._written
        self._played(written)

    # ---- the queue -----------------------------------------------------------------------------------

    def _take(self, samples: int) -> bytes:
        """Up to `samples` samples off the queue."""
        pieces = []
        wanted = self._frame * samples
        while wanted and self._queue:
            piece = self._queue[0][self._offset : self._offset + wanted]
            pieces.append(piece)
            wanted -= len(piece)
            self._offset += len(piece)
            if self._offset >= len(self._queue[0]):
                self._queue.popleft()
                self._offset = 0
        taken = b"".join(pieces)
        self._handed += len(taken) // self._frame
        return taken

    def _peek(self, samples: int) -> bytes:
        """The next samples, left in the queue, so that they are heard in full after a pause."""
        size = self._frame * samples
        return self._queue[0][self._offset : self._offset + size] if self._queue else b""

    def _ramp(self, pcm: bytes, up: bool) -> bytes:
        return _ramped(pcm, up, self.channels)


def _ramped(pcm: bytes, up: bool, channels: int) -> bytes:
    """The samples, their level rising from or falling to zero in a straight line."""
    values = array("h", pcm)
    if sys.byteorder == "big":
        values.byteswap()
    count = len(values) // channels
    for i in range(len(values)):
        at = i // channels
        values[i] = values[i] * (at if up else count - 1 - at) // count
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def _nobody(_: int) -> None:
    """Before `open` nobody listens."""
