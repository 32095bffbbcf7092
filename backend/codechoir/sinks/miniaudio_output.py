"""The machine's sound output, through miniaudio.

The only module that knows miniaudio: PulseAudio, PipeWire's PulseAudio door, ALSA, JACK, Core Audio and
WASAPI behind one call, from one wheel without system libraries.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import weakref
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from codechoir.errors import CodechoirError

PERIOD_MILLISECONDS = 10
PERIODS = 4
"""Sound waits at most 40 ms in the device: enough for a busy interpreter, too little for an ear to notice."""

Pull = Callable[[int], bytes]
"""Called by the device's own thread with a number of samples; returns exactly that many of s16le, times
the channels."""


class Stream(Protocol):
    """An open sound output that pulls samples while it is started.

    `name`: what the user's system calls it. `latency`: samples between `Pull` and the ear.
    """

    name: str
    latency: int

    def start(self) -> None:
        """Begin to pull. Raises `CodechoirError` when the device is gone."""

    def stop(self) -> None:
        """End pulling; no call of `Pull` is under way any more when it returns."""

    def close(self) -> None:
        """Stop, and give the device back."""


class OpenStream(Protocol):
    """Opens a stream for a sample rate in hertz. Raises `CodechoirError` with a line for the user.

    It is asked for a number of channels only where that is not one.
    """

    def __call__(self, sample_rate: int, pull: Pull, channels: int = 1, /) -> Stream: ...


def open_soundcard(sample_rate: int, pull: Pull, channels: int = 1) -> Stream:
    """Open the default sound output, stopped. Raises `CodechoirError` where there is none."""
    return MiniaudioStream(sample_rate, pull, channels)


class MiniaudioStream:
    """The default output as a `Stream`.

    On miniaudio's C interface: its Python layer loads numpy, a third of a second before the first sound, and
    keeps the connection to the sound server of every device that it closes.
    """

    def __init__(self, sample_rate: int, pull: Pull, channels: int = 1) -> None:
        _silence_alsa()
        ffi, lib = _miniaudio()
        self._ffi, self._lib = ffi, lib
        self._pull = pull
        self._frame = 2 * channels
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
        self._close = weakref.finalize(self, _give_back, lib, self._device)
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
        """Called in the device's thread; the name is miniaudio's, whose own dispatcher may call."""
        self._ffi.memmove(output, self._pull(frames), self._frame * frames)


def _give_back(lib: Any, device: Any) -> None:
    """Close a device; also at the interpreter's exit. Without the stop it hangs where the server has died."""
    lib.ma_device_stop(device)
    lib.ma_device_uninit(device)


@cache
def _miniaudio() -> tuple[Any, Any]:
    """miniaudio's compiled module, with a dispatcher from its one callback to the streams."""
    from _miniaudio import ffi, lib

    @ffi.def_extern(name="_internal_data_callback")  # type: ignore[untyped-decorator]
    def deliver(device: Any, output: Any, captured: Any, frames: int) -> None:
        ffi.from_handle(device.pUserData)._data_callback(device, output, captured, frames)

    return ffi, lib


def _backends(ffi: Any, lib: Any) -> list[int]:
    """The sound systems that miniaudio knows here, the best first.

    Without the one that plays to nobody, and without JACK, whose library talks to standard error and may
    start a server; where JACK runs, PulseAudio or ALSA lead to it.
    """
    found, count = ffi.new("ma_backend[32]"), ffi.new("size_t *")
    lib.ma_get_enabled_backends(found, 32, count)
    unwanted = (lib.ma_backend_null, lib.ma_backend_custom, lib.ma_backend_jack)
    return [backend for backend in found[0 : count[0]] if backend not in unwanted]


@cache
def _silence_alsa() -> None:
    """Keep libasound from writing its search for a device to standard error, which is for our one line.

    Its error handler becomes a C function that ignores what it is given: one in Python would be called in
    threads that outlive the interpreter.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):  # no libasound, no search
            nothing = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p)
            ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(nothing)
