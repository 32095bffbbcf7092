"""`/v1/ws`: a WebSocket for agents and browsers. Text comes in pieces; audio and marks go out at once.

One reading at a time: `start` replaces the one before. A sentence is spoken when it is complete, so the first
can be heard while the next is still being written. With `ack` in `start`, the server is never more than
`ACK_SECONDS` ahead of what the client has played.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.responses import JSONResponse
from starlette.websockets import WebSocketDisconnect, WebSocketState

from codechoir.model import Category, Phrase
from codechoir.server.guard import TOKEN_PROTOCOL
from codechoir.server.http_errors import RequestError, error_json, headers_of
from codechoir.server.openai_routes import text_speaker
from codechoir.server.places import BusyError
from codechoir.server.reading_routes import CodeReading, ReadBody, checked_code
from codechoir.server.request_context import client_of, service_of
from codechoir.server.responses import grouped, mark_json
from codechoir.server.service import SpeechPlan, SpeechService
from codechoir.server.speech_session import PhraseSource
from codechoir.server.speech_texts import TextSpeaker, clean_text, complete_part

log = logging.getLogger(__name__)

router = APIRouter()

ACK_SECONDS = 2.0


class SocketMessage(BaseModel):
    """Base class of what a client sends."""

    model_config = ConfigDict(extra="forbid", strict=True)


class StartMessage(SocketMessage):
    """Begins a reading: of a text in one voice, or of source code."""

    type: Literal["start"]
    kind: Literal["text", "code"] = "text"
    engine: Annotated[str, Field(max_length=300)] = ""
    voice: Annotated[str, Field(max_length=300)] = Category.NARRATION.value
    speed: Annotated[float, Field(ge=0.25, le=4.0, allow_inf_nan=False)] = 1.0
    language: Annotated[str, Field(max_length=100)] = ""
    level: Annotated[str, Field(max_length=40)] = ""
    ack: bool = False


class TextMessage(SocketMessage):
    """A piece of the text."""

    type: Literal["text"]
    text: str


class EndMessage(SocketMessage):
    """The text is complete."""

    type: Literal["end"]


class CancelMessage(SocketMessage):
    """Nobody wants the reading any more."""

    type: Literal["cancel"]


class AckMessage(SocketMessage):
    """So many samples of the reading were played."""

    type: Literal["ack"]
    samples: Annotated[int, Field(ge=0)]


AnyMessage = Annotated[
    StartMessage | TextMessage | EndMessage | CancelMessage | AckMessage, Field(discriminator="type")
]


class LivePhrases(PhraseSource):
    """The phrases of a text that is still being written. `patience`: seconds that it waits for more of it."""

    def __init__(self, speaker: TextSpeaker, patience: float) -> None:
        super().__init__(iter(()))
        self._speaker = speaker
        self._patience = patience
        self._text = ""
        self._ready: deque[Phrase] = deque()
        self._is_complete = False
        self._arrived = asyncio.Event()

    def feed(self, text: str) -> None:
        """Adds a piece of text."""
        self._text += text
        while part := complete_part(self._text):
            self._ready.extend(self._speaker.phrases(self._text[:part]))
            self._text = self._text[part:]
        if self._ready:
            self._arrived.set()

    def finish(self) -> None:
        """The text is complete."""
        self._ready.extend(self._speaker.phrases(self._text))
        self._text = ""
        self._is_complete = True
        self._arrived.set()

    def find(self) -> Phrase | None:
        with suppress(IndexError):
            return self._ready.popleft()
        self.is_exhausted = self._is_complete and not self._ready
        return None

    async def wait(self) -> None:
        """Raises `RequestError` if no text comes."""
        while not (self._ready or self._is_complete or self._ahead is not None):
            self._arrived.clear()
            try:
                async with asyncio.timeout(self._patience):
                    await self._arrived.wait()
            except TimeoutError:
                raise RequestError(
                    f"no text has come for {self._patience:g} seconds", 408, "too-slow"
                ) from None


class SocketConversation:
    """One socket: the messages that come, and the reading in progress."""

    def __init__(self, service: SpeechService, websocket: WebSocket) -> None:
        self._service = service
        self._websocket = websocket
        self._client = client_of(websocket)
        self._start: StartMessage | None = None
        self._live: LivePhrases | None = None
        self._pieces: list[str] = []  # of source code, which is read when it is complete
        self._size = 0
        self._speaking: asyncio.Task[None] | None = None
        self._acked = 0
        self._was_acked = asyncio.Event()

    async def run(self) -> None:
        """Returns when the client has gone."""
        try:
            while True:
                async with asyncio.timeout(self._service.server.max_seconds):
                    message = await self._websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                try:
                    await self._take(_parsed(message.get("text")))
                except (RequestError, BusyError) as error:
                    await self._send({"type": "error", **error_json(error)})
        except (WebSocketDisconnect, TimeoutError):
            return
        finally:
            await self._stop()

    async def _take(self, message: SocketMessage) -> None:
        match message:
            case StartMessage():
                await self._begin(message)
            case TextMessage():
                self._add(message.text)
            case EndMessage():
                await self._complete()
            case CancelMessage():
                if await self._stop():
                    await self._send({"type": "end", "state": "cancelled"})
            case AckMessage():
                self._acked = max(self._acked, message.samples)
                self._was_acked.set()

    async def _begin(self, start: StartMessage) -> None:
        if await self._stop():
            await self._send({"type": "end", "state": "cancelled"})
        self._acked, self._size, self._pieces = 0, 0, []
        service = self._service
        engine = service.engine_name(start.engine)
        if start.kind == "text":
            make = partial(text_speaker, service, engine, start.voice, start.speed, start.language)
            speaker = await asyncio.get_running_loop().run_in_executor(None, make)
            self._live = live = LivePhrases(speaker, service.server.stall_seconds)
            self._speak(engine, start, lambda: live)
        self._start = start

    def _add(self, text: str) -> None:
        if self._start is None:
            raise RequestError("text before start", code="wrong-order")
        self._size += len(text)
        if self._size > self._service.server.max_source:
            raise RequestError("the text of this reading is too long", 413, "text-too-long", "text")
        if self._live is not None:
            self._live.feed(clean_text(text))
        else:
            self._pieces.append(text)

    async def _complete(self) -> None:
        start, self._start = self._start, None
        if start is None:
            raise RequestError("end before start", code="wrong-order")
        if self._live is not None:
            self._live.finish()
            return
        engine = self._service.engine_name(start.engine)
        text = "".join(self._pieces)
        body = ReadBody(text=text, language=start.language, level=start.level)
        self._speak(
            engine, start, CodeReading(self._service, engine, body, checked_code(self._service, text)).source
        )

    def _speak(self, engine: str, start: StartMessage, source: Callable[[], PhraseSource]) -> None:
        plan = SpeechPlan(self._client, engine, source, "/v1/ws")
        self._speaking = asyncio.ensure_future(self._send_reading(plan, start.ack))

    async def _send_reading(self, plan: SpeechPlan, uses_ack: bool) -> None:
        try:
            session = await self._service.open(plan)
            try:
                await self._send(
                    {"type": "session", "session": session.id, "sample_rate": session.sample_rate}
                )
                sent = 0
                async for pieces in session.pieces():
                    for group in grouped(pieces, session.sample_rate):
                        if uses_ack:
                            await self._wait_for_ack(sent - round(ACK_SECONDS * session.sample_rate))
                        pcm = b"".join(piece.chunk.pcm for piece in group)
                        marks = [mark_json(mark) for piece in group for mark in piece.chunk.marks]
                        about = {"phrase": group[0].phrase, "first_sample": sent, "samples": len(pcm) // 2}
                        await self._send({"type": "marks", **about, "marks": marks})
                        await self._send_bytes(pcm)
                        sent += len(pcm) // 2
                await self._send({"type": "end", "state": session.state, "samples": sent})
            finally:
                self._service.release(session)
        except WebSocketDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the client gets it
            if not isinstance(error, RequestError):
                log.warning("a reading of a socket has failed: %s", error)
            with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
                await self._send({"type": "error", **error_json(error)})

    async def _wait_for_ack(self, samples: int) -> None:
        while self._acked < samples:
            self._was_acked.clear()
            try:
                async with asyncio.timeout(self._service.server.stall_seconds):
                    await self._was_acked.wait()
            except TimeoutError:
                raise RequestError(
                    "the client has not played anything for a while", 408, "too-slow"
                ) from None

    async def _stop(self) -> bool:
        """Ends the reading in progress; False if there is none."""
        task, self._speaking = self._speaking, None
        self._live = self._start = None
        if task is None or task.done():
            return False
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return True

    async def _send(self, message: dict[str, Any]) -> None:
        async with asyncio.timeout(self._service.server.stall_seconds):
            await self._websocket.send_json(message)

    async def _send_bytes(self, data: bytes) -> None:
        async with asyncio.timeout(self._service.server.stall_seconds):
            await self._websocket.send_bytes(data)


_MESSAGES: TypeAdapter[Any] = TypeAdapter(AnyMessage)


def _parsed(text: str | None) -> SocketMessage:
    """A message. Raises `RequestError` for one that is not as it should be."""
    if text is None:
        raise RequestError("messages are JSON in text frames", code="invalid-request")
    try:
        message: SocketMessage = _MESSAGES.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RequestError(
            f"{place}: {first['msg']}" if place else str(first["msg"]), code="invalid-request"
        ) from error
    return message


@router.websocket("/v1/ws")
async def speak_on_socket(websocket: WebSocket) -> None:
    """Text in pieces in, audio and marks out."""
    service = service_of(websocket)
    if service.sockets >= service.server.max_sockets or service.is_closing:
        error = BusyError(f"{service.sockets} sockets are open, which is the limit; try again later")
        headers = {name.decode(): value.decode() for name, value in headers_of(error)}
        await websocket.send_denial_response(JSONResponse(error_json(error), 429, headers))
        return
    offered = websocket.scope.get("subprotocols", [])
    chosen = next((name for name in offered if not name.startswith(TOKEN_PROTOCOL)), None)
    service.sockets += 1
    try:
        await websocket.accept(chosen)
        await SocketConversation(service, websocket).run()
    finally:
        service.sockets -= 1
        if websocket.application_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError):
                await websocket.close()
