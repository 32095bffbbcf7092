"""Sinks at the other end of a wire: sound and marks as `codechoir/audio` notifications (design, §4.2).

Three ways to listen, one form of message. The message is put together by hand: it is on the way from the
request to the first sound, and its form never changes.
"""

from __future__ import annotations

import json
import os
import threading
from binascii import b2a_base64
from collections import deque
from collections.abc import Callable, Iterable

from codechoir.errors import CodechoirError
from codechoir.model import AudioChunk, Mark
from codechoir.sinks.base import Played, Sink

Send = Callable[[bytes], None]
"""Sends one message, JSON in UTF-8; may be called from any thread."""

Locate = Callable[[int, int], bytes]
"""The range of two byte offsets as JSON, in the client's own units."""

FIRST_CHUNKS = 4
"""So many chunks hold the breath and the beginning of the first word, the least that an ear notices."""

NO_EAR = "connect one, or let the editor play: set initializationOptions.audio to 'client'"


class Wire:
    """Numbers and sends the audio notifications of one session."""

    def __init__(self, session: int, sample_rate: int, send: Send, locate: Locate) -> None:
        self._head = b'"session":%d,' % session
        self._rate = b'"sampleRate":%d,' % sample_rate
        self._send = send
        self._locate = locate
        self._seq = 0

    def send(
        self,
        pcm: bytes,
        first_sample: int,
        marks: Iterable[Mark],
        last: bool,
        balances: Iterable[tuple[int, float]] = (),
    ) -> None:
        """Send one notification. `pcm`: s16le mono, empty where only the marks are told.

        `balances`: as in `AudioChunk`; where there are none the client is not told of them at all.
        """
        self._send(
            b'{"jsonrpc":"2.0","method":"codechoir/audio","params":{%b"seq":%d,%b"pcm":"%b","firstSample":%d,'
            b'"marks":[%b]%b,"last":%b}}'
            % (
                self._head,
                self._seq,
                self._rate,
                b2a_base64(pcm, newline=False),
                first_sample,
                b",".join(map(self._mark, marks)),
                _balances(balances),
                b"true" if last else b"false",
            )
        )
        self._seq += 1

    def _mark(self, mark: Mark) -> bytes:
        return b'{"range":%b,"sample":%d,"length":%d,"category":"%b","text":%b}' % (
            self._locate(mark.start, mark.end),
            mark.t0,
            mark.t1 - mark.t0,
            mark.category.encode(),
            json.dumps(mark.text).encode(),
        )


def yield_cpu() -> None:
    """Let a client that was just sent something run before we do, should we be on the same processor.

    It wakes up there, and two seconds of sound are made in one go: on two cores one request in fifty else
    waits 3 to 5 ms for its first sound. Systems that have no such call do without.
    """
    if hasattr(os, "sched_yield"):
        os.sched_yield()


def _balances(balances: Iterable[tuple[int, float]]) -> bytes:
    told = b",".join(b"[%d,%g]" % balance for balance in balances)
    return b',"balances":[%b]' % told if told else b""


class ChunkStream:
    """The client plays: it gets every chunk at once, and acknowledges to the reading what was heard."""

    def __init__(self, wire: Wire, yield_cpu: Callable[[], None] = yield_cpu) -> None:
        self._wire = wire
        self._make_way = yield_cpu
        self._written = 0

    def open(self, played: Played) -> None:
        """Nothing to do: acknowledgements come in with the client's messages."""

    def write(self, chunk: AudioChunk) -> None:
        self._wire.send(chunk.pcm, chunk.first_sample, chunk.marks, chunk.last, chunk.balances)
        if self._written < FIRST_CHUNKS:
            self._make_way()
        self._written += 1

    def pause(self) -> None:
        """The client is told by the reading's state; what was sent waits there."""

    def resume(self) -> None:
        """As with `pause`."""

    def finish(self) -> None:
        """The last chunk says so itself."""

    def abort(self) -> None:
        """The client is told by the reading's state, and drops what belongs to the session."""


class MarkStream(ChunkStream):
    """Nobody plays: only the marks are sent, as fast as they are made, and count as heard."""

    def open(self, played: Played) -> None:
        self._played = played

    def write(self, chunk: AudioChunk) -> None:
        if chunk.marks or chunk.last:
            self._wire.send(b"", chunk.first_sample, chunk.marks, chunk.last)
        self._played(chunk.first_sample + chunk.samples)


class PlaybackMarkSink:
    """The server plays: `ear` gets the chunks, and the client is told of each mark as it begins to sound."""

    def __init__(self, ear: Sink, wire: Wire) -> None:
        self._ear = ear
        self._wire = wire
        self._marks: deque[Mark] = deque()
        self._lock = threading.Lock()
        self._ended = False
        self._end: int | None = None
        self._played: Played = _nobody

    def open(self, played: Played) -> None:
        self._played = played
        try:
            self._ear.open(self._heard)
        except CodechoirError as error:
            raise CodechoirError(f"{error}; {NO_EAR}") from error

    def write(self, chunk: AudioChunk) -> None:
        self._marks.extend(chunk.marks)
        self._ear.write(chunk)
        if chunk.last:
            self._end = chunk.first_sample + chunk.samples

    def pause(self) -> None:
        self._ear.pause()

    def resume(self) -> None:
        self._ear.resume()

    def finish(self) -> None:
        self._ear.finish()
        if self._end == 0:
            self._tell(0)

    def abort(self) -> None:
        with self._lock:
            self._ended = True
        self._ear.abort()

    def _heard(self, samples: int) -> None:
        self._tell(samples)
        self._played(samples)

    def _tell(self, samples: int) -> None:
        """Send the marks that have begun; under the lock, so that none follows an `abort`."""
        with self._lock:
            begun = []
            while self._marks and self._marks[0].t0 <= samples:
                begun.append(self._marks.popleft())
            last = self._end is not None and samples >= self._end
            if (begun or last) and not self._ended:
                self._wire.send(b"", samples, begun, last)
            self._ended = self._ended or last


def _nobody(_: int) -> None:
    """Before `open` nobody listens."""
