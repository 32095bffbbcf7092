"""Responses that speak: they wait for a place and for the first audio, then send what comes as it comes.

While one is sent, it listens for the client to leave, which ends the reading at once. Before the first byte
an error is a status; after it, a record of the stream where the format has records, else the connection is
closed before the stream is complete, so that no client takes it for the whole.
"""

from __future__ import annotations

import asyncio
import json
import logging
from base64 import b64encode
from collections.abc import AsyncIterator, MutableMapping
from tempfile import SpooledTemporaryFile
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from codechoir.errors import CodechoirError
from codechoir.model import Mark
from codechoir.server.http_errors import error_json, headers_of, status_of
from codechoir.server.service import SpeechPlan, SpeechService
from codechoir.server.speech_session import SpeechSession, SpokenPiece
from codechoir.server.stream_encoders import StreamFormat, StreamOutput, wav_header

log = logging.getLogger(__name__)

SPOOL_BYTES = 4 * 1024 * 1024
"""Of a whole file that is in memory; more goes to disk."""

RECORD_SECONDS = 0.5
"""Audio in one record at most."""

Header = tuple[bytes, bytes]


class BrokenStreamError(CodechoirError):
    """The stream cannot be completed: the connection must be closed."""


class SpeechResponse(Response):
    """Base class: `body` makes the bytes of a reading. `patience`: seconds until the head of the response is
    sent although there is no audio yet; None waits for audio."""

    media_type = "application/octet-stream"

    def __init__(self, service: SpeechService, plan: SpeechPlan, patience: float | None = None) -> None:
        self.service = service
        self.plan = plan
        self.background = None
        self.status_code = 200
        self._patience = patience
        self._has_begun = False

    def body_of(self, session: SpeechSession) -> AsyncIterator[bytes]:
        """The bytes of the body."""
        raise NotImplementedError

    def length(self) -> int | None:
        """The length of the body, if it is known when the first bytes are there."""
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        work = asyncio.ensure_future(self._run(send))
        watch = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watch.cancel()
            if not work.done():
                work.cancel()
            await asyncio.gather(work, watch, return_exceptions=True)
        if not work.cancelled() and (error := work.exception()) is not None:
            raise error

    async def _run(self, send: Send) -> None:
        try:
            async with asyncio.timeout(self.service.server.max_seconds):
                await self._speak(send)
        except BrokenStreamError:
            return  # an incomplete response closes the connection
        except (CodechoirError, TimeoutError, OSError) as error:
            if self._has_begun:
                log.warning("a stream was given up: %s", type(error).__name__)
                return
            await send_error(send, error)

    async def _speak(self, send: Send) -> None:
        session = await self.service.open(self.plan)
        try:
            await session.wait_for_audio(self._patience)
            body = self.body_of(session)
            first = await anext(body, b"")
            await self._send(send, self._head(session))
            self._has_begun = True
            await self._send(send, _part(first))
            async for data in body:
                if data:
                    await self._send(send, _part(data))
            await self._send(send, _part(b"", more=False))
        finally:
            self.service.release(session)

    async def _send(self, send: Send, message: MutableMapping[str, Any]) -> None:
        """Sends, but does not wait for ever for a client that takes nothing."""
        async with asyncio.timeout(self.service.server.stall_seconds):
            await send(message)

    def _head(self, session: SpeechSession) -> MutableMapping[str, Any]:
        headers: list[Header] = [
            (b"content-type", str(self.media_type).encode()),
            (b"x-session-id", session.id.encode()),
            (b"x-sample-rate", str(session.sample_rate).encode()),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
        ]
        length = self.length()
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        return {"type": "http.response.start", "status": 200, "headers": headers}


