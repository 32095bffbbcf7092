"""The machine's sound device, shared by all readings of a process and kept open between them."""

from __future__ import annotations

import logging
import threading

from codechoir.errors import CodechoirError
from codechoir.sinks.playout import Playout
from codechoir.sinks.soundcard import OpenStream, Stream, open_soundcard

log = logging.getLogger(__name__)

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
        self._playout: Playout | None = None
        self._leaving: Playout | None = None
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

    def sink(self, sample_rate: int, channels: int = 1) -> Playout:
        """A sink for one reading of this sample rate in hertz; with two channels its words stand apart."""
        return Playout(sample_rate, self._attach, channels)

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

    def _attach(self, playout: Playout) -> None:
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

    def _detach(self, playout: Playout) -> None:
        with self._lock:
            if self._playout is playout:
                self._playout = None

    def _sleep_when_idle(self) -> None:
        with self._lock:
            idle = self._idle > self._linger * self._sample_rate
            if idle and self._running and self._playout is None and self._stream is not None:
                self._stream.stop()
                self._running = False

    def _recover(self, playout: Playout) -> None:
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
