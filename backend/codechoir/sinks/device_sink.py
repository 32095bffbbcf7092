"""Playback on the machine's sound device.

`DeviceSink` queues the audio of one reading; the device's own thread pulls from it. `Device` is shared by all
readings of a process, and stays open between them: one that has just started swallows first syllables.
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
from codechoir.sinks.base import OnPlayed, Sink
from codechoir.sinks.miniaudio_output import OpenStream, Stream, open_soundcard

log = logging.getLogger(__name__)

FADE_SECONDS = 0.005
"""Audio never starts or stops at full level: a step in the waveform sounds like a click."""

DEFAULT_RATE = 22050
"""The sample rate of eSpeak NG, for which `warm_up` opens the device."""

LINGER_SECONDS = 5.0
"""How long the device plays silence after a reading, so that the next one finds it running."""

DRAIN_SECONDS = 0.1
"""Silence after the last sample before the device may be closed: the system still buffers some audio."""

STALLED_SECONDS = 3.0
"""A device that asks for no samples for this long is lost; sleeping Bluetooth speakers need up to two."""


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

    def report(self, latency: int) -> None:
        """Tells the reading what was played. `latency`: samples between `pull` and the listener."""
        with self._lock:
            before = self._played
            while self._in_device and self._in_device[0][0] <= self._clock - latency:
                self._played = self._in_device.popleft()[1]
            played = self._played
        if played > before:
            self.on_played(played)

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


class Device:
    """The sound device. Opens on first use, plays one reading at a time, and reopens once if it is lost.

    `_pull` runs in the sound system's thread and waits for no lock that is held for long. The worker thread
    reports to readings what was played, stops an idle device, and notices when it is lost. The methods may be
    called by any thread. After `close` the device may be used again.
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
        self._was_pulled = threading.Event()
        self._is_drained = threading.Event()
        self._stream: Stream | None = None
        self._sample_rate = 0
        self._channels = 1
        self._is_running = False
        self._sink: DeviceSink | None = None
        self._fading_sink: DeviceSink | None = None  # replaced, and pulled once more for its fade
        self._idle_samples = 0
        self._may_reopen = True
        self._worker: threading.Thread | None = None

    @property
    def name(self) -> str:
        """The system's name of the device; empty while it is not open."""
        return self._stream.name if self._stream is not None else ""

    def open(self, sample_rate: int = DEFAULT_RATE, channels: int = 1) -> None:
        """Opens the device now. Raises `CodechoirError` if there is none."""
        with self._lock:
            self._opened(sample_rate, channels)

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

    def drain(self) -> None:
        """Waits until the system has played what it buffers of a reading that has finished."""
        if self._is_running:
            self._is_drained.wait(self._stalled)

    def close(self) -> None:
        """Stops playing and closes the device."""
        with self._lock:
            self._sink = self._fading_sink = None
            self._close_stream()
            worker, self._worker = self._worker, None
        self._was_pulled.set()
        if worker is not None and worker is not threading.current_thread():
            worker.join()

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

    # ---- any thread, with the lock -----------------------------------------------------------------------

    def _attach(self, sink: DeviceSink) -> None:
        with self._lock:
            is_same_format = self._channels == sink.channels
            stream = self._opened(sink.sample_rate, sink.channels)
            self._fading_sink, self._sink = self._sink if is_same_format else None, sink
            self._may_reopen = True
            self._idle_samples = 0
            self._is_drained.clear()
            if not self._is_running:
                stream.start()
                self._is_running = True
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="codechoir-device", daemon=True)
                self._worker.start()
            self._was_pulled.set()

    def _opened(self, sample_rate: int, channels: int) -> Stream:
        if self._stream is None or (self._sample_rate, self._channels) != (sample_rate, channels):
            self._close_stream()
            if self._channels != channels:
                self._sink = self._fading_sink = None  # its frames have another size
            self._channels = channels
            self._stream = self._open_stream(sample_rate, self._pull, channels)
            self._sample_rate = sample_rate
        return self._stream

    def _close_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream = None
        self._is_running = False

    # ---- the worker --------------------------------------------------------------------------------------

    def _work(self) -> None:
        while threading.current_thread() is self._worker:
            has_pulled = self._was_pulled.wait(self._stalled if self._is_running else None)
            self._was_pulled.clear()
            sink, stream = self._sink, self._stream
            if sink is None:
                self._stop_if_idle()
            elif has_pulled:
                if stream is not None:
                    sink.report(stream.latency)
                if sink.is_done:
                    self._detach(sink)
            elif sink.is_waiting:
                self._reopen(sink)

    def _detach(self, sink: DeviceSink) -> None:
        with self._lock:
            if self._sink is sink:
                self._sink = None

    def _stop_if_idle(self) -> None:
        with self._lock:
            is_idle = self._idle_samples > self._linger * self._sample_rate
            if is_idle and self._is_running and self._sink is None and self._stream is not None:
                self._stream.stop()
                self._is_running = False

    def _reopen(self, sink: DeviceSink) -> None:
        """Opens the device again, once a reading; if that fails, the reading fails."""
        with self._lock:
            try:
                self._close_stream()
                if not self._may_reopen:
                    raise CodechoirError("the sound device has stopped responding")
                self._may_reopen = False
                self._opened(sink.sample_rate, sink.channels).start()
                self._is_running = True
                log.info("the sound device had stopped responding and was reopened")
                return
            except CodechoirError as error:
                lost = CodechoirError(f"the sound device was lost: {error}; the reading ends here")
                self._sink = None
        sink.fail(lost)

    def _try_open(self, sample_rate: int) -> None:
        try:
            self.open(sample_rate)
        except CodechoirError as error:
            log.info("no sound device yet: %s", error)
