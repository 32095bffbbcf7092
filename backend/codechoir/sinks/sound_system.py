"""The machine's sound output through miniaudio, and calls into it that may never return.

miniaudio covers PulseAudio and PipeWire, ALSA, Core Audio and WASAPI in one wheel without system libraries.
No other module knows it.

A sound server that stands still keeps its clients in the middle of `open`, `start`, `stop` or `close`, for
ever. All such calls of a device are therefore made one after another by a daemon thread (`StallableCalls`);
others wait for a call as long as they like, without holding a lock.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from codechoir.errors import CodechoirError

log = logging.getLogger(__name__)


PERIOD_MILLISECONDS = 10
PERIODS = 4
"""At most 40 ms of audio wait in the device: enough for a busy interpreter, too little to notice."""

Pull = Callable[[int], bytes]
"""Called by the device's own thread with a number of samples; returns as many s16le frames."""


class Stream(Protocol):
    """An open sound output, which pulls samples while it is started.

    `name`: the sound system's name. `latency`: samples between `Pull` and the listener.
    """

    name: str
    latency: int

    def start(self) -> None:
        """Starts pulling. Raises `CodechoirError` if the device is gone."""

    def stop(self) -> None:
        """Stops pulling; when it returns, no call of `Pull` is running."""

    def close(self) -> None:
        """Stops, and closes the device."""


class OpenStream(Protocol):
    """Opens a stream, stopped, for a sample rate in hertz. Raises `CodechoirError` if it cannot."""

    def __call__(self, sample_rate: int, pull: Pull, channels: int, /) -> Stream: ...


def open_soundcard(sample_rate: int, pull: Pull, channels: int) -> Stream:
    """Opens the default sound output. Raises `CodechoirError` if there is none."""
    return MiniaudioStream(sample_rate, pull, channels)


class MiniaudioStream:
    """The default sound output as a `Stream`.

    Uses miniaudio's C interface: the Python layer imports numpy, which costs a third of a second before the
    first audio, and never closes the connection to the sound server.
    """

    def __init__(self, sample_rate: int, pull: Pull, channels: int) -> None:
        _silence_alsa()
        ffi, lib = _miniaudio()
        self._ffi, self._lib = ffi, lib
        self._pull = pull
        self._frame_bytes = 2 * channels
        self._handle = ffi.new_handle(self)
        self._device = ffi.new("ma_device *")
        config = lib.ma_device_config_init(lib.ma_device_type_playback)
        config.sampleRate = sample_rate
        config.playback.format = lib.ma_format_s16
        config.playback.channels = channels
        config.periodSizeInMilliseconds = PERIOD_MILLISECONDS
        config.periods = PERIODS
        config.dataCallback = lib._internal_data_callback
        config.pUserData = self._handle
        context = lib.ma_context_config_init()
        name = ffi.new("char[]", b"Codechoir")
        context.pulse.pApplicationName = name
        backends = _backends(ffi, lib)
        settings = (ffi.addressof(context), ffi.addressof(config), self._device)
        if lib.ma_device_init_ex(backends, len(backends), *settings) != lib.MA_SUCCESS:
            raise CodechoirError("no sound device can be opened on this machine")
        self._close = weakref.finalize(self, _close_device, lib, self._device)
        self._close.atexit = False  # a sound server that stands still would never let the process end
        self.name = ffi.string(lib.ma_get_backend_name(self._device.pContext.backend)).decode()
        self.latency = sample_rate * PERIOD_MILLISECONDS * PERIODS // 1000

    def start(self) -> None:
        if self._lib.ma_device_start(self._device) != self._lib.MA_SUCCESS:
            raise CodechoirError("the sound device does not start; is it unplugged or in use?")

    def stop(self) -> None:
        self._lib.ma_device_stop(self._device)  # a device that fails to stop is gone, which is as good

    def close(self) -> None:
        self._close()

    def _data_callback(self, _: Any, output: Any, __: Any, frames: int) -> None:
        """Runs in the device's thread. The name is miniaudio's, whose own dispatcher may call it."""
        self._ffi.memmove(output, self._pull(frames), self._frame_bytes * frames)


def _close_device(lib: Any, device: Any) -> None:
    """Closes a device. Without the stop it hangs if the sound server has died."""
    lib.ma_device_stop(device)
    lib.ma_device_uninit(device)


@cache
def _miniaudio() -> tuple[Any, Any]:
    """miniaudio's compiled module, with a dispatcher from its one callback to the streams."""
    from _miniaudio import ffi, lib

    @ffi.def_extern(name="_internal_data_callback")  # type: ignore[untyped-decorator]
    def dispatch(device: Any, output: Any, captured: Any, frames: int) -> None:
        ffi.from_handle(device.pUserData)._data_callback(device, output, captured, frames)

    return ffi, lib


def _backends(ffi: Any, lib: Any) -> list[int]:
    """The sound systems that miniaudio supports here, the best first.

    Leaves out the one that plays nothing, and JACK, whose library writes to standard error and may start a
    server; if JACK runs, PulseAudio or ALSA reach it.
    """
    found, count = ffi.new("ma_backend[32]"), ffi.new("size_t *")
    lib.ma_get_enabled_backends(found, 32, count)
    unwanted = (lib.ma_backend_null, lib.ma_backend_custom, lib.ma_backend_jack)
    return [backend for backend in found[0 : count[0]] if backend not in unwanted]


@cache
def _silence_alsa() -> None:
    """Keeps libasound from writing its search for a device to standard error.

    Its error handler becomes a C function that ignores its arguments: a Python function would be called in
    threads that outlive the interpreter.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):  # no libasound, no search
            nothing = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p)
            ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(nothing)


THREAD_NAME = "codechoir-sound-system"
"""The thread exists only while there are calls, so a process in which it lives at exit has one that hangs."""


class StallableCall:
    """A call that has not begun, is running, or has ended with `error` or without."""

    def __init__(self, run: Callable[[], object]) -> None:
        self.error: Exception | None = None
        self._run = run
        self._ended = threading.Event()

    @property
    def has_ended(self) -> bool:
        """Whether it has returned or raised."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits for the end; False after `seconds`."""
        return self._ended.wait(seconds)

    def result(self) -> None:
        """Raises what the call has raised."""
        if self.error is not None:
            raise self.error

    def run(self) -> None:
        """Makes the call; what it raises is kept for `result`."""
        try:
            self._run()
        except CodechoirError as error:
            self.error = error
        except Exception as error:
            log.exception("a call into the sound system failed")
            self.error = CodechoirError(f"the sound system failed: {type(error).__name__}: {error}")
        self._ended.set()


class StallableCalls:
    """Makes calls in order, in a daemon thread that lives as long as there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[StallableCall] = deque()
        self._is_running = False

    def submit(self, run: Callable[[], object]) -> StallableCall:
        """Makes a call after those before it; returns at once."""
        call = StallableCall(run)
        with self._lock:
            self._waiting.append(call)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._work, name=THREAD_NAME, daemon=True).start()
        return call

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._is_running = False
                    return
                call = self._waiting.popleft()
            call.run()
