"""What stands before all routes: host, origin, token, and the size and time of a body.

A server on a loopback address is reachable by every web page that the user has open, so names that lead here
by DNS rebinding are refused (`Host`), and so are requests that another site makes (`Origin`), unless it is
listed. It is plain ASGI, since Starlette's base class for middleware delays the first byte and hides that a
client has left.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codechoir.server.http_errors import RequestError
from codechoir.server.metrics import ServerMetrics
from codechoir.server.responses import send_error
from codechoir.server.server_settings import ServerSettings

log = logging.getLogger(__name__)

OPEN_PATHS = frozenset({"/health", "/ready"})
"""What a load balancer asks without a token."""

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")

TOKEN_PROTOCOL = "bearer."
"""Prefix of a WebSocket subprotocol that carries the token, since browsers cannot send the header."""

UPLOADS = ("/clone_speaker", "/save_voice/")

Headers = dict[bytes, list[bytes]]


class Guard:
    """Passes on what may come in. `token`: that clients must send; empty if they need none."""

    def __init__(self, app: ASGIApp, settings: ServerSettings, token: str, metrics: ServerMetrics) -> None:
        self._app = app
        self._settings = settings
        self._token = token.encode()
        self._metrics = metrics
        self._hosts = frozenset(name.casefold() for name in (*LOCAL_NAMES, settings.host, *settings.hosts))
        self._origins = frozenset(origin.rstrip("/").casefold() for origin in settings.origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        exchange = _Exchange(scope, send, self._cross_origin_headers(headers))
        try:
            self._check_host(headers)
            self._check_origin(scope, headers)
            if _is_preflight(scope, headers):
                await exchange.preflight()
                return
            scope.setdefault("state", {})["is_trusted"] = self._has_token(scope, headers)
            if scope["type"] == "http":
                exchange.body = _Body(receive, self._limit(scope["path"]), self._settings.receive_seconds)
                exchange.body.check_length(headers)
                receive = exchange.body.receive
        except RequestError as error:
            await exchange.refuse(error)
        else:
            await self._app(scope, receive, exchange.send)
        finally:
            if scope["type"] == "http":
                self._metrics.request(_route(scope), exchange.status)
                log.info(
                    "request=%s client=%s %s %s status=%d ms=%.1f",
                    exchange.id,
                    (scope.get("client") or ("local",))[0],
                    scope["method"],
                    _route(scope),
                    exchange.status,
                    1000 * (time.perf_counter() - exchange.began),
                )

    def _check_host(self, headers: Headers) -> None:
        hosts = headers.get(b"host", [])
        if len(hosts) > 1:
            raise RequestError("the request has several Host headers")
        if not self._settings.is_loopback and not self._settings.hosts:
            return
        name = _host_name(hosts[0]) if hosts else ""
        if name not in self._hosts:
            raise RequestError(
                "this Host is not allowed; use localhost, or start the server with --hosts", 403, "wrong-host"
            )

    def _check_origin(self, scope: Scope, headers: Headers) -> None:
        for origin in headers.get(b"origin", []):
            name = origin.decode("latin-1").casefold()
            own = (headers.get(b"host") or [b""])[0].decode("latin-1").casefold()
            if name.partition("://")[2] != own and name not in self._origins:
                raise RequestError(
                    "pages of this origin may not use the server; start it with --origins",
                    403,
                    "wrong-origin",
                )

    def _has_token(self, scope: Scope, headers: Headers) -> bool:
        """Whether the client has the token. Raises `RequestError` where one is needed."""
        if not self._token:
            return True
        given = _tokens(scope, headers)
        if any(hmac.compare_digest(each, self._token) for each in given):
            return True
        if scope["type"] == "http" and scope["path"] in OPEN_PATHS:
            return False
        problem = "the token is wrong" if given else "a token is needed: Authorization: Bearer …"
        raise RequestError(problem, 401, "wrong-token" if given else "no-token")

    def _limit(self, path: str) -> int:
        """Bytes of the body."""
        settings = self._settings
        if path.startswith(UPLOADS):
            return settings.max_upload + 65536
        if path in ("/v1/read", "/"):
            return 2 * settings.max_source + 65536
        return 12 * settings.max_text + 65536  # JSON may need twelve bytes for a character

    def _cross_origin_headers(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        origin = (headers.get(b"origin") or [b""])[0]
        if origin.decode("latin-1").casefold() not in self._origins:
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", b"X-Session-Id, X-Sample-Rate, X-Request-Id"),
            (b"vary", b"Origin"),
        ]


def _headers(scope: Scope) -> Headers:
    found: Headers = {}
    for name, value in scope["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


def _host_name(host: bytes) -> str:
    """The name in a Host header, without its port."""
    text = host.decode("latin-1").casefold()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "OPTIONS"
        and b"access-control-request-method" in headers
    )


def _tokens(scope: Scope, headers: Headers) -> list[bytes]:
    """The tokens that the client has sent."""
    found = []
    for value in headers.get(b"authorization", []):
        kind, _, token = value.partition(b" ")
        if kind.lower() == b"bearer":
            found.append(token.strip())
    if scope["type"] == "websocket":
        protocols = [name.encode("latin-1", "replace") for name in scope.get("subprotocols", ())]
        prefix = TOKEN_PROTOCOL.encode()
        found += [name.removeprefix(prefix) for name in protocols if name.startswith(prefix)]
    return found


def _route(scope: Scope) -> str:
    """The path of the route as it was declared, so that metrics do not grow with what clients ask for."""
    return str(getattr(scope.get("route"), "path", "none"))


class _Body:
    """A request's body, of at most `limit` bytes, which arrives within `seconds`."""

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self.refusal: RequestError | None = None
        self._receive = receive
        self._limit = limit
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._bytes = 0
        self._is_complete = False

    def check_length(self, headers: Headers) -> None:
        """Raises `RequestError` if the request announces too much."""
        for value in headers.get(b"content-length", []):
            if value.isdigit() and int(value[:20]) > self._limit:
                raise self._too_large()

    async def receive(self) -> Message:
        """The next message. Raises `RequestError`, also kept in `refusal`, for a body beyond the limits."""
        if self._is_complete:
            return await self._receive()
        try:
            async with asyncio.timeout(max(self._deadline - time.monotonic(), 0.001)):
                message = await self._receive()
        except TimeoutError:
            self.refusal = RequestError(
                f"the body did not arrive within {self._seconds:g} seconds", 408, "too-slow"
            )
            raise self.refusal from None
        self._bytes += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self._bytes > self._limit:
            self.refusal = self._too_large()
            raise self.refusal
        return message

    def _too_large(self) -> RequestError:
        return RequestError(f"the request is larger than {self._limit} bytes", 413, "too-large")


