"""The sink of one reading on a sound device: a queue that the device's thread empties.

The machine's sound device, shared by all readings of a process and kept open between them.
"""

from __future__ import annotations

import logging
import sys
import threading
from array import array
from collections import deque
from collections.abc import Callable

from codechoir.audio import Panner
from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk
from codechoir.sinks.base import Played
from codechoir.sinks.miniaudio_output import OpenStream, Stream, open_soundcard

log = logging.getLogger(__name__)

FADE_SECONDS = 0.005
"""Sound never stops or starts at full level: a step in the waveform is heard as a click."""


class DeviceSink:
    """Queued samples of one reading, and the memory of which of them the ear has heard.

    `attach` comes from the `Device`: it makes the device pull from this queue, or raises `CodechoirError`.
    The sink protocol may be called by any thread, `pull` by the device's thread alone, `report` by the
    device's worker alone.
    """

    def __init__(self, sample_rate: int, attach: Callable[[DeviceSink], None], channels: int = 1) -> None:
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


USUAL_RATE = 22050
"""The embedded engine's sample rate: what `warm_up` opens the device for."""

LINGER_SECONDS = 5.0
"""How long silence keeps running after a reading: a device that has just started swallows first syllables."""

SETTLE_SECONDS = 0.1
"""Silence after the last sound before the device is given back: what the system still buffers is heard."""

STALLED_SECONDS = 3.0
"""A device that asks for nothing for this long is lost; sleeping Bluetooth speakers need up to two."""


class Device:
    """Opens on first use, plays one reading at a time, reopens once when it is lost.

    `pull` runs in the sound system's thread and takes no lock that anyone holds for long; the worker thread
    tells readings what was heard, lets an idle device sleep, and notices when it is lost. May be called from
    any thread. `close` ends the thread; the device may be used again afterwards.
    """

    def __init__(
        self,
        open_stream: OpenStream = open_soundcard,
        linger: float = LINGER_SECONDS,
        stalled: float = STALLED_SECONDS,
    ) -> None:
        self._open_stream = open_stream
        self._linger = linger
        self._stalled = stalled
        self._lock = threading.Lock()
        self._pulled = threading.Event()
        self._settled = threading.Event()
        self._stream: Stream | None = None
        self._sample_rate = 0
        self._channels = 1
        self._running = False
        self._playout: DeviceSink | None = None
        self._leaving: DeviceSink | None = None
        self._idle = 0
        self._second_chance = True
        self._worker: threading.Thread | None = None

    @property
    def name(self) -> str:
        """What the system calls the device; empty while it is not open."""
        return self._stream.name if self._stream is not None else ""

    def open(self, sample_rate: int = USUAL_RATE, channels: int = 1) -> None:
        """Open the device now. Raises `CodechoirError` with a line when there is none."""
        with self._lock:
            self._opened(sample_rate, channels)

    def warm_up(self, sample_rate: int = USUAL_RATE) -> threading.Thread:
        """Open the device in the background; a failure shows when a reading starts. Returns the thread."""
        opening = threading.Thread(
            target=self._try_open, args=(sample_rate,), name="codechoir-device-open", daemon=True
        )
        opening.start()
        return opening

    def sink(self, sample_rate: int, channels: int = 1) -> DeviceSink:
        """A sink for one reading of this sample rate in hertz; with two channels its words stand apart."""
        return DeviceSink(sample_rate, self._attach, channels)

    def settle(self) -> None:
        """Wait until the last words of a reading that has finished have left the system's buffers, too."""
        if self._running:
            self._settled.wait(self._stalled)

    def close(self) -> None:
        """Fall silent and give the device back."""
        with self._lock:
            self._playout = self._leaving = None
            self._close_stream()
            worker, self._worker = self._worker, None
        self._pulled.set()
        if worker is not None and worker is not threading.current_thread():
            worker.join()

    # ---- the sound system's thread -------------------------------------------------------------------

    def _pull(self, samples: int) -> bytes:
        leaving, playout = self._leaving, self._playout
        if leaving is not None:
            pcm = leaving.pull(samples)
            self._leaving = None
        elif playout is not None:
            pcm = playout.pull(samples)
        else:
            self._idle += samples
            if self._idle >= SETTLE_SECONDS * self._sample_rate:
                self._settled.set()
            pcm = bytes(2 * self._channels * samples)
        self._pulled.set()
        return pcm

    # ---- any thread, with the lock -------------------------------------------------------------------

    def _attach(self, playout: DeviceSink) -> None:
        with self._lock:
            alike = self._channels == playout.channels
            stream = self._opened(playout.sample_rate, playout.channels)
            self._leaving, self._playout = self._playout if alike else None, playout
            self._second_chance = True
            self._idle = 0
            self._settled.clear()
            if not self._running:
                stream.start()
                self._running = True
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="codechoir-device", daemon=True)
                self._worker.start()
            self._pulled.set()

    def _opened(self, sample_rate: int, channels: int) -> Stream:
        if self._stream is None or (self._sample_rate, self._channels) != (sample_rate, channels):
            self._close_stream()
            if self._channels != channels:
                self._playout = self._leaving = None  # its frames are of another size
            self._channels = channels
            more = (channels,) if channels != 1 else ()
            self._stream = self._open_stream(sample_rate, self._pull, *more)
            self._sample_rate = sample_rate
        return self._stream

    def _close_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream = None
        self._running = False

    # ---- the worker ----------------------------------------------------------------------------------

    def _work(self) -> None:
        while threading.current_thread() is self._worker:
            woken = self._pulled.wait(self._stalled if self._running else None)
            self._pulled.clear()
            playout, stream = self._playout, self._stream
            if playout is None:
                self._sleep_when_idle()
            elif woken:
                if stream is not None:
                    playout.report(stream.latency)
                if playout.done:
                    self._detach(playout)
            elif playout.waiting:
                self._recover(playout)

    def _detach(self, playout: DeviceSink) -> None:
        with self._lock:
            if self._playout is playout:
                self._playout = None

    def _sleep_when_idle(self) -> None:
        with self._lock:
            idle = self._idle > self._linger * self._sample_rate
            if idle and self._running and self._playout is None and self._stream is not None:
                self._stream.stop()
                self._running = False

    def _recover(self, playout: DeviceSink) -> None:
        """Open the device anew, once; a reading whose device is lost for good fails."""
        with self._lock:
            try:
                self._close_stream()
                if not self._second_chance:
                    raise CodechoirError("the sound device stopped answering")
                self._second_chance = False
                self._opened(playout.sample_rate, playout.channels).start()
                self._running = True
                log.info("the sound device stopped answering and was opened anew")
                return
            except CodechoirError as error:
                lost = CodechoirError(f"the sound device was lost: {error}; the reading ends here")
                self._playout = None
        playout.fail(lost)

    def _try_open(self, sample_rate: int) -> None:
        try:
            self.open(sample_rate)
        except CodechoirError as error:
            log.info("no sound device yet: %s", error)
