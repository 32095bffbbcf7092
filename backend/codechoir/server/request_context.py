"""What every route knows about its request: the service, the client, and the answers that may come."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from starlette.requests import HTTPConnection

from codechoir.server.service import SpeechService


class ErrorDetail(BaseModel):
    """One sentence, and a word for programs."""

    code: str
    message: str
    type: str
    param: str | None = None


class ErrorAnswer(BaseModel):
    """An error in OpenAI's shape."""

    error: ErrorDetail


ERROR_ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorAnswer, "description": "The request is wrong."},
    401: {"model": ErrorAnswer, "description": "The token is missing or wrong."},
    403: {"model": ErrorAnswer, "description": "The host or the origin is not allowed."},
    404: {"model": ErrorAnswer, "description": "There is nothing with this name."},
    405: {"model": ErrorAnswer, "description": "The method is not allowed."},
    408: {"model": ErrorAnswer, "description": "The request did not arrive in time."},
    413: {"model": ErrorAnswer, "description": "The request is too large."},
    500: {"model": ErrorAnswer, "description": "The server has failed."},
}
"""What every route may answer."""

AUDIO_CONTENT: dict[str, Any] = {
    kind: {"schema": {"type": "string", "format": "binary"}}
    for kind in ("audio/mpeg", "audio/ogg", "audio/aac", "audio/flac", "audio/wav", "audio/pcm")
}
"""The media types of audio, for the document."""

BUSY_ANSWERS: dict[int | str, dict[str, Any]] = {
    429: {"model": ErrorAnswer, "description": "The server is busy; `Retry-After` says when to try again."},
    502: {"model": ErrorAnswer, "description": "The engine has failed."},
    503: {"model": ErrorAnswer, "description": "The engine is loading, or away."},
}

SPEECH_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Audio, sent while it is made.",
        "content": {**AUDIO_CONTENT, "text/event-stream": {}},
    },
    **BUSY_ANSWERS,
}
"""Of routes that speak."""


def service_of(connection: HTTPConnection) -> SpeechService:
    """The service of the application."""
    service: SpeechService = connection.app.state.service
    return service


def client_of(connection: HTTPConnection) -> str:
    """Whom places are given to: the address of the client."""
    return connection.client.host if connection.client is not None else "local"
