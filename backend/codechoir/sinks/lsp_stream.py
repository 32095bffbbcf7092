"""Sinks that send `codechoir/audio` notifications to the client of the language server.

One sink for each value of `initializationOptions.audio`: the client plays, the server plays, or nobody does.
The notification is composed by hand: it is on the way from the request to the first audio.
"""

from __future__ import annotations

import json
import os
import threading
from binascii import b2a_base64
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk, Mark
from codechoir.sinks.base import OnPlayed, Sink

Send = Callable[[bytes], None]
"""Sends one message, JSON in UTF-8. May be called from any thread."""

Locate = Callable[[Sequence[Mark]], tuple[Sequence[bytes], int]]
"""The ranges of marks as JSON, in the client's position encoding, in the text as it is now; the version of
that text, 0 if it has none."""

FIRST_CHUNKS = 4
"""As many chunks as contain silence and the beginning of the first word."""

NO_DEVICE_REMEDY = "connect one, or let the editor play: set initializationOptions.audio to 'client'"


class AudioNotifier:
    """Numbers and sends the audio notifications of one session."""

    def __init__(self, session: int, sample_rate: int, send: Send, locate: Locate) -> None:
        self._session = b'"session":%d,' % session
        self._sample_rate = b'"sampleRate":%d,' % sample_rate
        self._send = send
        self._locate = locate
        self._seq = 0

    def send(
        self,
        pcm: bytes,
        first_sample: int,
        marks: Sequence[Mark],
        last: bool,
        balances: Iterable[tuple[int, float]] = (),
    ) -> None:
        """Sends one notification. `pcm`: s16le mono, empty if the client does not play.

        `balances`: as in `AudioChunk`; the field is left out if there are none.
        """
        ranges, version = self._locate(marks) if marks else ((), 0)
        self._send(
            b'{"jsonrpc":"2.0","method":"codechoir/audio","params":{%b"seq":%d,%b"pcm":"%b","firstSample":%d,'
            b'"marks":[%b]%b%b,"last":%b}}'
            % (
                self._session,
                self._seq,
                self._sample_rate,
                b2a_base64(pcm, newline=False),
                first_sample,
                b",".join(map(_mark_json, marks, ranges)),
                b',"version":%d' % version if version else b"",
                _balances_json(balances),
                b"true" if last else b"false",
            )
        )
        self._seq += 1


def _mark_json(mark: Mark, range_json: bytes) -> bytes:
    return b'{"range":%b,"sample":%d,"length":%d,"category":"%b","text":%b}' % (
        range_json,
        mark.t0,
        mark.t1 - mark.t0,
        mark.category.encode(),
        json.dumps(mark.text).encode(),
    )


def _balances_json(balances: Iterable[tuple[int, float]]) -> bytes:
    pairs = b",".join(b"[%d,%g]" % balance for balance in balances)
    return b',"balances":[%b]' % pairs if pairs else b""


def yield_cpu() -> None:
    """Lets a client that has just got a message run before this process continues on the same core.

    The client wakes up on this core, while two seconds of audio are made in one go. Without this, on two
    cores, one request in fifty waits 3 to 5 ms for its first audio. Does nothing on systems without the call.
    """
    if hasattr(os, "sched_yield"):
        os.sched_yield()


class ClientPlaybackSink(Sink):
    """The client plays: it gets every chunk at once, and reports to the reading what it has played."""

    def __init__(self, notifier: AudioNotifier, yield_cpu: Callable[[], None] = yield_cpu) -> None:
        super().__init__()
        self._notifier = notifier
        self._yield_cpu = yield_cpu
        self._written = 0

    def write(self, chunk: AudioChunk) -> None:
        self._notifier.send(chunk.pcm, chunk.first_sample, chunk.marks, chunk.last, chunk.balances)
        if self._written < FIRST_CHUNKS:
            self._yield_cpu()
        self._written += 1


class NoPlaybackSink(Sink):
    """Nobody plays: only the marks are sent, as fast as they are made, and count as played."""

    def __init__(self, notifier: AudioNotifier) -> None:
        super().__init__()
        self._notifier = notifier

    def write(self, chunk: AudioChunk) -> None:
        if chunk.marks or chunk.last:
            self._notifier.send(b"", chunk.first_sample, chunk.marks, chunk.last)
        self.on_played(chunk.first_sample + chunk.samples)

    @property
    def is_heard(self) -> bool:
        return False


class ServerPlaybackSink(Sink):
    """The server plays on `device`; the client gets each mark when its word begins to sound."""

    def __init__(self, device: Sink, notifier: AudioNotifier) -> None:
        super().__init__()
        self._device = device
        self._notifier = notifier
        self._marks: deque[Mark] = deque()
        self._lock = threading.Lock()
        self._has_ended = False
        self._end: int | None = None

    def open(self, on_played: OnPlayed) -> None:
        super().open(on_played)
        try:
            self._device.open(self._report)
        except CodechoirError as error:
            raise CodechoirError(f"{error}; {NO_DEVICE_REMEDY}") from error

    def write(self, chunk: AudioChunk) -> None:
        self._marks.extend(chunk.marks)
        self._device.write(chunk)
        if chunk.last:
            self._end = chunk.first_sample + chunk.samples

    def pause(self) -> None:
        self._device.pause()

    def resume(self) -> None:
        self._device.resume()

    def finish(self) -> None:
        self._device.finish()
        if self._end == 0:
            self._send_marks(0)

    def abort(self) -> None:
        with self._lock:
            self._has_ended = True
        self._device.abort()

    @property
    def blocked_message(self) -> str:
        return self._device.blocked_message

    def _report(self, samples: int) -> None:
        self._send_marks(samples)
        self.on_played(samples)

    def _send_marks(self, samples: int) -> None:
        """Sends the marks that have begun. The lock keeps any from following an `abort`."""
        with self._lock:
            begun = []
            while self._marks and self._marks[0].t0 <= samples:
                begun.append(self._marks.popleft())
            last = self._end is not None and samples >= self._end
            if (begun or last) and not self._has_ended:
                self._notifier.send(b"", samples, begun, last)
            self._has_ended = self._has_ended or last