def _part(data: bytes, more: bool = True) -> MutableMapping[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def _left(receive: Receive) -> None:
    """Returns when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_error(send: Send, error: BaseException, headers: list[Header] | None = None) -> None:
    """Sends an error as a whole response."""
    if isinstance(error, TimeoutError):
        error = CodechoirError("the request took longer than the server allows")
    body = json.dumps(error_json(error)).encode()
    head = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *headers_of(error),
        *(headers or []),
    ]
    await send({"type": "http.response.start", "status": status_of(error), "headers": head})
    await send(_part(body, more=False))


# ---- audio -----------------------------------------------------------------------------------------------


class AudioResponse(SpeechResponse):
    """Encoded audio as it comes. `rate`: sample rate in hertz, None for that of the format or the engine."""

    def __init__(
        self,
        service: SpeechService,
        plan: SpeechPlan,
        format: StreamFormat,
        rate: int | None = None,
        patience: float | None = None,
    ) -> None:
        super().__init__(service, plan, patience)
        self.media_type = format.media_type
        self._format = format
        self._rate = rate

    async def encoded(self, session: SpeechSession) -> AsyncIterator[bytes]:
        """The bytes of the format, in pieces that may be empty; raises the error of the reading."""
        loop = asyncio.get_running_loop()
        output = StreamOutput(self._format, session.sample_rate, self._rate)
        yield output.begin()
        async for pieces in session.pieces():
            chunks = [piece.chunk for piece in pieces]
            if self._format.is_cheap:
                yield output.feed(chunks)
            else:
                yield await loop.run_in_executor(None, output.feed, chunks)
        yield await loop.run_in_executor(None, output.finish)

    async def body_of(self, session: SpeechSession) -> AsyncIterator[bytes]:
        try:
            async for data in self.encoded(session):
                yield data
        except Exception as error:
            raise _broken(session, error) from error
        _check_complete(session)


def _broken(session: SpeechSession, error: Exception) -> BrokenStreamError:
    log.warning("session=%s the stream is broken off: %s", session.id, error)
    return BrokenStreamError(str(error))


def _check_complete(session: SpeechSession) -> None:
    """Raises `BrokenStreamError` if the reading was cancelled by somebody else."""
    if session.state == "cancelled":
        raise BrokenStreamError("the reading was cancelled")


class SseResponse(AudioResponse):
    """Encoded audio as the server-sent events of OpenAI."""

    def __init__(
        self, service: SpeechService, plan: SpeechPlan, format: StreamFormat, characters: int
    ) -> None:
        super().__init__(service, plan, format)
        self.media_type = "text/event-stream"
        self._characters = characters

    async def body_of(self, session: SpeechSession) -> AsyncIterator[bytes]:
        try:
            async for data in self.encoded(session):
                if data:
                    yield _event({"type": "speech.audio.delta", "audio": b64encode(data).decode()})
        except Exception as error:  # noqa: BLE001 - the client gets it
            log.warning("session=%s failed: %s", session.id, error)
            yield _event({"type": "error", **error_json(error)})
            return
        _check_complete(session)
        tokens = {"input_tokens": self._characters, "output_tokens": 0, "total_tokens": self._characters}
        yield _event({"type": "speech.audio.done", "usage": tokens})


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


class WavFileResponse(SpeechResponse):
    """A whole WAV file, whose header has its length: for clients that do not read streams."""

    media_type = "audio/wav"

    def __init__(self, service: SpeechService, plan: SpeechPlan, rate: int | None = None) -> None:
        super().__init__(service, plan)
        self._rate = rate
        self._length = 0

    def length(self) -> int | None:
        return self._length

    async def body_of(self, session: SpeechSession) -> AsyncIterator[bytes]:
        from codechoir.server.stream_encoders import STREAM_FORMATS

        output = StreamOutput(STREAM_FORMATS["pcm"], session.sample_rate, self._rate or session.sample_rate)
        with SpooledTemporaryFile(SPOOL_BYTES) as file:
            async for pieces in session.pieces():
                file.write(output.feed([piece.chunk for piece in pieces]))
            if session.state == "cancelled":
                raise CodechoirError("the reading was cancelled")
            file.write(output.finish())
            size = file.tell()
            self._length = size + 44
            file.seek(0)
            yield wav_header(self._rate or session.sample_rate, size)
            while block := file.read(65536):
                yield block


# ---- audio with marks -------------------------------------------------------------------------------------


def mark_json(mark: Mark) -> dict[str, Any]:
    """A mark as clients get it."""
    return {
        "t0": mark.t0,
        "t1": mark.t1,
        "start": mark.start,
        "end": mark.end,
        "category": mark.category.value,
        "text": mark.text,
    }


def grouped(pieces: list[SpokenPiece], sample_rate: int) -> list[list[SpokenPiece]]:
    """The pieces in groups of one phrase and of at most `RECORD_SECONDS`."""
    groups: list[list[SpokenPiece]] = []
    samples = 0
    for piece in pieces:
        if not groups or groups[-1][0].phrase != piece.phrase or samples > RECORD_SECONDS * sample_rate:
            groups.append([])
            samples = 0
        groups[-1].append(piece)
        samples += piece.chunk.samples
    return groups


class RecordsResponse(SpeechResponse):
    """Records of audio with marks. The last record has `last`, or the error."""

    async def records(self, session: SpeechSession) -> AsyncIterator[tuple[dict[str, Any], bytes]]:
        """Each record without its audio, and the audio."""
        head = {"session": session.id, "sample_rate": session.sample_rate}
        phrase = self.plan.first_phrase
        try:
            async for pieces in session.pieces():
                for group in grouped(pieces, session.sample_rate):
                    phrase = group[0].phrase
                    marks = [mark_json(mark) for piece in group for mark in piece.chunk.marks]
                    pcm = b"".join(piece.chunk.pcm for piece in group)
                    yield {**head, "phrase": phrase, "marks": marks, "last": False}, pcm
        except Exception as error:  # noqa: BLE001 - the client gets it
            log.warning("session=%s failed: %s", session.id, error)
            yield {**head, "phrase": phrase, **error_json(error), "last": True}, b""
            return
        if session.state == "cancelled":
            cancelled = error_json(CodechoirError("the reading was cancelled"))
            yield {**head, "phrase": phrase, **cancelled, "last": True}, b""
            return
        yield {**head, "phrase": phrase, "marks": [], "last": True}, b""


class NdjsonResponse(RecordsResponse):
    """A record a line."""

    media_type = "application/x-ndjson"

    async def body_of(self, session: SpeechSession) -> AsyncIterator[bytes]:
        async for record, pcm in self.records(session):
            yield json.dumps({**record, "audio": b64encode(pcm).decode()}).encode() + b"\n"


class MultipartResponse(RecordsResponse):
    """Two parts a record: JSON, then PCM, which need not be decoded."""

    BOUNDARY = b"codechoir-record"
    media_type = f"multipart/mixed; boundary={BOUNDARY.decode()}"

    async def body_of(self, session: SpeechSession) -> AsyncIterator[bytes]:
        async for record, pcm in self.records(session):
            yield self._part(b"application/json", json.dumps(record).encode())
            if pcm:
                yield self._part(b"audio/pcm", pcm)
        yield b"--" + self.BOUNDARY + b"--\r\n"

    def _part(self, kind: bytes, data: bytes) -> bytes:
        head = b"--%s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (self.BOUNDARY, kind, len(data))
        return head + data + b"\r\n"


JSON_RESPONSES = {"ndjson": NdjsonResponse, "multipart": MultipartResponse}
"""The responses with marks, by the name of the format."""
