"""The machine's sound device, shared by all readings of a process.

It stays open between readings: a device that has just started swallows first syllables.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from codechoir.errors import CodechoirError
from codechoir.sinks.device_sink import NO_ANSWER, DeviceSink
from codechoir.sinks.sound_system import OpenStream, StallableCall, StallableCalls, Stream, open_soundcard

log = logging.getLogger(__name__)

DEFAULT_RATE = 22050
"""The sample rate of eSpeak NG, for which `warm_up` opens the device."""

LINGER_SECONDS = 5.0
"""How long the device plays silence after a reading, so that the next one finds it running."""

CLOSE_SECONDS = 0.3
"""How long `Device.close` waits for a sound system that may not answer."""

REOPENINGS = 10
"""So often a device that does not play is opened again before it counts as lost, `STALLED_SECONDS` apart."""

ABORT_POLL_SECONDS = 0.02
"""How often a reading that waits for the device looks whether it was stopped."""

NO_ANSWER_REMEDY = "restart it (PulseAudio, PipeWire), or choose another output"

DRAIN_SECONDS = 0.1
"""Silence after the last sample before the device may be closed: the system still buffers some audio."""

STALLED_SECONDS = 3.0
"""A device that asks for no samples for this long is lost; sleeping Bluetooth speakers need up to two."""


class Device:
    """The sound device. Opens on first use, plays one reading at a time, and reopens if it is lost.

    No method waits for a sound system that does not answer: calls into it are made by a thread of their own,
    see `StallableCalls`, and `_lock` is never held during one. That thread alone changes `_stream`,
    `_sample_rate`, `_channels` and `_is_running`. `_pull` runs in the sound system's thread. The worker
    thread reports to readings what was played, has an idle device stopped, and notices when it is lost. The
    methods may be called by any thread. After `close` the device may be used again.
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
        self._calls = StallableCalls()
        self._was_pulled = threading.Event()
        self._is_drained = threading.Event()
        self._stream: Stream | None = None
        self._sample_rate = 0
        self._channels = 1
        self._is_running = False
        self._sink: DeviceSink | None = None
        self._fading_sink: DeviceSink | None = None  # replaced, and pulled once more for its fade
        self._idle_samples = 0
        self._reopenings = 0  # since it has played last
        self._pending: StallableCall | None = None  # of the worker
        self._worker: threading.Thread | None = None

    @property
    def name(self) -> str:
        """The system's name of the device; empty while it is not open."""
        stream = self._stream
        return stream.name if stream is not None else ""

    def open(self, sample_rate: int = DEFAULT_RATE, channels: int = 1) -> None:
        """Opens the device now. Raises `CodechoirError` if there is none, or it does not answer."""
        call = self._calls.submit(lambda: self._open(sample_rate, channels))
        if not call.wait(self._stalled):
            raise self._no_answer()
        call.result()

    def warm_up(self, sample_rate: int = DEFAULT_RATE) -> threading.Thread:
        """Opens the device in a thread, which is returned. A failure is reported when a reading starts."""
        opening = threading.Thread(
            target=self._try_open, args=(sample_rate,), name="codechoir-device-open", daemon=True
        )
        opening.start()
        return opening

    def sink(self, sample_rate: int, channels: int = 1) -> DeviceSink:
        """A sink for one reading, at `sample_rate` hertz. With two channels, words are placed in stereo."""
        return DeviceSink(sample_rate, self._attach, channels)

    def drain(self, seconds: float | None = None) -> None:
        """Waits until the system has played what it buffers of a reading that has ended, or for `seconds`."""
        if self._is_running:
            self._is_drained.wait(self._stalled if seconds is None else seconds)

    def close(self) -> None:
        """Stops playing and closes the device; waits only a moment for a sound system that hangs."""
        with self._lock:
            self._sink = self._fading_sink = None
            worker, self._worker = self._worker, None
        call = self._calls.submit(self._close_stream)
        self._was_pulled.set()
        call.wait(CLOSE_SECONDS)
        if worker is not None and worker is not threading.current_thread():
            worker.join(CLOSE_SECONDS)

    # ---- the sound system's thread -----------------------------------------------------------------------

    def _pull(self, samples: int) -> bytes:
        fading, sink = self._fading_sink, self._sink
        if fading is not None:
            pcm = fading.pull(samples)
            self._fading_sink = None
        elif sink is not None:
            pcm = sink.pull(samples)
        else:
            self._idle_samples += samples
            if self._idle_samples >= DRAIN_SECONDS * self._sample_rate:
                self._is_drained.set()
            pcm = bytes(2 * self._channels * samples)
        self._was_pulled.set()
        return pcm

    # ---- the reader's thread -----------------------------------------------------------------------------

    def _attach(self, sink: DeviceSink) -> None:
        """Makes the device pull from a sink; returns when it does, or when the reading was stopped."""
        with self._lock:
            if self._is_running and self._has_format(sink.sample_rate, sink.channels):
                self._pull_from(sink)
                return
        call = self._calls.submit(lambda: self._start_with(sink))
        patience = time.monotonic() + self._stalled
        while not call.wait(ABORT_POLL_SECONDS):
            if sink.is_aborted:
                return
            if time.monotonic() > patience:
                sink.abort()
                raise self._no_answer()
        call.result()

    def _no_answer(self) -> CodechoirError:
        return CodechoirError(f"{NO_ANSWER} within {self._stalled:g} seconds; {NO_ANSWER_REMEDY}")

    # ---- with the lock -----------------------------------------------------------------------------------

    def _has_format(self, sample_rate: int, channels: int) -> bool:
        return self._stream is not None and (self._sample_rate, self._channels) == (sample_rate, channels)

    def _pull_from(self, sink: DeviceSink) -> None:
        self._fading_sink, self._sink = self._sink, sink
        self._reopenings = 0
        self._idle_samples = 0
        self._is_drained.clear()
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="codechoir-device", daemon=True)
            self._worker.start()
        self._was_pulled.set()

    # ---- the thread of calls that may hang ---------------------------------------------------------------

    def _start_with(self, sink: DeviceSink) -> None:
        if sink.is_aborted:
            return
        stream = self._open(sink.sample_rate, sink.channels)
        with self._lock:
            if sink.is_aborted:
                return
            self._pull_from(sink)
        if not self._is_running:
            self._start(stream, sink)

    def _start(self, stream: Stream, sink: DeviceSink) -> None:
        try:
            stream.start()
        except CodechoirError:
            self._detach(sink)
            raise
        self._is_running = True

    def _open(self, sample_rate: int, channels: int) -> Stream:
        stream = self._stream
        if stream is not None and self._has_format(sample_rate, channels):
            return stream
        self._close_stream()
        with self._lock:
            if self._channels != channels:
                self._sink = self._fading_sink = None  # its frames have another size
            self._channels, self._sample_rate = channels, sample_rate
        self._stream = stream = self._open_stream(sample_rate, self._pull, channels)
        return stream

    def _close_stream(self) -> None:
        with self._lock:
            stream, self._stream = self._stream, None
            self._is_running = False
        if stream is not None:
            stream.close()

    def _stop_if_idle(self) -> None:
        with self._lock:
            stream = self._stream
            if stream is None or not self._is_running or not self._is_idle:
                return
            self._is_running = False
        stream.stop()

    def _reopen(self, sink: DeviceSink) -> None:
        self._close_stream()
        stream = self._open(sink.sample_rate, sink.channels)
        if self._sink is sink:
            stream.start()
            self._is_running = True
            log.info("the sound device had stopped responding and was reopened")

    # ---- the worker --------------------------------------------------------------------------------------

    def _work(self) -> None:
        while threading.current_thread() is self._worker:
            is_expected = self._is_running or self._sink is not None
            has_pulled = self._was_pulled.wait(self._stalled if is_expected else None)
            self._was_pulled.clear()
            sink, stream = self._sink, self._stream
            if sink is None:
                if self._is_idle and self._is_running:
                    self._call_once(self._stop_if_idle)
            elif has_pulled:
                if stream is not None:
                    self._report(sink, stream)
                if sink.is_done:
                    self._detach(sink)
            elif sink.is_waiting:
                self._revive(sink)

    def _report(self, sink: DeviceSink, stream: Stream) -> None:
        """Tells the reading what was played; a device that plays may be lost again later."""
        if sink.report(stream.latency):
            self._reopenings = 0

    @property
    def _is_idle(self) -> bool:
        return self._sink is None and self._idle_samples > self._linger * self._sample_rate

    def _call_once(self, run: Callable[[], None]) -> None:
        """Makes a call unless the one before hangs."""
        if self._pending is None or self._pending.has_ended:
            self._pending = self._calls.submit(run)

    def _detach(self, sink: DeviceSink) -> None:
        with self._lock:
            if self._sink is sink:
                self._sink = None

    def _revive(self, sink: DeviceSink) -> None:
        """Has the device opened again; if that did not help for many times, the reading fails."""
        if self._reopenings < REOPENINGS:
            self._reopenings += 1
            self._call_once(partial(self._reopen, sink))
            return
        pending = self._pending
        error = pending.error if pending is not None and pending.has_ended else None
        self._detach(sink)
        sink.fail(CodechoirError(f"the sound device was lost: {error or NO_ANSWER}; the reading ends here"))

    def _try_open(self, sample_rate: int) -> None:
        try:
            self.open(sample_rate)
        except CodechoirError as error:
            log.info("no sound device yet: %s", error)
