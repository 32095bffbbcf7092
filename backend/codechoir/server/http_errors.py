"""Errors as clients see them: a status, and OpenAI's shape, without paths and tracebacks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import platformdirs

from codechoir.errors import CodechoirError, EngineError, EngineLostError, InputError, escape_invisible
from codechoir.server.places import BusyError

INTERNAL = "the server has failed; its log says why"


class RequestError(InputError):
    """A request that is refused with a status of its own. `param`: the field that is wrong."""

    def __init__(self, message: str, status: int = 400, code: str = "bad-input", param: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param


class ClosingError(CodechoirError):
    """The server is being stopped."""

    code = "closing"


def status_of(error: BaseException) -> int:
    """The HTTP status of an error."""
    match error:
        case RequestError(status=status):
            return status
        case BusyError():
            return 429
        case InputError():
            return 400
        case EngineLostError() | ClosingError():
            return 503
        case EngineError():
            return 502
    return 500


def error_json(error: BaseException) -> dict[str, Any]:
    """The error in OpenAI's shape. What is no `CodechoirError` is not described."""
    message = public_text(str(error)) if isinstance(error, CodechoirError) else INTERNAL
    code = error.code if isinstance(error, CodechoirError) else "internal"
    status = status_of(error)
    kind = (
        "rate_limit_error" if status == 429 else "server_error" if status >= 500 else "invalid_request_error"
    )
    param = error.param if isinstance(error, RequestError) and error.param else None
    return {"error": {"code": code, "message": message, "type": kind, "param": param}}


def headers_of(error: BaseException) -> list[tuple[bytes, bytes]]:
    """Headers that belong to the status of an error."""
    if isinstance(error, BusyError):
        return [(b"retry-after", str(error.retry_after).encode())]
    if status_of(error) == 503:
        return [(b"retry-after", b"5")]
    if status_of(error) == 401:
        return [(b"www-authenticate", b"Bearer")]
    return []


OWN_ROUTES = ("/v1/", "/languages")
"""Beginnings of paths in messages that are routes of the server."""


def public_text(message: str) -> str:
    """The message with only the last part of each path: clients need not know where files are.

    It is one line, whatever of the request it repeats.
    """
    for folder in _folders():
        message = message.replace(f"{folder}{os.sep}", "")
    return escape_invisible(" ".join(map(_without_folders, message.split(" "))))


def _without_folders(word: str) -> str:
    opening = word[: len(word) - len(word.lstrip("'\"(["))]
    rest = word[len(opening) :]
    is_path = rest.startswith(("/", "~/", "\\\\")) or rest[1:3] in (":\\", ":/")
    if not is_path or rest.startswith(OWN_ROUTES) or rest.strip("/\\.,:;'\")]") == "":
        return word
    return opening + rest.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _folders() -> Sequence[Path]:
    """Folders whose names may have spaces."""
    return (
        Path(platformdirs.user_data_dir("codechoir", appauthor=False)) / "voices",
        Path(platformdirs.user_cache_dir("codechoir", appauthor=False)),
        Path(platformdirs.user_config_dir("codechoir")),
        Path(__file__).parents[1],
        Path.home(),
        Path.cwd(),
    )
