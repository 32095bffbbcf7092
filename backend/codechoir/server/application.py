"""The ASGI application: the routes, errors in one shape, and the guard before them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from codechoir import __version__
from codechoir.errors import CodechoirError
from codechoir.server import (
    earlier_routes,
    openai_routes,
    page_routes,
    reading_routes,
    socket_route,
    state_routes,
)
from codechoir.server.guard import Guard
from codechoir.server.http_errors import RequestError, error_json, headers_of, status_of
from codechoir.server.request_context import ERROR_ANSWERS
from codechoir.server.service import SpeechService

log = logging.getLogger(__name__)

DESCRIPTION = """\
Reads source code and texts aloud. Errors have the shape `{"error": {"code", "message", "type", "param"}}`.
"""

ROUTERS = (
    openai_routes.router,
    reading_routes.router,
    socket_route.router,
    earlier_routes.router,
    page_routes.router,
    state_routes.router,
)


def make_application(service: SpeechService, token: str = "") -> ASGIApp:
    """The application. `token`: that clients must send; empty if they need none."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        yield
        await service.close()

    app = FastAPI(title="Codechoir", version=__version__, description=DESCRIPTION, lifespan=lifespan)
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router, responses=ERROR_ANSWERS)
    app.add_exception_handler(CodechoirError, _answer)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _failed)
    service.metrics.watch(
        {
            "codechoir_in_progress": ("Readings in progress", lambda: service.in_progress),
            "codechoir_queue_length": ("Readings that wait for a place", lambda: service.queue_length),
            "codechoir_sockets": ("Sockets that are open", lambda: service.sockets),
            "codechoir_ready": ("Whether a reading would start at once", lambda: float(service.is_ready)),
        }
    )
    return Guard(app, service.server, token, service.metrics)


def _response(error: BaseException, status: int | None = None) -> JSONResponse:
    headers = {name.decode(): value.decode() for name, value in headers_of(error)}
    return JSONResponse(error_json(error), status or status_of(error), headers)


async def _answer(request: Request, error: Exception) -> JSONResponse:
    return _response(error)


async def _failed(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _response(error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """A body or a parameter that is not as the route declares it: the first problem, in one sentence."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = [str(part) for part in first["loc"][1:] if isinstance(part, str | int)]
    where = ".".join(place)
    message = f"{where}: {first['msg']}" if where else str(first["msg"])
    return _response(RequestError(message, code="invalid-request", param=where))


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {404: "not-found", 405: "wrong-method"}.get(error.status_code, "invalid-request")
    message = f"{request.method} {request.url.path[:100]}: {str(error.detail).lower()}"
    answer = _response(RequestError(message, error.status_code, code))
    answer.headers.update(error.headers or {})
    return answer