class _Exchange:
    """The answer to one request: adds headers, notes the status, and replaces what is refused."""

    def __init__(self, scope: Scope, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self.id = secrets.token_hex(6)
        self.began = time.perf_counter()
        self.status = 0
        self.body: _Body | None = None
        self._scope = scope
        self._send = send
        self._headers = headers
        self._is_refused = False

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Passes a message on."""
        if self._is_refused:
            return
        if message["type"] == "http.response.start":
            if self.body is not None and self.body.refusal is not None:
                await self.refuse(self.body.refusal)
                return
            self.status = message["status"]
            added = [
                (b"x-request-id", self.id.encode()),
                (b"x-content-type-options", b"nosniff"),
                *self._headers,
            ]
            message = {**message, "headers": [*message.get("headers", ()), *added]}
        await self._send(message)

    async def refuse(self, error: RequestError) -> None:
        """Sends the error as the answer."""
        if self._scope["type"] == "websocket":
            self._is_refused = True
            if "websocket.http.response" not in self._scope.get("extensions", {}):
                await self._send({"type": "websocket.close", "code": 1008, "reason": error.code})
                return

            async def send(message: MutableMapping[str, Any]) -> None:
                await self._send({**message, "type": f"websocket.{message['type']}"})

            await send_error(send, error)
            return
        self.status = error.status
        added = [*self._headers, (b"x-request-id", self.id.encode())]
        if self.body is not None:
            added.append((b"connection", b"close"))  # the rest of the body is not read
        await send_error(self._send, error, added)
        self._is_refused = True

    async def preflight(self) -> None:
        """Answers a browser that asks what a listed origin may do."""
        self.status = 204 if self._headers else 403
        allowed = [
            (b"access-control-allow-methods", b"GET, POST, DELETE"),
            (b"access-control-allow-headers", b"Authorization, Content-Type"),
            (b"access-control-max-age", b"600"),
        ]
        headers = [*self._headers, *(allowed if self._headers else ())]
        await self._send({"type": "http.response.start", "status": self.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": b""})
